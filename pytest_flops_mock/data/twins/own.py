"""Twins of the user's own data sets: a description in a file, from which rows are made as for any other twin.

The description is the schema and, if the data were at hand, statistics of each column. No row of the data is in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

from pytest_flops_mock.data.causes import reason
from pytest_flops_mock.data.twins.twin import Twin, parse_twin
from pytest_flops_mock.data.writing import TWIN_ENDING, write_whole
from pytest_flops_mock.errors import DataSourceError, Problem
from pytest_flops_mock.regular import MAX_DESCRIPTION_BYTES, read_regular

LIST_IN_LINES = re.compile(r"\[\n([^\[\]{}\"]*)\n *\]")
"""A list of numbers that JSON has put into a line each."""


def own_twin(names: Collection[str], folder: Path) -> Twin | None:
    """The twin of a data set that is described in a folder under one of its names, or None.

    Raises:
        DataSourceError: The description for that name cannot be used.
    """
    for path in _files(folder):
        expected = path.name in {f"{_stem(name)}{TWIN_ENDING}" for name in names}
        try:
            twin = _read(path)
            if expected or not set(names).isdisjoint(twin.names):
                _check(twin)
        except Exception as error:  # whatever is wrong with a file that a user may have written
            if expected:
                raise DataSourceError(_unusable(path, error)) from error
            continue  # of another data set, so it seems
        if not set(names).isdisjoint(twin.names):
            return twin
    return None


def own_names(folder: Path) -> tuple[str, ...]:
    """The names of the data sets that are described in a folder, as far as the descriptions can be used."""
    return tuple(name for name, wrong in own_descriptions(folder) if wrong is None)


def own_descriptions(folder: Path) -> Iterator[tuple[str, str | None]]:
    """The name of each data set that is described in a folder with None, or its file with what is wrong with it."""
    for path in _files(folder):
        try:
            twin = _read(path)
            _check(twin)
            yield twin.dataset, None
        except Exception as error:  # whatever is wrong with a file that a user may have written
            yield path.name, reason(error)


def write_twin(twin: Twin, folder: Path) -> Path:
    """Write a description, whole or not at all; the path.

    Raises:
        DataSourceError: No twin can be made of it, its file is that of another data set, or the folder cannot be written.
    """
    from pytest_flops_mock.data.twins.values import UnsupportedFeatureError

    try:
        _check(twin)
    except Exception as error:  # whatever is wrong with a schema that a user may have written
        raise DataSourceError(
            Problem(
                "there can be no twin of this data set",
                where=twin.dataset,
                expected="splits with rows, and columns that the learner's datasets (2.x) can read",
                got=reason(error),
                fix="leave the column out, or cast it to another feature type",
                code="FM304" if isinstance(error, UnsupportedFeatureError) else "FM301",
            )
        ) from error
    path = folder / f"{_stem(twin.dataset)}{TWIN_ENDING}"
    if (other := _described_in(path)) not in (None, twin.dataset):
        raise DataSourceError(
            Problem(
                "the file of this description is that of another data set",
                where=str(path),
                expected=twin.dataset,
                got=str(other),
                fix="give the data set another name, or name another folder with --to",
            )
        )
    write_whole({path: _text(twin).encode()}, "the description of the twin")
    return path


def _read(path: Path) -> Twin:
    return parse_twin(read_regular(path, MAX_DESCRIPTION_BYTES).decode())


def _described_in(path: Path) -> str | None:
    """The data set that a file describes, or None."""
    try:
        return _read(path).dataset
    except Exception:  # no file, or none that can be used
        return None


def _stem(name: str) -> str:
    """The start of the names of the files of a data set."""
    return name.replace("/", "--")


@lru_cache(maxsize=16)
def _check(twin: Twin) -> None:
    from pytest_flops_mock.data.twins.engine import check_twin  # which needs datasets

    check_twin(twin)


def _text(twin: Twin) -> str:
    facts = {name: value for name, value in asdict(twin).items() if value or name not in _OPTIONAL}
    for columns in (facts["columns"], *facts.get("special", {}).values()):
        columns.update({name: _bare(known) for name, known in columns.items()})
    text = json.dumps(facts, indent=2, ensure_ascii=False)
    return LIST_IN_LINES.sub(lambda found: f"[{' '.join(found[1].split())}]", text) + "\n"


_OPTIONAL = ("aliases", "counter", "special", "rows", "source", "unsure", "withheld", "kept_at_own_risk")
"""Keys that are written only if they say something."""


def _bare(known: dict[str, Any]) -> dict[str, Any]:
    """Without what is not known."""
    zero = ("decimals", "start")  # which say something where they are 0
    bare = {name: value for name, value in known.items() if value not in (None, {}, (), "") and (value != 0 or name in zero)}
    if items := bare.get("items"):
        bare["items"] = _bare(items)
    if inner := bare.get("fields"):
        bare["fields"] = {name: _bare(each) for name, each in inner.items()}
    return bare


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*{TWIN_ENDING}")) if folder.is_dir() else []


def _unusable(path: Path, error: Exception) -> Problem:
    return Problem(
        "the description of the twin cannot be used",
        where=str(path),
        expected="what flops-mock twin wrote",
        got=reason(error),
        fix="make it again: flops-mock twin --like DATA, or --features FILE",
    )
