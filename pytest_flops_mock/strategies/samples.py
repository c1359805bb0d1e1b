"""Any partition of a population: how many rows of which classes, in which order, how often, and with which drift.

What is drawn are the few things that a person would name, each on its own: most partitions are plain in all of them but one
or two, so that what fails can be told from what does not. All that is drawn is a sample that can be made.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from hypothesis import strategies as st

from pytest_flops_mock.flight.features import features_of
from pytest_flops_mock.partitions.drift_columns import fits
from pytest_flops_mock.partitions.sample import Population, Sample
from pytest_flops_mock.sla.drift_kinds import About
from pytest_flops_mock.sla.schemes import Drift, DriftRule, drift_of

T = TypeVar("T")

FEW, SOME, MANY = (3, 9), (10, 40), (41, 100)
SIZES = (FEW,) * 4 + ((1, 1),) * 2 + ((2, 2),) + (SOME,) * 4 + (MANY,) * 2 + ((0, 0), "half", "whole")
LABELS = ("all",) * 9 + ("one",) * 3 + ("some",) * 3 + ("all but one",)
ORDERS = ("as they are",) * 9 + ("mixed",) * 2 + ("by label",) * 3 + ("reversed",) * 2
REPEATS = ("none",) * 11 + ("one row",) * 2 + ("some rows", "one row only", "one row only")
"""How often each comes, of 16: four coins say which."""

PLAIN_OF_16 = 9
MOST_CLASSES = 100
MOST_COLUMNS = 20
MOST_IMAGES = 40
"""So many are drawn anew in another size or mode, which takes its time."""

MOST_ROWS = 2000
"""A partition of more rows says little that one of these does not, and takes its time."""

COIN = st.booleans()


def samples(population: Population, drift: str = "") -> st.SearchStrategy[Sample]:
    """Partitions that could be made of a population's rows, from none to all of them.

    Args:
        population: The rows.
        drift: What is wrong with some partitions for sure, as users write it, beside what may be wrong with any.
    """
    known = tuple(Drift((_anywhere(rule),)).value for rule in drift_of(drift).rules)
    return _samples(population, _by_class(population), (*drifts_of(population), *([known] * 4 if known else [])))


def drifts_of(population: Population) -> tuple[tuple[str, ...], ...]:
    """What can be wrong with rows like these on a device, in groups of one kind, each in the words of users.

    It is what a repository may be asked to bear: values that are missing or far off, other text and images, types that hold
    the same numbers, a column more, and another order of columns. A group comes as often as it is likely to be met.

    Args:
        population: The rows.
    """
    schema, features = population.table.schema, features_of(population.table.schema)
    names = [field.name for field in schema if field.name != population.label][:MOST_COLUMNS]
    fitting = {
        about: [name for name in names if fits(about, schema.field(name).type, features.get(name))]
        for about in (About.NUMBERS, About.TEXTS, About.IMAGES, About.TIMES)
    }
    numbers = fitting[About.NUMBERS]
    extra = next(name for name in ("site", *(f"site_{number}" for number in range(2, 1000))) if name not in schema.names)
    groups = [
        *[_each("missing=0.5", names), _each("missing=0.1", names), ("missing=0.3",)],
        *[_each("factor=1000", numbers), _each("outlier=5", numbers), _each("outlier=-5", numbers)],
        _each("other_case=0.5", fitting[About.TEXTS]),
        *[_each("image_size=20x20", fitting[About.IMAGES]), _each("image_size=48x40", fitting[About.IMAGES])],
        tuple(text for mode in ("L", "RGB") for text in _each(f"image_mode={mode}", fitting[About.IMAGES])),
        _each("corrupt_images=0.3", fitting[About.IMAGES]),
        _each("time_shift=1d", fitting[About.TIMES]),
        tuple(f"type={kind} column={shlex.quote(name)}" for name in numbers for kind in _wider(schema.field(name).type)),
        *[(f"extra_column={extra}",)] * 2,
        ("reordered",) if len(schema) > 1 else (),
    ]
    return tuple(group for group in groups if group)


def _each(what: str, names: Sequence[str]) -> tuple[str, ...]:
    """A drift of all columns that it fits, and of each of them."""
    return ((what,) if len(names) > 1 else ()) + tuple(f"{what} column={shlex.quote(name)}" for name in names)


def _wider(kind: pa.DataType) -> tuple[str, ...]:
    """Types that hold the same numbers, as another device may write them."""
    return ("float64",) if pa.types.is_integer(kind) else ("float64",) if kind == pa.float32() else ()


def _anywhere(rule: DriftRule) -> DriftRule:
    return replace(rule, partitions=(), devices=1.0, probability=1.0)


@st.composite
def _samples(
    draw: st.DrawFn, population: Population, classes: Sequence[npt.NDArray[np.int64]], drifts: Sequence[Sequence[str]]
) -> Sample:
    rng = np.random.default_rng(_below(draw, 2**14))
    pool = _with_labels(_one_of(draw, LABELS), classes, rng) if classes else np.arange(population.table.num_rows)
    rows = _some_of(pool, _one_of(draw, SIZES), _below(draw, 32) / 31, rng)
    rows = _repeating(_one_of(draw, REPEATS), rows, rng)
    rows = _in_order(_one_of(draw, ORDERS), rows, classes, rng)
    has_drift = bool(drifts) and _below(draw, 16) >= PLAIN_OF_16
    drift = _one_of(draw, _one_of(draw, drifts)) if has_drift else ""
    rows = rows[:MOST_IMAGES] if drift.startswith("image") else rows
    return Sample(tuple(rows.tolist()), drift if len(rows) else "", int(rng.integers(2**16)) if drift and len(rows) else 0)


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
