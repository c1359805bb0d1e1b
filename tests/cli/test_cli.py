"""``flops-mock`` as a whole."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from standins.calling import ROOT

from pytest_flops_mock import __version__
from pytest_flops_mock.cli import main
from pytest_flops_mock.option_table import OPTIONS


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "flops-mock: error: the following arguments are required: COMMAND\n"),
        (["check", ".", "--sla"], "flops-mock check: error: argument --sla: expected at least one argument\n"),
        (["check", ".", "--sla", "x", "--forma", "json"], "unrecognized arguments: --forma json\n"),
        (["check", ".", "--sla", "x", "--format", "xml"], "argument --format: invalid choice: 'xml'"),
    ],
)
def test_an_argument_that_is_wrong_ends_with_2(arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert told in err


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"flops-mock {__version__}\n"


def test_the_command_is_installed_under_its_name() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert '\n[project.scripts]\nflops-mock = "pytest_flops_mock.cli:main"\n' in project


def test_the_help_names_exit_statuses_and_formats(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["check", "--help"])
    told = capsys.readouterr().out
    for option in OPTIONS:
        if "command" in option.doors:
            named = f"{option.argument} {option.metavar}".strip()
            assert f" {named} " in " ".join(told.split())
            assert option.terminal in " ".join(told.split())
    assert "  2    no verdict: wrong use " in told
    assert "  github    annotations for GitHub Actions" in told


def test_it_works_where_python_drops_docstrings() -> None:
    command = [sys.executable, "-m", "pytest_flops_mock", "--help"]
    optimized = {**os.environ, "PYTHONOPTIMIZE": "2"}
    done = subprocess.run(command, env=optimized, capture_output=True, text=True, check=True, timeout=300)
    assert "Begin an ML repository, check and search it without pytest" in done.stdout
    assert done.stderr == ""
