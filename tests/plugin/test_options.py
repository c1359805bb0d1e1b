"""``--flops-data``, ``--flops-timeout``, their ini keys, the header and the help."""

from __future__ import annotations

import pytest


def test_the_header_says_which_data_are_used(project: pytest.Pytester) -> None:
    project.runpytest().stdout.fnmatch_lines(["flops: data synthetic"])
    project.runpytest("--flops-data=hub").stdout.fnmatch_lines(["flops: data hub"])
    project.makeini("[pytest]\nflops_data = hub\n")
    project.runpytest().stdout.fnmatch_lines(["flops: data hub"])
    project.runpytest("--flops-data=synthetic").stdout.fnmatch_lines(["flops: data synthetic"])


def test_an_unknown_source_ends_the_run_before_any_test(project: pytest.Pytester) -> None:
    result = project.runpytest("--flops-data=synthetc")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        [
            "ERROR: there is no such source of data",
            "  where     --flops-data",
            "  expected  one of: synthetic, recorded, hub",
            "  got       'synthetc'",
            "  nearest   synthetic",
        ]
    )


def test_a_bad_ini_value_is_named_as_such(project: pytest.Pytester) -> None:
    project.makeini("[pytest]\nflops_data = network\nflops_timeout = 5\n")
    result = project.runpytest()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["  where     ini flops_data"])


def test_the_time_limit_ends_an_endless_repository(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        ENDLESS = '''
        class DataManager:
            def _prepare_data(self):
                while True:
                    pass

            def get_data(self):
                return self._prepare_data()
        '''

        def test_endless(flops_check, flops_repository):
            import textwrap

            endless = flops_repository.with_files({"data_manager.py": textwrap.dedent(ENDLESS)})
            report = flops_check(endless, sla="mocks/mnist.json")
            assert [(finding.code, finding.problem.got) for finding in report.errors] == [
                ("FM605", "still running after 3 s")
            ], report
        """
    )
    project.runpytest("--flops-timeout=3").assert_outcomes(passed=1)


@pytest.mark.parametrize("value", ["0", "-1", "soon", "nan", "inf"])
def test_a_time_limit_that_is_none_is_refused(project: pytest.Pytester, value: str) -> None:
    result = project.runpytest(f"--flops-timeout={value}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: the time limit is not a number of seconds", f"  got       '{value}'"])


def test_help_and_fixture_pages_name_everything(project: pytest.Pytester) -> None:
    named = ["check", "repo", "sla", "project-sla", "data", "env", "ignore", "timeout", "memory"]
    lines = [f"  --flops-{name}*" for name in named]
    lines += [f"  flops_{name}*" for name in ["check", "repository", "sla", "project_sla", *named[4:]]]
    project.runpytest("--help").stdout.fnmatch_lines(lines)
    shown = str(project.runpytest("--fixtures").stdout)
    for name in ("ml_data_server", "mock_data_provider", "flops_repository", "flops_check"):
        assert f"{name} --" in shown
    assert "no docstring" not in shown[shown.index("ml_data_server") :]
