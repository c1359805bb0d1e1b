"""Each fault of a plan is one finding that names node, round and line, and is no error of the repository."""

from __future__ import annotations

from typing import Any

import pytest
from standins.rounds import done, ended, facts, federated_round, learner_round, waits_a_day

from pytest_flops_mock import Severity
from pytest_flops_mock.rounds.facts import ActorEnd, Waited
from pytest_flops_mock.rounds.judging import rounds_findings
from pytest_flops_mock.rounds.planning import planned


def stopped(fault: str, how: Any, *, forever: bool = False) -> list[tuple[Severity, str, str]]:
    """What is said of a federation of three whose learner of node 2 ended in round 2 as planned."""
    plan = planned(nodes=3, faults=fault)
    told = facts(
        plan,
        ends=(done(0), done(1), ended(2, how, 2, fault=fault), ActorEnd("aggregator", 0, "stopped")),
        rounds=(federated_round(1, plan.nodes), federated_round(2, (0, 1), failures=1)),
        learner_rounds=tuple(learner_round(node, each) for node in plan.nodes for each in (1, 2) if (node, each) != (2, 2)),
        waited=(Waited(0, 2, 3, 2, forever=True) if forever else waits_a_day(3, 3, 2),),
    )
    return [(found.severity, found.message, found.problem.where) for found in rounds_findings(plan, told)]


@pytest.mark.parametrize(
    ("kind", "how", "said"),
    [("kill", "killed", "was killed"), ("raise", "raised", "raised an exception"), ("exit", "exited", "exited")],
)
def test_a_learner_that_ends_as_planned(kind: str, how: str, said: str) -> None:
    where = "model_manager.py:21 in fit_model" if how == "raised" else "fit_model()"
    waits = "round 3 waits for 3 learners, and 2 are there: on FLOps for up to a day"
    message = f"as planned, the learner of node 2 {said} in round 2: {waits}"
    assert stopped(f"node 2 round 2 {kind}", how) == [(Severity.WARNING, message, where)]


def test_a_learner_that_hangs_as_planned() -> None:
    ((severity, message, _),) = stopped("node 2 round 2 hang", "hung", forever=True)
    assert severity is Severity.WARNING
    assert message.endswith("hung in round 2: on FLOps round 2 never ends: it has no time limit, and the others wait")


def test_a_federation_that_goes_on_is_a_note() -> None:
    plan = planned(nodes=3, faults="node 2 round 2 kill")
    told = facts(plan, ends=(done(0), done(1), ended(2, "killed", 2, fault="node 2 round 2 kill")))
    (finding,) = rounds_findings(plan, told)
    assert (finding.code, finding.severity) == ("FM1113", Severity.INFO)
    assert finding.message.endswith("was killed in round 2: the others go on without it")


def test_a_slow_learner_and_one_that_joins_later() -> None:
    plan = planned(nodes=3, faults="node 2 round 2 slow 6; node 1 joins round 2")
    slow = tuple(
        learner_round(node, each, seconds=6.2 if (node, each) == (2, 2) else 0.2)
        for node in plan.nodes
        for each in (1, 2, 3)
        if (node, each) != (1, 1)
    )
    rounds = (federated_round(1, (0, 2)), federated_round(2, plan.nodes), federated_round(3, plan.nodes))
    slower, joined = rounds_findings(plan, facts(plan, learner_rounds=slow, rounds=rounds))
    assert slower.message == "as planned, the learner of node 2 was slow in round 2: all others waited for it"
    assert slower.problem.got.startswith("it took 6.2 s, and the others 0.2 s")
    assert joined.message == "as planned, the learner of node 1 joined with round 2"
    assert {slower.severity, joined.severity} == {Severity.INFO}


def test_a_fault_that_did_not_come_to_pass_is_told_too() -> None:
    plan = planned(nodes=3, faults="node 2 round 3 kill; node 1 round 1 exit")
    told = facts(
        plan,
        ends=(done(0), ended(1, "exited", 1, fault="node 1 round 1 exit"), ActorEnd("learner", 2, "stopped", 1)),
        rounds=(federated_round(1, (0, 2), failures=1),),
        learner_rounds=(learner_round(0, 1), learner_round(2, 1)),
        waited=(waits_a_day(2, 3, 2),),
    )
    never, exited = rounds_findings(plan, told)
    assert never.message.endswith("of node 2 in round 3 did not come to pass: the federation ended after round 1")
    assert exited.severity is Severity.WARNING
