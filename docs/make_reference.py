"""Write from the code ``docs/reference.md`` (options, fixtures, public names, twins, codes), and the README's options.

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
from pytest_flops_mock.data.twins.catalogue import all_twins
from pytest_flops_mock.data.twins.engine import features_of
from pytest_flops_mock.data.twins.showing import in_words
from pytest_flops_mock.options import OPTIONS

TARGET = Path(__file__).with_name("reference.md")
README = Path(__file__).parents[1] / "README.md"
TABLE = re.compile(r"^\| option \| ini key \|.*?(?=^$)", re.MULTILINE | re.DOTALL)
FIXTURES = (
    "flops_check",
    "flops_search",
    "flops_replay",
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
    lines = ["# Reference", "", "Made from the code by `docs/make_reference.py`.", "", "## Options", ""]
    lines += [*_options(), "", "## Fixtures", ""]
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


def readme(text: str) -> str:
    """The README with the table of the options that there are."""
    rows = [
        f"| `{f'{option.option} {option.metavar}'.strip()}` | `{option.ini}` | {option.text} |"
        for option in OPTIONS
        if "pytest" in option.doors
    ]
    table = "\n".join(["| option | ini key | what |", "| --- | --- | --- |", *rows]) + "\n"
    return TABLE.sub(lambda _: table, text)


def _options() -> Iterator[str]:
    """Where each option can be set."""
    yield from ("| pytest | ini key | `flops-mock check` | keyword | what |", "| --- | --- | --- | --- | --- |")
    for option in OPTIONS:
        ini = f"`{option.ini}`" if "pytest" in option.doors else ""
        names = (
            f"`{option.option}`" if "pytest" in option.doors else "",
            f"{ini}, adds up" if option.adds else ini,
            f"`{option.argument}`" if "command" in option.doors else "",
            f"`{option.key}=`" if "argument" in option.doors else "",
        )
        yield f"| {' | '.join([*names, option.text])} |"


def _twins() -> Iterator[str]:
    yield from (
        "## Synthetic twins",
        "",
        "What is known of the data sets of the hub; `flops-mock twin NAME` says where it was looked up.",
        "",
    )
    yield from (
        "| data set | also | configuration | splits | columns | label | unsure |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    )
    for twin in all_twins():
        splits = ", ".join(f"{name} {rows:,}" for name, rows in twin.splits.items())
        config = f"{twin.config_name}, to be named" if twin.configs else twin.config_name
        columns = "; ".join(f"`{name}` {in_words(kind)}" for name, kind in features_of(twin).items())
        cells = (f"`{twin.dataset}`", ", ".join(twin.aliases), config, splits, columns, twin.label, " ".join(twin.unsure))
        yield f"| {' | '.join(map(str, cells))} |"


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
    """Whether users never call it: enumerations, protocols, what fixtures give, and models that ``load`` makes."""
    if not inspect.isclass(value):
        return False
    return (
        issubclass(value, Enum)
        or hasattr(value, "load")
        or getattr(value, "_is_protocol", False)
        or "__call__" in vars(value)
    )


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
    README.write_text(readme(README.read_text(encoding="utf-8")), encoding="utf-8")
