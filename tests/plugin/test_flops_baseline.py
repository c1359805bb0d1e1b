"""``--flops-baseline``: stages whose errors are known pass, and the end of the run says what is known and what is gone."""

from __future__ import annotations

import re

import pytest

CHECK = ("--flops-check", "--flops-sla=mocks/mnist.json", "--flops-env=current")


@pytest.fixture
def known(broken: pytest.Pytester) -> pytest.Pytester:
    """The repository and an earlier report on it."""
    assert broken.runpytest(*CHECK, "--flops-report=base.json").ret == pytest.ExitCode.TESTS_FAILED
    return broken


@pytest.mark.parametrize(
    "options", [pytest.param((), id="alone"), pytest.param(("-n2",), id="xdist", marks=pytest.mark.slow)]
)
def test_known_errors_fail_no_test(known: pytest.Pytester, options: tuple[str, ...]) -> None:
    result = known.runpytest(*CHECK, *options, "--flops-baseline=base.json", "-rP", "-vv")
    assert result.ret == pytest.ExitCode.OK
    result.assert_outcomes(passed=7, skipped=3)
    result.stdout.fnmatch_lines(["flops: data synthetic, *baseline base.json"])
    assert (
        "mocks/mnist.json: compatible in this Python but for 1 known error; FM602 known from base.json; "
        "not checked behind what is known: train, exchange, evaluate; "
    ) in " ".join(str(result.stdout).split())
    assert "FLOps findings known from base.json" in str(result.stdout)


@pytest.mark.slow
def test_the_ini_key_starts_at_the_rootdir_and_new_errors_fail(known: pytest.Pytester) -> None:
    known.makeini("[pytest]\nflops_baseline = base.json\nflops_check = true\nflops_sla = mocks/mnist.json\n")
    manager = known.path / "data_manager.py"
    manager.write_text(manager.read_text(encoding="utf-8").replace('"lable"', '"lebal"'), encoding="utf-8")
    result = known.runpytest("--flops-env=current")
    result.assert_outcomes(passed=6, failed=1, skipped=3)
    manager.write_text(manager.read_text(encoding="utf-8").replace('"lebal"', '"label"'), encoding="utf-8")
    result = known.runpytest("--flops-env=current")
    result.assert_outcomes(passed=10)
    assert re.search(r"^mocks/mnist\.json: compatible.*; FM602 gone", str(result.stdout), re.MULTILINE)


@pytest.mark.slow
def test_the_fixture_knows_it_too(known: pytest.Pytester) -> None:
    known.makepyfile(
        "def test_it(flops_check):\n"
        '    report = flops_check(sla="mocks/mnist.json")\n'
        "    assert report.ok and report.known\n"
    )
    result = known.runpytest("--flops-baseline=base.json", "--flops-env=current")
    result.assert_outcomes(passed=1)


def test_a_baseline_that_is_not_there_ends_the_run(project: pytest.Pytester) -> None:
    result = project.runpytest(*CHECK, "--flops-baseline=base.json")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: the earlier report cannot be read", "  where     --flops-baseline"])
