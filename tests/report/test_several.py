"""What is said of the reports on several SLAs, as text, as JSON and to GitHub."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_flops_mock import Finding, Problem, Report
from pytest_flops_mock.findings import DataFacts, PartitionFacts, SentFacts
from pytest_flops_mock.report import text
from pytest_flops_mock.report.as_json import written
from pytest_flops_mock.report.github import publish

WARNING = Finding.of(Problem("much\nmemory", where="train", code="FM717"))
ERROR = Finding.of(Problem("no é column", where="a.py:3", code="FM602"))
SENT = SentFacts("a.json", "mnist", "mnist", "synthetic", "a twin", (PartitionFacts("n", 1, 1),))
GOOD = Report("r", findings=(WARNING,), data=DataFacts((SENT,)))
BAD = Report("r", findings=(ERROR, WARNING))
REPORTS = {"a.json": GOOD, "b.json": BAD}


def test_an_overview_has_a_line_for_each_sla_and_one_for_each_warning() -> None:
    assert text.overview(REPORTS) == [
        "a.json: compatible (1 warning); a twin",
        "b.json: incompatible (1 error, 1 warning)",
        "warning FM717 [train] much memory (train) (with 2 SLAs)",
    ]
    assert text.overview({"a.json": GOOD})[-1] == "warning FM717 [train] much memory (train)"


def test_a_tally_names_those_that_are_not_compatible() -> None:
    assert text.tally(REPORTS) == "checked     2 SLAs: 1 compatible, 1 not (b.json)"
    assert text.tally({"a.json": GOOD, "c.json": GOOD}) == "checked     2 SLAs: 2 compatible, 0 not"


def test_json_has_one_form_for_one_report_and_for_many() -> None:
    assert written([BAD]) == BAD.to_json()
    assert json.loads(written([GOOD]))["verdict"] == "compatible"
    both = json.loads(written([GOOD, BAD]))
    assert both["verdict"] == "incompatible"
    assert both["reports"] == [*json.loads(GOOD.to_json())["reports"], *json.loads(BAD.to_json())["reports"]]
    assert Report.all_from_json(written([GOOD, BAD])) == (GOOD, BAD)
    with pytest.raises(ValueError, match=r"^2 reports in place of one; Report\.all_from_json reads them$"):
        Report.from_json(written([GOOD, BAD]))


def test_json_is_ascii_where_a_stream_needs_it() -> None:
    assert written([BAD], ascii_only=True).isascii()
    assert json.loads(written([BAD], ascii_only=True)) == json.loads(BAD.to_json())


def test_what_came_from_which_of_several_providers_is_told() -> None:
    other = SentFacts("b.json", "digits", "digits", "hub", "the hub", (PartitionFacts("d", 2, 1), PartitionFacts("e", 2, 1)))
    data = DataFacts((SENT, other), rows=5)
    assert text.full(Report("r", data=data)) == (
        "repository  r\n"
        "data        a.json sent mnist: a twin; 1 partition under the tag mnist\n"
        "            b.json sent digits: the hub; 2 partitions under the tag digits\n"
        "            5 rows loaded\n"
        "verdict     compatible"
    )
    assert (data.dataset_name, data.source, len(data.partitions)) == ("mnist and digits", "synthetic and hub", 3)


def test_github_gets_annotations_and_a_summary_if_it_names_a_file(tmp_path: Path) -> None:
    told = publish(REPORTS, {}, repository=tmp_path, folder=tmp_path)
    assert [line.partition(",title=")[0] for line in told.annotations] == ["::error file=a.py,line=3", told.annotations[1]]
    assert (told.in_summary, told.problem) == (False, "")
    summary = tmp_path / "summary"
    again = publish(REPORTS, {"GITHUB_STEP_SUMMARY": str(summary)}, repository=tmp_path, folder=tmp_path)
    assert (again.annotations, again.in_summary) == (told.annotations, True)
    assert summary.read_text(encoding="utf-8").startswith("## flops-mock: 1 of 2 compatible\n")


def test_a_workspace_is_where_github_counts_paths_from(tmp_path: Path) -> None:
    variables = {"GITHUB_WORKSPACE": str(tmp_path)}
    told = publish({"b.json": BAD}, variables, repository=tmp_path / "inner", folder=tmp_path)
    assert told.annotations[0].startswith("::error file=inner/a.py,line=3,")


def test_a_summary_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    told = publish(REPORTS, {"GITHUB_STEP_SUMMARY": str(tmp_path)}, repository=tmp_path, folder=tmp_path)
    assert told.problem.startswith("the step summary cannot be written: ")
    assert not told.in_summary
    assert told.annotations


@pytest.mark.parametrize("detail", ["", "first\nsecond"])
def test_blocks_begin_with_code_and_message(detail: str) -> None:
    found = Finding.of(Problem("no column", code="FM602"), detail=detail)
    shown = text.blocks([found, WARNING])
    assert shown.startswith("FM602 no column\n" + "".join(f"    {line}\n" for line in detail.splitlines()))
    assert "\n\nFM717 much\nmemory\n  where     train" in shown
