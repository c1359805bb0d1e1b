"""Numbers: categories drawn by weight, numbers heaped around a middle, and columns of arrays."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pytest_flops_mock.data.twins.drawing.pixels import Ints

Doubles = npt.NDArray[np.float64]


def choose(
    rng: np.random.Generator, weights: tuple[tuple[int, ...], ...], groups: Ints | None = None, *, rows: int = 0
) -> Ints:
    """For each row the number of a category.

    Args:
        rng: Decides which.
        weights: For each group how often each category comes.
        groups: The group of each row; all are of the first one unless given.
        rows: How many rows, if no groups are given.
    """
    ends = _ends(weights)
    chosen: Ints
    if groups is None:
        chosen = np.searchsorted(ends[0], np.floor(rng.random(rows) * ends[0, -1]), side="right")
    else:
        place = np.floor(rng.random(len(groups)) * ends[groups, -1])
        chosen = (place[:, None] >= ends[groups]).sum(axis=1)
    return chosen


@lru_cache(maxsize=256)
def _ends(weights: tuple[tuple[int, ...], ...]) -> Ints:
    return np.cumsum(np.array(weights, np.int64), axis=1)


def heaped(rng: np.random.Generator, middle: Doubles, spread: Doubles) -> Doubles:
    """Numbers around ``middle``, about two thirds of them nearer than ``spread``, like a bell but bounded."""
    rows = len(middle)
    # The sum of four even numbers has a standard deviation of 1 / sqrt(3).
    even = (rng.random(rows) + rng.random(rows)) + (rng.random(rows) + rng.random(rows))
    values: Doubles = middle + (even - 2.0) * 1.732 * spread
    return values


def array_column(feature: Any, numbers: pa.Array, shape: Sequence[int]) -> pa.Array:
    """Arrays of one size as ``datasets`` stores them: lists within lists, with a type of their own.

    Args:
        feature: ``Array2D`` or one of more dimensions.
        numbers: Those of all rows, one after the other, of the feature's dtype.
        shape: That of one row; the feature's, which may leave the first side open.
    """
    for side in reversed(shape):
        ends = np.arange(0, len(numbers) + 1, side, dtype=np.int32)
        numbers = pa.ListArray.from_arrays(pa.array(ends), numbers)
    return pa.ExtensionArray.from_storage(feature(), numbers)
