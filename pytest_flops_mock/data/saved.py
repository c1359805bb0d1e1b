"""Data sets that ``save_to_disk`` has written: which files they name, and whether their tables are tables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pytest_flops_mock.data.bounds import check_columns, check_features, validate_table
from pytest_flops_mock.data.causes import UnfitError
from pytest_flops_mock.errors import DataSourceError, Problem
from pytest_flops_mock.regular import MAX_DESCRIPTION_BYTES, read_regular, refuse_irregular

_STATE, _SPLITS, _INFO = "state.json", "dataset_dict.json", "dataset_info.json"


def is_saved(folder: Path) -> bool:
    """Whether ``save_to_disk`` has written a folder."""
    return (folder / _SPLITS).exists() or (folder / _STATE).exists()


def load_saved(folder: Path) -> Any:
    """The data set, or its splits, with the rows still in their mapped files.

    Args:
        folder: One that :func:`is_saved`.

    Raises:
        DataSourceError: It names files outside of itself, or has too many columns.
        UnfitError: It says more than it may.
        OSError: A file of it is none.
        Exception: Whatever ``datasets`` raises.
    """
    import datasets

    if (folder / _SPLITS).exists():
        names = _json(folder / _SPLITS).get("splits")
        for split in names if isinstance(names, list) else ():
            _check(_inside(folder, split, _SPLITS))
    else:
        _check(folder)
    return datasets.load_from_disk(str(folder))


def validate_rows(dataset: Any) -> None:
    """Read all that a saved split holds once, without copying it.

    Arrow believes what a file says of itself; rows that it takes from a broken table end the process.

    Raises:
        pyarrow.ArrowInvalid: Its tables are broken.
    """
    validate_table(dataset.data.table)


def _check(folder: Path) -> None:
    """A split: its files, and what it says of its columns."""
    for entry in _entries(_json(folder / _STATE).get("_data_files")):
        path = _inside(folder, entry, _STATE)
        refuse_irregular(path.stat(), path)
    features = _json(folder / _INFO).get("features")
    check_features(features)
    check_columns(len(features) if isinstance(features, Mapping) else 0, folder / _INFO)


def _entries(files: Any) -> list[Any]:
    return [file.get("filename") if isinstance(file, Mapping) else file for file in files] if isinstance(files, list) else []


def _json(path: Path) -> Mapping[str, Any]:
    try:
        content = json.loads(read_regular(path, MAX_DESCRIPTION_BYTES))
    except RecursionError:
        raise UnfitError(f"{path.name} is nested too deeply") from None
    if not isinstance(content, Mapping):
        raise UnfitError(f"{path.name} holds no JSON object")
    return content


def _inside(folder: Path, name: Any, said_in: str) -> Path:
    path = folder / str(name)
    if not isinstance(name, str) or not path.resolve().is_relative_to(folder.resolve()):
        raise DataSourceError(
            Problem(
                "the saved data set names a file outside of its folder, which is not read",
                where=str(folder / said_in),
                expected=f"files below {folder}",
                got=str(name),
                fix="save it again with save_to_disk",
            )
        )
    return path
