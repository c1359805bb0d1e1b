"""Where data come from, test by test: the marker ``flops_data`` and the arguments ``data`` and ``drift``."""

from __future__ import annotations

import json

import pytest
from standins.projects import mock_sla

PROVIDE = """
    import pytest

    {marker}
    def test_provide(mock_data_provider, request):
        run = mock_data_provider("mocks/mnist.json"{call})
        print("ORIGIN", run.origin)
    """


def origin(project: pytest.Pytester, *options: str, marker: str = "", call: str = "") -> str:
    project.makepyfile(PROVIDE.format(marker=f"@pytest.mark.flops_data({marker})" if marker else "", call=call))
    result = project.runpytest("-s", *options)
    result.assert_outcomes(passed=1)
    return next(line for line in result.outlines if "ORIGIN" in line).partition("ORIGIN ")[2]


def test_the_call_goes_before_the_marker_and_the_marker_before_the_option(project: pytest.Pytester) -> None:
    plain = "synthetic twin of mnist, 600 rows, seed 42"
    assert origin(project, "--flops-data=hub", marker="'synthetic'") == plain
    assert origin(project, "--flops-data=hub", marker="'*:recorded'", call=", data='synthetic'") == plain
    project.makeini("[pytest]\nflops_drift = missing=0.1\n")
    assert origin(project) == f"{plain}, drift missing=0.1"
    assert origin(project, "--flops-drift=missing=0.2 duplicates=0.1") == f"{plain}, drift missing=0.2 duplicates=0.1"
    assert origin(project, marker="'mnist:synthetic', drift={'label_noise': 0.3}") == f"{plain}, drift label_noise=0.3"
    assert origin(project, marker="drift='label_noise=0.3'", call=", drift=''") == plain


def test_a_partitioner_is_set_in_every_door_and_the_nearest_to_the_test_counts(project: pytest.Pytester) -> None:
    plain = "synthetic twin of mnist, 600 rows, seed 42"
    (project.path / "mocks" / "mnist.json").write_text(json.dumps(mock_sla(partitioner="linear")))
    assert origin(project) == f"{plain}, split by linear"
    project.makeini("[pytest]\nflops_partitioner = square\n")
    assert origin(project) == f"{plain}, split by square"
    assert origin(project, "--flops-partitioner=dirichlet alpha=2") == f"{plain}, split by dirichlet alpha=2"
    assert origin(project, "--flops-partitioner=linear", marker="partitioner='iid'") == f"{plain}, split by iid"
    assert (
        origin(project, marker="partitioner='iid'", call=", partitioner={'name': 'linear'}") == f"{plain}, split by linear"
    )
    fleet = '[{"partitioner": "iid", "number_of_partitions": 1}, {"partitioner": "linear", "number_of_partitions": 1}]'
    assert origin(project, f"--flops-partitioner={fleet}") == f"{plain}, split by 1 by iid + 1 by linear"


def test_a_drift_is_set_in_every_door_and_the_nearest_to_the_test_counts(project: pytest.Pytester) -> None:
    plain = "synthetic twin of mnist, 600 rows, seed 42"
    (project.path / "mocks" / "mnist.json").write_text(json.dumps(mock_sla(drift={"missing": 0.1, "column": "image"})))
    assert origin(project) == f"{plain}, drift missing=0.1 column=image"
    project.makeini("[pytest]\nflops_drift =\n    missing=0.1 column=image;\n    empty partitions=0\n")
    assert origin(project) == f"{plain}, drift missing=0.1 column=image; empty partitions=0, which leaves 300"
    assert origin(project, "--flops-drift=lost=1 partitions=0; reordered") == (
        f"{plain}, drift lost=1 partitions=0; reordered, which leaves 300"
    )
    rules = ["missing=0.1", {"extra_column": "site", "devices": 1}]
    assert (
        origin(project, "--flops-drift=lost=1", marker=f"drift={rules}") == f"{plain}, drift missing=0.1 extra_column=site"
    )
    assert origin(project, marker="drift='lost=1'", call=", drift={'duplicates': 0.1}") == f"{plain}, drift duplicates=0.1"
    assert origin(project, marker="drift='lost=1'", call=", drift=[]") == plain


def test_partitioner_and_drift_of_the_marker_for_slas_go_before_the_ini_keys(project: pytest.Pytester) -> None:
    project.makeini("[pytest]\nflops_partitioner = square\nflops_drift = lost=1\n")
    project.makepyfile(
        """
        import pytest

        @pytest.mark.flops_sla("mocks/mnist.json", partitioner="natural_id", number_of_partitions=3, drift="reordered")
        def test_provide(mock_data_provider, flops_check):
            said = "split by natural_id, which leaves 180 of 600 rows, drift reordered"
            assert mock_data_provider().origin.endswith(said)
            (sent,) = flops_check(until="provide").data.sent
            assert sent.origin.endswith(said)
        """
    )
    project.runpytest().assert_outcomes(passed=1)


@pytest.mark.slow
def test_a_check_tells_data_that_the_partitioner_cannot_split(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        def test_check(flops_check):
            report = flops_check(sla="mocks/mnist.json", partitioner="dirichlet alpha=1 partition_by=labl", until="load")
            assert [(finding.code, finding.problem.nearest) for finding in report.errors] == [("FM310", "label")]
            report = flops_check(sla="mocks/mnist.json", partitioner="size partition_sizes=1", until="load")
            assert [finding.code for finding in report.errors] == ["FM310"]
        """
    )
    project.runpytest().assert_outcomes(passed=1)


def test_the_header_names_the_partitioner(project: pytest.Pytester) -> None:
    result = project.runpytest("--flops-partitioner=dirichlet  alpha=0.50 seed=3")
    result.stdout.fnmatch_lines(["flops: data synthetic, partitioner dirichlet alpha=0.5 seed=3"])


def test_the_header_names_the_drift(project: pytest.Pytester) -> None:
    result = project.runpytest("--flops-drift=missing=0.10")
    result.stdout.fnmatch_lines(["flops: data synthetic, drift missing=0.1"])


def test_a_check_without_test_code_has_them_too(project: pytest.Pytester) -> None:
    options = ("--flops-check", "--flops-sla=mocks/mnist.json", "-k", "provide")
    result = project.runpytest(*options, "--flops-drift=duplicates=0.5")
    result.assert_outcomes(passed=1, deselected=9)
    result.stdout.fnmatch_lines(["*; synthetic twin of mnist, 600 rows,", "    seed 42, drift duplicates=0.5"])


@pytest.mark.slow
def test_a_source_for_a_name_that_no_sla_asks_for_is_told(project: pytest.Pytester) -> None:
    options = ("--flops-check", "--flops-sla=mocks/mnist.json", "-k", "provide")
    told = "mnst:recorded is set, but no SLA asks for mnst; one asks for mnist"
    project.runpytest(*options, "--flops-data=mnst:recorded").stdout.fnmatch_lines(["=* FLOps checks =*", told])
    result = project.runpytest(*options, "--flops-data=ylecun/mnist:synthetic ag_news:hub")
    result.assert_outcomes(passed=1, deselected=9)
    result.stdout.no_fnmatch_line("* is set, but *")


def test_the_report_of_a_check_names_them(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import pytest

        @pytest.mark.flops_data(drift="duplicates=0.5")
        def test_check(flops_check):
            report = flops_check(sla="mocks/mnist.json", drift={"missing": 0.2}, until="provide")
            assert report.data.origin == "synthetic twin of mnist, 600 rows, seed 42, drift missing=0.2"
        """
    )
    project.runpytest().assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ("'synthetc'", "*SettingsError: there is no such source of data"),
        ("drift='mising=1'", "*SettingsError: there is no such kind of drift"),
        ("", "*SettingsError: the marker flops_data takes a source of data, drift and a partitioner"),
        ("'hub', 'synthetic'", "*SettingsError: the marker flops_data takes a source of data, drift and a partitioner"),
        ("source='hub'", "*SettingsError: the marker flops_data takes a source of data, drift and a partitioner"),
    ],
    ids=["source", "drift", "nothing", "two", "keyword"],
)
def test_a_marker_that_means_nothing_fails_its_test(project: pytest.Pytester, marker: str, message: str) -> None:
    project.makepyfile(PROVIDE.format(marker=f"@pytest.mark.flops_data({marker})", call=""))
    result = project.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([message, "*where     @pytest.mark.flops_data of *::test_provide"])


def test_the_marker_is_known(project: pytest.Pytester) -> None:
    project.runpytest("--markers").stdout.fnmatch_lines(
        ["@pytest.mark.flops_data(source=None, [*], drift=None, partitioner=None): *"]
    )
