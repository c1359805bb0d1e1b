"""Where the SLA comes from when a fixture is called without one: marker, option, ini."""

from __future__ import annotations

import json

import pytest
from standins.projects import mock_sla

TEST = """
    def test_partitions(mock_data_provider, ml_data_server):
        mock_data_provider()
        assert len(ml_data_server.partitions) == {expected}
    """


@pytest.fixture(autouse=True)
def other_slas(project: pytest.Pytester) -> None:
    for count in (3, 4):
        text = json.dumps(mock_sla(number_of_partitions=count))
        (project.path / "mocks" / f"mnist_{count}.json").write_text(text, encoding="utf-8")


def test_the_ini_key_names_it_relative_to_the_rootdir(project: pytest.Pytester) -> None:
    project.makeini("[pytest]\nflops_sla = mocks/mnist_3.json\n")
    project.makepyfile(TEST.format(expected=3))
    result = project.runpytest()
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["flops: data synthetic, sla *mnist_3.json"])


def test_the_option_goes_before_the_ini_key(project: pytest.Pytester) -> None:
    project.makeini("[pytest]\nflops_sla = mocks/mnist_3.json\n")
    project.makepyfile(TEST.format(expected=4))
    project.runpytest("--flops-sla=mocks/mnist_4.json").assert_outcomes(passed=1)


@pytest.mark.parametrize("named", ["pattern", "lines", "options"])
def test_a_fixture_takes_one_sla_of_several_only_if_it_is_told_which(project: pytest.Pytester, named: str) -> None:
    lines = {"pattern": "mocks/mnist_*.json", "lines": "\n    mocks/mnist_3.json\n    mocks/mnist_4.json"}
    project.makeini(f"[pytest]\nflops_sla = {lines.get(named, '')}\n")
    project.makepyfile(
        """
        import pytest

        def test_none(mock_data_provider):
            mock_data_provider()

        def test_call(mock_data_provider):
            assert len(mock_data_provider("mocks/mnist_3.json").partitions) == 3

        @pytest.mark.flops_sla("mocks/mnist_4.json")
        def test_marker(mock_data_provider):
            assert len(mock_data_provider().partitions) == 4
        """
    )
    options = ["--flops-sla=mocks/mnist_3.json", "--flops-sla=mocks/mnist_4.json"] if named == "options" else []
    result = project.runpytest(*options)
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(
        [
            "flops: data synthetic, sla mocks/mnist_3.json, mocks/mnist_4.json",
            "*SettingsError: several MDP SLAs are named, and this call is about one",
            "*where     *::test_none",
            "*got       *mnist_3.json, *mnist_4.json",
        ]
    )


def test_a_pattern_that_matches_nothing_ends_the_run_with_the_nearest(project: pytest.Pytester) -> None:
    project.makeini("[pytest]\nflops_sla = mock/mnist_*.json\n")
    result = project.runpytest()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["ERROR: no SLA file matches the pattern", "  where     ini flops_sla", "  nearest   mocks/mnist_?.json"]
    )


def test_the_marker_goes_before_both_and_can_change_values(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import pytest

        @pytest.mark.flops_sla("mocks/mnist.json")
        def test_marked(mock_data_provider):
            assert len(mock_data_provider().partitions) == 2

        @pytest.mark.flops_sla("mocks/mnist.json", number_of_partitions=5)
        def test_changed(mock_data_provider):
            assert len(mock_data_provider().partitions) == 5
            assert len(mock_data_provider(number_of_partitions=1).partitions) == 1

        @pytest.mark.flops_sla(number_of_partitions=6)
        def test_changed_only(mock_data_provider):
            assert len(mock_data_provider().partitions) == 6

        @pytest.mark.flops_sla({"customerID": "a", "mock_data_configuration": {"data_tag": "t"}})
        def test_mapping(mock_data_provider):
            assert mock_data_provider().data_tag == "t"
        """
    )
    project.runpytest("--flops-sla=mocks/mnist_4.json").assert_outcomes(passed=4)


def test_a_path_beside_the_test_goes_before_one_from_the_rootdir(project: pytest.Pytester) -> None:
    folder = project.mkdir("inner")
    (folder / "mnist.json").write_text(json.dumps(mock_sla(number_of_partitions=7)), encoding="utf-8")
    (folder / "test_inner.py").write_text(
        "def test_inner(mock_data_provider):\n    assert len(mock_data_provider('mnist.json').partitions) == 7\n",
        encoding="utf-8",
    )
    project.runpytest("inner").assert_outcomes(passed=1)


def test_without_any_the_message_names_the_ways(project: pytest.Pytester) -> None:
    project.makepyfile("def test_none(mock_data_provider):\n    mock_data_provider()")
    result = project.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*SettingsError: no MDP SLA is named",
            "*where     *::test_none",
            '*fix       pass sla="mocks/mnist.json", or use @pytest.mark.flops_sla(...), --flops-sla or ini flops_sla; '
            "flops-mock init writes one",
        ]
    )


def test_a_provider_takes_one_sla_of_the_marker(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import pytest

        @pytest.mark.flops_sla("a.json", "b.json")
        def test_two(mock_data_provider):
            mock_data_provider()
        """
    )
    result = project.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*SettingsError: several MDP SLAs are named, and this call is about one", "*got *a.json, *b.json"]
    )


def test_the_marker_is_known(project: pytest.Pytester) -> None:
    project.runpytest("--markers").stdout.fnmatch_lines(["@pytest.mark.flops_sla([*]slas, [*][*]changes): *"])
