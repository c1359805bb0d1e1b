"""Any partition of a population: how many rows of which classes, in which order, how often, and with which drift.

What is drawn are the few things that a person would name, each on its own: most partitions are plain in all of them but one
or two, so that what fails can be told from what does not. All that is drawn is a sample that can be made.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from hypothesis import strategies as st

from pytest_flops_mock.flight.features import features_of
from pytest_flops_mock.partitions.sample import Population, Sample

T = TypeVar("T")

FEW, SOME, MANY = (3, 9), (10, 40), (41, 100)
SIZES = (FEW,) * 4 + ((1, 1),) * 2 + ((2, 2),) + (SOME,) * 5 + (MANY,) * 3 + ((0, 0), "half", "whole")
LABELS = ("all",) * 6 + ("one",) * 3 + ("some",) * 2 + ("all but one",)
ORDERS = ("as they are",) * 6 + ("mixed", "by label", "by label", "reversed")
REPEATS = ("none",) * 7 + ("one row", "some rows", "one row only")
PLAIN_OF_16 = 9
MOST_CLASSES = 100
MOST_COLUMNS = 20
MOST_ROWS = 2000
"""A partition of more rows says little that one of these does not, and takes its time."""

COIN = st.booleans()


def samples(population: Population) -> st.SearchStrategy[Sample]:
    """Partitions that could be made of a population's rows, from none to all of them.

    Args:
        population: The rows.
    """
    return _samples(population, _by_class(population), drifts_of(population))


def drifts_of(population: Population) -> tuple[str, ...]:
    """What can be wrong with rows like these on a device, each in the words of users.

    Args:
        population: The rows.
    """
    schema, features = population.table.schema, features_of(population.table.schema)
    named = [(field, shlex.quote(field.name)) for field in schema if field.name != population.label][:MOST_COLUMNS]
    found = [f"missing={share} column={name}" for _, name in named for share in (0.1, 0.5)]
    texts = (pa.types.is_string, pa.types.is_large_string)
    found += [f"other_case=0.5 column={name}" for field, name in named if any(is_one(field.type) for is_one in texts)]
    pictures = [name for field, name in named if _is_image(features.get(field.name))]
    found += [f"corrupt_images=0.3 column={name}" for name in pictures]
    return tuple(found)


@st.composite
def _samples(
    draw: st.DrawFn, population: Population, classes: Sequence[npt.NDArray[np.int64]], drifts: Sequence[str]
) -> Sample:
    rng = np.random.default_rng(_below(draw, 2**20))
    pool = _with_labels(_one_of(draw, LABELS), classes, rng) if classes else np.arange(population.table.num_rows)
    rows = _some_of(pool, _one_of(draw, SIZES), _below(draw, 64) / 63, rng)
    rows = _repeating(_one_of(draw, REPEATS), rows, rng)
    rows = _in_order(_one_of(draw, ORDERS), rows, classes, rng)
    has_drift = bool(drifts) and _below(draw, 16) >= PLAIN_OF_16
    drift = _one_of(draw, drifts) if has_drift else ""
    return Sample(tuple(rows.tolist()), drift if len(rows) else "", _below(draw, 64) if drift else 0)


def _one_of(draw: st.DrawFn, choices: Sequence[T]) -> T:
    return choices[_below(draw, len(choices))]


def _below(draw: st.DrawFn, end: int) -> int:
    """A whole number from 0, made of coins.

    Where it draws numbers, Hypothesis prefers constants that it finds in whatever code is loaded just then: the same seed
    would not give the same elsewhere, and all that code would be read for it.
    """
    bits = max(end - 1, 1).bit_length() + (3 if end & (end - 1) else 0)  # so that no choice is much rarer than others
    return sum(draw(COIN) << place for place in range(bits)) % end


def _by_class(population: Population) -> list[npt.NDArray[np.int64]]:
    """Positions of the rows of each class, in the order of classes; nothing if there are no classes to speak of."""
    if not population.label:
        return []
    column = population.table[population.label]
    if pa.types.is_nested(column.type) or pa.types.is_floating(column.type):
        return []
    values = column.to_pylist()
    present = sorted({value for value in values if value is not None})
    if not 1 < len(present) <= MOST_CLASSES:
        return []
    numbers = {value: number for number, value in enumerate(present)}
    codes = np.array([numbers.get(value, -1) for value in values])
    return [np.flatnonzero(codes == number) for number in range(len(present))]


def _with_labels(which: str, classes: Sequence[npt.NDArray[np.int64]], rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Positions of the rows of some classes."""
    count = {"all": len(classes), "one": 1, "all but one": len(classes) - 1}.get(which)
    count = int(rng.integers(1, len(classes))) if count is None else count
    chosen = rng.permutation(len(classes))[: max(count, 1)]
    return np.sort(np.concatenate([classes[number] for number in chosen]))


def _some_of(pool: npt.NDArray[np.int64], size: Any, share: float, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """As many rows as a size says, from anywhere, in their order."""
    if size in ("half", "whole"):
        count = len(pool) if size == "whole" else len(pool) // 2
    else:
        low, high = size
        count = low + round(share * (high - low))
    return np.sort(rng.permutation(pool)[: min(count, MOST_ROWS)])


def _repeating(how: str, rows: npt.NDArray[np.int64], rng: np.random.Generator) -> npt.NDArray[np.int64]:
    if how == "none" or len(rows) == 0:
        return rows
    if how == "one row only":
        return np.repeat(rng.choice(rows, 1), max(2, len(rows)))
    more = rng.choice(rows, 1 if how == "one row" else max(1, len(rows) // 4))
    return np.sort(np.concatenate([rows, more]))


def _in_order(
    how: str, rows: npt.NDArray[np.int64], classes: Sequence[npt.NDArray[np.int64]], rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    if how == "mixed":
        return rng.permutation(rows)
    if how == "reversed":
        return rows[::-1]
    if how == "by label" and classes:
        ranks = np.zeros(max(int(members[-1]) for members in classes) + 1, dtype=np.int64)
        for number, members in enumerate(classes):
            ranks[members] = number
        known = rows < len(ranks)
        return rows[np.argsort(np.where(known, ranks[np.minimum(rows, len(ranks) - 1)], len(classes)), kind="stable")]
    return rows


def _is_image(feature: Any) -> bool:
    return isinstance(feature, dict) and feature.get("_type") == "Image"
