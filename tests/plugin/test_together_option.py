"""``--flops-together``, several SLAs in the marker or the call: one check of several mock data providers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from standins.projects import mock_sla

STAGES = ["sla", "structure", "environment", "provide", "load", "aggregator", "transform", "train", "exchange", "evaluate"]
TEST = """
    import pytest

    SLAS = ["mocks/mnist.json", "mocks/three.json"]

    def test_call(flops_check):
        report = flops_check(sla=SLAS, until="load", max_rows=30)
        assert report.ok, report
        assert [len(sent.partitions) for sent in report.data.sent] == [2, 3]

    @pytest.mark.flops_sla(*SLAS, max_rows=30)
    def test_marker(flops_check):
        assert len(flops_check(until="load").data.partitions) == 5

    def test_settings(flops_check):
        assert len(flops_check(until="load").data.sent) == 2

    @pytest.mark.flops_sla(*SLAS)
    def test_provider(mock_data_provider):
        mock_data_provider()
    """

pytestmark = pytest.mark.usefixtures("other_sla")


@pytest.mark.slow
def test_a_fixture_checks_several_slas_at_once(project: pytest.Pytester) -> None:
    project.makepyfile(TEST)
    result = project.runpytest("--flops-sla=mocks/*.json", "--flops-together")
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(
        [
            "flops: data synthetic, sla mocks/mnist.json, mocks/three.json together",
            "E *several MDP SLAs are named, and this call is about one",
            "E *fix       pass the SLA of each run: mock_data_provider(sla)",
        ]
    )
    project.runpytest("--flops-sla=mocks/*.json", "-k", "settings").assert_outcomes(failed=1, deselected=3)


def test_a_check_without_a_test_stands_below_the_first_of_them(project: pytest.Pytester) -> None:
    together = ["--flops-sla=mocks/*.json", "--flops-together"]
    result = project.runpytest("--flops-check", *together, "-v")
    result.assert_outcomes(passed=len(STAGES))
    result.stdout.fnmatch_lines(
        [
            *(f"mocks/mnist.json::together::{stage} PASSED*" for stage in STAGES),
            "mocks/mnist.json + mocks/three.json: compatible in this Python*",
        ]
    )


def test_its_node_ids_and_paths_are_arguments(project: pytest.Pytester) -> None:
    def ids(*arguments: str) -> list[str]:
        return [line for line in project.runpytest("--collect-only", "-q", *arguments).outlines if "::" in line]

    together = ["--flops-sla=mocks/*.json", "--flops-together"]
    below_first = [f"mocks/mnist.json::together::{stage}" for stage in STAGES]
    assert ids("mocks/mnist.json::together::train", *together) == ["mocks/mnist.json::together::train"]
    assert ids("mocks/mnist.json", "mocks/three.json", *together) == below_first
    assert ids("mocks/mnist.json", "mocks/three.json", "--flops-together") == below_first
    assert ids("mocks/three.json", *together) == [f"mocks/three.json::together::{stage}" for stage in STAGES]
    assert ids("mocks/mnist.json", "--flops-together") == [f"mocks/mnist.json::{stage}" for stage in STAGES]


@pytest.mark.slow
def test_ini_says_it_too_and_a_failure_is_told_once(project: pytest.Pytester) -> None:
    path = Path(project.path / "mocks" / "three.json")
    path.write_text(json.dumps(mock_sla(dataset_name="cifar10", max_rows=20)), encoding="utf-8")
    project.makeini("[pytest]\nflops_check = true\nflops_together = true\nflops_sla = mocks/*.json\n")
    result = project.runpytest("-ra")
    result.assert_outcomes(passed=5, failed=1, skipped=4)
    result.stdout.fnmatch_lines(
        [
            "*___ load with mocks/mnist.json + mocks/three.json ___*",
            "FM402 the partitions cannot be one data set",
            "  fix       give different data sets different data tags, and let each project ask for its own",
            "FAILED mocks/mnist.json::together::load - FM402 *",
        ]
    )
