"""``--baseline``: what an earlier run has found does not fail; what is new does, and what went away is told."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from standins.broken import CHECK, broken_folder
from standins.pty import on_terminal

from pytest_flops_mock import Report
from pytest_flops_mock.cli import main


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return broken_folder(tmp_path, monkeypatch)


def told(folder: Path, name: str) -> list[Report]:
    return list(Report.all_from_json((folder / name).read_text(encoding="utf-8")))


def test_a_run_against_itself_passes_and_a_new_fault_does_not(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*CHECK, "--output=base.json"]) == 1
    capsys.readouterr()
    assert main([*CHECK, "--baseline=base.json", "--output=r.json"]) == 0
    out = capsys.readouterr().out
    assert "\nknown       error FM103 [structure] " in out
    assert out.count("verdict     compatible but for ") == 2
    assert out.count("; not checked behind what is known: ") == 2
    assert all(report.known and report.hidden for report in told(folder, "r.json"))

    (folder / "model_manager.py").write_text("\n\ndef f(:\n", encoding="utf-8")  # the same fault, two lines further down
    (folder / "data_manager.py").write_text("def g(:\n", encoding="utf-8")
    assert main([*CHECK, "--baseline=base.json"]) == 1
    out = capsys.readouterr().out
    assert "\nerror FM103 [structure] " in out
    assert "\n  where     data_manager.py:1\n" in out
    assert "\nknown       error FM103 [structure] " in out


def test_what_went_away_is_told_and_the_file_may_be_made_anew(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "data_manager.py").write_text("def g(:\n", encoding="utf-8")
    assert main([*CHECK, "--output=base.json"]) == 1
    capsys.readouterr()
    (folder / "data_manager.py").write_text("", encoding="utf-8")
    status = main([*CHECK, "--baseline=base.json", "--output=base.json"])
    out = " ".join(capsys.readouterr().out.split())
    assert re.search(r" gone error FM103 \[structure\] [^()]*(\([^()]*\))? ?\(data_manager\.py:1\) ", out)
    assert re.search(r" known error FM103 \[structure\] [^()]*(\([^()]*\))? ?\(model_manager\.py:1\) ", out)
    assert status == 0
    assert main([*CHECK, "--baseline=base.json"]) == 0
    assert "\ngone " not in capsys.readouterr().out
    (folder / "data_manager.py").write_text("def g(:\n", encoding="utf-8")
    assert main([*CHECK, "--baseline=base.json"]) == 1  # it came back


@pytest.mark.slow
def test_a_terminal_of_any_width_and_a_pipe_show_the_same(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check = [*CHECK[:-1], "a.json"]
    assert main([*check, "--output=base.json"]) == 1
    command = [sys.executable, "-m", "pytest_flops_mock", *check, "--baseline=base.json"]
    told = [subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=120, check=False).stdout]
    for columns in (80, 200):
        status, lines = on_terminal(command, columns, folder=folder, environment={"NO_COLOR": "1"})
        assert (status, max(map(len, lines)) <= columns) == (0, True)
        told.append("\n".join(lines))
    for text in told:
        in_a_row = " ".join(text.split())
        assert "known error FM103 [structure] " in in_a_row
        known = r" verdict compatible but for \d known errors; [FM0-9, ]+ known from base\.json; "
        assert re.search(known, in_a_row)
        assert "; not checked behind what is known: environment, provide, load, aggregator, " in in_a_row


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "the earlier report cannot be read"), ("{}", "this is no report of flops-mock")],
)
def test_a_baseline_that_is_none_is_told_before_a_check_runs(
    folder: Path, capsys: pytest.CaptureFixture[str], content: str | None, message: str
) -> None:
    if content is not None:
        (folder / "base.json").write_text(content, encoding="utf-8")
    assert main([*CHECK, "--baseline=base.json", "--output=r.json"]) == 2
    out, err = capsys.readouterr()
    assert (out, (folder / "r.json").exists()) == ("", False)
    assert err.startswith(f"flops-mock: {message}\n  where     --baseline\n")
