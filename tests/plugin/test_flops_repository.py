"""The fixture ``flops_repository``, ``--flops-repo`` and the ini key ``flops_repository``."""

from __future__ import annotations

import pytest

TEST = """
    def test_where(flops_repository):
        assert flops_repository.root.name == "{name}"
    """


def test_it_is_the_rootdir_unless_told_otherwise(project: pytest.Pytester) -> None:
    project.makepyfile(TEST.format(name=project.path.name))
    project.runpytest().assert_outcomes(passed=1)


def test_the_ini_key_names_it_and_the_option_goes_before(project: pytest.Pytester) -> None:
    project.mkdir("from_ini")
    project.mkdir("from_option")
    project.makeini("[pytest]\nflops_repository = from_ini\n")
    project.makepyfile(TEST.format(name="from_ini"))
    project.runpytest().assert_outcomes(passed=1)
    project.makepyfile(TEST.format(name="from_option"))
    project.runpytest("--flops-repo=from_option").assert_outcomes(passed=1)


def test_a_folder_that_is_not_there_is_an_error_with_the_nearest(project: pytest.Pytester) -> None:
    project.mkdir("my_repository")
    project.makepyfile(TEST.format(name="x"))
    result = project.runpytest("--flops-repo=my_repositry")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["there is no such ML repository", "*nearest   my_repository", "*fix       *--flops-repo*"])


def test_it_can_be_overridden(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import pytest
        from pytest_flops_mock import MLRepository

        @pytest.fixture
        def flops_repository():
            return MLRepository.of_files({"conda.yaml": "name: mine\\ndependencies: [python=3.10]"})

        def test_check(flops_check):
            report = flops_check(sla="mocks/mnist.json")
            assert report.repository == "repository of 1 file"
            assert [finding.code for finding in report.errors] == ["FM102"]
        """
    )
    project.runpytest().assert_outcomes(passed=1)
