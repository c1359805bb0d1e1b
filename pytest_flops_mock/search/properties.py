"""Which property of a partition breaks a repository: the one that separates all partitions that fail from the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pytest_flops_mock.partitions.sample import Sample
from pytest_flops_mock.search.candidates import Candidate, Case, candidates
from pytest_flops_mock.search.facts import Looking
from pytest_flops_mock.search.found import Property
from pytest_flops_mock.search.rows import Labels
from pytest_flops_mock.search.trying import Key, Outcome, Trier

TRIES = 60
DEAR_TRIES = 12
MOST_ROWS = 200
"""Of what was tried, larger partitions are left out where they are looked at: they take long and tell little."""

UNEXPLAINED = 0.2
"""Share of the failures without a property that may still be told."""


class _EnoughError(Exception):
    """All tries are used."""


def property_of(sample: Sample, key: Key, trier: Trier, looking: Looking, labels: Labels, *, tries: int = TRIES) -> Property:
    """What matters about the smallest partition that fails.

    All that was tried before counts: a property must hold for each partition that fails in this way, and for none that
    passes. (One that fails in another way says nothing: that may have come first.) What is left is tried on neighbours. The
    first candidate that stands is told, and they come in the order in which a person would think of them. If none does, one
    is taken that leaves some failures unexplained: of what a repository sets aside for testing, the rest may have the
    property where the whole has not.

    Args:
        sample: The smallest partition.
        key: How it fails.
        trier: Tries partitions, and knows what came of those before.
        looking: Looks at them.
        labels: Labels of the population.
        tries: How many more partitions may be tried.
    """
    left = tries

    def tried(other: Sample) -> Outcome:
        nonlocal left
        if other not in trier.outcomes:
            if left == 0:
                raise _EnoughError
            left -= 1
        return trier(other)

    case = Case.of(trier.population, labels, looking(sample), lambda other: tried(other).key == key)

    def explains(candidate: Candidate, unexplained: float) -> bool:
        return _explains(candidate, key, trier, looking, unexplained) and _stands(candidate, key, tried, looking)

    found: list[Candidate] = []
    try:
        for candidate in candidates(case):
            if explains(candidate, 0.0):
                return _with_remedy(candidate, tried)
            found.append(candidate)
        for candidate in found:
            if explains(candidate, UNEXPLAINED):
                return _with_remedy(candidate, tried)
    except _EnoughError:
        pass
    return Property()


def _explains(candidate: Candidate, key: Key, trier: Trier, looking: Looking, unexplained: float) -> bool:
    """Whether what was tried before speaks for it: all that passes, and all failures but a share."""
    fails = wrong = 0
    for sample, outcome in tuple(trier.outcomes.items()):
        if len(sample.rows) <= MOST_ROWS and (candidate.of_drift or not sample.drift):
            goes = _goes_with(candidate, sample, outcome, key, looking)
            if outcome.passes and not goes:
                return False
            fails += outcome.key == key
            wrong += not goes
    return wrong <= unexplained * fails


def _goes_with(candidate: Candidate, sample: Sample, outcome: Outcome, key: Key, looking: Looking) -> bool:
    if not candidate.comparable(looking(sample)):
        return True
    if outcome.passes:
        return not candidate.holds(looking(sample))
    return outcome.key != key or candidate.holds(looking(sample))


def _stands(candidate: Candidate, key: Key, tried: Callable[[Sample], Outcome], looking: Looking) -> bool:
    """Whether it stands on its neighbours: those that keep it fail, those that lack it do not, and one of them passes."""
    for sample in (*candidate.keeping, *(sample for sample, _ in candidate.lacking)):
        if not _goes_with(candidate, sample, tried(sample), key, looking):
            return False
    return any(tried(sample).passes for sample, _ in candidate.lacking)


def _with_remedy(candidate: Candidate, tried: Callable[[Sample], Outcome]) -> Property:
    words = next(words for sample, words in candidate.lacking if tried(sample).passes)
    return replace(candidate.property, passes_with=words)
