"""Strategies under test: run on many examples that are the same each time, or shrunk from many beginnings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any, TypeVar

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis.strategies import SearchStrategy

from pytest_flops_mock.strategies import ci_profile

_T = TypeVar("_T")

PLENTY = 100
"""Examples that show each class of values of a strategy."""

SEEDS = pytest.mark.parametrize("seeds", [2, pytest.param(40, marks=pytest.mark.slow)])
"""From how many beginnings a test shrinks."""


def drawn(strategy: SearchStrategy[_T], check: Callable[[_T], Any], *, examples: int = PLENTY) -> Counter[Any]:
    """How often ``check`` gave what, over examples that are the same each time; health checks but that of time count."""
    seen: Counter[Any] = Counter()

    @settings(ci_profile(examples), phases=[Phase.generate])
    @given(strategy)
    def run(value: _T) -> None:
        seen[check(value)] += 1

    run()
    return seen


def shrunk(
    strategy: SearchStrategy[_T], condition: Callable[[_T], bool], *, seeds: int, shown: Callable[[_T], Any] = repr
) -> Any:
    """What nearly all examples shrink to that meet a condition, as ``shown``; fails if more than one in twenty does not."""
    ends: Counter[Any] = Counter()
    for seed in range(seeds):
        found = find(
            strategy,
            condition,
            settings=settings(database=None, deadline=None, max_examples=2000, phases=[Phase.generate, Phase.shrink]),
            random=Random(seed),
        )
        ends[shown(found)] += 1
    (minimum, times), *others = ends.most_common()
    assert times >= seeds * 0.95, [(minimum, times), *others]
    return minimum
