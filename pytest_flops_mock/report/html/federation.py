"""What the page shows of federated rounds: curves with the spread over the learners, and both as tables."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean

from markupsafe import Markup

from pytest_flops_mock.report.html.data import size_in_words
from pytest_flops_mock.report.html.drawing import Line, chart
from pytest_flops_mock.report.rounds import LearnerRoundShown, LearnerShown, RoundShown, RoundsShown
from pytest_flops_mock.report.text import counted, rounded, seconds

MAX_ROUNDS, MAX_LEARNERS = 100, 100
"""Rows of the tables; curves have all rounds."""

Of = Callable[[LearnerRoundShown], float | None]
ByRound = defaultdict[int, list[LearnerRoundShown]]


@dataclass(frozen=True)
class CurveView:
    """A chart with what it shows."""

    title: str
    about: str
    drawn: Markup


@dataclass(frozen=True)
class FederationView:
    """The rounds of one federation.

    Attributes:
        facts: Names and texts.
        curves: The charts.
        rounds: The cells of a row for each round.
        learners: The cells of a row for each learner.
        more_rounds: How many rounds there are beside.
        more_learners: How many learners there are beside.
        came_to: How many rounds there were, and the last loss and accuracy.
    """

    facts: tuple[tuple[str, str], ...]
    curves: tuple[CurveView, ...]
    rounds: tuple[tuple[str, ...], ...]
    learners: tuple[tuple[str, ...], ...]
    more_rounds: int
    more_learners: int
    came_to: tuple[str, str, str]


def federation_view(shown: RoundsShown) -> FederationView:
    """What is shown of federated rounds."""
    learners = _by_round(shown.learners)
    time = sum(each.seconds for each in shown.rounds)
    facts = [
        ("Rounds", f"{len(shown.rounds):,}"),
        ("Learners", f"{len(shown.learners):,}" if shown.learners else ""),
        ("Time", seconds(time) if time else ""),
        *shown.facts,
    ]
    return FederationView(
        facts=tuple(fact for fact in facts if fact[1]),
        curves=tuple(_curves(shown, learners)),
        rounds=tuple(_round(each, learners[each.number]) for each in shown.rounds[:MAX_ROUNDS]),
        learners=tuple(map(_learner, shown.learners[:MAX_LEARNERS])),
        more_rounds=max(len(shown.rounds) - MAX_ROUNDS, 0),
        more_learners=max(len(shown.learners) - MAX_LEARNERS, 0),
        came_to=_came_to(shown.rounds),
    )


def _curves(shown: RoundsShown, learners: ByRound) -> Iterator[CurveView]:
    numbers = [each.number for each in shown.rounds]
    labels = [str(number) for number in numbers]
    several = "the mean of all learners as the aggregator makes it; the band is from the lowest learner to the highest"
    slowest = "how long each round took; the band is from the fastest learner to the slowest"
    wanted: list[tuple[str, str, list[float | None], Of]] = [
        ("Loss", several, [each.loss for each in shown.rounds], lambda each: each.loss),
        ("Accuracy", several, [each.accuracy for each in shown.rounds], lambda each: each.accuracy),
        ("Seconds", slowest, [each.seconds for each in shown.rounds], lambda each: each.seconds),
    ]
    for title, about, values, of in wanted:
        spread = [_spread(learners[number], of) for number in numbers]
        line = Line(values, [ends[0] for ends in spread], [ends[1] for ends in spread])
        if drawn := chart([line], _told(title, labels, values), labels):
            yield CurveView(title, about, drawn)
    sent = [_bytes(learners[number]) / 1e6 for number in numbers]
    if any(sent) and (drawn := chart([Line(sent)], _told("Megabytes", labels, sent), labels)):
        yield CurveView("Megabytes", "parameters that all learners sent and got in each round", drawn)


def _by_round(learners: Iterable[LearnerShown]) -> ByRound:
    """What all learners did in each round."""
    found: ByRound = defaultdict(list)
    for learner in learners:
        for each in learner.rounds:
            found[each.round].append(each)
    return found


def _spread(learners: Iterable[LearnerRoundShown], of: Of) -> tuple[float | None, float | None]:
    values = [value for each in learners if (value := of(each)) is not None and math.isfinite(value)]
    return (min(values), max(values)) if values else (None, None)


def _bytes(learners: Iterable[LearnerRoundShown]) -> int:
    return sum(each.bytes for each in learners)


def _told(title: str, labels: Sequence[str], values: Sequence[float | None]) -> str:
    """A chart in words: where it begins and where it ends; the table has all."""
    there = [(label, value) for label, value in zip(labels, values, strict=True) if value is not None]
    if not there:
        return title
    (first, start), (last, end) = there[0], there[-1]
    return f"{title} by round: {rounded(start)} after round {first}, {rounded(end)} after round {last}"


def _round(each: RoundShown, learners: Sequence[LearnerRoundShown]) -> tuple[str, ...]:
    sent = _bytes(learners)
    spread = _spread(learners, lambda one: one.loss)
    return (
        str(each.number),
        f"{each.took_part} of {each.wished}",
        _number(each.loss),
        "" if spread[0] is None or spread[1] is None else f"{rounded(spread[0])} to {rounded(spread[1])}",
        _number(each.accuracy),
        seconds(each.seconds),
        size_in_words(sent) if sent else "",
        "kept" if each.kept else "",
    )


def _came_to(rounds: Sequence[RoundShown]) -> tuple[str, str, str]:
    losses, accuracies = [each.loss for each in rounds], [each.accuracy for each in rounds]
    last_loss, last_accuracy = (
        next((value for value in reversed(values) if value is not None), None) for values in (losses, accuracies)
    )
    return (f"{len(rounds):,}", _number(last_loss), _number(last_accuracy))


def _learner(learner: LearnerShown) -> tuple[str, ...]:
    last = learner.rounds[-1] if learner.rounds else LearnerRoundShown(0)
    times = [each.seconds for each in learner.rounds if each.seconds is not None]
    sent, peak = sum(each.bytes for each in learner.rounds), max((each.peak_bytes for each in learner.rounds), default=0)
    ended = ": ".join(filter(None, [learner.ended, learner.exception])) or counted(len(learner.rounds), "round")
    return (
        learner.name,
        f"{learner.rows:,}",
        learner.labels,
        "" if last.examples is None else f"{last.examples:,}",
        _number(last.loss),
        _number(last.accuracy),
        seconds(fmean(times)) if times else "",
        size_in_words(sent) if sent else "",
        size_in_words(peak) if peak else "",
        ended,
    )


def _number(value: float | None) -> str:
    return "" if value is None else rounded(value)
