"""``flops-mock check`` on a terminal and in a pipe: what goes on, colours, width, and nothing left behind."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from standins.projects import REPOSITORY, mock_sla
from standins.terminals import Terminal, terminal
from standins.uv import stand_in_for_uv

from pytest_flops_mock.cli import main

CHECK = ["check", ".", "--sla", "mocks/mnist.json"]
HERE = ["--env", "current"]


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository that asks for a column that the data do not have; the current folder."""
    for name, text in REPOSITORY.items():
        (tmp_path / name).write_text(text.replace('"label"', '"lable"'), encoding="utf-8")
    (tmp_path / "mocks").mkdir()
    (tmp_path / "mocks" / "mnist.json").write_text(json.dumps(mock_sla(max_rows=40)), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name in ("COLUMNS", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    return tmp_path


@pytest.fixture(params=[80, pytest.param(200, marks=pytest.mark.slow)])
def wide(request: pytest.FixtureRequest) -> Iterator[Terminal]:
    with terminal(request.param) as shown:
        yield shown


def run_on(shown: Terminal, monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> int:
    """Run the command with the terminal in place of both of its streams."""
    with monkeypatch.context() as patch, os.fdopen(os.dup(shown.device), "w", encoding="utf-8") as stream:
        patch.setattr(sys, "stdout", stream)
        patch.setattr(sys, "stderr", stream)
        return main(arguments)


def test_on_a_terminal_a_line_tells_what_goes_on_and_only_the_report_remains(
    broken: Path, wide: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run_on(wide, monkeypatch, [*CHECK, *HERE]) == 1
    wide.close()
    for told in (
        "sla: reading the SLA",
        "provide: sending the data set's partitions",
        "train",
        "transform: giving the data",
    ):
        assert (f"\r\x1b[K{told}" in wide.text) == (told != "train"), "what is skipped does not go on"
    assert wide.lines[0] == "repository  ."
    assert wide.lines[-2].startswith("verdict     incompatible (1 error)")
    assert not [line for line in wide.lines if ": reading" in line or len(line) > wide.columns]
    assert "\x1b[1;31merror FM602\x1b[0m [transform]" in wide.text
    stages = " ".join(line for line in wide.lines if re.match(r"stages|            \w+ (passed|failed|skipped)", line))
    assert re.search(r"transform failed \([\d.,]+ s\)", " ".join(" ".join(wide.lines).split())), stages


@pytest.mark.slow
def test_in_a_pipe_there_is_the_report_alone(broken: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main([*CHECK, *HERE]) == 1
    told = capfd.readouterr()
    assert told.err == ""
    assert "\x1b" not in told.out
    assert "\r" not in told.out
    lines = told.out.splitlines()
    assert all(len(line) <= 100 for line in lines), "a width that one can read"
    assert "error FM602 [transform] the repository asks for column 'lable', which the data do not have" in lines


def test_the_line_names_what_is_built_and_downloaded_with_its_size(
    broken: Path, wide: Terminal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    script = (
        "echo 'Downloading torch (181.2MiB)'; echo 'Downloading numpy (17.4MiB)'; echo ' Downloaded numpy'; sleep 1; exit 2"
    )
    stand_in_for_uv(monkeypatch, tmp_path, f'if [ "$1" = venv ]; then mkdir -p "$4/bin"; exit 0; fi; {script}')
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    run_on(wide, monkeypatch, [*CHECK, "--env", "learner"])
    wide.close()
    seen = re.findall(r"\r\x1b\[K(environment: [^\r\x1b]*)", wide.text)
    assert seen[1].startswith("environment: building the learner's environment from conda.yaml; it is kept")
    assert "environment: building the learner's environment: torch, 190 MB" in seen
    assert all(len(line) < wide.columns for line in seen)
    assert not [line for line in wide.lines if "building" in line]


@pytest.mark.slow
def test_a_line_is_cut_where_the_terminal_ends(broken: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with terminal(20) as narrow:
        run_on(narrow, monkeypatch, [*CHECK, *HERE])
    seen = re.findall(r"\r\x1b\[K([^\r\x1b]*)", narrow.text)
    assert "provide: sending t…" in seen


@pytest.mark.slow
def test_several_slas_are_named_in_the_line(broken: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (broken / "mocks" / "three.json").write_text(json.dumps(mock_sla(max_rows=40)), encoding="utf-8")
    with terminal(120) as shown:
        run_on(shown, monkeypatch, ["check", ".", "--sla", "mocks/*.json", *HERE])
    assert "\x1b[Kmocks/mnist.json: load: loading the partitions as a learner does" in shown.text
    assert "\x1b[Kmocks/three.json: load: loading the partitions as a learner does" in shown.text


@pytest.mark.slow
def test_ctrl_c_leaves_no_line_behind(broken: Path) -> None:
    manager = broken / "data_manager.py"
    manager.write_text(f"import time\ntime.sleep(60)\n{manager.read_text(encoding='utf-8')}", encoding="utf-8")
    command = [sys.executable, "-m", "pytest_flops_mock", *CHECK, *HERE]
    with (
        terminal(80) as shown,
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=shown.device, stderr=shown.device) as process,
    ):
        shown.waits_for("load: loading", "aggregator: ")
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
    assert "\x1b[K" in shown.text
    assert [line for line in shown.lines if line] == []
