"""Losses and accuracies from round to round: whether it learns, for whom, and which model FLOps keeps."""

from __future__ import annotations

from collections.abc import Callable

from standins.rounds import DIGITS, facts, federated_round, learner, learner_round

from pytest_flops_mock import Finding, Severity
from pytest_flops_mock.rounds.judging import rounds_findings
from pytest_flops_mock.rounds.planning import planned

Value = Callable[[int, int], float]
"""Of a node in a round."""


def said(nodes: int, loss: Value, accuracy: Value, *, kept: tuple[int, ...] = (1, 2, 3)) -> list[Finding]:
    plan = planned(nodes=nodes)
    learners = tuple(
        learner_round(node, each, loss=loss(node, each), accuracy=accuracy(node, each))
        for each in (1, 2, 3)
        for node in plan.nodes
    )
    rounds = tuple(
        federated_round(
            each,
            plan.nodes,
            loss=sum(loss(node, each) for node in plan.nodes) / nodes,
            accuracy=sum(accuracy(node, each) for node in plan.nodes) / nodes,
            kept=each in kept,
        )
        for each in (1, 2, 3)
    )
    own = tuple(learner(node, DIGITS[:2] if node == 4 else DIGITS) for node in plan.nodes)
    return list(rounds_findings(plan, facts(plan, learner_rounds=learners, rounds=rounds, learners=own)))


def steady(node: int, _: int) -> float:
    return 0.8 + 0.01 * (node % 3)


def better(node: int, each: int) -> float:
    return 0.5 + 0.1 * each + 0.01 * (node % 3)


def falling(node: int, each: int) -> float:
    return 2.0 / each + 0.1 * (node % 3)


def test_a_loss_that_falls_is_progress_whatever_the_accuracy() -> None:
    assert said(5, falling, steady) == []


def test_a_loss_that_does_not_fall_by_more_than_it_spreads_is_none() -> None:
    (finding,) = said(5, lambda node, each: 2.3 + 0.2 * (-1) ** (node + each), lambda node, each: 0.1)
    assert (finding.code, finding.severity) == ("FM1108", Severity.WARNING)
    assert finding.message == "the rounds bring no progress: after round 3 the model is no better than after 1"
    assert "mean loss" in finding.problem.got
    assert "guessing the most frequent label has the accuracy 0.119" in finding.problem.got


def test_a_model_that_has_learnt_all_in_the_first_round_is_a_note() -> None:
    (finding,) = said(5, lambda node, each: 0.3, steady)
    assert (finding.code, finding.severity) == ("FM1108", Severity.INFO)
    assert finding.message == "the first round has learnt what there is to learn, and those after it bring no progress"


def test_the_model_of_round_1_is_kept_where_loss_and_accuracy_go_apart() -> None:
    (finding,) = said(5, falling, lambda node, each: 0.9 - 0.1 * each, kept=(1,))
    assert (finding.code, finding.severity) == ("FM1110", Severity.WARNING)
    assert finding.message == "FLOps would keep the model of round 1 of 3"
    assert "accuracy 0.8 and then 0.6" in finding.problem.got


def test_a_model_that_is_as_accurate_in_the_end_is_a_note() -> None:
    (finding,) = said(5, falling, lambda node, each: 1.0, kept=(1,))
    assert (finding.code, finding.severity) == ("FM1110", Severity.INFO)
    assert finding.problem.fix.startswith("a model that is only as accurate is not kept, whatever its loss")


def test_no_progress_is_told_once_although_round_1_is_kept() -> None:
    assert [finding.code for finding in said(5, lambda node, each: 2.3, lambda node, each: 0.1, kept=(1,))] == ["FM1108"]


def test_a_node_far_below_the_others() -> None:
    (finding,) = said(6, falling, lambda node, each: 0.1 if node == 4 else better(node, each))
    assert finding.code == "FM1109"
    assert finding.message == "the model is far worse on node 4 than on the other nodes after round 3"
    assert finding.problem.got.splitlines() == [
        "accuracy 0.1 on node 4",
        "node 4 has labels {0, 1} only, 20 rows, the others 100 or more",
    ]


def test_three_learners_have_no_spread_to_be_far_from() -> None:
    assert said(3, falling, lambda node, each: 0.1 if node == 2 else better(node, each)) == []


def test_chance_is_no_node_far_below() -> None:
    assert said(6, falling, lambda node, each: 0.98 if node == 4 else 1.0) == []
    assert said(6, falling, lambda node, each: 0.3 + 0.1 * node) == []  # all are far from each other


def test_a_node_whose_answers_are_all_right_is_not_far_below_by_its_loss() -> None:
    assert (
        said(6, lambda node, each: (0.3 if node == 4 else 0.01 + 0.001 * node) / each, lambda node, each: 0.5 + each / 6)
        == []
    )


def test_without_an_accuracy_that_is_a_share_the_loss_says_who_is_far() -> None:
    (finding,) = said(6, lambda node, each: (9.0 if node == 4 else 1.0 + 0.1 * node) / each, lambda node, each: -5.0 * node)
    assert (finding.code, finding.problem.got.splitlines()[0]) == ("FM1109", "loss 3 on node 4")
