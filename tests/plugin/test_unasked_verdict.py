"""A report with errors that nobody looks at fails its test at teardown."""

from __future__ import annotations

import pytest

XDIST = [pytest.param((), id="alone"), pytest.param(("-n", "2", "--flops-env=current"), id="xdist", marks=pytest.mark.slow)]


@pytest.mark.parametrize("options", XDIST)
def test_a_forgotten_assertion_fails_the_test_at_teardown(broken: pytest.Pytester, options: tuple[str, ...]) -> None:
    broken.makepyfile(test_it="def test_check(flops_check):\n    report = flops_check(sla='mocks/mnist.json')\n")
    result = broken.runpytest(*options)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        [
            "*ERROR at teardown of test_check*",
            "flops_check has found errors, and the test does not look at its report",
            "  where     test_it.py:2",
            "  expected  assert report.ok, report",
            "  got       a test that passes with <Report incompatible: FM602 data_manager.py:6: the repository asks *>",
            "  fix       assert on the report, or on report.errors where they are meant to be there",
            "*Captured FLOps check teardown*",
            "error FM602 [[]transform[]] the repository asks for column 'lable', which the data do not have",
            "verdict     incompatible (1 error)",
            "ERROR test_it.py::test_check - Failed: flops_check has found errors*",
        ]
    )


@pytest.mark.slow
def test_with_x_the_run_ends_there(broken: pytest.Pytester) -> None:
    broken.makepyfile(
        """
        def test_check(flops_check):
            flops_check(sla="mocks/mnist.json")

        def test_other(): ...
        """
    )
    broken.runpytest("-x").assert_outcomes(passed=1, errors=1)


@pytest.mark.parametrize(
    "look",
    [
        "assert not report.ok",
        "assert report.verdict == 'incompatible'",
        "assert report.errors[0].code == 'FM103'",
        "assert any(finding.code == 'FM103' for finding in report.findings)",
        "print(report)",
        "repr(report)",
        "report.to_json()",
        "assert 'error' in report.summary",
    ],
)
def test_who_looks_at_the_errors_has_seen_them(project: pytest.Pytester, look: str) -> None:
    (project.path / "model_manager.py").write_text("def f(:\n", encoding="utf-8")
    check = "report = flops_check(sla='mocks/mnist.json', until='structure')"
    project.makepyfile(f"def test_check(flops_check):\n    {check}\n    {look}\n")
    project.runpytest().assert_outcomes(passed=1)


@pytest.mark.slow
def test_who_looks_elsewhere_has_not(broken: pytest.Pytester) -> None:
    broken.makepyfile(
        """
        def test_check(flops_check):
            report = flops_check(sla="mocks/mnist.json")
            assert report.data.rows == 600
            assert not report.warnings
            assert report.outcome("provide") == "passed"
        """
    )
    broken.runpytest().assert_outcomes(passed=1, errors=1)


@pytest.mark.slow
def test_a_fixture_may_look_after_the_test(broken: pytest.Pytester) -> None:
    broken.makepyfile(
        """
        import pytest

        @pytest.fixture
        def report(flops_check):
            report = flops_check(sla="mocks/mnist.json")
            yield report
            assert report.errors

        def test_check(report): ...
        """
    )
    broken.runpytest().assert_outcomes(passed=1)


@pytest.mark.slow
def test_each_report_is_looked_at_for_itself(broken: pytest.Pytester) -> None:
    broken.makepyfile(
        """
        def test_check(flops_check):
            assert not flops_check(sla="mocks/mnist.json").ok
            flops_check(sla="mocks/mnist.json", until="transform")
        """
    )
    result = broken.runpytest()
    result.assert_outcomes(passed=1, errors=1)
    assert str(result.stdout).count("does not look at its report\n") == 1
    result.stdout.fnmatch_lines(["  where     *:3"])


@pytest.mark.slow
def test_a_compatible_repository_needs_no_look(project: pytest.Pytester) -> None:
    project.makepyfile("def test_check(flops_check):\n    flops_check(sla='mocks/mnist.json')\n")
    project.runpytest().assert_outcomes(passed=1)


@pytest.mark.slow
def test_a_test_that_does_not_pass_is_not_told_twice(broken: pytest.Pytester) -> None:
    broken.makepyfile(
        """
        import pytest

        def test_fails(flops_check):
            flops_check(sla="mocks/mnist.json", until="transform")
            assert False

        def test_is_skipped(flops_check):
            flops_check(sla="mocks/mnist.json", until="transform")
            pytest.skip("enough")

        @pytest.mark.xfail
        def test_is_expected_to_fail(flops_check):
            flops_check(sla="mocks/mnist.json", until="transform")
            assert False
        """
    )
    broken.runpytest().assert_outcomes(failed=1, skipped=1, xfailed=1)


@pytest.mark.slow
def test_errors_that_are_ignored_need_no_look(broken: pytest.Pytester) -> None:
    broken.makepyfile("def test_check(flops_check):\n    flops_check(sla='mocks/mnist.json', ignore=['FM602'])\n")
    broken.runpytest().assert_outcomes(passed=1)
