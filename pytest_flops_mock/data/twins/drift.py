"""What is wrong with real data, on request: gaps, broken pictures, wrong labels, rare classes, rows that come twice.

Drift have random numbers of their own, so that the rows they leave alone are those of the undrifted twin (unless classes
are made rare: then other rows are drawn).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pytest_flops_mock.sla.schemes import Drift


def imbalanced(make: Callable[[], pa.Table], rng: np.random.Generator, label: str, imbalance: float) -> pa.Table:
    """As many rows as ``make`` gives at a time, with some classes rarer than others.

    Args:
        make: Makes further rows at each call.
        rng: Decides which rows stay.
        label: The column with the classes.
        imbalance: See ``Drift``.
    """
    first = make()
    classes = sorted(set(first[label].to_pylist()) - {None})
    last = max(len(classes) - 1, 1)
    weights = {value: 1 - imbalance * rank / last for rank, value in enumerate(classes)}
    kept: list[pa.Table] = []
    made = first
    while True:
        # A class that the first rows lack is as rare as the last; rows without a class are as many as before.
        labels = made[label].to_pylist()
        chances = np.array([1.0 if value is None else weights.get(value, 1 - imbalance) for value in labels])
        kept.append(made.take(pa.array(np.flatnonzero(rng.random(made.num_rows) < chances))))
        if sum(part.num_rows for part in kept) >= first.num_rows or len(classes) < 2:
            return pa.concat_tables(kept).slice(0, first.num_rows)
        made = make()


def drifted(table: pa.Table, drift: Drift, rng: np.random.Generator, label: str, images: Sequence[str]) -> pa.Table:
    """The rows with their drift (all but ``imbalance``).

    Args:
        table: Rows without drift.
        drift: How many of each.
        rng: Decides where.
        label: The column with the classes.
        images: The columns with pictures.
    """
    rows = table.num_rows
    table = table.combine_chunks()
    # All are drawn whether asked for or not: one drift does not move another.
    repeated, mislabelled, shifts = rng.random(rows), rng.random(rows), rng.random(rows)
    sources = np.where(repeated < drift.duplicates, (np.arange(rows) + 1 + shifts * (rows - 1)) % rows, np.arange(rows))
    columns = {}
    for name in table.column_names:
        column = table[name]
        corrupt, gaps = rng.random(rows) < drift.corrupt_images, rng.random(rows) < drift.missing
        if name == label:
            column = _mislabelled(column, mislabelled < drift.label_noise, shifts)
        if name in images and corrupt.any():
            column = pa.chunked_array([_cut_off(column.combine_chunks(), corrupt)])
        if name != label and gaps.any():
            column = column.take(pa.array(np.arange(rows), mask=gaps))  # no index, no value: for any type
        columns[name] = column
    return pa.table(columns).take(pa.array(sources.astype(np.int64))) if drift.duplicates else pa.table(columns)


def _mislabelled(column: pa.ChunkedArray, where: npt.NDArray[np.bool_], shifts: npt.NDArray[np.float64]) -> pa.ChunkedArray:
    values = column.to_pylist()
    classes = sorted(set(values) - {None})
    if len(classes) < 2 or not where.any():
        return column
    codes = {value: code for code, value in enumerate(classes)}
    for row in np.flatnonzero(where).tolist():
        if values[row] is None:
            continue
        step = 1 + int(shifts[row] * (len(classes) - 1))
        values[row] = classes[(codes[values[row]] + step) % len(classes)]
    return pa.chunked_array([pa.array(values, column.type)])


def _cut_off(column: pa.Array, where: npt.NDArray[np.bool_]) -> pa.Array:
    column = column.chunk(0) if isinstance(column, pa.ChunkedArray) else column
    files = column.field("bytes").to_pylist()
    cut = [file[: len(file) // 2] if is_cut and file else file for file, is_cut in zip(files, where, strict=True)]
    whole = pa.StructArray.from_arrays([pa.array(cut, pa.binary()), column.field("path")], names=["bytes", "path"])
    return whole.take(pa.array(np.arange(len(whole)), mask=column.is_null().to_numpy(zero_copy_only=False)))
