"""A synthetic twin and how its rows are made: seeded, in blocks, the same rows on every platform.

A twin is a stand-in for a data set of the Hugging Face hub: its features and split names exactly, its content drawn on
the spot. Rows are made in blocks of ``BLOCK``, each with a random stream of its own (from the seed, the twin, the split
and the number of the block). So a row depends neither on the batch size nor on how many rows are asked for, nothing
touches numpy's global state, and memory stays bounded by one batch.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import datasets
import numpy as np
import pyarrow as pa

from pytest_flops_mock import __version__
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
        aliases: Other names that mean the same data set.
        config: The hub's name for the configuration that the twin stands in for.
        splits: The hub's splits in its order, each with the number of rows that the real one has.
        features: Gives the hub's features.
        rows: Makes the rows.
    """

    name: str
    aliases: tuple[str, ...]
    config: str
    splits: tuple[tuple[str, int], ...]
    features: Callable[[], datasets.Features]
    rows: RowMaker


def make_twin(twin: Twin, *, rows: int = 600, seed: int = 42) -> datasets.DatasetDict:
    """Make all splits of a twin in memory.

    Args:
        twin: Which one.
        rows: How many rows its first split gets; see :func:`split_rows` for the others.
        seed: The same seed gives the same values, everywhere.

    Returns:
        The splits by the hub's names, in the hub's order.

    Raises:
        DataSourceError: ``rows`` is below 1 or ``seed`` below 0.
    """
    features = twin.features()
    made = {}
    for split, count in split_rows(twin, rows).items():
        table = pa.concat_tables(list(twin_batches(twin, split, rows=count, seed=seed)))
        # Without a fingerprint of ours, datasets would pickle and hash the whole table.
        key = f"{__version__} {twin.name} {split} {count} {seed}"
        made[split] = datasets.Dataset(
            table,
            info=datasets.DatasetInfo(
                description=f"Synthetic twin of {twin.name}, seed {seed}: not the real data.",
                features=features,
                config_name=twin.config,
            ),
            split=datasets.NamedSplit(split),
            fingerprint=hashlib.sha256(key.encode()).hexdigest()[:16],
        )
    return datasets.DatasetDict(made)


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
                came=split,
                nearest=nearest(split, names),
                hint="ask for a split that the data set has on the hub",
            )
        )
    _at_least(twin, "rows", rows, 1)
    _at_least(twin, "seed", seed, 0)
    _at_least(twin, "batch_rows", batch_rows, 1)
    return _batches(twin, split, rows, seed, -(-batch_rows // BLOCK) * BLOCK)


def split_rows(twin: Twin, rows: int) -> dict[str, int]:
    """How many rows each split gets when the first one gets ``rows``.

    The others keep the proportions of the real data set (rounded up) and get at least one row for each class.

    Raises:
        DataSourceError: ``rows`` is below 1.
    """
    _at_least(twin, "rows", rows, 1)
    classes = [kind.num_classes for kind in twin.features().values() if isinstance(kind, datasets.ClassLabel)]
    least = max(classes, default=1)
    (first, first_size), *others = twin.splits
    return {first: rows} | {name: max(least, -(-rows * size // first_size)) for name, size in others}


def _batches(twin: Twin, split: str, rows: int, seed: int, batch_rows: int) -> Iterator[pa.Table]:
    schema = twin.features().arrow_schema
    for start in range(0, rows, batch_rows):
        stop = min(rows, start + batch_rows)
        blocks = [_block(twin, split, seed, number) for number in range(start // BLOCK, -(-stop // BLOCK))]
        table = pa.concat_tables(blocks).slice(0, stop - start)
        yield table.select(schema.names).cast(schema).combine_chunks()


def _block(twin: Twin, split: str, seed: int, number: int) -> pa.Table:
    entropy = [seed, zlib.crc32(twin.name.encode()), zlib.crc32(split.encode()), number]
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy)))
    return twin.rows(rng, BLOCK)


def _at_least(twin: Twin, name: str, value: int, least: int) -> None:
    if value < least:
        raise DataSourceError(
            Problem(
                f"the twin of {twin.name} cannot be made with {name}={value}",
                expected=f"{name} of at least {least}",
                came=str(value),
                nearest=str(least),
                hint=f"pass {name}={least} or more",
            )
        )
