"""Rounds over real connections: who takes part, what comes of it, and that it is the same each time."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from standins.wire import Run, clusters, plan, python_at, repository, runs

from pytest_flops_mock.errors import LearnerEnvironmentError
from pytest_flops_mock.rounds.engine import ActorEnded, RoundEnded, RoundsEvent, RoundsWait


@pytest.mark.slow
def test_learners_train_in_rounds_and_their_average_comes_back(run: Run) -> None:
    told: list[RoundsEvent] = []
    facts = run(plan(3, 2), on_event=told.append)

    assert [(each.round, each.wished, each.fitted, each.evaluated) for each in facts.rounds] == [
        (1, 3, (0, 1, 2), (0, 1, 2)),
        (2, 3, (0, 1, 2), (0, 1, 2)),
    ]
    assert [(each.round, each.node, each.examples, each.evaluated) for each in facts.learner_rounds] == [
        (round_, node, 3, 3) for round_ in (1, 2) for node in (0, 1, 2)
    ]
    assert [(data.node, data.rows, data.columns) for data in facts.learners] == [
        (node, 3, (("value", "float64"),)) for node in (0, 1, 2)
    ]
    last = facts.learner_rounds[-1]
    assert last.shapes == ("(4,) float64", "() int64")
    assert last.loss is not None
    assert 1 < last.loss < 4, "each round adds about 1, the mean of the nodes' numbers"
    assert facts.digest == facts.rounds[-1].digest != facts.rounds[0].digest
    assert [each.kept for each in facts.rounds] == [True, False], "the loss has not become lower"
    assert {end.how for end in facts.ends} == {"done"}
    assert [(end.actor, end.number) for end in facts.ends] == [("learner", n) for n in (0, 1, 2)] + [("aggregator", 0)]
    assert (facts.waited, facts.failure, facts.start_method) == ((), None, "zygote")
    assert dict(facts.versions)["flwr"] == "1.8.0"

    kinds = [type(event) for event in told]
    assert kinds == [RoundsWait, RoundsWait, RoundEnded, RoundEnded, *[ActorEnded] * 4]
    (first,) = (event for event in told if isinstance(event, RoundEnded) and event.round.round == 1)
    assert [each.node for each in first.learners] == [0, 1, 2]


@pytest.mark.slow
def test_the_same_plan_gives_the_same_parameters_bit_by_bit_however_actors_are_started(run: Run) -> None:
    one, other, spawned = run(plan()), run(plan()), run(plan(), method="spawn")
    assert one.digest == other.digest == spawned.digest
    assert [each.digest for each in one.rounds] == [each.digest for each in spawned.rounds]
    assert spawned.start_method == "spawn"
    assert {end.how for end in spawned.ends} == {"done"}


@pytest.mark.slow
def test_clusters_average_first_and_the_root_after_them(run: Run) -> None:
    facts = run(clusters(2, 3, rounds=2, cycles=2))

    of_clusters = [(each.cluster, each.round, each.fitted) for each in facts.rounds if each.cluster >= 0]
    assert of_clusters == [(0, n, (0, 1, 2)) for n in (1, 2, 3, 4)] + [(1, n, (3, 4, 5)) for n in (1, 2, 3, 4)]
    of_root = [each for each in facts.rounds if each.cluster == -1]
    assert [(each.round, each.wished, each.fitted, each.evaluated) for each in of_root] == [
        (1, 2, (0, 1), (0, 1)),
        (2, 2, (0, 1), (0, 1)),
    ]
    assert of_root[0].kept
    assert not any(each.kept for each in facts.rounds if each.cluster >= 0), "clusters save no model"
    assert facts.digest == of_root[-1].digest
    assert {end.how for end in facts.ends} == {"done"}
    assert [(end.actor, end.number) for end in facts.ends][-3:] == [("aggregator", 0), ("aggregator", 1), ("root", -1)]


@pytest.mark.slow
def test_a_learner_keeps_its_model_through_a_cycle_and_makes_another_for_the_next(run: Run) -> None:
    """``rounds`` counts what one object has trained, and nobody sets it; modules stay as they are."""
    counts = repository(imports="COUNTS = [1, 2, 1, 2]", evaluate="assert self.rounds == COUNTS.pop(0)")
    facts = run(clusters(1, 2, rounds=2, cycles=2), counts)
    assert {end.how for end in facts.ends} == {"done"}, facts.ends
    assert len(facts.learner_rounds) == 8


@pytest.mark.skipif(find_spec("flwr") is not None, reason="this Python has Flower")
def test_a_python_without_flower_is_told_which_has_it() -> None:
    with pytest.raises(LearnerEnvironmentError) as caught:
        runs(python_at(Path(sys.executable)))(plan(1, 1))
    (problem,) = caught.value.problems
    assert problem.got == "no flwr"
    assert "env='learner'" in problem.fix
