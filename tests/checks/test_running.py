"""Checks that run stage by stage, as tests ask for them in any order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from standins.projects import REPOSITORY, mock_sla
from standins.venvs import broken

from pytest_flops_mock.checks.running import Checks
from pytest_flops_mock.progress import Event, StageBegan
from pytest_flops_mock.settings import settings_from
from pytest_flops_mock.stage import CHECKED, Outcome, Stage

A, B = "a.json", "b.json"


class Session:
    """Checks of two SLAs, and the stages that have begun."""

    def __init__(self, folder: Path, files: dict[str, str], *stages: Stage, env: str = "current") -> None:
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        for name, count in ((A, 2), (B, 3)):
            sla = mock_sla(max_rows=30, number_of_partitions=count)
            (folder / name).write_text(json.dumps(sla), encoding="utf-8")
        self.folder = folder
        self.began: list[Stage] = []
        settings = settings_from(folder, folder, options={"env": env}, ini={})
        self.checks = Checks(settings, {(folder / name,): stages for name in (A, B)}, self._note)

    def _note(self, event: Event) -> None:
        if isinstance(event, StageBegan):
            self.began.append(event.stage)

    def ran(self, sla: str, stage: Stage) -> dict[str, str]:
        report = self.checks.ran((self.folder / sla,), stage).report
        return {result.stage.value: result.reason or result.outcome.value for result in report.stages}


@pytest.fixture
def closing() -> Iterator[list[Checks]]:
    all_of_them: list[Checks] = []
    yield all_of_them
    for each in all_of_them:
        each.close()


def test_a_stage_alone_runs_with_what_it_needs_and_no_more(tmp_path: Path) -> None:
    session = Session(tmp_path, REPOSITORY, Stage.SLA, Stage.PROVIDE)
    assert session.ran(A, Stage.SLA) == {"sla": "passed"}
    assert session.began == [Stage.SLA]
    assert session.ran(A, Stage.PROVIDE) == {"sla": "passed", "provide": "passed"}
    assert session.began == [Stage.SLA, Stage.PROVIDE]


def test_a_check_is_finished_before_another_one_begins_and_each_has_its_own_data(
    tmp_path: Path, closing: list[Checks]
) -> None:
    session = Session(tmp_path, REPOSITORY, *CHECKED)
    closing.append(session.checks)
    session.ran(A, Stage.LOAD)
    assert session.began[-1] is Stage.LOAD
    session.ran(B, Stage.TRAIN)
    assert session.began.index(Stage.EVALUATE) < len(session.began) - 1 - session.began[::-1].index(Stage.SLA)
    for sla, partitions in ((A, 2), (B, 3)):
        report = session.checks.ran((tmp_path / sla,), Stage.EVALUATE).report
        assert report.ok, report
        assert len(report.data.partitions) == partitions


def test_an_error_is_told_by_the_test_of_its_stage_or_of_the_first_that_needs_it(tmp_path: Path) -> None:
    session = Session(tmp_path, REPOSITORY, Stage.STRUCTURE, Stage.LOAD, Stage.EVALUATE)
    slas = (tmp_path / A,)
    assert session.checks.tells(slas, Stage.STRUCTURE) == {Stage.STRUCTURE}
    assert session.checks.tells(slas, Stage.LOAD) == {Stage.SLA, Stage.ENVIRONMENT, Stage.PROVIDE, Stage.LOAD}
    assert Stage.TRANSFORM in session.checks.tells(slas, Stage.EVALUATE)
    assert Stage.LOAD not in session.checks.tells(slas, Stage.EVALUATE)


@pytest.fixture
def broken_env(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(broken(tmp_path_factory.mktemp("env") / "venv", "datasets", "raise ImportError('nothing here')"))


def test_what_the_child_itself_cannot_import_is_told_by_the_stage_that_waits_for_it(
    tmp_path: Path, broken_env: str, closing: list[Checks]
) -> None:
    session = Session(tmp_path, REPOSITORY, *CHECKED, env=broken_env)
    closing.append(session.checks)
    assert session.ran(A, Stage.ENVIRONMENT)["environment"] == Outcome.PASSED.value
    outcomes = session.ran(A, Stage.LOAD)
    assert (outcomes["environment"], outcomes["load"]) == ("failed", "needs environment")
    (error,) = session.checks.ran((tmp_path / A,), Stage.LOAD).errors
    assert (error.code, error.stage) == ("FM206", Stage.ENVIRONMENT)


def test_alone_the_stage_environment_waits_itself(tmp_path: Path, broken_env: str, closing: list[Checks]) -> None:
    session = Session(tmp_path, REPOSITORY, Stage.ENVIRONMENT, env=broken_env)
    closing.append(session.checks)
    assert session.ran(A, Stage.ENVIRONMENT)["environment"] == "failed"
