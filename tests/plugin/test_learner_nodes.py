"""The fixture ``learner_nodes``."""

from __future__ import annotations

import pytest


def test_nodes_run_until_the_test_ends_and_take_the_options_of_the_run(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import pytest

        started = []

        @pytest.mark.flops_data(partitioner="size partition_sizes=10,20,30")
        def test_nodes(learner_nodes):
            nodes = learner_nodes(3)
            started.extend(nodes)
            nodes.provide("mocks/mnist.json", share="one_each")
            assert [[part.rows for part in node.partitions] for node in nodes] == [[10], [20], [30]]

        def test_they_are_stopped():
            assert len(started) == 3
            assert not any(node.server.running for node in started)
        """
    )
    project.runpytest().assert_outcomes(passed=2)


def test_a_failure_shows_the_call_log_of_each_node_and_the_reports(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        def test_nodes(learner_nodes):
            nodes = learner_nodes(2, faults="refuse='over quota' node=1")
            nodes.provide("mocks/mnist.json")
            report = nodes.check({}, until="structure")
            assert report.broken == ()
        """
    )
    result = project.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*FLOps check*", "*node 1 *no learner*", "*ML data server*", "*refuse='over quota'*"])


def test_a_test_that_does_not_look_at_a_report_with_broken_nodes_fails(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        def test_nodes(learner_nodes):
            nodes = learner_nodes(2)
            nodes.provide("mocks/mnist.json")
            nodes.check({}, until="structure")
        """
    )
    result = project.runpytest()
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*learner_nodes has found errors*", "*where*test_a_test_that*:4*"])


def test_faults_that_mean_nothing_are_refused(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        def test_nodes(learner_nodes):
            learner_nodes(2, faults="slow node=2")
        """
    )
    result = project.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*there is no learner node 2*"])
