"""What the workers of a session share: who checks, what it came to, and that nothing remains."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from standins.projects import REPOSITORY, mock_sla

from pytest_flops_mock.checks.ran import Ran
from pytest_flops_mock.checks.running import Asked, Checks
from pytest_flops_mock.checks.sharing import SessionOverError, SharedFolder, made_folder, remove_folder
from pytest_flops_mock.errors import FlopsMockError, Problem, ToolError
from pytest_flops_mock.progress import unheard
from pytest_flops_mock.settings import Settings, settings_from
from pytest_flops_mock.stage import CHECKED, Outcome, Stage


@pytest.fixture
def folder() -> Iterator[Path]:
    made = made_folder()
    yield made
    remove_folder(made)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    for name, text in REPOSITORY.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    for name in ("a", "b"):
        (tmp_path / f"{name}.json").write_text(json.dumps(mock_sla(max_rows=20)), encoding="utf-8")
    return settings_from(tmp_path, tmp_path, options={"env": "current"}, ini={})


def asked(folder: Path, *stages: Stage) -> Asked:
    return {(folder / name,): stages for name in ("a.json", "b.json")}


def checks(settings: Settings, folder: Path, *stages: Stage) -> Checks:
    return Checks(settings, asked(settings.repository, *stages), unheard, SharedFolder(folder))


def test_the_folder_is_the_users_alone_and_goes_with_the_session(folder: Path) -> None:
    assert folder.stat().st_mode & 0o777 == 0o700
    shared = SharedFolder(folder)
    assert shared.exists
    remove_folder(folder)
    assert not shared.exists
    assert not list(folder.parent.glob(f"{folder.name}*"))
    with pytest.raises(SessionOverError):
        shared.end((Path("a.json"),), None)


def test_what_one_process_has_checked_another_one_reads(settings: Settings, folder: Path) -> None:
    (a, b) = asked(settings.repository)
    first, second = (checks(settings, folder, Stage.SLA, Stage.STRUCTURE) for _ in range(2))
    ran = first.ran(a, Stage.STRUCTURE)
    assert (ran.stage, ran.report.outcome("structure")) == (Stage.STRUCTURE, Outcome.PASSED)
    settings.repository.joinpath("a.json").unlink()  # who looked now would miss it
    assert second.ran(a, Stage.STRUCTURE) == ran
    assert second.ran(a, Stage.SLA).report.ok
    assert SharedFolder(folder).ran(b, Stage.STRUCTURE) is not None, "who checks does all of the session"
    first.close()


def test_a_check_that_came_to_no_end_is_told_by_all_that_wait_for_it(folder: Path, settings: Settings) -> None:
    (a, _) = asked(settings.repository)
    SharedFolder(folder).end(a, ToolError(Problem("uv is missing", fix="install it")))
    with pytest.raises(FlopsMockError, match=r"uv is missing\n  fix       install it"):
        checks(settings, folder, Stage.SLA).ran(a, Stage.SLA)
    SharedFolder(folder).end(a, ValueError("a mistake"))
    with pytest.raises(RuntimeError, match="ValueError: a mistake"):
        checks(settings, folder, Stage.SLA).ran(a, Stage.SLA)


def test_what_a_worker_that_died_has_left_another_one_does(folder: Path, settings: Settings) -> None:
    (a, _) = asked(settings.repository)
    program = (
        "import os, sys; from pathlib import Path; from pytest_flops_mock.checks.sharing import SharedFolder\n"
        "with SharedFolder(Path(sys.argv[1])).place(1) as place, SharedFolder(Path(sys.argv[1])).checking((Path('a'),)):\n"
        "    print(place, flush=True); sys.stdin.read(); os._exit(9)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, os.fspath(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "True\n"
        with SharedFolder(folder).place(1) as place:
            assert not place, "it holds the only one"
        worker.communicate()
    assert worker.returncode == 9
    assert checks(settings, folder, Stage.SLA).ran(a, Stage.SLA).report.ok


def test_many_slas_have_more_than_one_place(folder: Path) -> None:
    shared = SharedFolder(folder)
    with shared.place(16) as first, shared.place(16) as second, shared.place(16) as third:
        assert (first, second, third) == (True, True, False)


def test_a_session_that_is_over_is_not_checked_for(folder: Path, settings: Settings) -> None:
    waiting = checks(settings, folder, Stage.SLA)
    remove_folder(folder)
    with pytest.raises(SessionOverError):
        waiting.ran(next(iter(waiting.asked)), Stage.SLA)


def test_what_ran_reads_back_as_it_was(settings: Settings) -> None:
    alone = Checks(settings, asked(settings.repository, *CHECKED), unheard)
    ran = alone.ran(next(iter(alone.asked)), Stage.STRUCTURE)
    assert Ran.from_json(ran.stage, ran.to_json()) == ran
    alone.close()
