"""Data sets on this machine, which an SLA names by a path."""

from __future__ import annotations

import glob
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pytest_flops_mock.data.cards import check_card
from pytest_flops_mock.data.causes import LFS_POINTER, UnfitError, causes, is_lfs_pointer, reason
from pytest_flops_mock.data.libraries import local_cache, local_dataset, quiet_datasets, with_files_closed
from pytest_flops_mock.data.media import MediaFiles
from pytest_flops_mock.data.saved import is_saved, load_saved, validate_rows
from pytest_flops_mock.data.selection import SPLIT, Selection, chosen_split, configuration_problem, first_rows, in_words
from pytest_flops_mock.errors import DataSourceError, Problem, nearest

READERS = {".parquet": "parquet", ".csv": "csv", ".json": "json", ".jsonl": "json"}
_NO_ROW = "no row"


def local_path(name: str, folder: Path) -> Path:
    """The path that a name in an SLA means.

    Args:
        name: As the SLA says it.
        folder: Where a relative path starts: the SLA's folder.

    Raises:
        DataSourceError: There is nothing.
    """
    path = _absolute(folder / os.path.expanduser(name))
    if os.path.exists(path):
        return path
    relative = not os.path.isabs(os.path.expanduser(name)) and "\0" not in name
    if relative and os.path.exists(folder / ".." / name):  # it starts where the SLA's folder lies, as one may think
        raise _unreadable(path, "nothing there", f"../{os.path.normpath(name)}")
    raise _unreadable(path, "nothing there", nearest(path.name, _siblings(path)))


def local_rows(path: Path, name: str, selection: Selection) -> tuple[Any, str]:
    """The rows of a local data set, and where they came from in words.

    Args:
        path: Where it lies.
        name: As the SLA says it.
        selection: Which rows.

    Raises:
        DataSourceError: It cannot be read, or has no such rows.
    """
    split = chosen_split(_splits(path, selection), name, selection.split)
    _validate(path, split)
    rows = first_rows(split, selection.max_rows)
    return rows, in_words(f"local {path.name}", selection, rows)


def local_splits(path: Path, config_name: str | None = None) -> Mapping[str, Any]:
    """The splits of a local data set; one that was saved without splits is ``train``.

    Raises:
        DataSourceError: It cannot be read.
    """
    with quiet_datasets():
        path = local_path(str(path), Path.cwd())
        data = _splits(path, Selection(config_name=config_name))
        splits: Mapping[str, Any] = data if hasattr(data, "keys") else {SPLIT: data}
        for split in splits.values():
            _validate(path, split)
    return splits


def local_files(path: Path) -> MediaFiles:
    """The files that rows of a local data set may name: those beside it or in it, and what its archives hold."""
    return MediaFiles((path if path.is_dir() else path.parent, local_cache(path)))


def local_configs(path: Path) -> tuple[str, ...]:
    """The configurations of a local data set, if it has several."""
    import datasets

    if not path.is_dir() or is_saved(path):
        return ()
    with quiet_datasets():
        names = with_files_closed(lambda: datasets.get_dataset_config_names(str(path)))
    return tuple(names) if len(names) > 1 and "default" not in names else ()


def _splits(path: Path, selection: Selection) -> Any:
    if not path.is_dir() and not path.is_file():
        raise _unreadable(path, "a pipe, a socket or a device", "")
    if path.is_file() and path.suffix.lower() not in READERS:
        raise _unreadable(path, f"a file ending in {path.suffix!r}", "")
    if problem := _without_meaning(path, selection):
        raise DataSourceError(problem)
    try:
        data = with_files_closed(lambda: _read(path, selection.config_name))
    except DataSourceError:
        raise
    except Exception as error:  # whatever the reader of that format raises
        if path.is_dir() and (problem := _configuration_problem(path, selection.config_name)):
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
    if path.is_file():
        return local_dataset(READERS[path.suffix.lower()], path, data_files=glob.escape(str(path)))
    if is_saved(path):
        return load_saved(path)
    check_card(path)
    if (path / f"{path.name}.py").exists():
        raise UnfitError(f"{path.name}.py, a script that would be run; a check runs none")
    return local_dataset(str(path), path, name=config_name)


def _validate(path: Path, split: Any) -> None:
    if path.is_dir() and is_saved(path):
        try:
            validate_rows(split)
        except Exception as error:  # whatever Arrow says about tables that are none
            raise _unreadable(path, reason(error), "") from error


def _configuration_problem(path: Path, config_name: str | None) -> Problem | None:
    import datasets

    return configuration_problem(str(path), config_name, lambda: datasets.get_dataset_config_names(str(path)))


def _without_meaning(path: Path, selection: Selection) -> Problem | None:
    """What the SLA wants of local data that they do not have."""
    if selection.revision is not None:
        key, what = "revision", "local data have no revisions"
    elif selection.config_name is not None and (path.is_file() or is_saved(path)):
        key, what = "config_name", "this local data set has no configurations"
    else:
        return None
    return Problem(
        what,
        where=str(path),
        expected=f"no key {key} in the SLA",
        got=f"{key} = {getattr(selection, key)!r}",
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


def _absolute(path: Path) -> Path:
    """Where a path leads; one that can lead nowhere (too long, with a NUL) comes back for the message."""
    return path.resolve() if os.path.exists(path) else Path(os.path.abspath(path))


def _siblings(path: Path) -> list[str]:
    try:
        return sorted(os.listdir(path.parent))
    except (OSError, ValueError):
        return []
