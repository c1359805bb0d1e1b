"""The rows of the data set that an SLA names: from a local path, a synthetic twin, a recorded sample or the hub.

Which of them is decided by the name's form and one setting, never by what lies in a cache or a folder.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Mapping
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_flops_mock.data.choice import RECORDINGS, DataSource
from pytest_flops_mock.data.hub import configuration_problem, hub_rows
from pytest_flops_mock.data.reading import (
    LFS_POINTER,
    causes,
    is_lfs_pointer,
    local_dataset,
    quiet_datasets,
    reason,
    with_files_closed,
)
from pytest_flops_mock.data.recorded import replay
from pytest_flops_mock.data.request import DEFAULT, SPLIT, Wanted
from pytest_flops_mock.errors import DataSourceError, Problem, listing, nearest
from pytest_flops_mock.sla.keys import is_local_path
from pytest_flops_mock.sla.schemes import Drift

if TYPE_CHECKING:
    from pytest_flops_mock.data.twins.twin import Twin

TWIN_ROWS = 600
MAX_KEPT, MAX_KEPT_ROWS = 8, 2_000
"""How many twins are kept in memory for further checks, and of what size; large ones would fill it."""

TWIN_ROWS_PER_PARTITION = 10
READERS = {".parquet": "parquet", ".csv": "csv", ".json": "json", ".jsonl": "json"}
_NO_ROW = "no row"


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
    drift: Drift | None = None,
) -> SourceData:
    """The rows that a mock data provider would send.

    Args:
        dataset_name: Hub name or local path, as the SLA says it.
        source: Where a data set named by its hub name comes from.
        folder: Where a relative local path starts: the SLA's folder.
        partitions: How many partitions will be made; a twin is made large enough for them, up to the real size.
        seed: Seed of a twin.
        wanted: Split, configuration, revision, and the most rows; a twin has no revisions.
        recordings: Folder of recorded samples, and of twins of the user's own data sets.
        drift: What is to be wrong with the rows of a twin.

    Raises:
        DataSourceError: The data set is unknown, cannot be read, or has no such split.
    """
    with quiet_datasets():
        if is_local_path(dataset_name):
            path = _absolute(folder / os.path.expanduser(dataset_name))
            if not os.path.exists(path) and (above := _above(dataset_name, folder)):
                raise _unreadable(path, "nothing there", above)
            rows = _most(_split(_local(path, wanted), dataset_name, wanted.split), wanted.max_rows)
            return SourceData(dataset_name, "local", _origin(f"local {path.name}", wanted, rows), rows)
        if source is DataSource.HUB:
            return _hub(dataset_name, wanted, recordings)
        if source is DataSource.RECORDED:
            recorded, origin = replay(names_of(dataset_name, recordings), wanted, recordings)
            return SourceData(dataset_name, "recorded", origin, recorded)
        twin = twin_of(dataset_name, recordings, folder)
        _check_config(twin, dataset_name, wanted.config_name)
        return _synthetic(twin, dataset_name, partitions, seed, wanted, drift or Drift())


def names_of(dataset_name: str, recordings: Path = RECORDINGS) -> tuple[str, ...]:
    """The names by which the hub knows a data set, as far as there is a twin of it: the one that was given first."""
    from pytest_flops_mock.data.twins.catalogue import find_twin
    from pytest_flops_mock.data.twins.own import own_twin

    known = find_twin(dataset_name)
    names = tuple(dict.fromkeys((dataset_name, *(known.names if known else ()))))
    with suppress(DataSourceError):  # a description that cannot be used is in nobody's way but the twin's
        own = own_twin(names, recordings)
        return names if own is None else tuple(dict.fromkeys((*names, own.dataset)))
    return names


def _origin(start: str, wanted: Wanted, rows: Any) -> str:
    split = f", split {wanted.split}" if wanted.split != SPLIT else ""
    return f"{start}{split}, {rows.num_rows} row{'s' * (rows.num_rows != 1)}"


def _most(data: Any, rows: int | None) -> Any:
    return data if rows is None or rows >= data.num_rows else data.select(range(rows))


def _hub(name: str, wanted: Wanted, recordings: Path) -> SourceData:
    from pytest_flops_mock.data.twins.catalogue import twin_names

    known = (*names_of(name, recordings), *twin_names())
    rows, start = hub_rows(name, wanted, lambda splits: _split(splits, name, wanted.split), known)
    return SourceData(name, "hub", _origin(start, wanted, rows), rows)


def twin_of(name: str, recordings: Path = RECORDINGS, folder: Path | None = None) -> Twin:
    """The synthetic twin of a data set: the user's own, else that of the catalogue.

    Args:
        name: Name of the data set.
        recordings: Folder of descriptions of the user's own data sets.
        folder: Where local data may lie that the name means.

    Raises:
        DataSourceError: There is none.
    """
    from pytest_flops_mock.data.twins.catalogue import find_twin, twin_names
    from pytest_flops_mock.data.twins.own import own_names, own_twin

    known = find_twin(name)
    twin = own_twin((name, *(known.names if known else ())), recordings) or known
    if twin is None:
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
                "such as ./data/train.parquet, or make a twin of your own: flops-mock twin --help",
            )
        )
    return twin


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


def _synthetic(twin: Twin, name: str, partitions: int, seed: int, wanted: Wanted, drift: Drift) -> SourceData:
    # Large enough for the partitions, but no larger than the real one: too many of those are an error there, too.
    real = _split(twin.splits, name, wanted.split)
    rows = max(TWIN_ROWS, TWIN_ROWS_PER_PARTITION * partitions) if wanted.max_rows is None else wanted.max_rows
    rows = min(rows, real)
    split = _made(twin, wanted.split, rows, seed, drift)
    wrong = f", drift {drift.value}" if drift.value else ""
    doubts = len(twin.unsure)
    unsure = f"; {doubts} fact{'s' * (doubts != 1)} unsure, see flops-mock twin {twin.dataset}" if doubts else ""
    origin = f"{_origin(f'synthetic twin of {twin.dataset}', wanted, split)}, seed {seed}{wrong}{unsure}"
    return SourceData(name, "synthetic", origin, split)


def _made(twin: Twin, split: str, rows: int, seed: int, drift: Drift) -> Any:
    """The rows of a twin; small ones are made once for many checks, each of which gets an object of its own."""
    return (
        copy(_kept(twin, split, rows, seed, drift)) if rows <= MAX_KEPT_ROWS else _made_anew(twin, split, rows, seed, drift)
    )


def _made_anew(twin: Twin, split: str, rows: int, seed: int, drift: Drift) -> Any:
    from pytest_flops_mock.data.twins.making import make_split

    return make_split(twin, split, rows=rows, seed=seed, drift=drift)


_kept = lru_cache(maxsize=MAX_KEPT)(_made_anew)


def _absolute(path: Path) -> Path:
    """Where a path leads; one that can lead nowhere (too long, with a NUL) comes back for the message."""
    return path.resolve() if os.path.exists(path) else Path(os.path.abspath(path))


def _above(name: str, folder: Path) -> str:
    """The relative path of local data that start where the SLA's folder lies, as one may think; empty if there are none."""
    relative = not os.path.isabs(os.path.expanduser(name)) and "\0" not in name
    return f"../{os.path.normpath(name)}" if relative and os.path.exists(folder / ".." / name) else ""


def _siblings(path: Path) -> list[str]:
    try:
        return sorted(os.listdir(path.parent))
    except (OSError, ValueError):
        return []


def local_splits(path: Path, config_name: str | None = None) -> Mapping[str, Any]:
    """The splits of a local data set; one that was saved without splits is ``train``.

    Raises:
        DataSourceError: It cannot be read.
    """
    with quiet_datasets():
        data = _local(_absolute(path), Wanted(config_name=config_name))
    splits: Mapping[str, Any] = data if hasattr(data, "keys") else {SPLIT: data}
    return splits


def local_configs(path: Path) -> tuple[str, ...]:
    """The configurations of a local data set, if it has several."""
    import datasets

    if not path.is_dir() or _is_saved(path):
        return ()
    with quiet_datasets():
        names = with_files_closed(lambda: datasets.get_dataset_config_names(str(path)))
    return tuple(names) if len(names) > 1 and "default" not in names else ()


def _local(path: Path, wanted: Wanted) -> Any:
    if not os.path.exists(path):
        raise _unreadable(path, "nothing there", nearest(path.name, _siblings(path)))
    if path.is_file() and path.suffix.lower() not in READERS:
        raise _unreadable(path, f"a file ending in {path.suffix!r}", "")
    if problem := _without_meaning(path, wanted):
        raise DataSourceError(problem)
    try:
        data = with_files_closed(lambda: _read(path, wanted.config_name))
    except Exception as error:  # whatever the reader of that format raises
        if path.is_dir() and (problem := _configuration_problem(path, wanted.config_name)):
            raise DataSourceError(problem) from error
        pattern = path.is_dir() and glob.escape(str(path)) != str(path)
        got = "a path with one of * ? [ in it, which datasets takes for a pattern" if pattern else _why(path, error)
        raise _unreadable(path, got, "") from error
    if path.is_file() and not any(data.num_rows.values()):  # some versions of datasets take that for a data set
        raise _unreadable(path, _NO_ROW, "")
    return data


def _why(path: Path, error: Exception) -> str:
    """What is wrong with local data, in words; that of the reader where it has none better."""
    if is_lfs_pointer(path):
        return LFS_POINTER
    text = reason(error)
    if isinstance(causes(error)[-1], UnicodeDecodeError):
        return f"text that is not in UTF-8: {text.partition(': ')[2]}"
    without_rows = ("StopIteration", "EmptyDataError", "corresponds to no data", "at least one data file must be")
    return _NO_ROW if any(each in text for each in without_rows) else text


def _read(path: Path, config_name: str | None) -> Any:
    import datasets

    if path.is_file():
        return local_dataset(READERS[path.suffix.lower()], data_files=glob.escape(str(path)))
    return datasets.load_from_disk(str(path)) if _is_saved(path) else local_dataset(str(path), name=config_name)


def _configuration_problem(path: Path, config_name: str | None) -> Problem | None:
    import datasets

    return configuration_problem(str(path), config_name, lambda: datasets.get_dataset_config_names(str(path)))


def _is_saved(folder: Path) -> bool:
    return (folder / "dataset_dict.json").exists() or (folder / "state.json").exists()


def _without_meaning(path: Path, wanted: Wanted) -> Problem | None:
    """What the SLA wants of local data that they do not have."""
    if wanted.revision is not None:
        key, what = "revision", "local data have no revisions"
    elif wanted.config_name is not None and (path.is_file() or _is_saved(path)):
        key, what = "config_name", "this local data set has no configurations"
    else:
        return None
    return Problem(
        what,
        where=str(path),
        expected=f"no key {key} in the SLA",
        got=f"{key} = {getattr(wanted, key)!r}",
        fix="leave revision out; it is for data sets of the hub"
        if key == "revision"
        else "leave config_name (--config of a command) out; it is for data sets of the hub and folders",
    )


def _unreadable(path: Path, got: str, near: str) -> DataSourceError:
    return DataSourceError(
        Problem(
            "the local data set cannot be read",
            where=str(path),
            expected="a folder that datasets.load_dataset reads or save_to_disk made, "
            "or a .parquet, .csv, .json or .jsonl file",
            got=got,
            nearest=near,
            fix="a relative path in an SLA starts at the SLA's folder; try datasets.load_dataset on it by hand",
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
                expected=split if usual or not has_splits else f"one of: {listing(data)}",
                got=split if not usual and has_splits else listing(data) if has_splits else "rows without splits",
                nearest=nearest(split, data) if has_splits else "",
                fix="use a data set with that split; on FLOps the provider dies before it sends anything"
                if usual
                else "correct the key split of the SLA, or leave it out for train",
                code="FM302",
            )
        )
    return data[split]
