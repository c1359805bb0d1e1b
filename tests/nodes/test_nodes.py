"""Learner nodes: which of them gets which data, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest
from standins.projects import mock_sla

from pytest_flops_mock.errors import DataSourceError, ServerStateError, SettingsError, SLAError
from pytest_flops_mock.flight.client import MLDataClient
from pytest_flops_mock.flight.naming import tag_of
from pytest_flops_mock.nodes.nodes import LearnerNodes

SMALL = mock_sla(max_rows=60, number_of_partitions=4)


def names(nodes: LearnerNodes) -> list[list[str]]:
    """What each node holds."""
    return [[partition.name for partition in node.partitions] for node in nodes]


def test_nodes_are_servers_of_their_own_and_the_constructor_opens_none() -> None:
    nodes = LearnerNodes(3)
    with pytest.raises(ServerStateError):
        _ = nodes[0].uri
    with nodes:
        assert len({node.uri for node in nodes}) == len(nodes) == 3
    assert not any(node.server.running for node in nodes)


def test_an_sla_is_deployed_to_one_some_or_all_nodes() -> None:
    with LearnerNodes(3) as nodes:
        nodes.provide(SMALL, to=0, data_tag="one")
        nodes.provide(SMALL, to=[0, 2], data_tag="some")
        nodes.provide(SMALL, data_tag="all")
        tags = [sorted({tag_of(name) for name in held}) for held in names(nodes)]
        assert tags == [["all", "one", "some"], ["all"], ["all", "some"]]
        assert [len(deployment.placed) for deployment in nodes.deployments] == [1, 2, 3]


def test_each_node_gets_the_same_data_by_default() -> None:
    with LearnerNodes(2) as nodes:
        deployment = nodes.provide(SMALL)
        first, second = names(nodes)
        assert first == second
        assert len(first) == 4
        assert [placed.run.rows for placed in deployment.placed if placed.run is not None] == [60, 60]


def test_partitions_can_be_dealt_out_to_nodes() -> None:
    with LearnerNodes(3) as nodes:
        nodes.provide(SMALL, share="apart")
        held = names(nodes)
        assert [len(each) for each in held] == [2, 1, 1]
        assert len({name for each in held for name in each}) == 4


def test_fewer_partitions_than_nodes_leave_nodes_without_data() -> None:
    with LearnerNodes(3) as nodes:
        deployment = nodes.provide(SMALL, share="apart", number_of_partitions=2)
        assert [len(each) for each in names(nodes)] == [1, 1, 0]
        assert deployment.placed[2].run is None
        assert deployment.placed[2].error is None


def test_a_scheme_makes_a_partition_for_each_node() -> None:
    with LearnerNodes(3, partitioner="dirichlet alpha=5 min_partition_size=0") as nodes:
        deployment = nodes.provide(SMALL, share="one_each")
        assert [len(each) for each in names(nodes)] == [1, 1, 1]
        runs = [placed.run for placed in deployment.placed if placed.run is not None]
        assert sum(run.rows for run in runs) == 60
        assert {run.origin for run in runs} == {runs[0].origin}
        assert "dirichlet" in runs[0].origin


def test_a_scheme_with_another_number_of_partitions_is_refused() -> None:
    with LearnerNodes(3, partitioner="size partition_sizes=10,20") as nodes, pytest.raises(DataSourceError):
        nodes.provide(SMALL, share="one_each")


def test_a_provider_that_fails_keeps_no_other_from_its_node() -> None:
    with LearnerNodes(3, faults="fills_up=20 node=1") as nodes:
        deployment = nodes.provide(SMALL)
        assert [len(each) for each in names(nodes)] == [4, 1, 4]
        assert deployment.placed[0].error is deployment.placed[2].error is None
        assert "no space left" in str(deployment.placed[1].error)


def test_a_slow_node_says_so_in_its_log() -> None:
    with LearnerNodes(2, faults="slow=0.01 node=1") as nodes:
        nodes.provide(SMALL)
        assert [sum(bool(call.faults) for call in node.calls) for node in nodes] == [0, 4]


def test_a_node_with_stale_data_holds_another_run_under_the_same_tag() -> None:
    with LearnerNodes(2, faults="stale_data node=1; refuse calls=1 node=1") as nodes:
        nodes.provide(SMALL, number_of_partitions=1)  # which is refused: the other run is not counted
        assert [len(each) for each in names(nodes)] == [1, 1]
        nodes.provide(SMALL, number_of_partitions=1)
        fresh, both = names(nodes)
        assert len(both) == 2
        assert set(fresh) < set(both)
        assert {tag_of(name) for name in both} == {"mnist"}


def test_a_node_that_restarts_keeps_its_files_and_its_port(tmp_path: Path) -> None:
    with LearnerNodes(1, faults="restarts", folder=tmp_path) as nodes:
        nodes.provide(SMALL)
        (node,), uri, before = nodes, nodes[0].uri, names(nodes)
        node.before_learner()
        assert node.uri == uri
        assert names(nodes) == before
        assert len(list((tmp_path / "node-0").iterdir())) == 4
        with MLDataClient(uri) as client:
            assert client.fetch(before[0][0]).num_rows == 15


def test_cleared_nodes_have_nothing_and_count_faults_anew() -> None:
    with LearnerNodes(1, faults="refuse calls=1") as nodes:
        for _ in range(2):
            assert nodes.provide(SMALL).placed[0].error is not None
            nodes.clear()
            assert nodes.deployments == ()
            assert names(nodes) == [[]]


def test_what_cannot_be_is_refused_before_anything_is_sent() -> None:
    with LearnerNodes(2) as nodes:
        with pytest.raises(SettingsError, match="there is no learner node 2"):
            nodes.provide(SMALL, to=2)
        with pytest.raises(SettingsError, match="no such way to share"):
            nodes.provide(SMALL, share="equal")
        with pytest.raises(SLAError):
            nodes.provide(SMALL, data_tag="a.b")
        assert names(nodes) == [[], []]
        assert nodes.deployments == ()
