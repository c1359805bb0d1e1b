"""``conda.yaml`` as YAML: its entries with their lines, and what conda would not read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import yaml

from pytest_flops_mock.errors import Problem, listing, nearest

FILE = "conda.yaml"
SPEC_EXAMPLE = "a package and its version, such as numpy=1.26.4 or numpy>=1.20,<2"
REQUIREMENT_EXAMPLE = "a requirement such as numpy==1.26.4"

_TEXT, _NULL = "tag:yaml.org,2002:str", "tag:yaml.org,2002:null"


@dataclass(frozen=True)
class Written:
    """An entry as it stands in the file.

    Attributes:
        text: What it says, without blanks around it.
        line: Its line, from 1.
        by_pip: Whether it is in a pip list.
        dropped: Whether it is in a pip list behind which another one stands: conda takes the last.
    """

    text: str
    line: int
    by_pip: bool = False
    dropped: bool = False


def written_in(text: str) -> Iterator[Written | Problem]:
    """The entries of dependencies and of the pip list, and what conda cannot read, in the order of the file."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError) as error:
        yield _not_yaml(error, text.split("\n"))
        return
    if not isinstance(root, yaml.MappingNode):
        yield refused(
            "FM108",
            f"{FILE} is not a mapping",
            root.start_mark.line + 1 if root else 0,
            expected="the keys name, channels and dependencies",
            got=_kind(root),
            fix="write it as conda env export does: dependencies: and below it one - for each package",
        )
        return
    keys: dict[str, yaml.Node] = {}
    for key, value in root.value:
        name = str(key.value)
        if name in keys:
            yield refused(
                "FM108",
                f"the key {name} occurs twice",
                key.start_mark.line + 1,
                expected="each key once",
                fix="put what is below both under one of them",
            )
        keys[name] = value
    if "name" not in keys or keys["name"].tag == _NULL:
        yield refused(
            "FM108",
            f"{FILE} has no name",
            keys["name"].start_mark.line + 1 if "name" in keys else 0,
            expected="a line such as name: mnist",
            got=f"the keys {listing(keys)}",
            fix="write one at the top; conda refuses a file without, whatever the name is",
        )
    if "channels" in keys and _text(keys["channels"]):
        yield refused(
            "FM108",
            f"channels in {FILE} is not a list",
            keys["channels"].start_mark.line + 1,
            expected="one line for each channel, with - before it",
            got=f"the text {keys['channels'].value!r}, which conda takes letter by letter",
            nearest=f"[{keys['channels'].value}]",
            fix="write - and a blank before each channel, or all of them in brackets",
        )
    if "dependencies" in keys:
        yield from _dependencies(keys["dependencies"])
    elif close := nearest("dependencies", (key for key in keys if key not in ("name", "channels", "prefix"))):
        yield refused(
            "FM108",
            f"{FILE} has no dependencies",
            0,
            expected="the key dependencies",
            got=f"the keys {listing(keys)}",
            nearest="dependencies",
            fix=f"rename {close}; conda ignores keys that it does not know",
        )


def refused(code: str, message: str, line: int, **parts: str) -> Problem:
    """A problem of the file at a line; 0 for the whole file."""
    return Problem(message, where=f"{FILE}:{line}" if line else FILE, code=code, **parts)


def _not_yaml(error: Exception, lines: Sequence[str]) -> Problem:
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 1 if mark else 0
    reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "nested too deeply"
    return refused(
        "FM108",
        f"{FILE} is not YAML: {reason}",
        line,
        expected="a blank after each : and -, and blanks, no tabs, before them",
        got=lines[line - 1].rstrip().replace("\t", "\\t").strip() if 0 < line <= len(lines) else "",
        fix="fix the line or the one above it; conda reads the file as YAML",
    )


def _dependencies(node: yaml.Node) -> Iterator[Written | Problem]:
    if isinstance(node, yaml.SequenceNode):
        lists = [entry for entry in node.value if _keys(entry) == ["pip"]]
        for entry in node.value:
            dropped = entry in lists[:-1]
            for found in _entry(entry):
                yield replace(found, dropped=True) if dropped and isinstance(found, Written) else found
    elif node.tag != _NULL:
        yield refused(
            "FM108",
            f"dependencies in {FILE} is not a list",
            node.start_mark.line + 1,
            expected="one line for each package, with - before it",
            got=_kind(node),
            fix="write - and a blank before each package",
        )


def _entry(node: yaml.Node) -> Iterator[Written | Problem]:
    """One entry of dependencies: a conda spec, or the pip list."""
    line = node.start_mark.line + 1
    if text := _text(node):
        yield Written(text, line)
        return
    keys = _keys(node)
    if keys == ["pip"]:
        ((_, packages),) = node.value
        if isinstance(packages, yaml.SequenceNode):
            yield from map(_pip_entry, packages.value)
            return
        if packages.tag == _NULL:  # all of it was mlflow
            return
    yield refused(
        "FM108",
        f"conda cannot read an entry of dependencies in {FILE}",
        line,
        expected=f"{SPEC_EXAMPLE}, or pip: with a list below it",
        got=f"the key{'' if len(keys) == 1 else 's'} {listing(keys)}" if keys else _kind(node),
        nearest=f"{keys[0]}={_plain(node.value[0][1])}" if len(keys) == 1 and keys != ["pip"] else "",
        fix="write package and version without a blank or : between them",
    )


def _keys(node: yaml.Node) -> list[str]:
    return [str(key.value) for key, _ in node.value] if isinstance(node, yaml.MappingNode) else []


def _pip_entry(node: yaml.Node) -> Written | Problem:
    line = node.start_mark.line + 1
    if text := _text(node):
        return Written(text, line, by_pip=True)
    return refused(
        "FM108",
        f"conda cannot read an entry of the pip list in {FILE}",
        line,
        expected=REQUIREMENT_EXAMPLE,
        got=_kind(node),
        fix="write package and version as pip takes them, without a blank or : between them",
    )


def _text(node: yaml.Node) -> str:
    """What a node of text says; empty for others."""
    return node.value.strip() if isinstance(node, yaml.ScalarNode) and node.tag == _TEXT else ""


def _plain(node: yaml.Node) -> str:
    return node.value if isinstance(node.value, str) else ""


def _kind(node: yaml.Node | None) -> str:
    """What a node of YAML is, in words."""
    if node is None or node.tag == _NULL:
        return "nothing"
    if not isinstance(node.value, str):
        return "a list" if node.tag.endswith(":seq") else "a mapping"
    kind = {"int": "the number", "float": "the number", "bool": "the truth value"}.get(
        node.tag.rpartition(":")[2], "the text"
    )
    return f"{kind} {node.value!r}"
