"""Strategies under test: run on many examples that are the same each time, or shrunk from many beginnings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any, TypeVar

import pytest
from hypothesis import Phase, find, given, seed, settings
from hypothesis.strategies import SearchStrategy

from pytest_flops_mock.strategies import ci_profile

_T = TypeVar("_T")

PLENTY = 100
"""Examples that show each class of values of a strategy."""

ROUNDS = 20

SEEDS = pytest.mark.parametrize("seeds", [2, pytest.param(40, marks=pytest.mark.exhaustive)])
"""From how many beginnings a test shrinks."""


def drawn(
    strategy: SearchStrategy[_T],
    check: Callable[[_T], Any],
    *,
    examples: int = PLENTY,
    until: Callable[[Counter[Any]], bool] = bool,
) -> Counter[Any]:
    """How often ``check`` gave what; health checks but that of time count.

    Hypothesis mixes constants of whatever code is loaded into what it draws, so a seed does not give the same in every run:
    where each class of values must come, further rounds are drawn ``until`` it has.
    """
    seen: Counter[Any] = Counter()
    for number in range(ROUNDS):

        @seed(number)
        @settings(ci_profile(examples), phases=[Phase.generate], derandomize=False)
        @given(strategy)
        def run(value: _T) -> None:
            seen[check(value)] += 1

        run()
        if until(seen):
            break
    return seen


def shrunk(
    strategy: SearchStrategy[_T], condition: Callable[[_T], bool], *, seeds: int, shown: Callable[[_T], Any] = repr
) -> Any:
    """What nearly all examples shrink to that meet a condition, as ``shown``; fails if more than one in twenty does not."""
    ends: Counter[Any] = Counter()
    for number in range(seeds):
        found = find(
            strategy,
            condition,
            settings=settings(database=None, max_examples=2000, phases=[Phase.generate, Phase.shrink]),
            random=Random(number),
        )
        ends[shown(found)] += 1
    (minimum, times), *others = ends.most_common()
    assert times >= seeds * 0.95, [(minimum, times), *others]
    return minimum
