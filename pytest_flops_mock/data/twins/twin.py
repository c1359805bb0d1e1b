"""A synthetic twin and how its rows are made: seeded, in blocks, the same rows on every platform.

A twin is a stand-in for a data set of the Hugging Face hub: its features and split names exactly, its content drawn on
the spot. Rows are made in blocks of ``BLOCK``, each with a random stream of its own (from the seed, the twin, the split
and the number of the block). So a row depends neither on the batch size nor on how many rows are asked for, nothing
touches numpy's global state, and memory stays bounded by one batch.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Protocol

import datasets
import numpy as np
import pyarrow as pa

from pytest_flops_mock import __version__
from pytest_flops_mock.data.selection import SPLIT
from pytest_flops_mock.errors import DataSourceError, Problem, listing, nearest

BLOCK = 100
"""Rows that share one random stream; part of what a seed means, so a change of it changes every twin."""


class RowMaker(Protocol):
    """Makes rows of a twin: a pure function of its two arguments."""

    def __call__(self, rng: np.random.Generator, rows: int, /) -> pa.Table:
        """Make ``rows`` rows with the columns of the twin's features, drawing from ``rng`` alone."""


@dataclass(frozen=True)
class Twin:
    """A data set of the hub that can be made on the spot.

    Attributes:
        name: Its name on the hub.
        config: The hub's name for the configuration that the twin stands in for.
        splits: The hub's splits in its order, each with the number of rows that the real one has.
        features: Gives the hub's features.
        rows: Makes the rows.
        aliases: Other names that the hub takes for the same data set: no others, so that a wrong name is told.
        label: The column that a model learns to tell; empty if there is none.
        special: Splits whose rows are made in another way, such as without labels.
        counter: The column that numbers the rows of a split from 1, if there is one; it is not made by ``rows``.
        configs: All of the hub's configurations if it takes none of them unasked: then an SLA has to name one.
        edition: Tells twins of one name apart; for the user's own.
    """

    name: str
    config: str
    splits: tuple[tuple[str, int], ...]
    features: Callable[[], datasets.Features]
    rows: RowMaker
    aliases: tuple[str, ...] = ()
    label: str = "label"
    special: tuple[tuple[str, RowMaker], ...] = ()
    counter: str | None = None
    configs: tuple[str, ...] = ()
    edition: str = ""

    @property
    def main(self) -> str:
        """The split whose size decides that of the others: ``train``, or the first one where there is none."""
        names = [name for name, _ in self.splits]
        return SPLIT if SPLIT in names else names[0]


def make_twin(twin: Twin, *, rows: int = 600, seed: int = 42, splits: Collection[str] | None = None) -> datasets.DatasetDict:
    """Make the splits of a twin in memory.

    Args:
        twin: Which one.
        rows: How many rows its split ``train`` gets (or the first one, if it has no ``train``); see :func:`split_rows` for
            the others.
        seed: The same seed gives the same values, everywhere.
        splits: Names of those wanted; all unless given. A split's rows do not depend on which others are made.

    Returns:
        The splits by the hub's names, in the hub's order.

    Raises:
        DataSourceError: ``rows`` is below 1 or ``seed`` below 0, or there is no such split.
    """
    counts = split_rows(twin, rows)
    wanted = counts if splits is None else splits
    return datasets.DatasetDict({split: make_split(twin, split, rows=counts.get(split, 1), seed=seed) for split in wanted})


def make_split(twin: Twin, split: str, *, rows: int, seed: int = 42) -> datasets.Dataset:
    """Make one split of a twin in memory, of any size. See :func:`twin_batches` for arguments and errors."""
    table = pa.concat_tables(list(twin_batches(twin, split, rows=rows, seed=seed)))
    # Without a fingerprint of ours, datasets would pickle and hash the whole table.
    key = f"{__version__} {twin.name}{twin.edition} {split} {rows} {seed}"
    return datasets.Dataset(
        table,
        info=datasets.DatasetInfo(
            description=f"Synthetic twin of {twin.name}, seed {seed}: not the real data.",
            features=twin.features(),
            config_name=twin.config,
        ),
        split=datasets.NamedSplit(split),
        fingerprint=hashlib.sha256(key.encode()).hexdigest()[:16],
    )


def twin_batches(twin: Twin, split: str, *, rows: int, seed: int = 42, batch_rows: int = 5_000) -> Iterator[pa.Table]:
    """Make one split of a twin, batch by batch; never more than one batch is held.

    Args:
        twin: Which one.
        split: Name of the split.
        rows: How many rows in all.
        seed: The same seed gives the same values, whatever ``batch_rows`` is.
        batch_rows: Most rows of one batch, rounded up to whole blocks.

    Yields:
        Tables of one chunk, with the Arrow schema of the twin's features (the ``huggingface`` metadata included).

    Raises:
        DataSourceError: The twin has no such split, or ``rows``, ``batch_rows`` or ``seed`` is too small.
    """
    names = [name for name, _ in twin.splits]
    if split not in names:
        raise DataSourceError(
            Problem(
                f"the twin of {twin.name} has no split {split!r}",
                expected=f"one of {listing(names)}",
                got=split,
                nearest=nearest(split, names),
                fix="ask for a split that the data set has on the hub",
            )
        )
    _at_least(twin, "rows", rows, 1)
    _at_least(twin, "seed", seed, 0)
    _at_least(twin, "batch_rows", batch_rows, 1)
    return _batches(twin, split, rows, seed, -(-batch_rows // BLOCK) * BLOCK)


def split_rows(twin: Twin, rows: int) -> dict[str, int]:
    """How many rows each split gets when the main one, ``train``, gets ``rows``.

    The others keep the proportions of the real data set (rounded up), but get at least one row for each class and, short of
    the real size, no more than ``train``: an ``extra`` seven times as large would cost more than the rest together.

    Raises:
        DataSourceError: ``rows`` is below 1.
    """
    _at_least(twin, "rows", rows, 1)
    classes = [kind.num_classes for kind in twin.features().values() if isinstance(kind, datasets.ClassLabel)]
    least = max(classes, default=1)
    size = dict(twin.splits)[twin.main]
    counts = {}
    for name, real in twin.splits:
        share = -(-rows * real // size)
        counts[name] = rows if name == twin.main else max(least, share if rows >= size else min(share, rows))
    return counts


def _batches(twin: Twin, split: str, rows: int, seed: int, batch_rows: int) -> Iterator[pa.Table]:
    schema = twin.features().arrow_schema
    for start in range(0, rows, batch_rows):
        stop = min(rows, start + batch_rows)
        blocks = [_block(twin, split, seed, number) for number in range(start // BLOCK, -(-stop // BLOCK))]
        table = pa.concat_tables(blocks).slice(0, stop - start)
        yield table.select(schema.names).cast(schema).combine_chunks()


def _block(twin: Twin, split: str, seed: int, number: int) -> pa.Table:
    """The rows of a block, with their numbers."""
    entropy = [seed, zlib.crc32(twin.name.encode()), zlib.crc32(split.encode()), number]
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy)))
    table = dict(twin.special).get(split, twin.rows)(rng, BLOCK)
    if twin.counter is not None:
        table = table.append_column(twin.counter, pa.array(np.arange(number * BLOCK, number * BLOCK + BLOCK) + 1))
    return table


def _at_least(twin: Twin, name: str, value: int, least: int) -> None:
    if value < least:
        raise DataSourceError(
            Problem(
                f"the twin of {twin.name} cannot be made with {name}={value}",
                expected=f"{name} of at least {least}",
                got=str(value),
                nearest=str(least),
                fix=f"pass {name}={least} or more",
            )
        )
