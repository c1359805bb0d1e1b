"""Making the rows of a twin: seeded, in blocks, the same rows on every platform.

Rows are made in blocks of ``BLOCK``, each with a random stream of its own (from the seed, the twin, the split
and the number of the block). So a row depends neither on the batch size nor on how many rows are asked for, nothing
touches numpy's global state, and memory stays bounded by one batch.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Collection, Iterator

import datasets
import numpy as np
import pyarrow as pa

from pytest_flops_mock import __version__
from pytest_flops_mock.data.twins.drift import drifted, imbalanced
from pytest_flops_mock.data.twins.engine import features_of, make_columns
from pytest_flops_mock.data.twins.twin import Twin
from pytest_flops_mock.errors import DataSourceError, Problem, listing, nearest
from pytest_flops_mock.sla.schemes import Drift

BLOCK = 100
"""Rows that share one random stream; part of what a seed means, so a change of it changes every twin."""

NO_DRIFT = Drift()


def make_twin(
    twin: Twin, *, rows: int = 600, seed: int = 42, drift: Drift = NO_DRIFT, splits: Collection[str] | None = None
) -> datasets.DatasetDict:
    """Make the splits of a twin in memory.

    Args:
        twin: Which one.
        rows: How many rows its split ``train`` gets (or the first one, if it has no ``train``); see :func:`split_rows` for
            the others.
        seed: The same seed gives the same values, everywhere.
        drift: What is to be wrong with the rows, in every split.
        splits: Names of those wanted; all unless given. A split's rows do not depend on which others are made.

    Returns:
        The splits by the hub's names, in the hub's order.

    Raises:
        DataSourceError: ``rows`` is below 1 or ``seed`` below 0, there is no such split, or there are no images to
            corrupt.
    """
    counts = split_rows(twin, rows)
    wanted = counts if splits is None else splits
    return datasets.DatasetDict(
        {split: make_split(twin, split, rows=counts.get(split, 1), seed=seed, drift=drift) for split in wanted}
    )


def make_split(twin: Twin, split: str, *, rows: int, seed: int = 42, drift: Drift = NO_DRIFT) -> datasets.Dataset:
    """Make one split of a twin in memory, of any size. See :func:`twin_batches` for arguments and errors."""
    table = pa.concat_tables(list(twin_batches(twin, split, rows=rows, seed=seed, drift=drift)))
    # Without a fingerprint of ours, datasets would pickle and hash the whole table.
    key = f"{__version__} {twin} {split} {rows} {seed}{drift.given() or ''}"
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


def twin_batches(
    twin: Twin, split: str, *, rows: int, seed: int = 42, batch_rows: int = 5_000, drift: Drift = NO_DRIFT
) -> Iterator[pa.Table]:
    """Make one split of a twin, batch by batch; never more than one batch is held.

    Args:
        twin: Which one.
        split: Name of the split.
        rows: How many rows in all.
        seed: The same seed gives the same values, whatever ``batch_rows`` is.
        batch_rows: At most so many rows in one batch, rounded up to whole blocks.
        drift: What is to be wrong with the rows.

    Yields:
        Tables of one chunk, with the Arrow schema of the twin's features (the ``huggingface`` metadata included).

    Raises:
        DataSourceError: The twin has no such split, ``rows``, ``batch_rows`` or ``seed`` is too small, or there are no
            images to corrupt.
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
    if drift.corrupt_images and not _images(features_of(twin)):
        raise DataSourceError(
            Problem(
                f"the twin of {twin.dataset} has no images that could be corrupt",
                expected="a data set with a column of images",
                got=f"columns {listing(twin.features)}",
                fix="leave corrupt_images out",
            )
        )
    if (drift.imbalance or drift.label_noise) and not twin.label:
        raise DataSourceError(
            Problem(
                f"the twin of {twin.dataset} has no label that could be wrong or imbalanced",
                expected="a data set with a column that a model learns to tell",
                got=f"columns {listing(twin.features)}",
                fix="leave label_noise and imbalance out, or name the column when the twin is described (--label)",
            )
        )
    return _batches(twin, split, rows, seed, -(-batch_rows // BLOCK) * BLOCK, drift)


def split_rows(twin: Twin, rows: int) -> dict[str, int]:
    """How many rows each split gets when the main one, ``train``, gets ``rows``.

    The others keep the proportions of the real data set (rounded up), but get at least one row for each class and, short of
    the real size, no more than ``train``: an ``extra`` seven times as large would cost more than the rest together.

    Raises:
        DataSourceError: ``rows`` is below 1.
    """
    _at_least(twin, "rows", rows, 1)
    classes = [kind.num_classes for kind in features_of(twin).values() if isinstance(kind, datasets.ClassLabel)]
    min_rows = max(classes, default=1)
    size = twin.splits[twin.main]
    counts = {}
    for name, real in twin.splits.items():
        share = -(-rows * real // size)
        counts[name] = rows if name == twin.main else max(min_rows, share if rows >= size else min(share, rows))
    return counts


def _images(features: datasets.Features) -> list[str]:
    return [name for name, kind in features.items() if isinstance(kind, datasets.Image)]


def _batches(twin: Twin, split: str, rows: int, seed: int, batch_rows: int, drift: Drift) -> Iterator[pa.Table]:
    features = features_of(twin)
    schema = features.arrow_schema
    for start in range(0, rows, batch_rows):
        stop = min(rows, start + batch_rows)
        numbers = range(start // BLOCK, -(-stop // BLOCK))
        table = pa.concat_tables(_block(twin, features, split, seed, number, drift) for number in numbers)
        yield table.slice(0, stop - start).cast(schema).combine_chunks()


def _block(twin: Twin, features: datasets.Features, split: str, seed: int, number: int, drift: Drift) -> pa.Table:
    entropy = [seed, zlib.crc32(twin.dataset.encode()), zlib.crc32(split.encode()), number]
    rng = _stream(*entropy)

    def made() -> pa.Table:
        columns = make_columns(rng, BLOCK, twin, features, split)
        if twin.counter is not None:
            columns[twin.counter] = np.arange(number * BLOCK, number * BLOCK + BLOCK) + 1
        return pa.table({name: columns[name] for name in features})

    if drift == NO_DRIFT:
        return made()
    others = _stream(*entropy, 1)
    table = imbalanced(made, others, twin.label, drift.imbalance) if twin.label else made()
    return drifted(table, drift, others, twin.label or "", _images(features))


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
