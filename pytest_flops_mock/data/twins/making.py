"""Making the rows of a twin: seeded, in blocks, the same rows on every platform.

Rows are made in blocks of ``BLOCK``, each with a random stream of its own (from the seed, the twin, the split
and the number of the block). So a row depends neither on the batch size nor on how many rows are asked for, nothing
touches numpy's global state, and memory stays bounded by one batch.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from pytest_flops_mock import __version__
from pytest_flops_mock.data.twins.engine import features_of, make_columns
from pytest_flops_mock.data.twins.plain import is_a, row_features
from pytest_flops_mock.data.twins.twin import Twin
from pytest_flops_mock.errors import DataSourceError, Problem, listing, nearest

if TYPE_CHECKING:
    import datasets

IN_ONE_PIECE_BYTES = 64 * 2**20
"""A table up to this size is put into one piece, for who would do so later beside the first one."""

BLOCK = 100
"""Rows that share one random stream; part of what a seed means, so a change of it changes every twin."""


def make_split(twin: Twin, split: str, *, rows: int, seed: int = 42) -> datasets.Dataset:
    """Make one split of a twin in memory, of any size. See :func:`twin_batches` for arguments and errors."""
    import datasets

    table = make_table(twin, split, rows=rows, seed=seed)
    # Without a fingerprint of ours, datasets would pickle and hash the whole table.
    key = f"{__version__} {twin} {split} {rows} {seed}"
    return datasets.Dataset(
        table,
        info=datasets.DatasetInfo(
            description=f"Synthetic twin of {twin.dataset}, seed {seed}: not the real data.",
            features=features_of(twin),
            config_name=twin.config_name,
        ),
        split=datasets.NamedSplit(split),
        fingerprint=hashlib.sha256(key.encode()).hexdigest()[:16],
    )


def make_table(twin: Twin, split: str, *, rows: int, seed: int = 42) -> pa.Table:
    """The same as an Arrow table, without ``datasets`` where the twin's features are plain."""
    table = pa.concat_tables(list(twin_batches(twin, split, rows=rows, seed=seed)))
    if table.nbytes > IN_ONE_PIECE_BYTES:
        return table
    table = table.combine_chunks()
    pa.default_memory_pool().release_unused()  # the pieces, which it would keep for later
    return table


def split_rows(twin: Twin, rows: int) -> dict[str, int]:
    """How many rows each split gets: in the real proportions, but one for each class, and no more than the main split.

    Args:
        twin: Which one.
        rows: Those of its main split.
    """
    classes = [kind.num_classes for kind in row_features(twin.features).kinds.values() if is_a(kind, "ClassLabel")]
    least, size = max(classes, default=1), twin.splits[twin.main]
    shares = {name: min(rows, -(-rows * real // size)) for name, real in twin.splits.items()}
    return {name: rows if name == twin.main else max(least, share) for name, share in shares.items()}


def twin_batches(twin: Twin, split: str, *, rows: int, seed: int = 42, batch_rows: int = 5_000) -> Iterator[pa.Table]:
    """Make one split of a twin, batch by batch; never more than one batch is held.

    Args:
        twin: Which one.
        split: Name of the split.
        rows: How many rows in all.
        seed: The same seed gives the same values, whatever ``batch_rows`` is.
        batch_rows: At most so many rows in one batch, rounded up to whole blocks.

    Yields:
        Tables of one chunk, with the Arrow schema of the twin's features (the ``huggingface`` metadata included).

    Raises:
        DataSourceError: The twin has no such split, or ``rows``, ``batch_rows`` or ``seed`` is too small.
    """
    if split not in twin.splits:
        raise DataSourceError(
            Problem(
                f"the twin of {twin.dataset} has no split {split!r}",
                expected=f"one of {listing(twin.splits)}",
                got=split,
                nearest=nearest(split, list(twin.splits)),
                fix="ask for a split that the data set has on the hub",
            )
        )
    _at_least(twin, "rows", rows, 1)
    _at_least(twin, "seed", seed, 0)
    _at_least(twin, "batch_rows", batch_rows, 1)
    return _batches(twin, split, rows, seed, -(-batch_rows // BLOCK) * BLOCK)


def _batches(twin: Twin, split: str, rows: int, seed: int, batch_rows: int) -> Iterator[pa.Table]:
    features = row_features(twin.features)
    for start in range(0, rows, batch_rows):
        stop = min(rows, start + batch_rows)
        numbers = range(start // BLOCK, -(-stop // BLOCK))
        table = pa.concat_tables(_block(twin, features.kinds, split, seed, number) for number in numbers)
        yield table.slice(0, stop - start).cast(features.schema).combine_chunks()


def _block(twin: Twin, features: Mapping[str, Any], split: str, seed: int, number: int) -> pa.Table:
    entropy = [seed, zlib.crc32(twin.dataset.encode()), zlib.crc32(split.encode()), number]
    columns = make_columns(_stream(*entropy), BLOCK, twin, features, split, number * BLOCK)
    if twin.counter is not None:
        columns[twin.counter] = np.arange(number * BLOCK, number * BLOCK + BLOCK) + 1
    return pa.table({name: columns[name] for name in features})


def _stream(*entropy: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy)))


def _at_least(twin: Twin, name: str, value: int, minimum: int) -> None:
    if value < minimum:
        raise DataSourceError(
            Problem(
                f"the twin of {twin.dataset} cannot be made with {name}={value}",
                expected=f"{name} of at least {minimum}",
                got=str(value),
                nearest=str(minimum),
                fix=f"pass {name}={minimum} or more",
            )
        )
