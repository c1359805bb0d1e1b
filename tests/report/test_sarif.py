"""SARIF logs and GitLab's code quality: they keep the schemas of others, and say where a finding is below the root."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from standins.schemas import CODE_QUALITY, sarif_schema, validate

from pytest_flops_mock import Finding, Outcome, Problem, Report, Stage
from pytest_flops_mock.codes import CODES
from pytest_flops_mock.findings import Frame, StageResult
from pytest_flops_mock.report.code_quality import code_quality
from pytest_flops_mock.report.places import Places
from pytest_flops_mock.report.sarif import sarif

FRAMES = (
    Frame("model_manager.py", 20, "set_model_data", "x = DataManager()"),
    Frame("data/loading my.py", 19, "_prepare", "y"),
)


def finding(code: str, where: str = "", message: str = "it breaks", frames: tuple[Frame, ...] = ()) -> Finding:
    return Finding.of(Problem(message, where=where, expected="x", got="y", fix="fix it"), code=code, frames=frames)


IN_CODE = finding("FM602", "data/loading my.py:19", frames=FRAMES)
IN_SLA = finding("FM007", "mocks/a.json: mock_data_configuration.number_of_partitions")
IN_FILE = finding("FM103", "model_manager.py:3")
NOWHERE = finding("FM813", "fit_model()")
NOTE = finding("FM201")


@pytest.fixture
def places(tmp_path: Path) -> Places:
    (tmp_path / "ml").mkdir()
    return Places(tmp_path, tmp_path / "ml", tmp_path)


def run_of(reports: dict[str, Report], places: Places) -> dict[str, Any]:
    """The one run of the log, which keeps the schema."""
    told = json.loads(sarif(reports, places))
    validate(told, sarif_schema())
    (run,) = told["runs"]
    return dict(run)


def quality(reports: dict[str, Report], places: Places) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = json.loads(code_quality(reports, places))
    validate(told, CODE_QUALITY)
    assert len({each["fingerprint"] for each in told}) == len(told)
    return told


def where(result: dict[str, Any]) -> tuple[str, int] | str:
    (location,) = result["locations"]
    if "physicalLocation" not in location:
        return str(location["logicalLocations"][0]["fullyQualifiedName"])
    physical = location["physicalLocation"]
    assert physical["artifactLocation"]["uriBaseId"] == "%SRCROOT%"
    return physical["artifactLocation"]["uri"], physical["region"]["startLine"]


def test_a_good_report_is_a_run_without_results(places: Places) -> None:
    run = run_of({"a.json": Report("ml", sla="a.json")}, places)
    assert (run["results"], run["tool"]["driver"]["rules"]) == ([], [])
    assert run["invocations"] == [
        {
            "executionSuccessful": True,
            "exitCode": 0,
            "exitCodeDescription": "compatible",
            "toolExecutionNotifications": [],
        }
    ]
    assert quality({"a.json": Report("ml")}, places) == []


def test_findings_are_results_with_rules_of_the_catalogue(places: Places) -> None:
    run = run_of({"a.json": Report("ml", findings=(NOTE, IN_CODE), sla="a.json")}, places)
    error, note = run["results"]
    assert (error["ruleId"], error["level"], note["ruleId"], note["level"]) == ("FM602", "error", "FM201", "note")
    assert error["message"]["text"].startswith("it breaks\nwhere     data/loading my.py:19\nexpected  x\n")
    rules = run["tool"]["driver"]["rules"]
    for result in (error, note):
        rule = rules[result["ruleIndex"]]
        assert rule["id"] == result["ruleId"]
        assert rule["shortDescription"]["text"] == CODES[rule["id"]].title
        assert CODES[rule["id"]].fix in rule["help"]["text"]
    assert run["invocations"][0]["exitCode"] == 1
    assert "baselineState" not in error
    assert [frame["location"]["message"]["text"] for frame in error["stacks"][0]["frames"]] == ["y", "x = DataManager()"]


def test_every_code_makes_a_rule_that_keeps_the_schema(places: Places) -> None:
    everything = tuple(finding(code) for code in CODES)
    rules = run_of({"": Report("ml", findings=everything)}, places)["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == sorted(CODES)
    assert len(quality({"": Report("ml", findings=everything)}, places)) == len(CODES)


def test_places_start_at_the_root(places: Places) -> None:
    findings = (IN_CODE, IN_SLA, IN_FILE, NOWHERE)
    report = {"mocks/a.json": Report("ml", findings=findings, sla="mocks/a.json")}
    results = {result["ruleId"]: where(result) for result in run_of(report, places)["results"]}
    assert results == {
        "FM602": ("ml/data/loading%20my.py", 19),
        "FM007": ("mocks/a.json", 1),
        "FM103": ("ml/model_manager.py", 3),
        "FM813": ("mocks/a.json", 1),  # in no file: the SLA with which it was found
    }
    told = {
        each["check_name"]: (each["location"]["path"], each["location"]["lines"]["begin"])
        for each in quality(report, places)
    }
    assert told["FM602"] == ("ml/data/loading my.py", 19)
    assert told["FM813"] == ("mocks/a.json", 1)


def test_what_is_in_a_clone_or_outside_the_root_is_told_at_the_sla_or_by_its_name(places: Places, tmp_path: Path) -> None:
    for repository in (None, tmp_path.parent / "elsewhere"):
        elsewhere = Places(places.root, repository, places.folder)
        report = {"mocks/a.json": Report("url", findings=(IN_FILE,), sla="mocks/a.json")}
        (result,) = run_of(report, elsewhere)["results"]
        assert where(result) == ("mocks/a.json", 1)
        assert result["locations"][0]["logicalLocations"] == [{"fullyQualifiedName": "model_manager.py:3"}]
        outside = {"/srv/a.json": Report("url", findings=(IN_FILE,), sla="/srv/a.json")}
        (result,) = run_of(outside, elsewhere)["results"]
        assert where(result) == "model_manager.py:3"
        assert str(tmp_path) not in json.dumps(result)
        (entry,) = quality(outside, elsewhere)
        assert entry["location"] == {"path": "model_manager.py", "lines": {"begin": 3}}


def test_what_several_slas_find_is_told_once(places: Places) -> None:
    reports = {name: Report("ml", findings=(IN_FILE,), sla=name) for name in ("a.json", "b.json")}
    (result,) = run_of(reports, places)["results"]
    assert result["properties"]["slas"] == ["a.json", "b.json"]
    assert len(quality(reports, places)) == 1


def test_those_that_are_alike_have_fingerprints_of_their_own_that_stay(places: Places) -> None:
    def prints(*lines: int) -> list[str]:
        alike = tuple(finding("FM516", message=f"array {line} is broken") for line in lines)
        run = run_of({"": Report("ml", findings=alike)}, places)
        return [result["partialFingerprints"]["flopsMock/v1"] for result in run["results"]]

    assert len(set(prints(1, 2))) == 2
    assert prints(1, 2) == prints(7, 9)


def test_what_is_ignored_is_suppressed_and_what_is_known_is_told_so(places: Places) -> None:
    gone, known = finding("FM004", "a.json: x"), finding("FM603")
    report = Report(
        "ml", findings=(IN_FILE,), ignored=(NOTE,), sla="a.json", baseline="old.json", known=(known,), gone=(gone,)
    )
    results = {result["ruleId"]: result for result in run_of({"a.json": report}, places)["results"]}
    assert {code: result["baselineState"] for code, result in results.items()} == {
        "FM103": "new",
        "FM201": "unchanged",
        "FM603": "unchanged",
        "FM004": "absent",
    }
    assert [code for code, result in results.items() if "suppressions" in result] == ["FM201"]
    assert {each["check_name"] for each in quality({"a.json": report}, places)} == {"FM103", "FM603"}


@pytest.mark.parametrize("swapped", [False, True])
def test_what_one_sla_breaks_counts_though_another_one_knows_it_or_is_rid_of_it(places: Places, swapped: bool) -> None:
    reports = {
        "a.json": Report("ml", sla="a.json", baseline="old.json", gone=(IN_FILE, NOWHERE)),
        "b.json": Report("ml", sla="b.json", baseline="old.json", known=(IN_FILE, NOWHERE)),
        "c.json": Report("ml", sla="c.json", baseline="old.json", findings=(IN_FILE,)),
    }
    if swapped:
        reports = dict(reversed(reports.items()))
    results = {result["ruleId"]: result for result in run_of(reports, places)["results"]}
    assert {code: result["baselineState"] for code, result in results.items()} == {"FM103": "new", "FM813": "unchanged"}
    assert sorted(results["FM103"]["properties"]["slas"]) == ["a.json", "b.json", "c.json"]


def test_stages_that_did_not_run_are_notes(places: Places) -> None:
    skipped = StageResult(Stage.LOAD, Outcome.SKIPPED, reason="needs provide")
    (note,) = run_of({"a.json": Report("ml", stages=(skipped,))}, places)["invocations"][0]["toolExecutionNotifications"]
    assert note == {"level": "note", "message": {"text": "load with a.json was skipped: needs provide"}}


def test_texts_of_others_are_safe(places: Places) -> None:
    hostile = finding(
        "FM602", "a\x1b[31m.py:1", "##[error]\x1b]0;title\x07\ud800 </script>", (Frame("a b\n%.py", 1, "f\x07", "\x1b[2J"),)
    )
    report = {"::stop\x1b": Report("ml", findings=(hostile,), sla="::stop\x1b")}
    for text in (sarif(report, places), code_quality(report, places)):
        assert "\\u001b" not in text
        assert "\\ud800" not in text
        assert "##[" not in text
        text.encode()
    run_of(report, places)
    quality(report, places)
