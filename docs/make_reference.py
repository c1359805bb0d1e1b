"""Write ``docs/reference.md`` from the code: fixtures, public names, twins, finding codes.

Run: ``python docs/make_reference.py``.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import pytest_flops_mock
from pytest_flops_mock import fixtures
from pytest_flops_mock.codes import CODES
from pytest_flops_mock.data.twins.catalogue import TWINS
from pytest_flops_mock.data.twins.showing import described

TARGET = Path(__file__).with_name("reference.md")
FIXTURES = (
    "flops_check",
    "flops_repository",
    "mock_data_provider",
    "ml_data_server",
    "ml_data_server_store",
    "ml_data_server_address",
)
ANNOTATION = re.compile(r"(: |-> )'([^']*)'")
SECTION = re.compile(r"^(Args|Attributes|Returns|Raises|Example):$")


def reference() -> str:
    """The whole page."""
    lines = ["# Reference", "", "Made from the code by `docs/make_reference.py`.", "", "## Fixtures", ""]
    for name in FIXTURES:
        definition = getattr(fixtures, name)
        lines += [f"### `{name}`", "", *_prose(inspect.getdoc(definition) or ""), ""]
    lines += ["## Python", ""]
    for name in sorted(set(pytest_flops_mock.__all__) - {"__version__"}):
        lines += [*_described(name, getattr(pytest_flops_mock, name), "###"), ""]
    lines += [*_twins(), ""]
    lines += ["## Codes of findings", "", "| code | stage | severity | what |", "| --- | --- | --- | --- |"]
    lines += [f"| {code.id} | {code.stage.value} | {code.severity.value} | {code.title} |" for code in CODES.values()]
    return "\n".join(lines) + "\n"


def _twins() -> Iterator[str]:
    yield from ("## Synthetic twins", "", "What a twin declares is what the hub declares.", "")
    yield from ("| data set | also | configuration | splits | columns | label |", "| --- | --- | --- | --- | --- | --- |")
    for twin in TWINS:
        splits = ", ".join(f"{name} {rows:,}" for name, rows in twin.splits)
        config = f"{twin.config}, to be named" if twin.configs else twin.config
        columns = "; ".join(f"`{name}` {described(kind)}" for name, kind in twin.features().items())
        yield f"| `{twin.name}` | {', '.join(twin.aliases)} | {config} | {splits} | {columns} | {twin.label} |"


def _described(name: str, value: Any, heading: str) -> Iterator[str]:
    yield f"{heading} `{name}`"
    yield ""
    if callable(value) and not _made_otherwise(value):
        yield from ("```text", f"{name}{_signature(value)}", "```", "")
    yield from _prose(inspect.getdoc(value) or "")
    if inspect.isclass(value) and issubclass(value, Enum):
        yield from ("", "Values: " + ", ".join(f"`{member.value}`" for member in value) + ".")
        return
    for member_name, member in _members(value):
        yield ""
        if isinstance(member, property):
            yield from (f"**`{member_name}`** (property)", "", *_prose(inspect.getdoc(member) or ""))
        else:
            yield from (f"**`{member_name}{_signature(member)}`**", "", *_prose(inspect.getdoc(member) or ""))


def _made_otherwise(value: Any) -> bool:
    """Whether users never call it: enumerations, protocols, and models that ``load`` makes."""
    if not inspect.isclass(value):
        return False
    return issubclass(value, Enum) or hasattr(value, "load") or getattr(value, "_is_protocol", False)


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    """Public methods and properties that the class itself defines."""
    if not inspect.isclass(value):
        return
    for name, member in vars(value).items():
        plain = member.__func__ if isinstance(member, (classmethod, staticmethod)) else member
        # What starts with model_ is pydantic's.
        if not name.startswith(("_", "model_")) and (isinstance(plain, property) or inspect.isfunction(plain)):
            yield name, plain


def _signature(value: Any) -> str:
    return ANNOTATION.sub(r"\1\2", str(inspect.signature(value))).replace("pytest_flops_mock.", "")


def _prose(text: str) -> Iterator[str]:
    """A Google-style docstring as Markdown: its sections as lists, examples as code."""
    section = ""
    for line in text.replace("``", "`").splitlines():
        if heading := SECTION.match(line):
            section = heading[1]
            yield from (f"*{section}*", "")
        elif section == "Example" and line.strip():
            yield f"    {line.strip()}"
        elif section and line.startswith("    ") and not line.startswith("     ") and section not in ("Returns",):
            yield f"- {line.strip()}"
        else:
            yield line.strip() if section else line


if __name__ == "__main__":
    TARGET.write_text(reference(), encoding="utf-8")
