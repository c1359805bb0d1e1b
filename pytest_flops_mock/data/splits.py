"""The split of a data set that is sent, and how many rows of it."""

from __future__ import annotations

from typing import Any

from pytest_flops_mock.data.selection import SPLIT, Selection
from pytest_flops_mock.errors import DataSourceError, Problem, listing, nearest


def chosen_split(data: Any, name: str, split: str) -> Any:
    """The split of that name; a data set that was saved without splits is the split ``train``.

    Args:
        data: Splits by name, or one data set.
        name: Name of the data set, for the message.
        split: Name of the split.

    Raises:
        DataSourceError: There is no such split.
    """
    if not hasattr(data, "keys"):
        if split == SPLIT:
            return data
        raise DataSourceError(_no_split(name, split, split, "rows without splits", ""))
    if split in data:
        return data[split]
    there, near = listing(data), nearest(split, data)
    if split == SPLIT:
        raise DataSourceError(_no_split(name, split, split, there, near))
    raise DataSourceError(_no_split(name, split, f"one of: {there}", split, near))


def first_rows(data: Any, count: int | None) -> Any:
    """The first ``count`` rows of a data set, or all of them."""
    return data if count is None or count >= data.num_rows else data.select(range(count))


def in_words(start: str, selection: Selection, data: Any) -> str:
    """Where rows came from, with the split (unless it is ``train``) and their number."""
    split = f", split {selection.split}" if selection.split != SPLIT else ""
    return f"{start}{split}, {data.num_rows} row{'s' * (data.num_rows != 1)}"


def _no_split(name: str, split: str, expected: str, got: str, near: str) -> Problem:
    usual = split == SPLIT
    return Problem(
        f"the data set has no split {split!r}" + (", and the mock data provider sends no other" if usual else ""),
        where=f"dataset_name = {name!r}",
        expected=expected,
        got=got,
        nearest=near,
        fix="use a data set with that split; on FLOps the provider dies before it sends anything"
        if usual
        else "correct the key split of the SLA, or leave it out for train",
        code="FM302",
    )
