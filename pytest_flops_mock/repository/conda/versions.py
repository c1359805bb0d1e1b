"""Versions as conda asks for them, in the words of PyPI (PEP 440), and whether some version can meet them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

SWAPPED = {"=>": ">=", "=<": "<="}
"""Operators that are written the wrong way round."""

MAX_VERSION = 100
"""How many characters a version may have."""

MAX_COMPARISONS = 30
"""How many comparisons all entries for one package may have together."""

_PIECE = re.compile(r"(===?|=>|=<|[!<>~]=|[=<>]|)(.*)")
_OF_CONDA = re.compile(r"\d+(?:[._+!-]?[0-9a-z]+)*", re.IGNORECASE)


@dataclass(frozen=True)
class Asked:
    """Which versions of a package a conda spec asks for.

    Attributes:
        specifiers: The same as PEP 440 says it, such as ``>=1.20,<2``.
        loosely: Whether PEP 440 cannot say all of it.
        impossible: The piece that no version can meet; then the other two say nothing.
    """

    specifiers: str = ""
    loosely: bool = False
    impossible: str | None = None


def asked_for(version: str) -> Asked:
    """What the version of a conda spec asks for."""
    alternatives = version.split("|")
    pieces = [piece for piece in alternatives[-1].split(",") if piece != "*"] if version else []
    specifiers: list[str] = []
    loosely = len(alternatives) > 1  # PyPI knows no "or"; conda takes the newest, which mostly stands last
    for piece in pieces:
        operator, number = operator_and_number(piece)
        if glob := re.fullmatch(r"(\d+(?:\.\d+)*\.)\*[.*]*\w.*", number):
            number, loosely = f"{glob[1]}*", True
        if is_of_conda(number) and operator not in ("===", *SWAPPED):
            loosely = True
            continue
        found = _specifier(operator, number)
        if found is None:
            return Asked(impossible=piece)
        specifiers += [found] if found != "*" else []
    return Asked(",".join(specifiers), loosely)


def operator_and_number(piece: str) -> tuple[str, str]:
    """The two parts of one comparison; either may be empty."""
    match = _PIECE.match(piece)
    return (match[1], match[2]) if match else ("", piece)


def is_version(text: str) -> bool:
    """Whether PyPI knows such versions; none is as long as a sentence."""
    if len(text) > MAX_VERSION:
        return False
    try:
        Version(text)
    except InvalidVersion:
        return False
    return True


def is_of_conda(text: str) -> bool:
    """Whether it is a version for conda and none for PyPI, such as ``7.3_58.3`` or ``1.1.1w``."""
    if len(text) > MAX_VERSION:
        return False
    text = re.sub(r"[._]?\*$", "", text)
    parts = re.split(r"[._+!-]", text)
    known = _OF_CONDA.fullmatch(text) is not None and all(re.search(r"\d", part) for part in parts)
    return known and not is_version(text)


def pinned(specifiers: str) -> str:
    """The version that ``==3.10.14.*`` and the like pin; empty for a range."""
    found = re.fullmatch(r"==(\d+(?:\.\d+)*)(?:\.\*)?", specifiers)
    return found[1] if found else ""


def possible(specifier: SpecifierSet) -> bool:
    """Whether some version meets all of it. Tried with those it names, and those right below, right above and far above."""
    tried = {"0.dev0", "0"}
    for one in specifier:
        if one.operator == "===":
            return True
        version = Version(one.version.removesuffix(".*"))
        tried.add(str(version))
        base = f"{version.epoch}!{'.'.join(map(str, version.release))}"
        tried |= {f"{base}.0.0.0.1", f"{base}.99999"}
        last = [*version.release[:-1], version.release[-1] + 1]
        tried.add(f"{version.epoch}!{'.'.join(map(str, last))}")
    for one in specifier:  # one by one, since most of them leave few
        tried = {version for version in tried if one.contains(version, prereleases=True)}
    return bool(tried)


def compatible(requirement: str, specifier: str) -> bool:
    """Whether some version meets both a requirement and further specifiers."""
    return possible(Requirement(requirement).specifier & SpecifierSet(specifier))


def _specifier(operator: str, number: str) -> str | None:
    """One piece of a conda version as PEP 440 says it: ``*`` if it allows all, ``None`` if no version can meet it."""
    number, star, after = number.partition("*")
    number = number.rstrip(".") if star else number
    if star and not number and not after:
        return "*"
    impossible = operator in SWAPPED or operator == "===" or (star and after.strip(".*")) or not is_version(number)
    if impossible or (operator == "~=" and "." not in number):  # the latter has no part that could go up
        return None
    prefix = re.fullmatch(r"\d+(?:\.\d+)*", number) is not None
    if operator in ("", "=", "=="):
        return f"=={number}.*" if (star or operator == "=") and prefix else f"=={number}"
    return f"!={number}.*" if operator == "!=" and star and prefix else operator + number
