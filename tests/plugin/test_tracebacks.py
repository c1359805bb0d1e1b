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


def test_an_error_of_a_fixture_itself_is_shown_as_any_other(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import pytest

        @pytest.fixture
        def ml_data_server_address():
            return "no such host.invalid", 0

        def test_server(ml_data_server):
            pass
        """
    )
    result = project.runpytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E * next *"])
