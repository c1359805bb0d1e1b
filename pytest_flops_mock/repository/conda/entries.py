"""An entry of ``conda.yaml`` as a requirement that pip and uv can install."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import Specifier, SpecifierSet
from packaging.utils import canonicalize_name

from pytest_flops_mock.errors import Problem
from pytest_flops_mock.repository.conda.document import FILE, REQUIREMENT_EXAMPLE, SPEC_EXAMPLE, Written, refused
from pytest_flops_mock.repository.conda.names import is_conda_only, only_for, pypi_name
from pytest_flops_mock.repository.conda.specs import as_requirement, name_and_version, nearest_spec
from pytest_flops_mock.repository.conda.versions import (
    MAX_COMPARISONS,
    MAX_VERSION,
    asked_for,
    is_version,
    operator_and_number,
)

PYTHON, PIP = "python", "pip"

_PACKAGE_FILE = re.compile(r"\w+://\S+\.(?:conda|tar\.bz2)(?:#\w+)?")
_PIP_INDEX_OPTION = re.compile(
    r"(?:-i|--index-url|--extra-index-url|-f|--find-links)(?:\s+|\s*=\s*)https?://\S+|--no-index|--pre", re.IGNORECASE
)
_READS_FILE = re.compile(r"(?:-[rc]\s*|--(?:requirement|constraint)[\s=]\s*)(?:[\"']([^\"']+)[\"']|(\S+))")
_ADDRESS = re.compile(r"[a-z+]+:|\.{0,2}/|~|[^\[;@]*\.(?:whl|zip|tar\.gz)$", re.IGNORECASE)
_REMOTE = re.compile(r"(?:https?|git\+(?:https?|ssh|git))://\S+", re.IGNORECASE)
_WHEEL = re.compile(r"https?://[^\s?#]+\.whl(?:[?#]\S*)?", re.IGNORECASE)
_VARIABLE = re.compile(r"\$\{[A-Z0-9_]+\}")
"""Pip and uv put the values of variables there, secrets perhaps."""


@dataclass(frozen=True)
class Entry:
    """What one entry asks for.

    Attributes:
        written: As the file says it.
        name: Normalized name of the package, as PyPI knows it; empty where there is none.
        specifier: The versions that it allows.
        requirement: For pip; empty if there is none.
        option: Whether it is an option that says where pip looks for packages.
        source: Whether it is the address of something that is no wheel, and has to be built.
        left_out: Whether some of it has no counterpart outside conda, or is a file on the builder's disk.
    """

    written: Written
    name: str = ""
    specifier: SpecifierSet = field(default_factory=SpecifierSet)
    requirement: str = ""
    option: bool = False
    source: bool = False
    left_out: bool = False


def entry_of(written: Written) -> Entry | Problem:
    """What an entry asks for, or what is wrong with it."""
    found = _pip_entry(written) if written.by_pip else _conda_entry(written)
    if isinstance(found, Entry) and ";" not in written.text and (system := _only_for(found)):
        return refused(
            "FM119",
            f"{written.text} is there for {system} alone",
            written.line,
            expected="packages that Linux has",
            got=f"a package of {system}",
            fix="take it out; conda env export --from-history writes what was asked for and nothing else",
        )
    return found


def file_named_by(written: Written) -> str:
    """The file of requirements or constraints that an entry of the pip list reads; empty for others."""
    found = _READS_FILE.fullmatch(written.text) if written.by_pip else None
    return found[1] or found[2] if found else ""


def _only_for(entry: Entry) -> str:
    spec = None if entry.written.by_pip else name_and_version(entry.written.text)
    return only_for(spec[0] if spec else entry.name, by_pip=entry.written.by_pip)


def lines_of(written: Written) -> list[Written]:
    """The lines of an entry of the pip list, as pip reads them: conda writes the entries into a file for it.

    An entry may hold line breaks. Each line is an entry then, and nothing behind a break goes along unseen.
    """
    if not written.by_pip:
        return [written]
    lines = re.sub(r"\\(?:\r\n|\n|\r)", "", written.text).splitlines()
    texts = [re.split(r"(?:^|\s)#", line)[0].strip() for line in lines]
    return [replace(written, text=text) for text in texts if text]


def _pip_entry(written: Written) -> Entry | Problem:
    text = written.text
    if not text.replace("\t", " ").isprintable() or text.endswith("\\"):
        return refused(
            "FM109",
            f"{text!a} is not a requirement that pip can read",
            written.line,
            expected=f"{REQUIREMENT_EXAMPLE} (PEP 508)",
            got="characters that cannot be shown, or a backslash at the end",
            fix="write it anew, with letters, digits and signs alone",
        )
    if text.startswith("-") or _VARIABLE.search(text):
        option = _PIP_INDEX_OPTION.fullmatch(text) is not None and not _VARIABLE.search(text)
        return Entry(written, option=option, left_out=not option)
    if _ADDRESS.match(text):
        return _with_address(Entry(written, requirement=text), text)
    try:
        found = Requirement(text)
    except (InvalidRequirement, RecursionError):  # the latter: a marker of brackets
        found = None
    if found is None or not all(_is_readable(one) for one in found.specifier):
        return refused(
            "FM109",
            f"{text} is not a requirement that pip can read",
            written.line,
            expected=f"{REQUIREMENT_EXAMPLE} (PEP 508)",
            got=text,
            nearest=as_requirement(text),
            fix="below pip: a version stands after ==, not after = as for conda",
        )
    if len(found.specifier) > MAX_COMPARISONS:
        return too_many(written, found.name)
    entry = Entry(written, canonicalize_name(found.name), found.specifier, text)
    return entry if found.url is None else _with_address(entry, found.url)


def _with_address(entry: Entry, address: str) -> Entry:
    """The entry, if its address is one that any machine reaches; a file is on the builder's disk, if at all."""
    if not _REMOTE.fullmatch(address):
        return replace(entry, requirement="", left_out=True)
    return replace(entry, source=not _WHEEL.fullmatch(address))


def _is_readable(specifier: Specifier) -> bool:
    """Whether its version can be compared; one of thousands of digits cannot."""
    version = specifier.version
    return len(version) <= MAX_VERSION if specifier.operator == "===" else is_version(version.removesuffix(".*"))


def too_many(written: Written, name: str) -> Problem:
    """The problem of a package with more comparisons than anybody writes."""
    return refused(
        "FM109",
        f"{FILE} asks for {name} too often",
        written.line,
        expected=f"a few entries for a package, with at most {MAX_COMPARISONS} comparisons in all of them",
        fix="keep the two bounds that the code was tried with",
    )


def _conda_entry(written: Written) -> Entry | Problem:
    text = written.text
    if _PACKAGE_FILE.fullmatch(text):
        return Entry(written, left_out=True)
    parts = name_and_version(text)
    if parts is None:
        return refused(
            "FM108",
            f"conda cannot read an entry of dependencies in {FILE}",
            written.line,
            expected=SPEC_EXAMPLE,
            got=text,
            fix="name, version and build, and nothing more; what pip alone reads goes below pip:",
        )
    name, version = parts
    asked = asked_for(version)
    if asked.specifiers.count(",") >= MAX_COMPARISONS:
        return too_many(written, name)
    if asked.impossible is not None:
        _, number = operator_and_number(asked.impossible)
        return refused(
            "FM109",
            f"{text} asks for a version that cannot exist" if number else f"{text} names no version",
            written.line,
            expected=SPEC_EXAMPLE,
            got=asked.impossible or text,
            nearest=nearest_spec(name, asked.impossible),
            fix="write a version that the package has, as numbers between dots",
        )
    specifier = SpecifierSet(asked.specifiers)
    if name == PYTHON or is_conda_only(name):
        return Entry(written, name if name == PYTHON else "", specifier, left_out=name not in (PYTHON, PIP))
    return Entry(written, pypi_name(name), specifier, pypi_name(name) + asked.specifiers, left_out=asked.loosely)
