"""What is wrong with learner nodes, and the plan of them; nothing is opened."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_flops_mock.errors import SettingsError
from pytest_flops_mock.flight.faults import Fault
from pytest_flops_mock.nodes.faults import NodeFault, node_faults_of, of_server
from pytest_flops_mock.nodes.nodes import LearnerNodes
from pytest_flops_mock.nodes.plan import NodesPlan, Share, share_of


def plan(count: int, faults: Any) -> NodesPlan:
    return NodesPlan(count, node_faults_of(faults))


def test_names_say_what_the_server_of_a_node_does() -> None:
    assert node_faults_of("slow node=1; loses_connection=100 node=2,3; fills_up=500; slow=2 node=0") == (
        NodeFault("slow", Fault("latency", 0.5), node=(1,)),
        NodeFault("loses_connection", Fault("break_off", 100, call=("do_get",)), node=(2, 3)),
        NodeFault("fills_up", Fault("full", 500)),
        NodeFault("slow", Fault("latency", 2.0), node=(0,)),
    )


def test_a_fault_of_a_server_is_one_of_a_node() -> None:
    (fault,) = node_faults_of("break_off=10 call=do_put calls=1 node=0")
    assert fault.server == Fault("break_off", 10, call=("do_put",), calls=1)
    assert fault.written == "break_off=10"


@pytest.mark.parametrize(
    "value",
    [
        {1: "slow=0.2", 2: "stale_data"},
        [{"slow": 0.2, "node": 1}, {"stale_data": True, "node": [2]}],
        ["slow=0.2 node=1", NodeFault("stale_data", node=(2,))],
    ],
    ids=str,
)
def test_mappings_and_lists_say_the_same_as_a_text(value: Any) -> None:
    assert node_faults_of(value) == node_faults_of("slow=0.2 node=1; stale_data node=2")


def test_a_node_has_its_own_faults_and_those_of_all() -> None:
    faults = plan(3, "slow; restarts node=1")
    assert [[fault.name for fault in faults.of_node(number)] for number in range(3)] == [
        ["slow"],
        ["slow", "restarts"],
        ["slow"],
    ]


def test_the_seed_chooses_a_share_of_the_nodes() -> None:
    (half,) = node_faults_of("slow nodes=0.5")
    (other,) = node_faults_of("slow nodes=0.5 seed=7")
    assert len(half.those(20)) == len(other.those(20)) == 10
    assert half.those(20) == half.those(20) != other.those(20)
    (some,) = node_faults_of("slow nodes=0.5 node=2,4")
    assert some.those(20) <= {2, 4}
    assert len(some.those(20)) == 1


def test_each_node_has_a_chance_of_its_own() -> None:
    faults = node_faults_of("slow probability=0.5 seed=7")
    assert [of_server(faults, number)[0].seed for number in range(3)] == [7, 8, 9]


@pytest.mark.parametrize(
    ("value", "message", "nearest"),
    [
        ("slo node=1", "there is no such fault of a node", "slow"),
        ("stale_date", "there is no such fault of a node", "stale_data"),
        ("slow=0", "latency takes seconds, above 0", ""),
        ("slow node=-1", "node takes the numbers of learner nodes, from 0", ""),
        ("slow node=one", "node takes the numbers of learner nodes, from 0", ""),
        ("slow node", "node takes the numbers of learner nodes, from 0", ""),
        ({"slow": True, "node": 1.5}, "node takes the numbers of learner nodes, from 0", ""),
        ("slow nodes=2", "nodes takes a share from 0 to 1", ""),
        ("slow nodes=all", "nodes takes a share from 0 to 1", ""),
        ("restarts=2", "restarts takes no value, and is about no calls", ""),
        ("stale_data calls=2", "stale_data takes no value, and is about no calls", ""),
        ("restarts seed=x", "seed takes a whole number from 0", ""),
        ("node=1", "it is said which nodes go wrong, and not how", ""),
        (3, "the faults of nodes cannot be read", ""),
    ],
    ids=str,
)
def test_what_means_nothing_is_refused_with_what_would(value: Any, message: str, nearest: str) -> None:
    with pytest.raises(SettingsError) as error:
        node_faults_of(value)
    (problem,) = error.value.problems
    assert (problem.message, problem.nearest, problem.where) == (message, nearest, "faults")


@pytest.mark.parametrize("count", [0, -1, 1001, 2.0, True, "3"])
def test_there_can_be_no_such_number_of_nodes(count: Any) -> None:
    with pytest.raises(SettingsError, match="no such number of learner nodes"):
        NodesPlan(count)


def test_a_fault_of_a_node_that_is_not_there_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"(?s)there is no learner node 3.*numbers from 0 to 2"):
        plan(3, "slow node=3")


@pytest.mark.parametrize(
    ("count", "clusters", "expected"),
    [(6, 1, [0] * 6), (6, 2, [0, 0, 0, 1, 1, 1]), (5, 2, [0, 0, 0, 1, 1]), (7, 3, [0, 0, 0, 1, 1, 2, 2]), (2, 2, [0, 1])],
)
def test_nodes_are_in_clusters_in_order(count: int, clusters: int, expected: list[int]) -> None:
    plan = NodesPlan(count, clusters=clusters)
    assert [plan.cluster_of(number) for number in range(count)] == expected
    assert [node.cluster for node in LearnerNodes(count, clusters=clusters)] == expected


@pytest.mark.parametrize("clusters", [0, 4, -1, 1.5, "2", True, None])
def test_there_can_be_no_such_number_of_clusters(clusters: Any) -> None:
    with pytest.raises(SettingsError, match="a whole number from 1 to 3, since each has a node"):
        NodesPlan(3, clusters=clusters)


def test_there_are_three_ways_to_share() -> None:
    assert share_of("one_each") is Share.ONE_EACH
    with pytest.raises(SettingsError, match=r"(?s)no such way.*same, apart, one_each.*nearest +apart"):
        share_of("appart")
