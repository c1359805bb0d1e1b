"""All options and ini keys with values that mean nothing; the header and the help."""

from __future__ import annotations

import pytest
from standins.options import bad

from pytest_flops_mock.option_table import OPTIONS


def test_the_header_says_which_data_are_used(project: pytest.Pytester) -> None:
    project.runpytest().stdout.fnmatch_lines(["flops: data synthetic"])
    project.runpytest("--flops-data=hub").stdout.fnmatch_lines(["flops: data hub"])
    project.makeini("[pytest]\nflops_data = hub\n")
    project.runpytest().stdout.fnmatch_lines(["flops: data hub"])
    project.runpytest("--flops-data=synthetic").stdout.fnmatch_lines(["flops: data synthetic"])


FLAGS = [option.name for option in OPTIONS if option.kind == "flag"]


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


TOML = pytest.mark.skipif(pytest.version_tuple < (9, 0), reason="TOML's own notation came with pytest 9.0")


@TOML
def test_numbers_may_be_written_as_toml_writes_them(project: pytest.Pytester) -> None:
    project.makepyprojecttoml(
        """
        [tool.pytest]
        flops_timeout = 2.5
        flops_memory = "1500"
        flops_min_rows = 10
        flops_max_distance = 1
        flops_search_seed = 1152921504606846977
        """
    )
    project.makepyfile(
        """
        from pytest_flops_mock.fixtures import settings_of

        def test_they_are(pytestconfig):
            settings = settings_of(pytestconfig)
            options = settings.options
            assert (options.timeout, options.memory, options.min_rows, options.max_distance) == (2.5, 1500, 10, 1)
            assert settings.search['seed'] == 2**60 + 1
        """
    )
    project.runpytest().assert_outcomes(passed=1)


@TOML
@pytest.mark.parametrize(
    ("line", "message", "got"),
    [
        ("flops_timeout = 0", "the time limit is not a number of seconds", "0"),
        ("flops_timeout = true", "the time limit is not a number of seconds", "'True'"),
        ('flops_memory = "2GB"', "the memory limit is not a number of MB", "'2GB'"),
        ("flops_search = 2.5", "a search tries a number of partitions", "'2.5'"),
        ("flops_min_rows = -1", "the number of rows is not a whole number", "-1"),
    ],
)
def test_what_is_no_such_number_is_told_as_in_any_other_notation(
    project: pytest.Pytester, line: str, message: str, got: str
) -> None:
    project.makepyprojecttoml(f"[tool.pytest]\n{line}\n")
    result = project.runpytest()
    refused(result, f"ini {line.partition(' ')[0]}", message)
    result.stderr.fnmatch_lines([f"  got       {got}"])


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
