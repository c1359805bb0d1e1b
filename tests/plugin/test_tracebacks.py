"""What pytest shows of an error of ours: the user's line that led to it, and the message."""

from __future__ import annotations

import pytest

TESTS = """
    import pytest

    def test_wrong_name(mock_data_provider):
        mock_data_provider("nothing.json")

    @pytest.fixture
    def run(mock_data_provider):
        return mock_data_provider("mocks/mnist.json", data="recorded")

    def test_nothing_recorded(run):
        pass
    """


def test_an_error_ends_at_the_line_of_the_user_that_led_to_it(project: pytest.Pytester) -> None:
    project.makepyfile(TESTS)
    result = project.runpytest()
    result.assert_outcomes(failed=1, errors=1)
    result.stdout.re_match_lines_random(
        [
            r'>       mock_data_provider\("nothing.json"\)',
            r'>       return mock_data_provider\("mocks/mnist.json", data="recorded"\)',
            r".*SLAError: the SLA file does not exist",
            r".*DataSourceError: there is no recorded sample of mnist",
        ]
    )
    result.stdout.no_fnmatch_line("*pytest_flops_mock*.py:*")
    result.stdout.no_fnmatch_line("*direct cause*")


def test_a_full_trace_has_the_rest(project: pytest.Pytester) -> None:
    project.makepyfile(TESTS)
    result = project.runpytest("--full-trace", "-k", "wrong_name")
    result.assert_outcomes(failed=1, deselected=1)
    result.stdout.fnmatch_lines(["*pytest_flops_mock*reading.py:*"])


NO_LINE = """
    import pytest

    def test_repository(flops_repository):
        pass

    def test_check(flops_check):
        assert flops_check(sla="mocks/mnist.json").ok
    """


def test_an_error_to_which_no_line_of_the_user_led_is_its_message_alone(project: pytest.Pytester) -> None:
    project.makepyfile(NO_LINE)
    result = project.runpytest("--flops-repo=nowhere", "-k", "repository")
    result.assert_outcomes(errors=1, deselected=1)
    result.stdout.fnmatch_lines(
        [
            "_* ERROR at setup of test_repository _*",
            "there is no such ML repository",
            "  where     *nowhere",
            "  expected  *",
            "  got       nothing there",
            "  fix       *",
            "=* short test summary info =*",
            "ERROR *::test_repository*",
        ],
        consecutive=True,
    )


def test_a_fixture_that_a_call_asks_for_adds_no_line(project: pytest.Pytester) -> None:
    project.makepyfile(NO_LINE)
    result = project.runpytest("--flops-repo=nowhere", "-k", "check")
    result.assert_outcomes(failed=1, deselected=1)
    result.stdout.fnmatch_lines(
        [
            '>       assert flops_check(sla="mocks/mnist.json").ok',
            "E       pytest_flops_mock.errors.RepositoryError: there is no such ML repository",
            "E         where     *nowhere",
        ]
    )
    for name in ("fixtures.py", "repository.py", "pluggy", "_pytest"):
        result.stdout.no_fnmatch_line(f"*{name}*:*")


def test_a_line_of_the_user_that_ours_led_to_is_shown(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import pytest
        from pytest_flops_mock import MLRepository

        @pytest.fixture
        def flops_repository():
            return MLRepository.at("elsewhere")

        def test_check(flops_check):
            assert flops_check(sla="mocks/mnist.json").ok
        """
    )
    result = project.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            '>       assert flops_check(sla="mocks/mnist.json").ok',
            '>       return MLRepository.at("elsewhere")',
            "E       pytest_flops_mock.errors.RepositoryError: there is no such ML repository",
        ]
    )
    result.stdout.no_fnmatch_line("*getfixturevalue*")


@pytest.mark.parametrize(
    ("option", "line"),
    [("--full-trace", "*repository.py:*: RepositoryError"), ("--tb=native", '  File "*repository.py", *')],
)
def test_all_of_it_can_be_asked_for(project: pytest.Pytester, option: str, line: str) -> None:
    project.makepyfile(NO_LINE)
    result = project.runpytest("--flops-repo=nowhere", "-k", "repository", option)
    result.stdout.fnmatch_lines([line])
