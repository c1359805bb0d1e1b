"""Write from the code ``docs/reference.md``: options, kinds of drift, twins, codes.

Run: ``python docs/make_reference.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pytest_flops_mock.codes import CODES
from pytest_flops_mock.data.twins.catalogue import all_twins
from pytest_flops_mock.data.twins.engine import features_of
from pytest_flops_mock.data.twins.showing import in_words
from pytest_flops_mock.option_table import OPTIONS
from pytest_flops_mock.sla.drift_kinds import KINDS

TARGET = Path(__file__).with_name("reference.md")


def reference() -> str:
    """The whole page."""
    lines = [
        "# Options and data sets",
        "",
        "Made from the code by `docs/make_reference.py`.",
        "",
        "## Options",
        "",
        "An option goes before the ini key; what `pass_env` and `ignore` name adds up.",
        "",
    ]
    lines += [*_options(), "", *_drift(), "", *_twins(), ""]
    lines += ["## Codes of findings", "", "| code | stage | severity | what |", "| --- | --- | --- | --- |"]
    lines += [f"| {code.id} | {code.stage.value} | {code.severity.value} | {code.title} |" for code in CODES.values()]
    return "\n".join(lines) + "\n"


def _options() -> Iterator[str]:
    """Where each option can be set."""
    yield from ("| pytest | ini key | `flops-mock check` | keyword | what |", "| --- | --- | --- | --- | --- |")
    for option in OPTIONS:
        ini = f"`{option.ini}`" if "pytest" in option.doors else ""
        names = (
            f"`{f'{option.option} {option.metavar}'.strip()}`" if "pytest" in option.doors else "",
            f"{ini}, adds up" if option.adds else ini,
            f"`{option.argument}`" if "command" in option.doors else "",
            f"`{option.key}=`" if "argument" in option.doors else "",
        )
        yield f"| {' | '.join([*names, option.text])} |"


def _drift() -> Iterator[str]:
    yield from (
        "## Drift",
        "",
        "What can be wrong with partitions: [how it is written](how-to.md#see-how-a-repository-bears-bad-data). Partitions "
        "get the kinds in this order. What is set in italics changes the schema.",
        "",
        "| kind | takes | about | what it does |",
        "| --- | --- | --- | --- |",
    )
    for kind in KINDS.values():
        does = f"*{kind.does}*" if kind.new_schema else kind.does
        yield f"| `{kind.example}` | {kind.takes.means} | {kind.about.value} | {does} |"


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


if __name__ == "__main__":
    TARGET.write_text(reference(), encoding="utf-8")
