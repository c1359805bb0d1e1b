"""Synthetic twins as a source of data: which names they know, and rows of them."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_flops_mock.data.choice import RECORDINGS
from pytest_flops_mock.data.selection import Selection, chosen_split, in_words
from pytest_flops_mock.errors import DataSourceError, Problem, listing, nearest

if TYPE_CHECKING:
    import datasets
    import pyarrow as pa

    from pytest_flops_mock.data.twins.twin import Twin

ROWS, ROWS_PER_PARTITION = 600, 10
"""How many rows a twin gets: at least so many, and so many for each partition."""

MAX_KEPT, MAX_KEPT_ROWS = 8, 2_000
"""How many twins are kept in memory for further checks, and of what size; large ones would fill it."""


@dataclass(frozen=True)
class KnownTwin:
    """What is known of a data set through its twin.

    Attributes:
        names: The names by which the hub knows the data set: the one that was asked for first, and no other if there is no
            twin.
        twin: The user's own, else that of the catalogue, if there is one.
        wrong: What is wrong with the user's own description, which is in nobody's way but the twin's.
    """

    names: tuple[str, ...]
    twin: Twin | None = None
    wrong: DataSourceError | None = None

    @property
    def label(self) -> str:
        """The column that a model learns to tell; empty if that is not known."""
        return (self.twin.label or "") if self.twin is not None else ""


def twin(
    name: str, *, rows: int = ROWS, seed: int = 42, recordings: str | os.PathLike[str] = RECORDINGS
) -> datasets.DatasetDict:
    """The synthetic twin of a data set: its splits and features, with made-up rows, without a network.

    Args:
        name: Name of the data set on the hub, or of one that ``flops-mock twin --like`` has described.
        rows: How many rows the split ``train`` gets (or the first split); the others get as many in proportion.
        seed: The same seed gives the same rows.
        recordings: Folder of descriptions of your own data sets.

    Raises:
        DataSourceError: There is no twin of it, or it cannot be made with so many rows.

    Example:
        >>> pictures = twin("cifar10", rows=100)["train"]
        >>> pictures[0]["label"]
    """
    folder = Path(recordings)
    found = twin_of(known_twin(name, folder), folder)
    return twin_splits(found, min(rows, found.splits[found.main]), seed)


def twin_splits(twin: Twin, rows: int, seed: int = 42) -> datasets.DatasetDict:
    """All splits of a twin.

    Args:
        twin: Which one.
        rows: How many rows its main split gets; the others get as many in proportion.
        seed: Seed of the rows.
    """
    import datasets

    from pytest_flops_mock.data.twins.making import make_split, split_rows

    rows_of = split_rows(twin, rows)
    return datasets.DatasetDict({split: make_split(twin, split, rows=rows_of[split], seed=seed) for split in twin.splits})


def known_twin(name: str, recordings: Path = RECORDINGS) -> KnownTwin:
    """What is known of a data set through its twin.

    Args:
        name: A name of the data set.
        recordings: Folder of descriptions of the user's own data sets.
    """
    from pytest_flops_mock.data.twins.catalogue import find_twin
    from pytest_flops_mock.data.twins.own import own_twin

    listed = find_twin(name)
    names = tuple(dict.fromkeys((name, *(listed.names if listed else ()))))
    try:
        own = own_twin(names, recordings)
    except DataSourceError as error:
        return KnownTwin(names, listed, error)
    return KnownTwin(names, listed) if own is None else KnownTwin(tuple(dict.fromkeys((*names, own.dataset))), own)


def twin_names() -> tuple[str, ...]:
    """The names of all data sets with a twin in the catalogue, for messages that name the nearest one."""
    from pytest_flops_mock.data.twins.catalogue import twin_names

    return twin_names()


def twin_of(known: KnownTwin, recordings: Path = RECORDINGS, folder: Path | None = None) -> Twin:
    """The twin of a data set, which has to have one.

    Args:
        known: What is known of the data set.
        recordings: Folder of descriptions of the user's own data sets.
        folder: Where local data may lie that the name means.

    Raises:
        DataSourceError: There is none, or the user's description of it cannot be used.
    """
    if known.wrong is not None:
        raise known.wrong
    if known.twin is not None:
        return known.twin
    from pytest_flops_mock.data.twins.own import own_names

    name = known.names[0]
    here = f"./{name}" if folder is not None and os.path.exists(folder / name) else ""
    there = (*own_names(recordings), *twin_names())
    alike = next((other for other in there if other.rpartition("/")[2] == name), "")
    raise DataSourceError(
        Problem(
            "there is no synthetic twin of this data set",
            where=f"dataset_name = {name!r}",
            expected=f"one of: {listing(there)}",
            got=name,
            nearest=here or alike or nearest(name, there),
            fix="take the real data with --flops-data=hub (ini flops_data = hub), name local data by a path "
            "such as ./data/train.parquet, or make a twin of your own: "
            + (shlex.join(["flops-mock", "twin", name, "--like", here]) if here else "flops-mock twin --help"),
        )
    )


def twin_rows(
    twin: Twin, name: str, selection: Selection, *, partitions: int, least: int = 0, seed: int
) -> tuple[pa.Table, str]:
    """Rows of a twin, and where they came from in words.

    Large enough for the partitions, but no larger than the real data set: too many of those are an error there, too.

    Args:
        twin: The twin.
        name: Name of the data set in the SLA.
        selection: Which rows; a twin has no revisions.
        partitions: How many partitions will be made.
        least: How many rows are needed.
        seed: Seed of the rows.

    Raises:
        DataSourceError: The twin has no such split or configuration.
    """
    _check_config(twin, name, selection.config_name)
    real = chosen_split(twin.splits, name, selection.split)
    rows = max(ROWS, ROWS_PER_PARTITION * partitions, least) if selection.max_rows is None else selection.max_rows
    rows = min(rows, real)
    table = (_kept if rows <= MAX_KEPT_ROWS else _made)(twin, selection.split, rows, seed)
    doubts = len(twin.unsure)
    unsure = f"; {doubts} fact{'s' * (doubts != 1)} unsure, see flops-mock twin {twin.dataset}" if doubts else ""
    return table, f"{in_words(f'synthetic twin of {twin.dataset}', selection, table)}, seed {seed}{unsure}"


def _made(twin: Twin, split: str, rows: int, seed: int) -> pa.Table:
    from pytest_flops_mock.data.twins.making import make_table

    return make_table(twin, split, rows=rows, seed=seed)


_kept = lru_cache(maxsize=MAX_KEPT)(_made)
"""Small twins are made once for many checks."""


def _check_config(twin: Twin, name: str, config_name: str | None) -> None:
    """Refuse a configuration that the twin does not stand for, and none where the hub wants one.

    Raises:
        DataSourceError: Either is so.
    """
    if config_name is None and twin.configs:
        raise DataSourceError(
            Problem(
                "the data set has several configurations, and none is its default",
                where=f"dataset_name = {name!r}",
                expected=f"one of: {listing(twin.configs)} (there is a synthetic twin of {twin.config_name})",
                got="no configuration",
                fix=f'add "config_name": "{twin.config_name}" to the SLA; FLOps ignores that key, '
                "and its provider dies of this set",
            )
        )
    if config_name not in (None, twin.config_name):
        raise DataSourceError(
            Problem(
                "there is no synthetic twin of this configuration of the data set",
                where=f"dataset_name = {name!r}",
                expected=twin.config_name,
                got=str(config_name),
                nearest=twin.config_name,
                fix="correct config_name, or take the real data: --flops-data=hub, or recorded samples (flops-mock record)",
            )
        )
