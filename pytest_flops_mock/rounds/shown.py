"""Federated rounds as a page shows them: the facts, in the plain numbers of ``report/rounds.py``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from pytest_flops_mock.errors import listing
from pytest_flops_mock.report.rounds import LearnerRoundShown, LearnerShown, RoundShown, RoundsShown
from pytest_flops_mock.rounds.facts import ActorEnd, FederatedRound, LearnerData, LearnerRound, RoundsFacts
from pytest_flops_mock.rounds.plan import Mode, RoundsPlan

ROOT = -1
"""The cluster's number of the root aggregator, whose rounds are the cycles."""


def rounds_shown(plan: RoundsPlan, facts: RoundsFacts) -> RoundsShown:
    """What a page shows of rounds. Of several clusters, each round is theirs together.

    Args:
        plan: What should run.
        facts: What happened.
    """
    by_number: dict[int, list[FederatedRound]] = defaultdict(list)
    for each in facts.rounds:
        if each.cluster != ROOT:
            by_number[each.round].append(each)
    ends = {end.number: end for end in facts.ends if end.actor == "learner"}
    by_node: dict[int, list[LearnerRound]] = defaultdict(list)
    for one in facts.learner_rounds:
        by_node[one.node].append(one)
    learners = (_learner(each, by_node[each.node], ends.get(each.node), facts) for each in facts.learners)
    mode = f"{plan.mode.value}, {plan.cycles} cycles" if plan.mode is not Mode.CLASSIC else plan.mode.value
    told = (
        ("Mode", mode),
        ("Engine", " ".join(filter(None, [facts.engine, facts.start_method and f"({facts.start_method})"]))),
        ("Seed", str(plan.seed)),
        ("Faults", listing(fault.written for fault in plan.faults) if plan.faults else ""),
    )
    return RoundsShown(tuple(_round(number, of) for number, of in sorted(by_number.items())), tuple(learners), told)


def _round(number: int, of: Sequence[FederatedRound]) -> RoundShown:
    return RoundShown(
        number=number,
        took_part=sum(len(each.fitted) for each in of),
        wished=sum(each.wished for each in of),
        loss=_mean([(each.loss, len(each.evaluated)) for each in of]),
        accuracy=_mean([(each.accuracy, len(each.evaluated)) for each in of]),
        seconds=max(each.seconds for each in of),
        kept=any(each.kept for each in of),
    )


def _mean(values: Sequence[tuple[float | None, int]]) -> float | None:
    there = [(value, weight) for value, weight in values if value is not None and weight]
    total = sum(weight for _, weight in there)
    return sum(value * weight for value, weight in there) / total if total else None


def _learner(data: LearnerData, rounds: Sequence[LearnerRound], end: ActorEnd | None, facts: RoundsFacts) -> LearnerShown:
    return LearnerShown(
        name=f"node {data.node}",
        rows=data.rows,
        labels=_labels(data, facts),
        ended=f"{end.how} in round {end.round}" if end is not None and end.how not in ("done", "stopped") else "",
        exception="; ".join(_raised(end)) if end is not None else "",
        rounds=tuple(
            LearnerRoundShown(each.round, each.examples, each.loss, each.accuracy, each.seconds, each.bytes, each.peak_bytes)
            for each in rounds
        ),
    )


def _labels(data: LearnerData, facts: RoundsFacts) -> str:
    """Which classes it has, where others have more."""
    every = {name for each in facts.learners for name, count in each.labels if count}
    own = [name for name, count in data.labels if count]
    return f"{listing(own)} only" if own and len(own) < len(every) else ""


def _raised(end: ActorEnd) -> Iterator[str]:
    if end.raised is not None and end.raised.chain:
        link = end.raised.chain[0]
        yield f"{link.type}: {link.text}" if link.text else link.type
    elif end.how not in ("done", "stopped") and end.ending:
        yield end.ending
