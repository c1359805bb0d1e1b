"""From a partition that breaks a repository to the smallest one that breaks it in the same way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from pytest_flops_mock.partitions.sample import Sample
from pytest_flops_mock.search.drifts import simpler
from pytest_flops_mock.search.rows import Labels

TRIES = 60
DEAR_TRIES = 12
"""Where each costs a process, or all of the time that it may take."""


def smallest(found: Sequence[Sample], fails: Callable[[Sample], bool], labels: Labels, *, tries: int = TRIES) -> Sample:
    """The smallest partition that still fails, as far as so many tries come; the same for the same arguments.

    Without drift goes before fewer rows, and those before order; one row is smaller than none, which hardly any device has.

    Args:
        found: Samples that fail.
        fails: Whether another one fails in the same way.
        labels: Labels of what they are made of.
        tries: How many more samples may be tried.
    """
    best, left, seen = min(found, key=lambda sample: cost(sample, labels)), tries, set(found)
    while True:
        better = None
        for candidate in _smaller(best, labels):
            if candidate in seen or cost(candidate, labels) >= cost(best, labels):
                continue
            if left == 0:
                return best
            seen.add(candidate)
            left -= 1
            if fails(candidate):
                better = candidate
                break
        if better is None:
            return best
        best = better


def cost(sample: Sample, labels: Labels) -> tuple[Any, ...]:
    """What makes one sample larger than another, by weight."""
    rows = sample.rows
    repeated = len(rows) - len(set(rows))
    turns = sum(a > b for a, b in pairwise(rows))
    seen = [labels.rank(row) for row in rows]
    return (
        len(sample.drift.split(";")) if sample.drift else 0,
        not rows,
        len(rows),
        repeated,
        len(set(seen)),
        turns,
        sum(seen),
        sample.drift,
        sum(rows),
        sample.seed,
    )


def _smaller(sample: Sample, labels: Labels) -> Iterator[Sample]:
    """What is tried next, the boldest first."""
    rows = sample.rows
    if sample.drift:
        yield Sample(rows)
        yield Sample(rows[:1])
        for drift in simpler(sample.drift):
            yield replace(sample, rows=rows[:1], drift=drift, seed=0)
            yield replace(sample, drift=drift, seed=0)
    for chosen in _fewer(rows, labels):
        yield replace(sample, rows=tuple(chosen))
    if list(rows) != sorted(rows):
        yield replace(sample, rows=tuple(sorted(rows)))
        yield replace(sample, rows=tuple(sorted(rows, key=labels.rank)))
    yield replace(sample, rows=tuple(labels.first_of_each(rows)))


def _fewer(rows: Sequence[int], labels: Labels) -> Iterator[Iterable[int]]:
    if len(rows) <= 1:
        if not rows:
            yield (0,)
        return
    firsts = list({labels.rank(row): row for row in reversed(rows)}.values())[::-1]
    yield from ([row] for row in sorted(firsts, key=labels.rank)[:4])
    repeated = [row for place, row in enumerate(rows) if row in rows[:place]]
    if repeated:
        yield [repeated[0]] * 2
    if len(rows) > 2:
        yield (rows[0], rows[-1])
        yield firsts
    pieces = 2
    while pieces <= len(rows):
        bounds = [round(number * len(rows) / pieces) for number in range(pieces + 1)]
        cuts = list(pairwise(bounds))
        if pieces == 2:
            yield from (rows[low:high] for low, high in cuts)
        else:
            yield from ((*rows[:low], *rows[high:]) for low, high in cuts)
        pieces = min(pieces * 2, len(rows)) if pieces < len(rows) else len(rows) + 1
