"""Losses and accuracies from round to round → findings: whether it learns, for whom, and what FLOps keeps of it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median, stdev

from pytest_flops_mock.errors import Problem
from pytest_flops_mock.findings import Finding
from pytest_flops_mock.report.text import rounded
from pytest_flops_mock.rounds.apart import setting_apart
from pytest_flops_mock.rounds.ends import ROOT, Subject, of_nodes
from pytest_flops_mock.rounds.facts import FederatedRound, LearnerRound
from pytest_flops_mock.rounds.plan import Mode
from pytest_flops_mock.stage import Severity

CHANCE = 1e-3
"""How likely it is at most that chance alone makes a finding of it."""

LEAST_LEARNERS = 4
"""Fewer have no spread to be far from."""

FAR = 3.5
"""Robust standard deviations from the median: Iglewicz and Hoaglin 1993."""

MAD_TO_DEVIATION = 1.4826
LEAST_GAP = 0.1
"""An accuracy that is less below the median than that is not far below."""

TIMES_LOSS = 2.0
"""A loss of less than so many times the median is not far above."""


@dataclass(frozen=True)
class Progress:
    """How a measure has changed between two rounds, over the learners that evaluated in both.

    Attributes:
        measure: ``loss`` or ``accuracy``.
        first: Its mean after the first round, weighted by examples.
        last: Its mean after the last one.
        better: How much better it has become.
        spread: The standard error of that over the learners.
    """

    measure: str
    first: float
    last: float
    better: float
    spread: float

    @property
    def is_some(self) -> bool:
        """Whether it has become better by more than it spreads."""
        return self.better > self.spread

    @property
    def text(self) -> str:
        """In words."""
        return f"mean {self.measure} {rounded(self.first)} and then {rounded(self.last)} (± {rounded(self.spread)})"


def learning_findings(subject: Subject) -> Iterator[Finding]:
    """Whether it learns, whether one node is left behind, and which model FLOps keeps. Only for what is finite."""
    changes = [change for measure in ("loss", "accuracy") if (change := _change(subject, measure)) is not None]
    if changes and not any(change.is_some for change in changes):
        yield _no_progress(subject, changes)
    else:
        yield from _kept_first(subject)
    yield from _left_behind(subject)


def _change(subject: Subject, measure: str) -> Progress | None:
    """How a measure has changed from the first round that was evaluated to the last; ``None`` if there is one only."""
    evaluated = [each for each in subject.facts.learner_rounds if each.evaluated and getattr(each, measure) is not None]
    rounds = sorted({each.round for each in evaluated})
    if len(rounds) < 2:
        return None
    first = {each.node: each for each in evaluated if each.round == rounds[0]}
    last = {each.node: each for each in evaluated if each.round == rounds[-1]}
    both = [(first[node], last[node]) for node in first if node in last]
    if not both:
        return None
    sign = -1 if measure == "loss" else 1
    gains = [sign * (getattr(after, measure) - getattr(before, measure)) for before, after in both]
    weights = [float(after.evaluated or 0) for _, after in both]
    spread = stdev(gains) / math.sqrt(len(gains)) if len(gains) > 1 else 0.0
    return Progress(
        measure,
        _mean([getattr(before, measure) for before, _ in both], weights),
        _mean([getattr(after, measure) for _, after in both], weights),
        _mean(gains, weights),
        spread,
    )


def _no_progress(subject: Subject, changes: Sequence[Progress]) -> Finding:
    rounds = sorted({each.round for each in subject.facts.learner_rounds if each.evaluated})
    guessing = _majority(subject)
    accuracy = next((change.last for change in changes if change.measure == "accuracy"), None)
    learnt = guessing is not None and accuracy is not None and guessing[0] + guessing[1] < accuracy <= 1
    told = [change.text for change in changes]
    if guessing is not None and accuracy is not None:
        told.append(f"guessing the most frequent label has the accuracy {rounded(guessing[0])}")
    found = Finding.of(
        Problem(
            "the first round has learnt what there is to learn, and those after it bring no progress"
            if learnt
            else f"the rounds bring no progress: after round {rounds[-1]} the model is no better than after {rounds[0]}",
            where=f"rounds {rounds[0]} to {rounds[-1]}",
            expected="a mean loss below that of the first round, or a higher accuracy, by more than the standard error of "
            "the change over the learners",
            got="\n".join(told),
            fix="let fit_model() go on from what was set; look at the learning rate; or ask for fewer rounds",
            code="FM1108",
        )
    )
    return replace(found, severity=Severity.INFO) if learnt else found


def _kept_first(subject: Subject) -> Iterator[Finding]:
    mine = kept_rounds(subject.plan.mode, subject.facts.rounds)
    kept = [each for each in mine if each.kept]
    evaluated = [each for each in mine if each.loss is not None and each.accuracy is not None]
    if len(evaluated) < 2 or kept != evaluated[:1]:
        return
    first, last = evaluated[0], evaluated[-1]
    as_good = first.accuracy == last.accuracy and (last.loss or 0.0) < (first.loss or 0.0)
    found = Finding.of(
        Problem(
            f"FLOps would keep the model of round {first.round} of {last.round}",
            where="MLflow",
            expected="a later round with both a higher accuracy and a lower loss",
            got=f"loss {_number(first.loss)} and then {_number(last.loss)}; accuracy {_number(first.accuracy)} and then "
            f"{_number(last.accuracy)}",
            fix="a model that is only as accurate is not kept, whatever its loss: fewer rounds do as well"
            if as_good
            else "look at why loss and accuracy go apart, or measure both on the same rows",
            code="FM1110",
        )
    )
    yield replace(found, severity=Severity.INFO) if as_good else found


def kept_rounds(mode: Mode, rounds: Sequence[FederatedRound]) -> list[FederatedRound]:
    """The rounds of the aggregator that saves models: the root in hierarchical mode."""
    return [each for each in rounds if (each.cluster == ROOT) == (mode is Mode.HIERARCHICAL)]


def _left_behind(subject: Subject) -> Iterator[Finding]:
    rounds = [each.round for each in subject.facts.learner_rounds if each.evaluated]
    last = [each for each in subject.facts.learner_rounds if each.evaluated and each.round == max(rounds)]
    if len(last) < LEAST_LEARNERS:
        return
    accuracies = [each.accuracy for each in last if each.accuracy is not None]
    # An accuracy of 0 everywhere is one that nobody has measured.
    is_share = len(accuracies) == len(last) and all(0 <= each <= 1 for each in accuracies) and any(accuracies)
    behind = _far_below(last) if is_share else _far_above(last)
    if not behind:
        return
    measure = "accuracy" if is_share else "loss"
    usual = median(float(getattr(each, measure)) for each in last)
    own = ", ".join(f"{rounded(getattr(each, measure))} on node {each.node}" for each in behind[:6])
    nodes = [each.node for each in behind]
    yield Finding.of(
        Problem(
            f"the model is far worse on {of_nodes(nodes)} than on the other nodes after round {last[0].round}",
            where="evaluate_model()",
            expected=f"{measure} near the median over the learners, {rounded(usual)}",
            got="\n".join([f"{measure} {own}", *setting_apart(nodes, subject.data)]),
            fix="see what this device has that others have not, and whether the average should know more of it",
            code="FM1109",
        )
    )


def _far_below(last: Sequence[LearnerRound]) -> list[LearnerRound]:
    """Those whose accuracy is far below the median: by the spread over learners, by itself, and beyond chance."""
    values = {each.node: float(each.accuracy or 0.0) for each in last}
    usual = median(values.values())
    deviation = MAD_TO_DEVIATION * median(abs(value - usual) for value in values.values())
    return [
        each
        for each in last
        if usual - values[each.node] >= max(LEAST_GAP, FAR * deviation)
        and not _by_chance(values[each.node], usual, each.evaluated or 0, len(last))
    ]


def _by_chance(share: float, usual: float, examples: int, learners: int) -> bool:
    """Whether so few right answers may be chance, where ``usual`` is their share (Chernoff 1952)."""
    usual = min(max(usual, 1 / (examples + 2)), 1 - 1 / (examples + 2))
    off = sum(a * math.log(a / b) for a, b in ((share, usual), (1 - share, 1 - usual)) if a)
    return examples * off < math.log(learners / CHANCE)


def _far_above(last: Sequence[LearnerRound]) -> list[LearnerRound]:
    """Those whose loss is far above the median, where there is no accuracy that is a share."""
    values = {each.node: each.loss for each in last if each.loss is not None}
    if len(values) < len(last):
        return []
    usual = median(values.values())
    deviation = MAD_TO_DEVIATION * median(abs(value - usual) for value in values.values())
    if not deviation or usual <= 0:
        return []
    return [each for each in last if values[each.node] > max(TIMES_LOSS * usual, usual + FAR * deviation)]


def _majority(subject: Subject) -> tuple[float, float] | None:
    """The share of the most frequent label, and how much above it is more than chance; ``None`` without labels."""
    labels: Counter[str] = Counter()
    for each in subject.data.values():
        labels.update(each.labels)
    if len(labels) < 2:
        return None
    rows = sum(labels.values())
    share = max(labels.values()) / rows
    last = max((each.round for each in subject.facts.learner_rounds if each.evaluated), default=0)
    evaluated = sum(each.evaluated or 0 for each in subject.facts.learner_rounds if each.round == last)
    return share, 3 * math.sqrt(share * (1 - share) / max(1, evaluated))


def _mean(values: Sequence[float], weights: Sequence[float]) -> float:
    """Weighted; each counts alike where all weights are 0."""
    total = sum(weights)
    if not total:
        return sum(values) / len(values)
    return sum(value * weight for value, weight in zip(values, weights, strict=True)) / total


def _number(value: float | None) -> str:
    return "none" if value is None else rounded(value)
