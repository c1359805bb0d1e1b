"""What somebody sees who has just installed it: every message leads on, on a terminal and piped."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from standins.projects import REPOSITORY, mock_sla
from standins.terminals import on_terminal

from pytest_flops_mock import MLRepository
from pytest_flops_mock.report.look import Look
from pytest_flops_mock.repository.structure import structure_findings

CHECK = [sys.executable, "-m", "pytest_flops_mock", "check", "."]
PYTEST = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]
FLOWER = "[project]\nname = 'app'\n\n[tool.flwr.app]\npublisher = 'me'\n"

Shown = Callable[[list[str]], str]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "net"
    folder.mkdir()
    for name, text in REPOSITORY.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(params=[80, 200, 0], ids=["80 columns", "200 columns", "piped"])
def shown(request: pytest.FixtureRequest, repository: Path) -> Shown:
    """What a command shows in the repository, its lines as long as the terminal is wide; and what a person reads of it."""

    def run(command: list[str]) -> str:
        if columns := request.param:
            status, text = on_terminal(command, columns=columns, folder=repository)
            text = plain(text)
            assert max(map(len, text.splitlines())) <= columns, text
        else:
            done = subprocess.run(command, cwd=repository, capture_output=True, text=True, timeout=120, check=False)
            status, text = done.returncode, done.stdout + done.stderr
        assert status in (2, pytest.ExitCode.USAGE_ERROR)
        return read(text)

    return run


def plain(text: str) -> str:
    """A text without its colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def read(text: str) -> str:
    """A text as it is read: its broken lines as one."""
    return re.sub(r"\n {12}(?=\S)", " ", plain(text))


def test_without_an_sla_one_command_writes_one(shown: Shown) -> None:
    assert shown(CHECK) == (
        "flops-mock: a check needs an MDP SLA, and none is named\n"
        "  where     --sla\n"
        "  expected  the path of an MDP SLA, or a pattern such as 'mocks/*.json'\n"
        "  got       no path\n"
        "  fix       flops-mock init writes one, and what else a first check needs\n"
    )


def test_pytest_says_the_same(shown: Shown) -> None:
    text = shown([*PYTEST, "--flops-check", "."])
    assert "ERROR: a check needs an MDP SLA, and none is named\n  where     --flops-check\n" in text
    assert "\n  got       no --flops-sla, no ini flops_sla, no SLA among the arguments (.)\n" in text
    assert "\n  fix       flops-mock init writes one, and what else a first check needs\n" in text


def test_an_sla_that_is_there_is_named(shown: Shown, repository: Path) -> None:
    (repository / "mocks").mkdir()
    (repository / "mocks" / "net.json").write_text(json.dumps(mock_sla()), encoding="utf-8")
    text = shown(CHECK)
    assert "\n  nearest   mocks/net.json\n  fix       add --sla mocks/net.json\n" in text


def test_a_path_where_there_is_none_is_told_of_the_command_too(shown: Shown) -> None:
    assert "\n  got       a.json\n  fix       flops-mock init writes one, and what else" in shown(
        [*CHECK, "--sla", "a.json"]
    )
    assert "\n  got       mocks/*.json\n  fix       flops-mock init writes" in shown([*CHECK, "--sla", "mocks/*.json"])


def test_the_command_names_the_folder_that_is_not_the_current_one(
    repository: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    subprocess.run([*CHECK[:-1], repository.name], cwd=repository.parent, timeout=120, check=False)
    assert f"  fix       flops-mock init {repository.name} writes one" in capfd.readouterr().err


def finding(folder: Path, columns: int) -> str:
    (found,) = structure_findings(MLRepository.at(folder))
    lines = Look(columns).of(f"{found.code} {found.problem}")
    assert max(map(len, lines.splitlines())) <= columns
    return read(lines)


@pytest.mark.parametrize("columns", [80, 200])
def test_a_folder_that_is_no_repository_is_told_once_with_the_nearest(columns: int, repository: Path) -> None:
    around = repository.parent
    (around / "notes.txt").write_text("", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(around)
        assert finding(Path(), columns) == (
            "FM102 this is no ML repository\n"
            "  where     .\n"
            "  expected  model_manager.py, data_manager.py, conda.yaml at the root\n"
            "  got       at the root: notes.txt\n"
            "  nearest   net\n"
            "  fix       go to net instead; or: flops-mock init --template sklearn begins one that trains"
        )


@pytest.mark.parametrize("columns", [80, 200])
def test_a_flower_app_is_told_what_flops_wants_in_its_place_and_what_carries_over(columns: int, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(FLOWER, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        assert finding(Path(), columns) == (
            "FM102 this is a Flower app, and FLOps trains ML repositories\n"
            "  where     .\n"
            "  expected  model_manager.py, data_manager.py, conda.yaml at the root\n"
            "  got       [tool.flwr.app] in pyproject.toml\n"
            "  fix       the model and its training carry over into ModelManager, the data pipeline into DataManager, "
            "dependencies into conda.yaml; ServerApp, ClientApp and strategy are FLOps' own; flops-mock init --template "
            "sklearn lays such files beside the app"
        )


def test_a_flower_app_that_is_an_ml_repository_as_well_is_one(repository: Path) -> None:
    (repository / "pyproject.toml").write_text(FLOWER, encoding="utf-8")
    assert structure_findings(MLRepository.at(repository)) == ()


@pytest.mark.slow
@pytest.mark.parametrize("columns", [80, 200])
def test_a_check_of_what_is_no_repository_leads_on(columns: int, tmp_path: Path) -> None:
    (tmp_path / "net.json").write_text(json.dumps(mock_sla()), encoding="utf-8")
    status, text = on_terminal([*CHECK, "--sla", "net.json", "--env", "current"], columns=columns, folder=tmp_path)
    assert status == 1
    assert "  fix       flops-mock init --template sklearn begins one that trains\n" in read(text)
