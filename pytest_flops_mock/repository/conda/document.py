"""``conda.yaml`` as YAML: its entries with their lines, and what conda would not read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import yaml

from pytest_flops_mock.errors import Problem, listing, nearest

FILE = "conda.yaml"
SPEC_EXAMPLE = "a package and its version, such as numpy=1.26.4 or numpy>=1.20,<2"
REQUIREMENT_EXAMPLE = "a requirement such as numpy==1.26.4"

MAX_BYTES = 200_000
MAX_NODES = 20_000
MAX_DEPTH = 20
MAX_ENTRIES = 3_000
"""What conda.yaml may have at most: bytes, nodes of YAML, brackets within each other, entries. conda env export of the
largest environments has 30 kB and 800 entries."""

MAX_SPEC = 300
MAX_REQUIREMENT = 4_000
"""How many characters an entry of conda and one of pip may have; the latter may name a URL and hashes."""

MAX_BRACKETS = 200
"""How many brackets of a text may be open, in comments as well."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # PyYAML may be built without the former
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
        root = None if (beyond := _beyond(text)) else yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        yield _not_yaml(error, text.split("\n"))
        return
    if beyond:
        yield beyond
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
        name = _key(key)
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


def _beyond(text: str) -> Problem | None:
    """What of a text is beyond any environment, found before anything is made of it.

    Raises:
        yaml.YAMLError: It is not YAML.
    """
    size = len(text.encode(errors="surrogatepass"))
    if size > MAX_BYTES:
        return too_much(f"{size:,} bytes", f"{MAX_BYTES:,}", 0)
    depth = 0
    for line, row in enumerate(text.split("\n"), 1):  # the parser written in Python would take minutes for many brackets
        depth = max(0, depth + sum(map(row.count, "[{")) - sum(map(row.count, "]}")))
        if depth > MAX_BRACKETS:
            return too_much("brackets nested too deeply", f"{MAX_DEPTH} within each other", line)
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=_LOADER)):
        line = event.start_mark.line + 1
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            return too_much("lists and mappings nested too deeply", f"{MAX_DEPTH} within each other", line)
        if count > MAX_NODES:
            return too_much(f"more than {MAX_NODES:,} keys, values and entries", f"{MAX_NODES:,}", line)
    return None


def too_much(got: str, most: str, line: int) -> Problem:
    """The problem of a file that no environment has."""
    return refused(
        "FM108",
        f"{FILE} is beyond what is read",
        line,
        expected=f"at most {most}",
        got=got,
        fix="keep what the code imports; conda env export --from-history writes what was asked for and nothing else",
    )


def _not_yaml(error: Exception, lines: Sequence[str]) -> Problem:
    mark = getattr(error, "problem_mark", None)
    line = min(mark.line + 1, len(lines)) if mark else 0  # the end may be marked behind the last line
    reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read"
    return refused(
        "FM108",
        f"{FILE} is not YAML: {reason}",
        line,
        expected="a blank after each : and -, and blanks, no tabs, before them",
        got=lines[line - 1].rstrip().replace("\t", "\\t").strip()[:MAX_SPEC] if 0 < line <= len(lines) else "",
        fix="fix the line or the one above it; conda reads the file as YAML",
    )


def _dependencies(node: yaml.Node) -> Iterator[Written | Problem]:
    if isinstance(node, yaml.SequenceNode):
        last = max((place for place, entry in enumerate(node.value) if _keys(entry) == ["pip"]), default=-1)
        count = 0
        for place, entry in enumerate(node.value):
            dropped = place < last and _keys(entry) == ["pip"]
            for found in _entry(entry):
                count += 1  # an alias may stand for many, many times
                if count > MAX_ENTRIES:
                    line = entry.start_mark.line + 1
                    yield too_much(f"more than {MAX_ENTRIES:,} entries", f"{MAX_ENTRIES:,} entries", line)
                    return
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
        yield of_length(Written(text, line))
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


def of_length(written: Written) -> Written | Problem:
    """The entry, if it is not longer than any entry is."""
    most = MAX_REQUIREMENT if written.by_pip else MAX_SPEC
    if len(written.text) <= most:
        return written
    got = f"{written.text[:40]}…, of {len(written.text):,} characters"
    return too_much(got, f"{most:,} characters for an entry", written.line)


def _keys(node: yaml.Node) -> list[str]:
    return [_key(key) for key, _ in node.value] if isinstance(node, yaml.MappingNode) else []


def _key(node: yaml.Node) -> str:
    """A key as text; one that is a list or a mapping, which may hold itself, by its kind."""
    return str(node.value) if isinstance(node, yaml.ScalarNode) else _kind(node)


def _pip_entry(node: yaml.Node) -> Written | Problem:
    line = node.start_mark.line + 1
    if text := _text(node):
        return of_length(Written(text, line, by_pip=True))
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
