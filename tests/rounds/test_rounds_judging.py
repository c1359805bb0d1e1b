"""Facts of federated rounds become findings: each cause one, and none where all is well."""

from __future__ import annotations

from typing import Any

import pytest
from standins.rounds import (
    DIGITS,
    changed,
    done,
    ended,
    facts,
    federated_round,
    learner,
    learner_round,
    raised,
    waits_a_day,
)

from pytest_flops_mock import Finding, Severity
from pytest_flops_mock.findings import Frame
from pytest_flops_mock.learner.facts import Failure
from pytest_flops_mock.rounds.facts import ActorEnd, RoundsFacts, Waited
from pytest_flops_mock.rounds.judging import rounds_findings
from pytest_flops_mock.rounds.plan import Mode, RoundsPlan
from pytest_flops_mock.rounds.planning import planned

FIVE = planned(nodes=5)
ONLY_3_AND_7 = (("3", 40), ("7", 60))


def codes(plan: RoundsPlan, what: RoundsFacts) -> list[str]:
    return [finding.code for finding in rounds_findings(plan, what)]


def only(plan: RoundsPlan, what: RoundsFacts, **more: Any) -> Finding:
    (finding,) = rounds_findings(plan, what, **more)
    return finding


def with_ends(*ends: ActorEnd, plan: RoundsPlan = FIVE) -> tuple[ActorEnd, ...]:
    ours = {end.number for end in ends if end.actor == "learner"}
    aggregators = [ActorEnd("aggregator", number, "done") for number in range(len(plan.clusters))]
    return (*(done(node) for node in plan.nodes if node not in ours), *ends, *aggregators)


def died(*nodes: int, **told: Any) -> dict[str, Any]:
    """What a federation looks like whose learners died in round 1 and were the only ones to lack classes."""
    return {
        "learners": tuple(learner(node, ONLY_3_AND_7 if node in nodes else DIGITS) for node in FIVE.nodes),
        "ends": with_ends(*(ended(node, "raised", **told) for node in nodes)),
        "rounds": (federated_round(1, [node for node in FIVE.nodes if node not in nodes], failures=len(nodes)),),
        "learner_rounds": tuple(learner_round(node, 1) for node in FIVE.nodes if node not in nodes),
        "waited": (waits_a_day(2, 5, 5 - len(nodes)),),
    }


def test_nothing_is_said_where_all_is_well() -> None:
    assert codes(FIVE, facts(FIVE)) == []
    one = planned(nodes=1, rounds=1)
    assert codes(one, facts(one)) == []


def test_a_learner_that_died_is_told_with_its_line_and_what_its_partition_has() -> None:
    finding = only(FIVE, facts(FIVE, **died(2)))
    assert (finding.code, finding.severity, finding.stage.value) == ("FM1101", Severity.ERROR, "rounds")
    assert finding.message == "the learner of node 2 died in round 1: KeyError: '7'"
    assert finding.problem.where == "model_manager.py:21 in fit_model"
    assert finding.problem.got.splitlines() == [
        "node 2 has labels {3, 7} only",
        "round 2 waits for 5 learners, and 4 are there: on FLOps for up to a day",
    ]
    assert finding.frames[-1].line == 21
    assert "KeyError: '7'" in finding.detail


def test_learners_that_died_of_the_same_are_one_finding() -> None:
    finding = only(FIVE, facts(FIVE, **died(1, 2, 4)))
    assert finding.message.startswith("the learners of nodes 1, 2 and 4 died in round 1: ")
    assert "node 1 has labels {3, 7} only\nnode 2 has" in finding.problem.got


def test_learners_that_died_of_different_things_are_as_many_findings() -> None:
    told = died(1, 2)
    other = ended(2, "raised", raised=raised("no", "ValueError", Frame("data.py", 3, "prepare", "raise ValueError('no')")))
    told["ends"] = with_ends(ended(1, "raised"), other)
    messages = [finding.message for finding in rounds_findings(FIVE, facts(FIVE, **told))]
    assert messages == [
        "the learner of node 1 died in round 1: KeyError: '7'",
        "the learner of node 2 died in round 1: ValueError: no",
    ]


def test_all_that_died_for_want_of_classes_are_told_what_each_lacks() -> None:
    three = planned(nodes=3)
    lacking = [tuple(pair for pair in DIGITS if pair[0] not in gone) for gone in ("12", "3", "4567890")]
    told = {
        "learners": tuple(learner(node, labels) for node, labels in enumerate(lacking)),
        "ends": with_ends(*(ended(node, "raised") for node in three.nodes), plan=three),
        "rounds": (federated_round(1, [], failures=3, evaluated=(), loss=None, accuracy=None),),
        "learner_rounds": (),
        "waited": (waits_a_day(2, 3, 0),),
    }
    finding = only(three, facts(three, **told))
    assert finding.message.startswith("all 3 learners died in round 1")
    assert finding.problem.got.splitlines()[:3] == [
        "node 0 has no rows of labels {1, 2}",
        "node 1 has no rows of the label 3",
        "node 2 has labels {1, 2, 3} only",
    ]


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({"labels": tuple((name, 1) for name, _ in DIGITS)}, "node 2 has 10 rows, the others 100 or more"),
        ({"labels": (*DIGITS, ("10", 4))}, "node 2 has rows of the label 10, which no other has"),
        ({"labels": (("0", 3), *DIGITS[1:], ("9", 7))}, "node 2 has 3 rows of the label 0"),
        ({"columns": (("image", "Image"),)}, "node 2 has no column label"),
        ({"columns": (("image", "Image"), ("label", "Value string"))}, "label as Value string in place of ClassLabel of 10"),
        ({}, "rows, labels, columns and missing values of its partition are like those of others"),
    ],
)
def test_what_sets_a_partition_apart(own: dict[str, Any], said: str) -> None:
    told = died(2)
    told["learners"] = tuple(learner(node, **(own if node == 2 else {})) for node in FIVE.nodes)
    assert said in only(FIVE, facts(FIVE, **told)).problem.got


def test_a_property_that_others_have_too_is_no_reason() -> None:
    told = died(2)
    told["learners"] = tuple(learner(node, ONLY_3_AND_7) for node in FIVE.nodes)
    assert "only" not in only(FIVE, facts(FIVE, **told)).problem.got


def test_who_was_ended_before_it_came_so_far_is_no_comparison() -> None:
    told = died(1)
    told["learners"] = tuple(learner(node, DIGITS if node == 0 else ONLY_3_AND_7) for node in FIVE.nodes)
    told["learner_rounds"] = (learner_round(0, 1),)
    assert "node 1 has labels {3, 7} only" in only(FIVE, facts(FIVE, **told)).problem.got


def test_a_process_that_ends_and_one_that_hangs() -> None:
    told = died(2)
    crash = ended(
        2, "killed", ending="killed by signal 11 (SIGSEGV)", output='  File "model_manager.py", line 9 in fit_model'
    )
    told["ends"] = with_ends(crash)
    finding = only(FIVE, facts(FIVE, **told))
    assert (finding.code, finding.problem.where) == ("FM1102", "model_manager.py:9 in fit_model")
    assert finding.problem.got.startswith("killed by signal 11 (SIGSEGV)")

    told["ends"] = with_ends(ended(2, "hung", ending="no end within 60 s"))
    told["waited"] = (Waited(0, 1, 5, 4, forever=True),)
    finding = only(FIVE, facts(FIVE, **told))
    assert finding.code == "FM1103"
    assert "on FLOps round 1 never ends: it has no time limit, and the others wait" in finding.problem.got


def test_an_aggregator_that_died_is_one_finding_and_its_learners_are_none() -> None:
    alone = raised("Connection reset", "_MultiThreadedRendezvous")
    alone = type(alone)((type(alone.chain[0])(**{**vars(alone.chain[0]), "frames": ()}),), "waiting for the aggregator")
    gone = ActorEnd("aggregator", 0, "raised", 1, "set_model_parameters()", raised("shapes", "ValueError"))
    ends = (*(ended(node, "raised", raised=alone) for node in FIVE.nodes), gone)
    finding = only(FIVE, facts(FIVE, ends=ends, rounds=(), learner_rounds=()))
    assert finding.code == "FM1104"
    assert finding.message == "the aggregator died in round 1: ValueError: shapes"


def test_a_round_1_that_flops_begins_with_whoever_comes_first() -> None:
    plan = RoundsPlan(FIVE.clusters, 3, min_available=1)
    finding = only(plan, facts(plan), origin="project.json")
    assert (finding.code, finding.severity) == ("FM1105", Severity.WARNING)
    assert finding.message == "FLOps begins round 1 with whoever comes first: 1 of 5 learners will do"
    assert finding.problem.where == "project.json: training_configuration.min_available_clients"
    late = planned(nodes=5, faults="node 4 joins round 2")
    came = tuple(each for each in facts(late).learner_rounds if (each.node, each.round) != (4, 1))
    assert codes(late, facts(late, learner_rounds=came)) == ["FM1113"]


def test_a_constructor_that_fails_with_the_aggregator_and_with_learners_is_one_finding() -> None:
    same = raised("nothing-there", "FileNotFoundError", doing="ModelManager()")
    gone = ActorEnd("aggregator", 0, "raised", 0, "ModelManager()", same)
    ends = (ended(0, "raised", 0, raised=same, doing="ModelManager()"), *(done(node) for node in (1, 2, 3, 4)), gone)
    assert codes(FIVE, facts(FIVE, ends=ends, rounds=(), learner_rounds=())) == ["FM1104"]


def test_a_learner_that_dies_before_round_1_is_compared_with_those_that_were_connected() -> None:
    told = died(2, round_=0, doing="set_model_data()")
    told.update(rounds=(), learner_rounds=(), waited=(waits_a_day(1, 5, 4),))
    finding = only(FIVE, facts(FIVE, **told))
    assert finding.message == "the learner of node 2 died before round 1: KeyError: '7'"
    assert "node 2 has labels {3, 7} only" in finding.problem.got
    told["learners"] = tuple(learner(node, start_seconds=0.0) for node in FIVE.nodes)
    assert (
        only(FIVE, facts(FIVE, **told)).problem.got
        == "round 1 waits for 5 learners, and 4 are there: on FLOps for up to a day"
    )


def test_a_federation_that_stands_still_is_never_told_as_good() -> None:
    waits = facts(FIVE, rounds=(), learner_rounds=(), waited=(waits_a_day(1, 6, 5),))
    assert codes(FIVE, waits) == ["FM1106"]
    ended_early = facts(FIVE, rounds=(federated_round(1, FIVE.nodes),))
    assert codes(FIVE, ended_early) == ["FM1106"]


def test_actors_that_take_too_much_together() -> None:
    failure = Failure("limit", ending="killed", exceeded=("at most 2,000 MB of memory", "2,100 MB"))
    ends = with_ends(*(ended(node, "killed") for node in FIVE.nodes))
    finding = only(FIVE, facts(FIVE, failure=failure, rounds=(), learner_rounds=(), ends=ends))
    assert finding.code == "FM1106"
    assert (finding.problem.expected, finding.problem.got) == (
        "at most 2,000 MB of memory for all actors together",
        "2,100 MB",
    )
    lost = Failure("ended", ending="killed by signal 9 (SIGKILL)")
    assert codes(FIVE, facts(FIVE, failure=lost, rounds=(), learner_rounds=())) == ["FM1106"]


def test_a_learner_without_data_ends_the_project() -> None:
    told = died(2)
    none = raised("no flights", "NoMatchingDataError", doing="loading")
    told["ends"] = with_ends(ended(2, "exited", 0, raised=none, doing="loading"))
    finding = only(FIVE, facts(FIVE, **{**told, "rounds": (), "learner_rounds": (), "waited": ()}))
    assert finding.code == "FM1102"
    assert finding.message == "the learner of node 2 finds no data under its tags, and ends the whole project"


def test_the_first_values_that_are_not_finite_are_told_once() -> None:
    good = facts(FIVE).learner_rounds
    nan = {(node, each): {"loss": float("nan"), "finite": False} for node in FIVE.nodes for each in (2, 3)}
    tainted = changed(good, {**nan, **{(node, 2): {} for node in (0, 1, 3, 4)}})
    finding = only(FIVE, facts(FIVE, learner_rounds=tainted))
    assert (finding.code, finding.severity) == ("FM1107", Severity.ERROR)
    assert finding.message.startswith("the parameters of node 2 are not finite after round 2, and so is every average")

    infinite = changed(good, {(1, 3): {"loss": float("inf")}})
    assert only(FIVE, facts(FIVE, learner_rounds=infinite)).message.startswith(
        "the loss of node 1 is not finite after round 3"
    )


def test_parameters_that_do_not_fit_are_the_cause_of_the_aggregators_death() -> None:
    good = [each for each in facts(FIVE).learner_rounds if each.round == 1]
    other = changed(good, {(2, 1): {"shapes": ("(2, 784) float64", "(2,) float64")}})
    gone = ActorEnd("aggregator", 0, "raised", 1, "the average", raised("operands", "ValueError"))
    told = {**died(), "learner_rounds": other, "ends": (*(done(node) for node in FIVE.nodes), gone), "waited": ()}
    told["learners"] = tuple(learner(node, ONLY_3_AND_7 if node == 2 else DIGITS) for node in FIVE.nodes)
    finding = only(FIVE, facts(FIVE, **told))
    assert finding.code == "FM1111"
    assert "2 arrays: (2, 784), (2,) from node 2" in finding.problem.got
    assert "node 2 has labels {3, 7} only" in finding.problem.got


def test_types_of_numbers_may_differ() -> None:
    narrower = changed(facts(FIVE).learner_rounds, {(2, 1): {"shapes": ("(10, 784) float32", "(10,) float32")}})
    assert codes(FIVE, facts(FIVE, learner_rounds=narrower)) == []


def test_a_federation_that_trained_nothing_and_ended_well() -> None:
    plan = RoundsPlan(FIVE.clusters, 2, min_available=5, min_fit=6)
    rounds = tuple(federated_round(each, [], evaluated=plan.nodes, loss=2.0, accuracy=0.1) for each in (1, 2))
    assert "FM1112" in codes(plan, facts(plan, rounds=rounds, learner_rounds=()))


def test_learners_pause_between_cycles() -> None:
    plan = RoundsPlan(((0, 1, 2), (3, 4, 5)), rounds=2, cycles=2, mode=Mode.HIERARCHICAL, min_available=3)
    root = tuple(federated_round(each, (0, 1), cluster=-1) for each in (1, 2))
    good = facts(plan)
    finding = only(plan, facts(plan, rounds=(*good.rounds, *root)))
    assert (finding.code, finding.severity, finding.problem.got) == ("FM1114", Severity.INFO, "20 s more on FLOps than here")
