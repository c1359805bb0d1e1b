"""A check whose stages run one by one, as they are asked for, and what it tells meanwhile."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from standins.projects import REPOSITORY, mock_sla

from pytest_flops_mock import Outcome, RepositoryChecker, Stage, check_repository
from pytest_flops_mock.errors import ToolError
from pytest_flops_mock.progress import Event, StageBegan, StageEnded, fitting, in_words
from pytest_flops_mock.stage import CHECKED


def test_each_stage_runs_when_it_is_asked_for_with_what_it_needs() -> None:
    with RepositoryChecker(REPOSITORY) as checker, checker.begin(sla=mock_sla()) as checking:
        assert list(checking.report.stages) == []
        checking.run(Stage.PROVIDE)
        assert [result.stage for result in checking.report.stages] == [Stage.SLA, Stage.PROVIDE]
        assert len(checking.report.data.partitions) == 2
        assert checker.subject is not None
        assert checker.subject.session is None, "no process was started for that"
        checking.run(Stage.LOAD)
        checking.run()
        report = checking.report
    assert [result.stage for result in report.stages] == list(CHECKED)
    assert report.ok, report


@pytest.mark.slow
def test_stage_by_stage_comes_to_the_same_as_all_at_once() -> None:
    files = {**REPOSITORY, "data_manager.py": REPOSITORY["data_manager.py"].replace('"label"', '"lable"')}
    with RepositoryChecker(files) as checker, checker.begin(sla=mock_sla()) as checking:
        for stage in CHECKED:
            checking.run(stage)
        found = checking.report
    at_once = check_repository(files, sla=mock_sla())
    assert found.findings == at_once.findings
    assert [(r.stage, r.outcome, r.reason) for r in found.stages] == [(r.stage, r.outcome, r.reason) for r in at_once.stages]


def test_what_is_going_on_is_told_as_events() -> None:
    told: list[Event] = []
    check_repository(REPOSITORY, sla=mock_sla(), until="provide", on_event=told.append)
    stages = [Stage.SLA, Stage.STRUCTURE, Stage.ENVIRONMENT, Stage.PROVIDE]
    assert [event.stage for event in told if isinstance(event, StageBegan)] == stages
    ended = [event for event in told if isinstance(event, StageEnded)]
    assert [(event.stage, event.outcome) for event in ended] == [(stage, Outcome.PASSED) for stage in stages]
    assert in_words(told[0]) == "sla: reading the SLA"
    assert in_words(ended[0]) == ""


def test_a_stage_that_comes_to_no_end_is_told_to_have_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True, timeout=300)
    monkeypatch.setenv("PATH", str(tmp_path))
    told: list[Event] = []
    with pytest.raises(ToolError):
        check_repository(tmp_path, sla=mock_sla(), on_event=told.append)
    assert told[-1] == StageEnded(Stage.STRUCTURE, None)


@pytest.mark.parametrize(
    ("room", "shown"),
    [(80, "sla: reading the SLA"), (20, "sla: reading the SLA"), (19, "sla: reading the S…"), (9, "sla: rea…"), (7, "")],
)
def test_a_line_goes_into_its_room_or_is_left_out(room: int, shown: str) -> None:
    assert fitting("sla: reading the SLA", room) == shown


def test_wide_letters_take_two_columns_and_others_break_no_line() -> None:
    assert fitting("数" * 20, 20) == "数" * 9 + "…"
    assert fitting("a\x1b[2Kb\nc", 80) == "ab c"
