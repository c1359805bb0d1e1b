"""Numbers from what is known of them: spread like those of the data, or increasing from row to row."""

from __future__ import annotations

import zlib

import numpy as np
import numpy.typing as npt

from pytest_flops_mock.data.twins.drawing.drawn import Drawn
from pytest_flops_mock.data.twins.drawing.numbers import Doubles, heaped
from pytest_flops_mock.data.twins.drawing.pixels import Ints
from pytest_flops_mock.data.twins.twin import Known


def known_numbers(rng: np.random.Generator, known: Known, drawn: Drawn) -> Doubles:
    """Numbers of a column of which the quantiles or the gaps are known."""
    return _increasing(rng, known, drawn) if known.gaps else _spread(rng, known, drawn)


def default_numbers(rng: np.random.Generator, drawn: Drawn, name: str) -> Doubles:
    """Numbers from 0 to 100 of a column of which nothing is known, around a middle of the class' own."""
    spread = np.full(len(drawn), 20 / max(len(drawn.names), 2))
    numbers: Doubles = np.clip(heaped(rng, 20 + 60 * place_of(drawn, name), spread), 0, 100)
    return numbers


def in_steps(numbers: Doubles, known: Known) -> Ints:
    """Points in time, as multiples of the unit of which those of the data are."""
    whole = np.floor(numbers + 0.5).astype(np.int64)
    if known.step is None:
        return whole
    steps: Ints = (whole + known.step // 2) // known.step * known.step
    return steps


def _spread(rng: np.random.Generator, known: Known, drawn: Drawn) -> Doubles:
    rows, longest = len(drawn), max(map(len, known.quantiles))  # a class of fewer rows has fewer
    steps = np.array([[*each, *each[-1:] * (longest - len(each))] for each in known.quantiles], np.float64)
    of_row = drawn.classes if len(steps) > 1 else np.zeros(rows, np.int64)
    place = rng.random(rows) * (np.array([len(each) - 1 for each in known.quantiles])[of_row])
    below = np.floor(place).astype(np.int64)
    low, high = steps[of_row, below], steps[of_row, np.minimum(below + 1, longest - 1)]
    numbers: Doubles = low + (high - low) * (place - below)
    return numbers


def _increasing(rng: np.random.Generator, known: Known, drawn: Drawn) -> Doubles:
    """Numbers with gaps like those of the data; a block of rows begins where the one before must have ended."""
    rows, gaps = len(drawn), np.array(known.gaps, np.float64)
    least, more = gaps.min(), gaps.mean() - gaps.min()
    place = rng.random(rows) * (len(gaps) - 1)
    below = np.floor(place).astype(np.int64)
    above = gaps[below] + (gaps[np.minimum(below + 1, len(gaps) - 1)] - gaps[below]) * (place - below) - least
    total = above.sum()
    far = np.cumsum(above) - above if total > 0 else np.zeros(rows)
    start = 1.0 if known.start is None else known.start
    position = drawn.first + np.arange(rows)
    numbers: Doubles = start + position * least + drawn.first * more + far * (rows * more / total if total > 0 else 0.0)
    return numbers


def between(rng: np.random.Generator, ends: tuple[int, int], rows: int) -> Ints:
    """Whole numbers between two, both included."""
    low, high = ends
    numbers: Ints = low + np.floor(rng.random(rows) * (high - low + 1)).astype(np.int64)
    return numbers


def place_of(drawn: Drawn, name: str) -> Doubles:
    """Where in a range from 0 to 1 the row's class has its middle: in each column in another order."""
    count = len(drawn.names)
    order = np.argsort([zlib.crc32(f"{group} in {name}".encode()) for group in drawn.names], kind="stable")
    place = np.empty(count, np.float64)
    place[order] = (np.arange(count) + 0.5) / count
    of_row: npt.NDArray[np.float64] = place[drawn.classes]
    return of_row
