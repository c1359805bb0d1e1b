"""Project SLA, nodes and faults as texts become a plan of rounds; what can be none is refused, and says why."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_flops_mock import ProjectSLA
from pytest_flops_mock.errors import SettingsError
from pytest_flops_mock.rounds.faults import round_faults_of
from pytest_flops_mock.rounds.plan import FaultKind, Mode, RoundFault, RoundsPlan
from pytest_flops_mock.rounds.planning import planned


def project(**training: Any) -> ProjectSLA:
    told = {"customerID": "Admin", "ml_repo_url": "https://github.com/acme/repo", "ml_model_flavor": "sklearn"}
    return ProjectSLA.load({**told, "training_configuration": {"data_tags": ["mnist"], **training}})


def refused(*given: Any, **asked: Any) -> str:
    with pytest.raises(SettingsError) as error:
        planned(*given, **asked)
    return str(error.value)


def test_without_a_project_sla_all_nodes_train_three_rounds_together() -> None:
    assert planned(nodes=3) == RoundsPlan(((0, 1, 2),), rounds=3, min_available=3, min_fit=3, min_evaluate=3)
    assert planned().nodes == (0, 1, 2, 3, 4)


def test_the_project_sla_says_mode_rounds_and_who_is_waited_for() -> None:
    sla = project(training_rounds=2, min_available_clients=3, min_fit_clients=2, min_evaluate_clients=1)
    assert planned(sla, nodes=4) == RoundsPlan(((0, 1, 2, 3),), rounds=2, min_available=3, min_fit=2, min_evaluate=1)
    assert planned(sla).nodes == (0, 1, 2)  # as many learners as FLOps starts
    assert planned(project()).nodes == (0, 1, 2, 3, 4)
    assert planned(sla, nodes=4, rounds=7).rounds == 7


def test_fewer_may_be_waited_for_than_there_are() -> None:
    assert planned(project(), nodes=5).min_available == 1


def test_nodes_are_dealt_to_clusters_in_blocks() -> None:
    sla = project(mode="hierarchical", training_cycles=2, training_rounds=2, min_available_clients=2)
    plan = planned(sla, nodes=5)
    assert (plan.mode, plan.clusters, plan.cycles) == (Mode.HIERARCHICAL, ((0, 1, 2), (3, 4)), 2)
    assert planned(sla).clusters == ((0, 1), (2, 3))
    assert planned(clusters=3, nodes=6, cycles=2).clusters == ((0, 1), (2, 3), (4, 5))


def test_faults_are_read_from_texts() -> None:
    text = "node 2 round 2 kill; node 0  round 1 slow 6 ;node 3 joins round 2"
    wanted = (
        RoundFault(FaultKind.KILL, 2, 2),
        RoundFault(FaultKind.SLOW, 0, 1, 6.0),
        RoundFault(FaultKind.JOINS, 3, 2),
    )
    assert round_faults_of(text) == wanted
    assert round_faults_of(["node 2 round 2 kill", "node 0 round 1 slow 6s", wanted[2]]) == wanted
    assert [fault.written for fault in wanted] == ["node 2 round 2 kill", "node 0 round 1 slow 6", "node 3 joins round 2"]
    assert round_faults_of("") == ()
    assert [round_faults_of(f"node 0 round 1 {kind}")[0].kind.value for kind in ("raise", "exit", "hang")] == [
        "raise",
        "exit",
        "hang",
    ]


def test_who_joins_later_is_not_waited_for_in_the_first_round() -> None:
    assert planned(nodes=4, faults="node 3 joins round 2").min_available == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("node 2 round 2 kil", "nearest   node 2 round 2 kill"),
        ("kill node 2 round 2", "nearest   node 2 round 2 kill"),
        ("node 3 join in round 2", "nearest   node 3 joins round 2"),
        ("node two round 2 kill", "a node has a number from 0"),
        ("node 2 round 0 kill", "a round has a number from 1"),
        ("node 2 round 2 slow", "slow takes how many seconds slower"),
        ("node 2 round 2 slow -6", "slow takes a number of seconds above 0"),
        ("node 2 round 2 slow inf", "slow takes a number of seconds above 0"),
        ("node 2 round 2 slow nan", "slow takes a number of seconds above 0"),
        ("node 2 round 2 kill 3", "kill takes no value"),
        ("node 2", "node N round R KIND, or node N joins round R"),
        (7, "the faults of learners cannot be read"),
        ({"node": 2}, "the faults of learners cannot be read"),
        (["node 1 round 1 kill", "node 2 round"], "where     faults[1]"),
        ("node 5 round 1 kill", "there is no learner node 5\n  where     faults\n  expected  numbers from 0 to 4"),
        ("node 2 round 4 kill", "there is no round 4\n  where     faults\n  expected  rounds from 1 to 3"),
        ("node 2 joins round 1", "every learner joins with round 1"),
        ("node 2 joins round 2; node 2 joins round 3", "node 2 joins more than once"),
        ("node 2 joins round 3; node 2 round 1 kill", "node 2 has not joined by then"),
        ("node 2 round 1 kill; node 2 round 2 slow 6", "node 2 is gone by then"),
        ("node 2 round 1 slow 2; node 2 round 1 slow 6", "two things go wrong with node 2 in one round"),
        ([RoundFault(FaultKind.SLOW, 0, 1, -1.0)], "slow takes a number of seconds above 0"),
    ],
)
def test_a_fault_that_cannot_be_is_refused(text: Any, said: str) -> None:
    assert said in refused(nodes=5, faults=text)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"nodes": 0}, "there can be no such number of learner nodes"),
        ({"nodes": True}, "there can be no such number of learner nodes"),
        ({"nodes": 5, "rounds": 0}, "there can be no such number of rounds"),
        ({"nodes": 5, "rounds": 2.5}, "there can be no such number of rounds"),
        ({"nodes": 5, "clusters": 0}, "there can be no such number of clusters"),
        ({"nodes": 2, "clusters": 3}, "2 learner nodes are too few for 3 clusters"),
        ({"nodes": 5, "cycles": 2}, "classic mode has no cycles"),
        ({"nodes": 5, "seed": -1}, "the seed is a whole number"),
        ({"nodes": 2, "faults": "node 0 joins round 2; node 1 joins round 2"}, "no learner is there"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(asked: dict[str, Any], said: str) -> None:
    assert said in refused(**asked)


@pytest.mark.parametrize(
    ("training", "asked", "said"),
    [
        ({"min_available_clients": 6}, {"nodes": 5}, "min_available_clients is more than the 5 learner nodes: no round"),
        ({"min_available_clients": 3, "mode": "hierarchical"}, {"nodes": 5}, "2 learner nodes of the smallest cluster"),
        ({}, {"clusters": 2}, "classic mode has no clusters"),
        ({}, {"cycles": 2}, "set mode to hierarchical in the project SLA"),
        (
            {"min_available_clients": 5},
            {"nodes": 5, "faults": "node 3 joins round 2"},
            "round 1 waits for 5 learners, and 4 are there before the others join",
        ),
    ],
)
def test_what_goes_against_the_project_sla_is_refused(training: dict[str, Any], asked: dict[str, Any], said: str) -> None:
    assert said in refused(project(**training), **asked)
