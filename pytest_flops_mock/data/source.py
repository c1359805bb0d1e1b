"""The rows of the data set that an SLA names: from a local path, a synthetic twin, a recorded sample or the hub.

Which of them is decided by the name's form and one setting, never by what lies in a cache or a folder.
"""

from __future__ import annotations

import glob
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest_flops_mock.data.hub import hub_rows
from pytest_flops_mock.data.reading import quiet_datasets, reason, with_files_closed
from pytest_flops_mock.data.recorded import replay
from pytest_flops_mock.data.request import DEFAULT, SPLIT, Wanted
from pytest_flops_mock.errors import DataSourceError, Problem, listing, nearest
from pytest_flops_mock.settings import RECORDINGS, DataSource
from pytest_flops_mock.sla.models import is_local_path

TWIN_ROWS = 600
TWIN_ROWS_PER_PARTITION = 10
READERS = {".parquet": "parquet", ".csv": "csv", ".json": "json", ".jsonl": "json"}


@dataclass(frozen=True)
class SourceData:
    """A data set, ready to be split.

    Attributes:
        dataset_name: As the SLA says it.
        source: ``synthetic``, ``recorded``, ``hub``, ``local``, or ``memory`` for a data set that was handed in.
        origin: Where the rows came from, in words.
        dataset: The rows, a ``datasets.Dataset``.
    """

    dataset_name: str
    source: str
    origin: str
    dataset: Any


def source_data(
    dataset_name: str,
    source: DataSource,
    *,
    folder: Path,
    partitions: int,
    seed: int,
    wanted: Wanted = DEFAULT,
    recordings: Path = RECORDINGS,
) -> SourceData:
    """The rows that a mock data provider would send.

    Args:
        dataset_name: Hub name or local path, as the SLA says it.
        source: Where a data set named by its hub name comes from.
        folder: Where a relative local path starts: the SLA's folder.
        partitions: How many partitions will be made; a twin is made large enough for them, up to the real size.
        seed: Seed of a twin.
        wanted: Split, configuration, revision, and the most rows; a local data set has no revisions.
        recordings: Folder of recorded samples.

    Raises:
        DataSourceError: The data set is unknown, cannot be read, or has no such split.
    """
    with quiet_datasets():
        if is_local_path(dataset_name):
            path = _absolute(folder / os.path.expanduser(dataset_name))
            rows = _most(_split(_local(path), dataset_name, wanted.split), wanted.max_rows)
            return SourceData(dataset_name, "local", _origin(f"local {path.name}", wanted, rows), rows)
        if source is DataSource.HUB:
            return _hub(dataset_name, wanted)
        if source is DataSource.RECORDED:
            recorded, origin = replay(names_of(dataset_name), wanted, recordings)
            return SourceData(dataset_name, "recorded", origin, recorded)
        return _synthetic(dataset_name, folder, partitions, seed, wanted)


def names_of(dataset_name: str) -> tuple[str, ...]:
    """The names by which the hub knows a data set, as far as there is a twin of it: the one that was given first."""
    from pytest_flops_mock.data.twins.catalogue import find_twin

    twin = find_twin(dataset_name)
    return tuple(dict.fromkeys((dataset_name, *((twin.name, *twin.aliases) if twin else ()))))


def _origin(start: str, wanted: Wanted, rows: Any) -> str:
    split = f", split {wanted.split}" if wanted.split != SPLIT else ""
    return f"{start}{split}, {rows.num_rows} row{'s' * (rows.num_rows != 1)}"


def _most(data: Any, rows: int | None) -> Any:
    return data if rows is None or rows >= data.num_rows else data.select(range(rows))


def _hub(name: str, wanted: Wanted) -> SourceData:
    from pytest_flops_mock.data.twins.catalogue import twin_names

    known = (*names_of(name), *twin_names())
    rows, start = hub_rows(name, wanted, lambda splits: _split(splits, name, wanted.split), known)
    return SourceData(name, "hub", _origin(start, wanted, rows), rows)


def _synthetic(name: str, folder: Path, partitions: int, seed: int, wanted: Wanted) -> SourceData:
    from pytest_flops_mock.data.twins.catalogue import find_twin, twin_names
    from pytest_flops_mock.data.twins.twin import make_twin

    twin = find_twin(name)
    if twin is None:
        here = f"./{name}" if os.path.exists(folder / name) else ""
        raise DataSourceError(
            Problem(
                "there is no synthetic twin of this data set",
                where=f"dataset_name = {name!r}",
                expected=f"one of: {listing(twin_names())}",
                came=name,
                nearest=here or nearest(name, twin_names()),
                hint="either take the real data with --flops-data=hub (ini flops_data = hub), "
                "or name local data by a path such as ./data/train.parquet",
            )
        )
    # Large enough for the partitions, but no larger than the real one: too many of those are an error there, too.
    real, train = _split(dict(twin.splits), name, wanted.split), dict(twin.splits)[SPLIT]
    rows = max(TWIN_ROWS, min(TWIN_ROWS_PER_PARTITION * partitions, real))
    if wanted.max_rows is not None:
        rows = min(wanted.max_rows, real)
    # A twin's size is that of its split train; the others keep the real proportions.
    made = make_twin(twin, rows=-(-rows * train // real), seed=seed, splits=[wanted.split])
    split = _most(made[wanted.split], rows)
    return SourceData(name, "synthetic", f"{_origin(f'synthetic twin of {twin.name}', wanted, split)}, seed {seed}", split)


def _absolute(path: Path) -> Path:
    """Where a path leads; one that can lead nowhere (too long, with a NUL) comes back for the message."""
    return path.resolve() if os.path.exists(path) else Path(os.path.abspath(path))


def _siblings(path: Path) -> list[str]:
    try:
        return sorted(os.listdir(path.parent))
    except (OSError, ValueError):
        return []


def _local(path: Path) -> Any:
    if not os.path.exists(path):
        raise _unreadable(path, "nothing there", nearest(path.name, _siblings(path)))
    if path.is_file() and path.suffix.lower() not in READERS:
        raise _unreadable(path, f"a file ending in {path.suffix!r}", "")
    try:
        return with_files_closed(lambda: _read(path))
    except Exception as error:  # whatever the reader of that format raises
        pattern = path.is_dir() and glob.escape(str(path)) != str(path)
        came = "a path with one of * ? [ in it, which datasets takes for a pattern" if pattern else reason(error)
        raise _unreadable(path, came, "") from error


def _read(path: Path) -> Any:
    import datasets

    if path.is_file():
        return datasets.load_dataset(READERS[path.suffix.lower()], data_files=glob.escape(str(path)))
    saved = (path / "dataset_dict.json").exists() or (path / "state.json").exists()
    return datasets.load_from_disk(str(path)) if saved else datasets.load_dataset(str(path))


def _unreadable(path: Path, came: str, near: str) -> DataSourceError:
    return DataSourceError(
        Problem(
            "the local data set cannot be read",
            where=str(path),
            expected="a folder that datasets.load_dataset reads or save_to_disk made, "
            "or a .parquet, .csv, .json or .jsonl file",
            came=came,
            nearest=near,
            hint="a relative path starts at the SLA's folder; try datasets.load_dataset on it by hand",
        )
    )


def _split(data: Any, name: str, split: str) -> Any:
    """The split that is sent; a data set saved without splits is taken for it."""
    has_splits = hasattr(data, "keys")
    if not has_splits and split == SPLIT:
        return data
    if not has_splits or split not in data:
        usual = split == SPLIT
        raise DataSourceError(
            Problem(
                f"the data set has no split {split!r}" + (", and the mock data provider sends no other" if usual else ""),
                where=f"dataset_name = {name!r}",
                expected=split,
                came=listing(data) if has_splits else "rows without splits",
                nearest=nearest(split, data) if has_splits else "",
                hint="use a data set with that split; on FLOps the provider dies before it sends anything"
                if usual
                else "correct the key split of the SLA, or leave it out for train",
                code="FM302",
            )
        )
    return data[split]
