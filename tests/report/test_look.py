"""How reports look: as wide as the terminal, in colours or without, no word broken; and numbers with three digits."""

from __future__ import annotations

import io
import os
import re
import sys

import pytest
from standins.terminals import terminal

from pytest_flops_mock import Finding, Outcome, Problem, Report, Stage
from pytest_flops_mock.findings import Frame, StageResult
from pytest_flops_mock.report import text
from pytest_flops_mock.report.look import PIPED_WIDTH, Look, look_on

REPORT = Report(
    "/srv/somebody/projects/federated/mnist_sklearn",
    stages=(
        StageResult(Stage.SLA, Outcome.PASSED, 0.00034),
        StageResult(Stage.STRUCTURE, Outcome.PASSED, 0.04276),
        StageResult(Stage.ENVIRONMENT, Outcome.PASSED, 1234.5),
        StageResult(Stage.TRANSFORM, Outcome.FAILED, 1.23456),
        StageResult(Stage.TRAIN, Outcome.SKIPPED, reason="needs transform"),
        StageResult(Stage.EVALUATE, Outcome.PASSED, 0.5, facts=(("loss", "0.77960341"), ("examples", "120"))),
    ),
    findings=(
        Finding.of(
            Problem(
                "the repository asks for column 'lable', which the data do not have",
                where="data_manager.py:6 in _prepare_data",
                expected="one of: image (Image), label (ClassLabel of 10)",
                got="lable",
                nearest="label",
                fix="use the data set's column names, or send another data set that has a column of the name asked for",
                code="FM602",
            ),
            detail='data_manager.py:6 in _prepare_data\n    return load_dataset().data.column("lable").to_numpy()',
            frames=(Frame("data_manager.py", 6, "_prepare_data", ""),),
        ),
    ),
    environment=(("Python", "3.11.7"), ("datasets", "4.8.5"), ("pyarrow", "26.0.1"), ("scikit-learn", "1.9.1")),
    environments=("current",),
)

AT_80 = """\
repository  /srv/somebody/projects/federated/mnist_sklearn
python      Python 3.11.7, datasets 4.8.5, pyarrow 26.0.1, scikit-learn 1.9.1
stages      sla passed (under 0.001 s), structure passed (0.0428 s),
            environment passed (1,230 s), transform failed (1.23 s),
            train skipped (needs transform), evaluate passed (0.5 s)
evaluate    loss 0.78; examples 120

error FM602 [transform] the repository asks for column 'lable', which the data
      do not have
  where     data_manager.py:6 in _prepare_data
  expected  one of: image (Image), label (ClassLabel of 10)
  got       lable
  nearest   label
  fix       use the data set's column names, or send another data set that has a
            column of the name asked for
    data_manager.py:6 in _prepare_data
        return load_dataset().data.column("lable").to_numpy()

verdict     incompatible (1 error)"""

AT_200 = """\
repository  /srv/somebody/projects/federated/mnist_sklearn
python      Python 3.11.7, datasets 4.8.5, pyarrow 26.0.1, scikit-learn 1.9.1
stages      sla passed (under 0.001 s), structure passed (0.0428 s), environment passed (1,230 s), \
transform failed (1.23 s), train skipped (needs transform), evaluate passed (0.5 s)
evaluate    loss 0.78; examples 120

error FM602 [transform] the repository asks for column 'lable', which the data do not have
  where     data_manager.py:6 in _prepare_data
  expected  one of: image (Image), label (ClassLabel of 10)
  got       lable
  nearest   label
  fix       use the data set's column names, or send another data set that has a column of the name asked for
    data_manager.py:6 in _prepare_data
        return load_dataset().data.column("lable").to_numpy()

verdict     incompatible (1 error)"""


@pytest.mark.parametrize(("width", "expected"), [(80, AT_80), (200, AT_200)])
def test_a_report_is_as_wide_as_its_terminal(width: int, expected: str) -> None:
    assert Look(width).of(str(REPORT)) == expected


def test_colours_change_no_letter_and_mark_what_is_wrong() -> None:
    coloured = Look(80, colour=True).of(str(REPORT))
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == AT_80
    assert "\x1b[1;31merror FM602\x1b[0m [transform]" in coloured
    assert "\x1b[31mtransform failed\x1b[0m (1.23 s)" in coloured
    assert "verdict     \x1b[1;31mincompatible\x1b[0m" in coloured


@pytest.mark.parametrize("width", [30, 40, 80])
def test_no_word_path_or_code_is_broken(width: int) -> None:
    path = "/a/very/long/path/which/is/longer-than-the-terminal-is-wide/data_manager.py:6"
    told = f"{text.full(REPORT)}\n  where     {path}"
    assert Look(width).of(told).split() == told.split()


def test_a_narrow_terminal_breaks_lines_itself() -> None:
    assert Look(10).of(str(REPORT)) == str(REPORT)


def test_a_text_in_a_pipe_has_a_width_of_its_own_and_no_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COLUMNS", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    assert look_on(io.StringIO()) == Look(PIPED_WIDTH, colour=False)
    monkeypatch.setenv("COLUMNS", "60")
    assert look_on(io.StringIO()) == Look(60, colour=False)


@pytest.mark.parametrize(
    ("variables", "colour"),
    [
        ({}, True),
        ({"NO_COLOR": "1"}, False),
        ({"TERM": "dumb"}, False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ({"NO_COLOR": ""}, True),
    ],
)
def test_a_terminal_has_its_width_and_colours_unless_somebody_says_otherwise(
    variables: dict[str, str], colour: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("COLUMNS", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with terminal(133) as shown, os.fdopen(os.dup(shown.device), "w") as stream:
        assert look_on(stream) == Look(133, colour)


def test_colours_can_be_had_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert look_on(sys.__stdout__ or io.StringIO()).colour


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0, "0"),
        (0.001234, "0.00123"),
        (0.0999, "0.0999"),
        (0.99999, "1"),
        (1.5, "1.5"),
        (12.345, "12.3"),
        (123.45, "123"),
        (1234.5, "1,230"),
        (-0.5678, "-0.568"),
        (float("nan"), "nan"),
    ],
)
def test_a_number_has_three_digits(number: float, shown: str) -> None:
    assert text.rounded(number) == shown


def test_part_of_a_check_is_not_told_as_all_of_it() -> None:
    part = Report("here", stages=(StageResult(Stage.SLA, Outcome.PASSED, 0.1),))
    assert part.summary == "compatible; only sla was checked"
    assert text.full(part, to_come=[Stage.LOAD, Stage.TRAIN]).endswith("compatible so far; still to come: load, train")
    assert text.overview({"a.json": part}, broken_off=["a.json"]) == ["a.json: no verdict: the check broke off"]


def test_a_command_is_never_broken() -> None:
    command = "flops-mock record mnist --to tests/flops-data/found_5a982f6577ca.parquet"
    shown = Look(60).of(f"  fix       the file of the partition keeps it, to be committed: {command}")
    assert shown.splitlines() == [
        "  fix       the file of the partition keeps it, to be",
        "            committed:",
        f"            {command}",
    ]
