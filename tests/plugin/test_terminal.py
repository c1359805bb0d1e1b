"""What pytest shows of checks on a terminal and in a pipe, at 80 and 200 columns, and with each ``--tb``."""

from __future__ import annotations

import os
import re
import sys

import pytest
from standins.terminals import Terminal, run_on_terminal

ONE = "--flops-sla=mocks/mnist.json"


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "PY_COLORS", "CI", "BUILD_NUMBER", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(name, raising=False)


def on_terminal(project: pytest.Pytester, columns: int, *arguments: str) -> Terminal:
    env = {name: value for name, value in os.environ.items() if name != "PY_COLORS"}  # pytester wants none
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--flops-env=current", *arguments]
    return run_on_terminal(command, columns, cwd=project.path, env=env)


@pytest.mark.slow
@pytest.mark.parametrize("columns", [80, 200])
def test_a_stage_shows_what_it_does_and_then_how_it_ended(broken: pytest.Pytester, columns: int) -> None:
    shown = on_terminal(broken, columns, "--flops-check", ONE, "-v")
    assert "mocks/mnist.json::provide \x1b[K provide: sending the data set's partitions\x1b[" in shown.text
    assert not [line for line in shown.lines if "sending" in line or "giving" in line]
    assert [line.split()[:2] for line in shown.lines if re.match(r"mocks/mnist.json::\w+ ", line)] == [
        [f"mocks/mnist.json::{stage}", outcome]
        for stage, outcome in (
            *((stage, "PASSED") for stage in ("sla", "structure", "environment", "provide", "load", "aggregator")),
            ("transform", "FAILED"),
            *((stage, "SKIPPED") for stage in ("train", "exchange", "evaluate")),
        )
    ]
    begin = shown.lines.index("FM602 the repository asks for column 'lable', which the data do not have")
    end = next(number for number, line in enumerate(shown.lines) if "FLOps checks" in line)
    told = shown.lines[begin:end]
    assert all(len(line) <= columns or " " not in line.strip() for line in told if "repository  " not in line)
    assert " ".join(" ".join(told).split()).count("the repository asks for column") == 1
    assert "incompatible (1 error) so far; still to come: train, exchange, evaluate" in " ".join(" ".join(told).split())
    assert "\x1b[1;31mFM602\x1b[0m the repository asks" in shown.text
    assert "mocks/mnist.json: \x1b[1;31mincompatible\x1b[0m (1 error)" in shown.text


@pytest.mark.slow
def test_a_check_in_a_test_shows_what_it_does_as_well(project: pytest.Pytester) -> None:
    project.makepyfile(test_it="def test_check(flops_check):\n    flops_check(sla='mocks/mnist.json', until='provide').ok\n")
    shown = on_terminal(project, 80, "test_it.py")
    assert "test_it.py \x1b[K sla: reading the SLA\x1b[" in shown.text
    assert "test_it.py .                                                             [100%]" in shown.lines


@pytest.mark.slow
def test_in_a_pipe_there_is_no_line_of_what_goes_on(broken: pytest.Pytester) -> None:
    result = broken.runpytest("--flops-check", ONE, "-v")
    assert "\x1b" not in str(result.stdout)
    result.stdout.no_fnmatch_line("*sending the data*")
    result.stdout.fnmatch_lines(["mocks/mnist.json::provide PASSED *"])
    assert all(len(line) <= 100 for line in result.outlines if line.startswith((" ", "FM", "stages", "python")))


PLACE = "data_manager.py:6"


@pytest.mark.parametrize(
    ("options", "lines"),
    [
        (["--tb=line"], ["*data_manager.py:1: FM103 data_manager.py:1: data_manager.py is not valid Python*"]),
        (["--tb=short"], ["FM103 data_manager.py is not valid Python*", "  where     data_manager.py:1*"]),
        (["-q"], ["FM103 data_manager.py is not valid Python*", "  where     data_manager.py:1*"]),
        (["--tb=no"], []),
        (["--tb=native"], ["FM103 data_manager.py is not valid Python*"]),
    ],
    ids=lambda value: " ".join(value)[:10],
)
def test_each_form_of_a_failure_names_the_users_line_and_the_code(
    project: pytest.Pytester, options: list[str], lines: list[str]
) -> None:
    (project.path / "data_manager.py").write_text("def load(:\n", encoding="utf-8")
    result = project.runpytest("mocks/mnist.json::structure", *options)
    result.stdout.fnmatch_lines([*lines, "FAILED mocks/mnist.json::structure - FM103 data_manager.py:1: *"])
    result.stdout.no_fnmatch_line("*collection.py*")


def test_a_finding_about_the_sla_names_the_sla(project: pytest.Pytester) -> None:
    (project.path / "mocks" / "mnist.json").write_text('{"mock_data_configuration": 3}', encoding="utf-8")
    result = project.runpytest("--flops-check", ONE, "--tb=line", "-k", "sla")
    result.stdout.fnmatch_lines(["mocks/mnist.json:1: FM003 mocks/mnist.json: *", "FAILED mocks/mnist.json::sla - FM003 *"])


@pytest.mark.parametrize("option", ["--tb=line", "--tb=short", "-q"])
@pytest.mark.slow
def test_so_does_a_check_in_a_test(broken: pytest.Pytester, option: str) -> None:
    called = "report = flops_check(sla='mocks/mnist.json')"
    broken.makepyfile(test_it=f"def test_it(flops_check):\n    {called}\n    assert report.ok, report\n")
    result = broken.runpytest(option, "test_it.py", "--flops-env=current")
    told = {"--tb=line": f"*test_it.py:3: AssertionError: *FM602 {PLACE}*", "--tb=short": "test_it.py:3: in test_it"}
    result.stdout.fnmatch_lines([told.get(option, "test_it.py:3: AssertionError*")])
    result.stdout.fnmatch_lines(["FAILED test_it.py::test_it - AssertionError: <Report incompatible: FM602 *"])


@pytest.mark.slow
def test_what_failed_before_is_told_by_the_test_that_needs_it(broken: pytest.Pytester) -> None:
    result = broken.runpytest("mocks/mnist.json::evaluate", "--flops-env=current")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["FM602 *", "mocks/mnist.json: incompatible (1 error); *"])
