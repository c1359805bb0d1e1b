"""``flops-mock rounds``: what it refuses, and what it shows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from standins.options import bad
from standins.projects import REPOSITORY, mock_sla

from pytest_flops_mock.cli import main
from pytest_flops_mock.option_table import OPTIONS

PROJECT = {
    "customerID": "Admin",
    "ml_repo_url": "https://github.com/someone/repository",
    "ml_model_flavor": "sklearn",
    "training_configuration": {"data_tags": ["mnist"], "min_available_clients": 4},
}


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with its SLAs, as the current folder."""
    for name, text in REPOSITORY.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "mnist.json").write_text(json.dumps(mock_sla(max_rows=60)), encoding="utf-8")
    (tmp_path / "project.json").write_text(json.dumps(PROJECT), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["rounds", ".", "--sla", "mnist.json", *arguments]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    return shown.err


@pytest.mark.parametrize(("name", "value", "message"), bad("rounds"))
def test_an_option_that_means_nothing_is_told_with_its_name(
    capsys: pytest.CaptureFixture[str], name: str, value: str, message: str
) -> None:
    option = next(option.argument for option in OPTIONS if option.name == name)
    assert refused(capsys, option, value).startswith(f"flops-mock: {message}\n  where     {option}\n  expected  ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--fault", "node 2 round 2 kil"], "there is no such fault of a learner\n  where     --fault\n"),
        (["--nodes", "3", "--fault", "node 3 round 1 kill"], "there is no learner node 3\n  where     faults\n"),
        (["--nodes", "3", "--fault", "node 1 round 9 kill"], "there is no round 9\n"),
        (["--nodes", "3", "--fault", "node 1 round 1 slow -1"], "slow takes a number of seconds above 0\n"),
        (
            ["--nodes", "3", "--project-sla", "project.json"],
            "min_available_clients is more than the 3 learner nodes: no round",
        ),
        (["--nodes", "2", "--clusters", "3"], "2 learner nodes are too few for 3 clusters\n"),
        (["--nodes", "1001"], "there can be no such number of learner nodes\n"),
        (["--cycles", "2"], "classic mode has no cycles\n"),
        (["--project-sla", "projetc.json"], "the project SLA is not there\n"),
        (["--env", "nowhere/python"], "there is no Python for the check"),
    ],
)
def test_what_cannot_be_is_refused(capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    assert said in refused(capsys, *arguments)


def test_a_repository_that_cannot_be_trained_is_told(capsys: pytest.CaptureFixture[str], repository: Path) -> None:
    (repository / "model_manager.py").unlink()
    assert main(["rounds", ".", "--sla", "mnist.json", "--nodes", "2", "--env", "current", "--output", "all.json"]) == 1
    shown = capsys.readouterr().out
    assert "verdict     incompatible (1 error); the rounds did not run" in shown
    assert json.loads((repository / "all.json").read_text(encoding="utf-8"))["facts"] is None


def test_the_help_names_each_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["rounds", "--help"])
    told = " ".join(capsys.readouterr().out.split())
    for option in OPTIONS:
        if "rounds" in option.doors:
            assert f" {option.argument} {option.metavar} " in told
