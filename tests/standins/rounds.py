"""Facts of federated rounds, made by hand: a federation in which all went well, and what went wrong in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pytest_flops_mock.findings import Frame
from pytest_flops_mock.learner.facts import Link, Raised
from pytest_flops_mock.rounds.facts import ActorEnd, FederatedRound, LearnerData, LearnerRound, RoundsFacts, Waited
from pytest_flops_mock.rounds.plan import RoundsPlan

DIGITS = tuple((str(digit), 10) for digit in range(10))
SHAPES = ("(10, 784) float64", "(10,) float64")
LINE = Frame("model_manager.py", 21, "fit_model", "self.model.fit(x, y)")


def learner(node: int, labels: Sequence[tuple[str, int]] = DIGITS, **told: Any) -> LearnerData:
    """What a learner has loaded."""
    columns = (("image", "Image"), ("label", "ClassLabel of 10"))
    return LearnerData(
        node,
        sum(count for _, count in labels),
        **{"columns": columns, "labels": tuple(labels), "start_seconds": 0.5, **told},
    )


def learner_round(node: int, round_: int, **told: Any) -> LearnerRound:
    """A learner in a round that makes it better."""
    usual = {
        "examples": 100,
        "evaluated": 100,
        "loss": 2.0 / round_,
        "accuracy": min(0.9, 0.5 + 0.1 * round_),
        "seconds": 0.2,
        "evaluate_seconds": 0.1,
        "bytes": 63_000,
        "shapes": SHAPES,
    }
    return LearnerRound(node, round_, **{**usual, **told})


def federated_round(round_: int, nodes: Sequence[int], **told: Any) -> FederatedRound:
    """A round of an aggregator, in which all was well."""
    usual: dict[str, Any] = {
        "cluster": 0,
        "wished": len(nodes),
        "fitted": tuple(nodes),
        "evaluated": tuple(nodes),
        "loss": 2.0 / round_,
        "accuracy": min(0.9, 0.5 + 0.1 * round_),
        "digest": f"{round_:064x}",
        "seconds": 0.5,
        "kept": True,
    }
    return FederatedRound(round=round_, **{**usual, **told})


def facts(plan: RoundsPlan, **told: Any) -> RoundsFacts:
    """A federation in which all went well, but for what is told."""
    rounds = range(1, plan.rounds * plan.cycles + 1)
    clusters = tuple(enumerate(plan.clusters))
    usual: dict[str, Any] = {
        "learners": tuple(learner(node) for node in plan.nodes),
        "rounds": tuple(federated_round(each, nodes, cluster=number) for each in rounds for number, nodes in clusters),
        "learner_rounds": tuple(learner_round(node, each) for each in rounds for node in plan.nodes),
        "ends": (*(done(node) for node in plan.nodes), *(ActorEnd("aggregator", number, "done") for number, _ in clusters)),
        "seconds": 3.5,
        "versions": (("python", "3.11.9"), ("flwr", "1.8.0")),
    }
    return RoundsFacts(**{**usual, **told})


def changed(rounds: Sequence[LearnerRound], where: Mapping[tuple[int, int], Mapping[str, Any]]) -> tuple[LearnerRound, ...]:
    """The same rounds of learners, some of them otherwise: by node and round."""
    return tuple(LearnerRound(**{**vars(each), **where.get((each.node, each.round), {})}) for each in rounds)


def done(node: int) -> ActorEnd:
    """A learner that came to its end."""
    return ActorEnd("learner", node, "done", round=3)


def raised(text: str = "'7'", type_: str = "KeyError", frame: Frame = LINE, doing: str = "fit_model()") -> Raised:
    """An exception of the repository."""
    return Raised((Link(type_, text, (frame,), True, False, False, ()),), doing)


def ended(node: int, how: Literal["raised", "exited", "killed", "hung"], round_: int = 1, **told: Any) -> ActorEnd:
    """A learner that did not."""
    what: dict[str, Any] = {"doing": "fit_model()", "ending": "exit status 1"}
    if how == "raised":
        what["raised"] = raised()
    return ActorEnd("learner", node, how, **{"round": round_, **what, **told})


def waits_a_day(round_: int, wanted: int, there: int) -> Waited:
    """An aggregator that waits for learners."""
    return Waited(0, round_, wanted, there, forever=False)
