"""A tool that is missing or fails is no verdict: such a test is an error and no failure."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ONE = "--flops-sla=mocks/mnist.json"
IN_A_TEST = """
    def test_check(flops_check):
        assert flops_check(sla="mocks/mnist.json").ok

    def test_other(ml_data_server):
        assert ml_data_server.uri
"""


@pytest.fixture
def without_git(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A Git work tree, and no Git."""
    subprocess.run(["git", "init", "-q", project.path], check=True, timeout=300)
    monkeypatch.setenv("PATH", str(project.path / "nothing"))
    return project


def test_each_stage_that_needs_the_tool_is_an_error(without_git: pytest.Pytester) -> None:
    result = without_git.runpytest("--flops-check", ONE, "-k", "sla or load or train")
    result.assert_outcomes(passed=1, errors=2, deselected=7)
    result.stdout.fnmatch_lines(
        [
            "*___ ERROR at setup of train with mocks/mnist.json ___*",
            "*Git*",
            "mocks/mnist.json: no verdict: the check broke off",
            "ERROR *::train - *Git*",
        ]
    )
    assert "collection.py" not in str(result.stdout)
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_so_is_a_test_that_calls_the_fixture(without_git: pytest.Pytester) -> None:
    without_git.makepyfile(IN_A_TEST)
    result = without_git.runpytest()
    result.assert_outcomes(errors=1, passed=1)
    result.stdout.fnmatch_lines(["*.py E.*", "*___ ERROR at call of test_check ___*", "*Git*", "ERROR *::test_check - *"])
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_the_first_one_ends_a_run_with_x(without_git: pytest.Pytester) -> None:
    without_git.makepyfile(IN_A_TEST)
    without_git.runpytest("-x").assert_outcomes(errors=1)
    without_git.runpytest("-x", "--flops-check", ONE, "mocks").assert_outcomes(passed=1, errors=1)


def test_a_test_may_expect_it(without_git: pytest.Pytester) -> None:
    without_git.makepyfile(
        """
        import pytest

        @pytest.mark.xfail(strict=True)
        def test_check(flops_check):
            flops_check(sla="mocks/mnist.json")

        def test_raises(flops_check):
            from pytest_flops_mock.errors import ToolError
            with pytest.raises(ToolError):
                flops_check(sla="mocks/mnist.json")
        """
    )
    without_git.runpytest().assert_outcomes(xfailed=1, passed=1)


@pytest.mark.slow
def test_xdist_carries_it_along(without_git: pytest.Pytester) -> None:
    without_git.makepyfile(IN_A_TEST)
    result = without_git.runpytest_subprocess("-n1", "--flops-check", ONE, ".", "-k", "test_ or structure", timeout=60)
    result.assert_outcomes(errors=2, passed=1)


def test_without_uv_the_learners_environment_is_an_error(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uv", None)
    monkeypatch.setenv("PATH", str(project.path / "nothing"))
    result = project.runpytest("--flops-check", ONE, "--flops-env=learner", "-k", "load")
    result.assert_outcomes(errors=1, deselected=9)
    result.stdout.fnmatch_lines(["uv, which builds the learner's environment, is not installed"])


@pytest.mark.slow
def test_a_build_that_fails_is_tried_once_and_a_pipe_is_told_nothing_of_it(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from standins.uv import stand_in_for_uv

    stand_in_for_uv(monkeypatch, tmp_path, "echo built >> $0.log; echo 'error: Failed to fetch: x'; exit 1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    project.makepyfile(IN_A_TEST)
    result = project.runpytest("--flops-check", ONE, ".", "-k", "test_check or environment")
    result.stdout.fnmatch_lines(["*FLOps checks*", "mocks/mnist.json: compatible in this Python*"])
    result.stdout.no_fnmatch_line("*building*")
    assert (tmp_path / "uv-stand-in.log").read_text(encoding="utf-8") == "built\n", "not tried again within the hour"
    result.assert_outcomes(passed=2, deselected=10)
