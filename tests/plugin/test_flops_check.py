"""The fixture ``flops_check``: the whole path in one call."""

from __future__ import annotations

import pytest

CHECK = "def test_check(flops_check):\n    report = flops_check(sla='mocks/mnist.json')\n    assert report.ok, report\n"


@pytest.mark.parametrize(
    "options",
    [pytest.param((), id="alone"), pytest.param(("-n", "2", "--flops-env=current"), id="xdist", marks=pytest.mark.slow)],
)
def test_a_compatible_repository_passes(project: pytest.Pytester, options: tuple[str, ...]) -> None:
    project.makepyfile(CHECK)
    project.runpytest(*options).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    "options",
    [pytest.param((), id="alone"), pytest.param(("-n", "2", "--flops-env=current"), id="xdist", marks=pytest.mark.slow)],
)
def test_an_incompatible_one_fails_with_the_whole_report(project: pytest.Pytester, options: tuple[str, ...]) -> None:
    manager = project.path / "data_manager.py"
    manager.write_text(manager.read_text(encoding="utf-8").replace('"label"', '"lable"'), encoding="utf-8")
    project.makepyfile(CHECK)
    result = project.runpytest(*options)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "E * AssertionError: <Report incompatible: FM602 data_manager.py:*: the repository asks for column 'lable'*",
            "*Captured FLOps check call*",
            "* transform failed (*",
            "error FM602 [[]transform[]] the repository asks for column 'lable', which the data do not have",
            "  where     data_manager.py:6 in _prepare_data",
            "  expected  one of: image (Image), label (ClassLabel of 10)",
            "  got       lable",
            "  nearest   label",
            "verdict     incompatible (1 error)",
        ]
    )


@pytest.mark.slow
def test_values_of_the_sla_can_be_changed(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        def test_check(flops_check):
            report = flops_check(sla="mocks/mnist.json", dataset_name="cifar10", number_of_partitions=3)
            assert report.ok
            assert report.data.dataset_name == "cifar10"
            assert len(report.data.partitions) == 3
        """
    )
    project.runpytest().assert_outcomes(passed=1)


@pytest.mark.slow
def test_data_that_a_server_holds_already_are_used_as_they_are(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        def test_check(flops_check, mock_data_provider, ml_data_server):
            mock_data_provider("mocks/mnist.json")
            report = flops_check(uri=ml_data_server.uri, data_tags=["mnist"])
            assert report.ok, report
            assert report.data.rows == 600
            assert flops_check(uri=ml_data_server.uri, data_tags=["mnits"]).errors[0].problem.nearest == "mnist"
        """
    )
    project.runpytest().assert_outcomes(passed=1)


def test_a_repository_can_be_a_mapping_of_files(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        def test_check(flops_check, flops_repository):
            broken = flops_repository.with_files({"data_manager.py": "def"})
            report = flops_check(broken, sla="mocks/mnist.json")
            assert [finding.code for finding in report.errors] == ["FM103"]
        """
    )
    project.runpytest().assert_outcomes(passed=1)


@pytest.mark.slow
def test_a_bad_sla_is_in_the_report(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        def test_missing(flops_check):
            assert [finding.code for finding in flops_check(sla="mocks/mnits.json").errors] == ["FM001"]

        def test_wrong(flops_check):
            report = flops_check(sla="mocks/mnist.json", data_tag="")
            assert [finding.code for finding in report.errors] == ["FM006"]

        def test_project(flops_check):
            report = flops_check(sla="mocks/mnist.json", project_sla={"customerID": "Admin"})
            assert {finding.code for finding in report.errors} == {"FM003"}
        """
    )
    project.runpytest().assert_outcomes(passed=3)


@pytest.mark.parametrize(
    ("keyword", "nearest"), [("datasetname", "dataset_name"), ("timout", "timeout"), ("tags", "data_tags")]
)
def test_an_unknown_keyword_is_a_mistake_of_the_test(project: pytest.Pytester, keyword: str, nearest: str) -> None:
    project.makepyfile(f"def test_check(flops_check):\n    flops_check(sla='mocks/mnist.json', {keyword}='x')")
    result = project.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*SettingsError: a check has no such argument", f"*got       {keyword}", f"*nearest   {nearest}"]
    )


@pytest.mark.slow
def test_nothing_is_written_into_the_repository(project: pytest.Pytester) -> None:
    project.makepyfile(CHECK)
    before = sorted(path.name for path in project.path.iterdir())
    project.runpytest("-p", "no:cacheprovider", "--import-mode=importlib").assert_outcomes(passed=1)
    assert sorted(path.name for path in project.path.iterdir() if path.name != "__pycache__") == before
