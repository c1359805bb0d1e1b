"""The choice of rows: split, configuration, and how many."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pytest_flops_mock.data.libraries import with_files_closed
from pytest_flops_mock.errors import DataSourceError, Problem, listing, nearest

SPLIT = "train"
"""The split that the real mock data provider sends; it knows no other."""


@dataclass(frozen=True)
class Selection:
    """Which rows of a data set are wanted; the real mock data provider knows none but the defaults.

    Attributes:
        split: Name of the split.
        config_name: Name of the configuration, for a data set that has several.
        revision: Branch, tag or commit on the hub.
        max_rows: The split's first rows, at most so many.
    """

    split: str = SPLIT
    config_name: str | None = None
    revision: str | None = None
    max_rows: int | None = None


REAL = Selection()
"""What the real mock data provider sends."""


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


def configuration_problem(where: str, config_name: str | None, look_up: Callable[[], list[str]]) -> Problem | None:
    """What is wrong with the configuration's name; ``None`` if it is right, or if nobody can say.

    Args:
        where: Which data set, for the message.
        config_name: The name that was asked for.
        look_up: Gives the names that there are.
    """
    try:
        names = with_files_closed(look_up)
    except Exception:
        return None
    if config_name is None and len(names) > 1:
        return Problem(
            "the data set has several configurations, and none is its default",
            where=where,
            expected=f"one of: {listing(names)}",
            got="no configuration",
            fix=f'add "config_name": "{names[0]}" to the SLA (--config {names[0]} to a command); FLOps ignores that key, '
            "and its provider dies of this set",
        )
    if config_name is not None and config_name not in names:
        return Problem(
            "the data set has no such configuration",
            where=where,
            expected=f"one of: {listing(names)}",
            got=config_name,
            nearest=nearest(config_name, names),
            fix="correct config_name",
        )
    return None


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
