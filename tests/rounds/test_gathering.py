"""What the zygote tells becomes facts, piece by piece; what the plan does not have is refused."""

from __future__ import annotations

from typing import Any

import pytest
from standins.wire import clusters, plan

from pytest_flops_mock.learner.answers import NoAnswerError, parsed
from pytest_flops_mock.learner.facts import Failure
from pytest_flops_mock.rounds.engine import ActorEnded, RoundEnded
from pytest_flops_mock.rounds.facts import FederatedRound
from pytest_flops_mock.rounds.gathering import Gathering
from pytest_flops_mock.rounds.told import Next

FIT = {"examples": 3, "seconds": 0.5, "bytes": 10, "peak_bytes": 7, "finite": True, "shapes": ["(4,) float64"]}
EVALUATION = {"evaluated": 2, "accuracy": 0.5, "seconds": 0.25, "bytes": 5, "peak_bytes": 9}
ROUND = {"wished": 2, "fitted": [0, 1], "evaluated": [0, 1], "seconds": 1.5}


def told(**values: Any) -> Next:
    """An answer of the zygote, by way of JSON."""
    nothing = dict.fromkeys(("loaded", "connected", "fits", "evaluations", "rounds", "ends", "waited"), ())
    return parsed(Next, {**nothing, "over": False, "seconds": 2.5, **values})


def end(actor: str, number: int, status: int = 0, **values: Any) -> dict[str, Any]:
    given = {"how": "done", "round": 1, "doing": "", "raised": None, "frames": [], "output": "", "fault": "", **values}
    return {"actor": actor, "number": number, "status": status, **given}


def test_a_learners_round_is_put_together_and_has_the_loss_that_arrived() -> None:
    gathering = Gathering(plan(2, 1))
    evaluations = [{"node": node, "round": 1, "loss": loss, **EVALUATION} for node, loss in ((0, 0.1), (1, "nan"))]
    fits = [{"node": node, "round": 1, **FIT} for node in (1, 0)]
    assert list(gathering.take(told(fits=fits, evaluations=evaluations))) == []

    arrived = [[0, 0.10000000149011612], [1, "nan"]]
    over = {"cluster": 0, "round": 1, "digest": "d", "loss": "inf", "kept": True, "arrived": arrived, **ROUND}
    (event,) = gathering.take(told(rounds=[over]))
    facts = gathering.facts("zygote", (), None)

    assert isinstance(event, RoundEnded)
    assert event.learners == facts.learner_rounds
    first, second = facts.learner_rounds
    assert (first.node, first.loss, first.bytes, first.peak_bytes) == (0, 0.10000000149011612, 15, 9)
    assert (first.seconds, first.evaluate_seconds, first.shapes) == (0.5, 0.25, ("(4,) float64",))
    assert str(second.loss) == "nan"
    assert facts.rounds == (FederatedRound(0, 1, 2, (0, 1), (0, 1), loss=float("inf"), digest="d", seconds=1.5, kept=True),)
    assert (facts.digest, facts.seconds) == ("d", 2.5)


def test_ends_are_in_order_and_say_how_in_words() -> None:
    gathering = Gathering(plan(2, 1))
    ends = [end("aggregator", 0), end("learner", 1, -9, how="killed", fault="node 1 round 1 kill"), end("learner", 0)]
    events = list(gathering.take(told(ends=ends)))
    facts = gathering.facts("spawn", (), Failure("timeout"))
    assert [(each.actor, each.number, each.ending) for each in facts.ends] == [
        ("learner", 0, "exit status 0"),
        ("learner", 1, "signal SIGKILL"),
        ("aggregator", 0, "exit status 0"),
    ]
    assert {event.end for event in events if isinstance(event, ActorEnded)} == set(facts.ends)
    assert facts.failure == Failure("timeout")


def test_the_digest_of_a_hierarchy_is_that_of_its_root() -> None:
    gathering = Gathering(clusters(2, 1, rounds=1, cycles=2))
    numbers = [(-1, 1, "first"), (-1, 2, "root"), (0, 2, "of a cluster"), (1, 2, "of another")]
    list(gathering.take(told(rounds=[{"cluster": c, "round": r, "digest": d, **ROUND} for c, r, d in numbers])))
    assert gathering.facts("zygote", (), None).digest == "root"


@pytest.mark.parametrize(
    "foreign",
    [
        {"fits": [{"node": 2, "round": 1, **FIT}]},
        {"fits": [{"node": 0, "round": 2, **FIT}]},
        {"connected": [{"node": -1, "seconds": 1.0}]},
        {"rounds": [{"cluster": 1, "round": 1, **ROUND}]},
        {"rounds": [{"cluster": -1, "round": 1, **ROUND}]},
        {"rounds": [{"cluster": 0, "round": 0, **ROUND}]},
        {"waited": [{"cluster": 0, "round": 9, "wanted": 1, "there": 0, "forever": True}]},
        {"ends": [end("learner", 5)]},
        {"ends": [end("root", -1)]},
    ],
)
def test_what_is_not_in_the_plan_is_refused(foreign: dict[str, Any]) -> None:
    with pytest.raises(NoAnswerError, match="not in the plan"):
        list(Gathering(plan(2, 1)).take(told(**foreign)))


@pytest.mark.parametrize("loss", ["none", "", True, [1.0]])
def test_what_is_no_number_is_no_answer(loss: object) -> None:
    with pytest.raises(NoAnswerError):
        told(evaluations=[{"node": 0, "round": 1, "loss": loss, **EVALUATION}])
