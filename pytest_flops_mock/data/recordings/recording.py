"""Recording a sample of a data set of the hub, reading no more of it than needed."""

from __future__ import annotations

import io
import json
import shlex
from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import datetime, timezone
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pytest_flops_mock.data.features import learner_schema
from pytest_flops_mock.data.hub.entry import HubEntry, is_offline, look_up
from pytest_flops_mock.data.hub.loading import check_readable, read_streams, rows_of_stream
from pytest_flops_mock.data.libraries import quiet_datasets
from pytest_flops_mock.data.media import files_of_hub, with_media
from pytest_flops_mock.data.recordings.manifest import FORM, ROWS, SEED, Manifest, Recording, digest_of, file_stem
from pytest_flops_mock.data.selection import Selection
from pytest_flops_mock.data.twin_source import twin_names
from pytest_flops_mock.data.writing import write_whole
from pytest_flops_mock.errors import DataSourceError, Problem, listing, nearest
from pytest_flops_mock.flight.features import features_of
from pytest_flops_mock.sla.keys import is_local_path

MIN_READ, READ_PER_ROW = 2_000, 50
"""How far a stream is read for rows of every class: so many rows for each wanted one, and at least so many."""

_NO_CLASS = object()


def record(name: str, selection: Selection, folder: Path, *, by: str | None = None, seed: int = SEED) -> Recording:
    """Record a sample of a data set of the hub, reading no more of it than needed.

    Args:
        name: Name on the hub, with or without its owner.
        selection: Configuration, revision, split, and how many rows.
        folder: Where the sample is written; what it held of the same split and configuration is replaced.
        by: Column of classes: all of them get about equally many rows.
        seed: Seed of the choice among the rows of a class.

    Raises:
        DataSourceError: The data set cannot be had, has no such split or column, or the folder cannot be written.
    """
    with quiet_datasets():
        entry = entry_to_read(name, selection)
        rows = ROWS if selection.max_rows is None else selection.max_rows

        def take(splits: Any) -> Any:
            stream = _stream(splits, entry, selection.split)
            if by is None:
                return rows_of_stream(stream, lambda found: list(islice(found, rows)))
            classes = _classes(stream, by, name)
            return rows_of_stream(stream, lambda found: _stratified(found, by, rows, classes, seed, name))

        data = read_streams(entry, selection, take)
        schema = learner_schema(data.features.arrow_schema, name)
        files, whole = files_of_hub(), data.with_format("arrow")[:].cast(data.features.arrow_schema)
        batches = [rows for batch in whole.to_batches() for rows in with_media(batch, name, files)]
        table = pa.Table.from_batches(batches, schema=data.features.arrow_schema).replace_schema_metadata(schema.metadata)
    manifest = Manifest(
        form=FORM,
        dataset=entry.id,
        names=tuple(dict.fromkeys((name, entry.id))),
        config_name=selection.config_name,
        asked_revision=selection.revision,
        revision=entry.commit,
        split=selection.split,
        features=features_of(schema),
        rows=table.num_rows,
        by=by,
        seed=seed,
        licence=entry.licence or "unknown",
        recorded=datetime.now(timezone.utc).date().isoformat(),
        digest="",
    )
    names = getattr(data.features[by], "names", ()) if by is not None else ()
    present = set(table[by].to_pylist()) if by is not None else set()
    lacking = tuple(name for number, name in enumerate(names or ()) if number not in present)
    return replace(_written(table, manifest, folder), lacking=lacking)


def entry_to_read(name: str, selection: Selection) -> HubEntry:
    """What the hub says about a data set that can be read now.

    Raises:
        DataSourceError: It cannot be read, or the network is switched off.
    """
    if is_local_path(name):
        raise DataSourceError(
            Problem(
                "a sample is recorded of a data set of the hub, and this is a path",
                where=f"dataset_name = {name!r}",
                expected="the name of a data set, such as ylecun/mnist",
                got=name,
                fix="an SLA can name the path as it is; to check where the data cannot go, describe them: "
                + shlex.join(["flops-mock", "twin", "NAME", "--like", name]),
            )
        )
    if is_offline():
        raise DataSourceError(
            Problem(
                "a sample cannot be recorded or compared while the network is switched off",
                where=f"dataset_name = {name!r}",
                got="HF_HUB_OFFLINE or HF_DATASETS_OFFLINE",
                fix="unset them and try again",
            )
        )
    entry = look_up(name, selection.revision, twin_names())
    check_readable(entry, selection)
    return entry


def _stream(splits: Any, entry: HubEntry, split: str) -> Any:
    if split not in splits:
        raise DataSourceError(
            Problem(
                f"the data set has no split {split!r}",
                where=f"dataset_name = {entry.asked!r}",
                expected=f"one of: {listing(splits)}",
                got=split,
                nearest=nearest(split, splits),
                fix="name one that there is with --split",
                code="FM302",
            )
        )
    return splits[split]


def _classes(stream: Any, by: str, name: str) -> int | None:
    """How many classes the column has, as far as it says so."""
    names = list(stream.features or next(iter(stream), {}))
    if by not in names:
        raise DataSourceError(
            Problem(
                f"the data set has no column {by!r}",
                where=f"dataset_name = {name!r}",
                expected=f"one of: {listing(names)}",
                got=by,
                nearest=nearest(by, names),
                fix="name the column of the classes with --by",
            )
        )
    count = getattr((stream.features or {}).get(by), "num_classes", None)
    return int(count) if count else None


def _stratified(
    found: Iterable[dict[str, Any]], by: str, rows: int, classes: int | None, seed: int, name: str
) -> list[dict[str, Any]]:
    """Rows of all classes, about equally many, in the order in which they came.

    Each class keeps a uniform choice of what was read of it. Reading ends when every class has its share, if it is known
    how many there are, and in any case before much more is read than is kept. Rows without a class (missing, -1 or beyond
    the names there are) only fill the place that the classes leave.
    """
    rng = np.random.default_rng(seed)
    share = rows if classes is None else -(-rows // classes)
    kept: dict[Any, list[tuple[int, dict[str, Any]]]] = {}
    seen: dict[Any, int] = {}
    for index, row in enumerate(islice(found, max(MIN_READ, READ_PER_ROW * rows))):
        try:
            value = row[by] if classes is None or row[by] in range(classes) else _NO_CLASS
            rows_of_class = kept.setdefault(value, [])
        except TypeError:
            raise DataSourceError(
                Problem(
                    f"the values of column {by!r} are no classes",
                    where=f"dataset_name = {name!r}",
                    expected="numbers or texts",
                    got=type(row[by]).__name__,
                    fix="name another column with --by, or none",
                )
            ) from None
        seen[value] = seen.get(value, 0) + 1
        room = rows if value is _NO_CLASS else share
        if len(rows_of_class) < room:
            rows_of_class.append((index, row))
        elif (place := int(rng.integers(seen[value]))) < room:
            rows_of_class[place] = (index, row)
        full = sum(len(group) >= share for value, group in kept.items() if value is not _NO_CLASS)
        if classes is not None and full >= classes:
            break
    chosen: list[tuple[int, dict[str, Any]]] = []
    without = kept.pop(_NO_CLASS, [])
    groups = [kept[value] for value in sorted(kept, key=repr)]
    for turn in range(share):
        chosen += [group[turn] for group in groups if turn < len(group)]
    chosen += without
    return [row for _, row in sorted(chosen[:rows], key=lambda pair: pair[0])]


def _written(table: pa.Table, manifest: Manifest, folder: Path) -> Recording:
    """Write both files, each whole or not at all. If only the first one is there, the digest tells."""
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    content = buffer.getvalue()
    manifest = replace(manifest, digest=digest_of(manifest, content))
    path = folder / f"{file_stem(manifest)}.parquet"
    text = json.dumps(asdict(manifest), indent=2, ensure_ascii=False) + "\n"
    write_whole({path: content, path.with_suffix(".json"): text.encode()}, "the recorded sample")
    return Recording(path, manifest)
