"""A check over learner nodes: a learner for each, and which of them break."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from standins.projects import REPOSITORY, mock_sla

from pytest_flops_mock import Report
from pytest_flops_mock.errors import SettingsError
from pytest_flops_mock.nodes.nodes import LearnerNodes
from pytest_flops_mock.nodes.report import NodesReport

SMALL = mock_sla(max_rows=60)


def project_sla(**training: Any) -> dict[str, Any]:
    return {
        "customerID": "Admin",
        "ml_repo_url": "https://github.com/someone/repository",
        "ml_model_flavor": "sklearn",
        "training_configuration": {"data_tags": ["mnist"], **training},
    }


@pytest.fixture(scope="module")
def report() -> NodesReport:
    """Six nodes: a good one, one each that is slow, loses its connection, fills up, restarts, and holds stale data."""
    faults = "slow=0.01 node=1; loses_connection node=2; fills_up=10 node=3; restarts node=4; stale_data node=5"
    with LearnerNodes(6, faults=faults) as nodes:
        nodes.provide(SMALL)
        return nodes.check(REPOSITORY, project_sla=project_sla(min_available_clients=6))


def test_nodes_that_break_are_named(report: NodesReport) -> None:
    assert not report.ok
    assert report.broken == ("node 2", "node 3")
    assert [sorted({finding.code for finding in node.errors}) for node in report.nodes] == [
        [],
        [],
        ["FM403"],
        ["FM306"],
        [],
        [],
    ]


def test_a_learner_that_cannot_load_tells_what_the_server_told(report: NodesReport) -> None:
    (error,) = report.nodes[2].errors
    assert error.problem.got.startswith("FlightUnavailableError: the connection was lost after 0 rows (")
    assert error.problem.where.startswith("mnist.")
    assert "start the server" not in error.problem.fix


def test_a_learner_runs_on_each_node_with_matching_data(report: NodesReport) -> None:
    assert list(report.reports) == ["node 0", "node 1", "node 2", "node 4", "node 5"]
    assert report.reports["node 0"].data.rows == 60
    assert report.reports["node 4"].outcome("evaluate") == "passed"
    assert report.nodes[3].report is None


def test_stale_data_are_told(report: NodesReport) -> None:
    stale = report.reports["node 5"]
    assert stale.data.rows == 120
    assert "FM405" in {finding.code for finding in stale.warnings}


def test_faults_that_came_true_are_told(report: NodesReport) -> None:
    assert [bool(node.happened) for node in report.nodes] == [False, True, True, True, False, False]
    assert "loses_connection" in report.nodes[2].faults[0]


def test_too_few_nodes_with_matching_data_for_the_project_is_a_finding(report: NodesReport) -> None:
    (finding,) = (finding for finding in report.findings if finding.code == "FM024")
    assert "5 learner nodes have data that match, and the project starts 6 learners" in finding.message
    assert finding.problem.got == "none on node 3"
    assert finding.problem.nearest == "5"


def test_the_text_has_a_line_for_each_node_and_all_errors(report: NodesReport) -> None:
    text = str(report)
    assert all(f"\nnode {number} " in text for number in range(6))
    assert "no learner, since no data match [fills_up=10]" in text
    assert text.endswith("verdict     incompatible over nodes: 5 learners tried; node 2, node 3 of 6 nodes broken")
    assert repr(report).startswith("<NodesReport incompatible over nodes")


def test_as_json_it_is_a_report_for_each_node_and_one_for_all(report: NodesReport) -> None:
    reports = Report.all_from_json(report.to_json())
    assert [each.sla.partition(":")[0] for each in reports] == [*(f"node {number}" for number in range(6)), "all nodes"]
    assert [each.ok for each in reports] == [True, True, False, False, True, True, False]
    assert json.loads(report.to_json(indent=None))["verdict"] == "incompatible"
    assert [finding.code for finding in reports[3].findings] == ["FM306"]  # its data did not come
    assert [(result.stage, result.outcome) for result in reports[3].stages] == [("load", "skipped")]
    assert [finding.code for finding in reports[6].findings] == ["FM024"]
    (facts,) = (dict(result.facts) for result in reports[1].stages if result.stage == "load")
    assert facts["faults of the node"] == "slow=0.01"


def test_its_json_fits_the_schema_of_reports(report: NodesReport) -> None:
    schema = json.loads((Path(__file__).parents[2] / "docs" / "report.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(json.loads(report.to_json()), schema)


def test_markdown_and_text_come_from_the_writers_of_reports(report: NodesReport) -> None:
    markdown, text = report.to_markdown(), report.to_text()
    for each in (markdown, text):
        assert all(f"node {number}" in each for number in range(6))
        assert "FM403" in each
        assert "no data match, so no learner runs" in each
    assert markdown.index("node 2") < markdown.index("node 0")  # what fails comes first
    assert text.splitlines()[-1] == f"verdict     {report.summary}"


@pytest.mark.slow
def test_side_by_side_gives_the_same_in_the_order_of_the_nodes() -> None:
    def found(at_once: int) -> list[Any]:
        with LearnerNodes(3, faults="loses_connection node=1") as nodes:
            nodes.provide(SMALL)
            report = nodes.check(REPOSITORY, at_once=at_once)
        return [(node.name, node.partitions, _without_measures(node.report)) for node in report.nodes]

    assert found(1) == found(3)


def _without_measures(report: Report | None) -> Any:
    """What a report says, but for ports, and what is measured: seconds and memory."""
    assert report is not None
    stages = [
        (result.stage, result.outcome, result.reason, [fact for fact in result.facts if fact[0] != "peak memory"])
        for result in report.stages
    ]
    found = [(finding.code, finding.message, finding.problem.got) for finding in report.findings]
    return re.sub(r"127\.0\.0\.1:\d+", "", str((report.repository, report.sla, stages, found, report.data)))


@pytest.mark.parametrize("at_once", [0, -1, 1.5, "2", True])
def test_there_can_be_no_such_number_side_by_side(at_once: Any) -> None:
    with LearnerNodes(1) as nodes, pytest.raises(SettingsError, match="a whole number from 1"):
        nodes.check(REPOSITORY, data_tags="mnist", at_once=at_once)


def test_enough_nodes_with_data_are_enough_and_no_data_are_too_few() -> None:
    with LearnerNodes(3) as nodes:
        nothing = nodes.check(REPOSITORY, data_tags="mnist", until="structure")
        assert [finding.code for finding in nothing.findings] == ["FM024"]
        assert not nothing.ok
        nodes.provide(SMALL, to=[0, 2])
        enough = nodes.check(REPOSITORY, project_sla=project_sla(min_available_clients=2), until="structure")
        assert enough.ok, enough
        assert list(enough.reports) == ["node 0", "node 2"]
        few = nodes.check(REPOSITORY, project_sla=project_sla(min_available_clients=3), until="structure")
        assert [finding.code for finding in few.findings] == ["FM024"]
        ignored = nodes.check(
            REPOSITORY,
            project_sla=project_sla(min_available_clients=3),
            ignore=["FM024"],
            until="structure",
        )
        assert ignored.ok, ignored
        other = nodes.check(REPOSITORY, project_sla=project_sla(data_tags=["cifar"]), until="structure")
        assert "FM024" in {finding.code for finding in other.findings}
        assert other.reports == {}


def test_in_hierarchical_mode_each_cluster_needs_enough_nodes_with_data() -> None:
    with LearnerNodes(6, clusters=2) as nodes:
        nodes.provide(SMALL, to=[0, 1, 2, 3])

        def found(**training: Any) -> list[str]:
            report = nodes.check(REPOSITORY, project_sla=project_sla(**training), until="structure")
            assert [node.cluster for node in report.nodes] == [0, 0, 0, 1, 1, 1]
            return [finding.message for finding in report.findings if finding.code == "FM024"]

        assert found(min_available_clients=4) == []
        assert found(min_available_clients=1, mode="hierarchical") == []
        (message,) = found(min_available_clients=3, mode="hierarchical")
        assert message.startswith(
            "1 learner node of cluster 1 has data that match, and the project starts 3 learners in each"
        )
        first, _ = found(min_available_clients=4, mode="hierarchical")
        assert first.startswith("3 learner nodes of cluster 0 have data that match, and the project starts 4 learners")


def test_a_report_notes_that_it_was_looked_at() -> None:
    report = NodesReport("repository", ())
    assert not report.asked
    assert report.ok
    assert report.asked
