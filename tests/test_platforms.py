"""Where there is no POSIX, what can work does, other test suites run, and the rest says so in one sentence."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

SENTENCE = "this part of pytest-flops-mock needs Linux or macOS, and does not work on Windows"
SLA = (
    '{"customerID": "Admin", "mock_data_configuration": '
    '{"dataset_name": "mnist", "number_of_partitions": 2, "data_tag": "mnist", "max_rows": 100}}'
)


def without_posix(*arguments: str) -> subprocess.CompletedProcess[str]:
    script = str(Path(__file__).with_name("standins") / "without_posix.py")
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.run(
        [sys.executable, script, *arguments], env=variables, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.fixture(autouse=True)
def an_sla(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mnist.json").write_text(SLA, encoding="utf-8")


@pytest.mark.slow
def test_other_tests_run_and_so_do_server_and_provider_and_a_check_says_what_it_needs() -> None:
    Path("test_all.py").write_text(
        """
import pytest
from pytest_flops_mock import ParquetStore

def test_anything():
    pass

def test_rows_arrive(mock_data_provider):
    assert mock_data_provider("mnist.json").partitions[0].rows == 50

def test_files(tmp_path):
    ParquetStore(tmp_path)

def test_check(flops_check):
    flops_check(".", sla="mnist.json")
""",
        encoding="utf-8",
    )
    done = without_posix("pytest", "-q", "-p", "no:cacheprovider")
    assert "2 passed, 2 errors" in done.stdout
    assert done.stdout.count(f"ToolError: {SENTENCE}") == 2
    assert "<frozen " not in done.stdout
    assert re.search(r'^> +flops_check\(".", sla="mnist.json"\)$', done.stdout, re.MULTILINE)


def test_the_command_says_what_it_needs() -> None:
    done = without_posix("pytest_flops_mock", "check", ".", "--sla=mnist.json")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.splitlines()[0] == f"flops-mock: {SENTENCE}"
    assert done.stderr.splitlines()[-1] == "  fix       run it in WSL, the Linux within Windows: wsl --install"


@pytest.mark.slow
def test_partitions_can_be_looked_at() -> None:
    done = without_posix("pytest_flops_mock", "partitions", "mnist.json")
    assert done.returncode == 0, done.stderr
    assert "Jensen-Shannon" in done.stdout
