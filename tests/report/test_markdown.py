"""Reports as Markdown."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import pytest_flops_mock
from pytest_flops_mock import Finding, Outcome, Problem, Report, Stage
from pytest_flops_mock.findings import DataFacts, PartitionFacts, SentFacts, StageResult
from pytest_flops_mock.report.markdown import cell, markdown

REPORTS = Path(pytest_flops_mock.__file__).parent / "report"

GOOD = Report(
    repository="my_repository",
    stages=(
        StageResult(Stage.SLA, Outcome.PASSED, 0.01),
        StageResult(Stage.PROVIDE, Outcome.PASSED, 1.25, facts=(("examples", "480"), ("loss", "0.5"))),
        StageResult(Stage.LOAD, Outcome.SKIPPED, reason="needs provide"),
    ),
    data=DataFacts(
        (SentFacts("a.json", "t", "mnist", "synthetic", "a twin", (PartitionFacts("t.0.parquet", 2, 16),)),),
        (("label", "int64"),),
        2,
    ),
    environment=(("Python", "3.11.7"), ("numpy", "2.0.0")),
)
NOTE = Finding.of(Problem("other Python"), code="FM201")
WARNING = Finding.of(Problem("it may break", fix="wait"), code="FM004")
ERROR = Finding.of(
    Problem("it breaks", where="a.py:1", expected="x | y", got="`z`\n<b>", nearest="y", fix="fix it"),
    code="FM603",
    detail="Traceback\n\n</pre> *f*",
)
BAD = Report(repository="__init__ | x", findings=(NOTE, WARNING, ERROR), ignored=(WARNING,))


def test_a_report_has_its_verdict_its_stages_and_what_it_ran_on() -> None:
    assert markdown([GOOD], names=["mocks/mnist.json"]) == (
        "### flops-mock: compatible as far as it was checked: my_repository with mocks/mnist.json\n"
        "\n"
        "Data: mnist: a twin; 1 partition; 2 rows loaded\n"
        "\n"
        "Environment: Python 3.11.7, numpy 2.0.0\n"
        "\n"
        "| stage | outcome | seconds | reason |\n"
        "| --- | --- | ---: | --- |\n"
        "| sla | passed | 0.0 |  |\n"
        "| provide | passed | 1.2 | examples 480; loss 0.5 |\n"
        "| load | skipped |  | needs provide |\n"
    )


def test_findings_come_with_failures_first_and_details_folded() -> None:
    assert markdown([BAD]) == (
        "### flops-mock: incompatible: \\_\\_init\\_\\_ \\| x\n"
        "\n"
        "| severity | code | stage | finding | where | expected | got | nearest | fix |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n"
        "| error | FM603 | transform | it breaks | a.py:1 | x \\| y | \\`z\\`<br>&lt;b&gt; | y | fix it |\n"
        "| warning | FM004 | sla | it may break |  |  |  |  | wait |\n"
        "| info | FM201 | environment | other Python |  |  |  |  |  |\n"
        "\n"
        "<details><summary>FM603 a.py:1</summary>\n"
        "\n"
        "<pre>Traceback\n"
        "\n"
        "&lt;/pre&gt; *f*</pre>\n"
        "\n"
        "</details>\n"
        "\n"
        "Ignored: FM004\n"
    )


def test_several_reports_begin_with_all_verdicts_and_go_on_with_the_failures() -> None:
    text = markdown([GOOD, BAD], names=["good.json", "bad.json"])
    assert text.startswith(
        "## flops-mock: 1 of 2 compatible\n"
        "\n"
        "| verdict | SLA | data | errors | warnings |\n"
        "| --- | --- | --- | ---: | ---: |\n"
        "| incompatible | bad.json |  | 1 | 1 |\n"
        "| compatible as far as it was checked | good.json | mnist | 0 | 0 |\n"
        "\n"
        "### flops-mock: incompatible: "
    )
    assert text.index("with bad.json") < text.index("with good.json")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a|b", "a\\|b"),
        ("a\nb\r\nc\rd", "a<br>b<br>c<br>d"),
        ("`x` *y* ~~z~~ \\|", "\\`x\\` \\*y\\* \\~\\~z\\~\\~ \\\\\\|"),
        ("<script>&amp;", "&lt;script&gt;&amp;amp;"),
        ("data_manager.py __init__ _x", "data_manager.py \\_\\_init\\_\\_ \\_x"),
        ("[a](b) get_data()[0]", "\\[a\\](b) get_data()\\[0]"),
        ("\x1b[31mred\x1b[0m\x1b]0;title\x07\x08", "red�"),
        ("  ", ""),
    ],
)
def test_a_cell_has_no_markup_of_its_own(text: str, shown: str) -> None:
    assert cell(text) == shown


def test_a_long_report_ends_on_a_whole_row_and_says_how_many_are_missing() -> None:
    many = tuple(Finding.of(Problem(f"warning {number} é"), code="FM004", detail="x" * 50) for number in range(500))
    text = markdown([Report("r", findings=(*many, ERROR))], max_bytes=4_000)
    assert len(text.encode()) <= 4_000
    rows = [line for line in text.splitlines() if line.startswith(("| error", "| warning"))]
    assert rows[0].startswith("| error | FM603 |")
    assert all(line.endswith(" |") for line in rows)
    assert len(rows) > 30
    assert text.endswith(f"\n**Not shown: {501 - len(rows)} findings, 501 details, since this text ends at 4,000 bytes.**\n")


def test_all_of_it_fits_or_none_of_it() -> None:
    whole = markdown([BAD])
    assert markdown([BAD], max_bytes=len(whole.encode())) == whole
    less = len(whole.encode()) - 1
    assert markdown([BAD], max_bytes=less).endswith(f"\n**Not shown: 1 detail, since this text ends at {less} bytes.**\n")
    assert "Not shown: 1 report, 3 findings, 1 detail" in markdown([BAD], max_bytes=10)


def test_no_reports_are_an_empty_text() -> None:
    assert markdown([]).strip() == ""


@pytest.mark.parametrize("module", sorted(REPORTS.glob("*.py")), ids=lambda path: path.name)
def test_writers_see_findings_and_nothing_else(module: Path) -> None:
    nodes = ast.walk(ast.parse(module.read_text(encoding="utf-8")))
    ours = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and "flops" in (node.module or "")}
    below = {f"pytest_flops_mock.{name}" for name in ("errors", "stage", "codes", "findings", "statistics", "texts")}
    below.add("pytest_flops_mock")  # its version
    assert {name for name in ours if name and not name.startswith("pytest_flops_mock.report")} <= below
