"""All options and ini keys with values that mean nothing; the header and the help."""

from __future__ import annotations

import pytest
from standins.options import bad

from pytest_flops_mock.options import OPTIONS


def test_the_header_says_which_data_are_used(project: pytest.Pytester) -> None:
    project.runpytest().stdout.fnmatch_lines(["flops: data synthetic"])
    project.runpytest("--flops-data=hub").stdout.fnmatch_lines(["flops: data hub"])
    project.makeini("[pytest]\nflops_data = hub\n")
    project.runpytest().stdout.fnmatch_lines(["flops: data hub"])
    project.runpytest("--flops-data=synthetic").stdout.fnmatch_lines(["flops: data synthetic"])


FLAGS = ("check", "together", "allow-builds", "gpu")


@pytest.mark.parametrize(("name", "value", "message"), [each for each in bad("pytest") if each[0] not in FLAGS])
def test_an_option_that_means_nothing_ends_the_run(project: pytest.Pytester, name: str, value: str, message: str) -> None:
    sla = [] if name == "sla" else ["--flops-sla=mocks/mnist.json"]
    refused(project.runpytest("--flops-check", *sla, f"--flops-{name}={value}"), f"--flops-{name}", message)


@pytest.mark.parametrize(("name", "value", "message"), bad("pytest"))
def test_an_ini_key_that_means_nothing_ends_the_run(project: pytest.Pytester, name: str, value: str, message: str) -> None:
    key = f"flops_{name}".replace("-", "_")
    more = "" if name == "check" else "flops_check = true\n"
    project.makeini(f"[pytest]\n{key} = {value}\n{more}" + ("" if name == "sla" else "flops_sla = mocks/mnist.json\n"))
    refused(project.runpytest(), f"ini {key}", message)


def refused(result: pytest.RunResult, where: str, message: str) -> None:
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        [f"ERROR: {message}", f"  where     *{where}*", "  expected  *", "  got       *", "  fix       *"]
    )
    assert "hf_secret" not in str(result.stderr)
    assert "Traceback" not in str(result.stderr)


@pytest.mark.slow
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


def test_help_and_fixture_pages_name_everything(project: pytest.Pytester) -> None:
    told = " ".join(str(project.runpytest("--help").stdout).split())
    for option in OPTIONS:
        if "pytest" in option.doors:
            again = ("; adds to the ini key" if option.adds else "") + ("; may be repeated" if option.kind == "list" else "")
            value = f"={option.metavar}" if option.metavar else ""
            assert f" {option.option}{value} {option.terminal}{again} " in f"{told} "
            assert f" {option.ini} (" in told
    shown = str(project.runpytest("--fixtures").stdout)
    for name in ("ml_data_server", "mock_data_provider", "flops_repository", "flops_check"):
        assert f"{name} --" in shown
    assert "no docstring" not in shown[shown.index("ml_data_server") :]
