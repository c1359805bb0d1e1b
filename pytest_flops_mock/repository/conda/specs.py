"""Conda specs, taken apart as conda does.

A spec is written otherwise than a requirement (https://docs.conda.io/projects/conda/en/stable/user-guide/concepts/pkg-specs.html):
one ``=`` asks for a version that starts like this, a version after a blank or ``==`` for this very one.
"""

from __future__ import annotations

import re

from pytest_flops_mock.repository.conda.versions import SWAPPED, is_version, operator_and_number

_NAME = re.compile(r"(?:[^\s\[\]=<>!~]*::)?([A-Za-z0-9_][A-Za-z0-9_.-]*)\s*(.*)", re.DOTALL)
_WITH_BUILD = re.compile(r"(.*[^=<>!~,|])=([^=<>!~,|]+)")
"""A version and a build, as conda tells them apart: the last ``=`` that is no operator stands before the build."""

_BRACKETS = re.compile(r"""\s*([\w-]+)\s*=\s*(?:'([^']*)'|"([^"]*)"|([^,'"\s]*))\s*(?:,|$)""")


def name_and_version(spec: str) -> tuple[str, str] | None:
    """Name (lower case) and version of a conda spec, without channel and build; ``None`` if it is not a spec."""
    match = _NAME.fullmatch(spec)
    if match is None:
        return None
    name, rest = match[1].lower(), match[2].strip()
    brackets = re.fullmatch(r"([^\[\]]*)\[([^\]]*)\]", rest)
    if brackets:
        rest, inside = brackets[1].strip(), brackets[2]
        if _BRACKETS.sub("", inside).strip():
            return None
        keys = {found[1]: found[2] or found[3] or found[4] or "" for found in _BRACKETS.finditer(inside)}
        rest = keys.get("version", rest)
    elif re.search(r"[\[\]@;:/]", rest):
        return None
    # Blanks around operators mean nothing; those that are left stand before a version or a build.
    words = re.sub(r"\s*([=<>!~]+|[,|])\s*", r"\1", rest).split()
    if len(words) > 2 or (len(words) == 2 and re.search(r"[=<>!~,|]", words[1])):
        return None
    version, build = words[0] if words else "", len(words) == 2
    if with_build := _WITH_BUILD.fullmatch(version):
        version, build = with_build[1], True
    exact = re.fullmatch(r"=?([^=<>!~,|]+)", version)
    if exact and build:  # a version beside a build is exact
        version = exact[1]
    return name, version


def nearest_spec(name: str, piece: str) -> str:
    """A spec that can be met, for a piece of a version that cannot; empty if there is none."""
    operator, number = operator_and_number(piece)
    if not number:
        return name
    beginning = re.match(r"[=<>!~]*(\d+(?:\.\d+)*)", number)
    if not beginning:
        return ""
    told = {"": "==", "===": "==", **SWAPPED}.get(operator, operator)
    needs_two_parts = told == "~=" and "." not in beginning[1]
    return f"{name}{told}{beginning[1]}{'.0' if needs_two_parts else ''}"


def as_requirement(spec: str) -> str:
    """The requirement that a conda spec below ``pip:`` was meant to be, if it is one."""
    parts = name_and_version(spec)
    operator, number = operator_and_number(parts[1]) if parts else ("", "")
    told = {"": "==", "=": "==", **SWAPPED}.get(operator, operator)
    return f"{parts[0]}{told}{number}" if parts and is_version(number) else ""
