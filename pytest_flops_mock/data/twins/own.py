"""Twins of the user's own data sets: a description in a file, from which rows are made as for any other twin.

The description is the schema and, if the data were at hand, statistics of each column. No row of the data is in it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pyarrow as pa

from pytest_flops_mock.data.causes import UnfitError, reason
from pytest_flops_mock.data.twins.columns import Known, UnsupportedFeatureError, draw_groups, make_column, possible_classes
from pytest_flops_mock.data.twins.twin import Twin
from pytest_flops_mock.data.writing import TWIN_ENDING, write_whole
from pytest_flops_mock.errors import DataSourceError, Problem, listing

FORM = "pytest-flops-mock/twin/1"
"""The version of the description's form; a change that breaks readers raises the number."""

LIST_IN_LINES = re.compile(r"\[\n([^\[\]{}\"]*)\n *\]")
"""A list of numbers that JSON has put into a line each."""


@dataclass(frozen=True)
class Description:
    """What a twin of a data set is to be like.

    Attributes:
        form: Version of this form.
        dataset: Name by which SLAs call the data set.
        config_name: Its configuration.
        splits: Names of the splits in order, each with the number of rows that the data set has.
        features: The columns as ``datasets`` writes them.
        label: The column that a model learns to tell; ``None`` if no other column follows from one.
        columns: What is known of the values of each column.
        configs: All configurations, if the data set has several and none is the default.
    """

    form: str
    dataset: str
    config_name: str
    splits: dict[str, int]
    features: dict[str, Any]
    label: str | None = None
    columns: dict[str, Known] = field(default_factory=dict)
    configs: tuple[str, ...] = ()


def own_twin(names: Collection[str], folder: Path) -> Twin | None:
    """The twin of a data set that is described in a folder under one of its names, or None.

    Raises:
        DataSourceError: The description for that name cannot be used.
    """
    for path in _files(folder):
        expected = path.name in {f"{_stem(name)}{TWIN_ENDING}" for name in names}
        try:
            twin = _twin_of(path.read_text(encoding="utf-8"))
        except Exception as error:  # whatever is wrong with a file that a user may have written
            if expected:
                raise DataSourceError(_unusable(path, error)) from error
            continue  # of another data set, so it seems
        if twin.name in names:
            return twin
    return None


def own_names(folder: Path) -> tuple[str, ...]:
    """The names of the data sets that are described in a folder, as far as the descriptions can be used."""
    return tuple(name for name, wrong in own_descriptions(folder) if wrong is None)


def own_descriptions(folder: Path) -> Iterator[tuple[str, str | None]]:
    """The name of each data set that is described in a folder with None, or its file with what is wrong with it."""
    for path in _files(folder):
        try:
            yield _twin_of(path.read_text(encoding="utf-8")).name, None
        except Exception as error:  # whatever is wrong with a file that a user may have written
            yield path.name, reason(error)


def described_twin(description: Description) -> Twin:
    """The twin that a description describes."""
    return _twin_of(_text(description))


def write_description(description: Description, folder: Path) -> Path:
    """Write a description, whole or not at all; the path.

    Raises:
        DataSourceError: No twin can be made of it, its file is that of another data set, or the folder cannot be written.
    """
    try:
        described_twin(description)
    except Exception as error:  # whatever is wrong with a schema that a user may have written
        raise DataSourceError(
            Problem(
                "there can be no twin of this data set",
                where=description.dataset,
                expected="splits with rows, and columns that the learner's datasets (2.x) can read",
                got=reason(error),
                fix="leave the column out, or cast it to another feature type",
                code="FM304" if isinstance(error, UnsupportedFeatureError) else "FM301",
            )
        ) from error
    path = folder / f"{_stem(description.dataset)}{TWIN_ENDING}"
    if (other := _described_in(path)) not in (None, description.dataset):
        raise DataSourceError(
            Problem(
                "the file of this description is that of another data set",
                where=str(path),
                expected=description.dataset,
                got=str(other),
                fix="give the data set another name, or name another folder with --to",
            )
        )
    write_whole({path: _text(description).encode()}, "the description of the twin")
    return path


def _described_in(path: Path) -> str | None:
    """The data set that a file describes, or None."""
    try:
        return _parsed(path.read_text(encoding="utf-8")).dataset
    except Exception:  # no file, or none that can be used
        return None


def _stem(name: str) -> str:
    """The start of the names of the files of a data set."""
    return name.replace("/", "--")


@dataclass(frozen=True)
class _Features:
    """Gives the features of a description; equal for equal texts, as what is kept of twins needs it."""

    text: str

    def __call__(self) -> datasets.Features:
        return datasets.Features.from_dict(_parsed(self.text).features)


@dataclass(frozen=True)
class _Rows:
    """Makes the rows of a description."""

    text: str

    def __call__(self, rng: np.random.Generator, rows: int, /) -> pa.Table:
        description = _parsed(self.text)
        features = _Features(self.text)()
        label = description.label
        groups, labels = draw_groups(rng, rows, features.get(label) if label else None, description.columns.get(label or ""))
        columns: dict[str, Any] = {}
        for name, feature in features.items():
            known = description.columns.get(name, Known())
            columns[name] = labels if name == label else make_column(rng, feature, known, groups, name)
        return pa.table(columns)


@lru_cache(maxsize=16)
def _twin_of(text: str) -> Twin:
    description, features = _parsed(text), _Features(text)
    made: Sequence[str] = list(features())
    label = description.label
    if label is not None and label not in made:
        raise UnfitError(f"label: there is no column {label!r} among {listing(made)}")
    if label is not None and not possible_classes(features()[label]):
        raise UnfitError(f"label: column {label!r} can have no classes")
    if not description.splits or min(description.splits.values()) < 1:
        raise UnfitError("splits: there must be one, and each with at least one row")
    rows = _Rows(text)
    twin = Twin(
        name=description.dataset,
        config=description.config_name,
        splits=tuple(description.splits.items()),
        features=features,
        rows=rows,
        label=label or "",
        configs=description.configs,
        edition=hashlib.sha256(text.encode()).hexdigest()[:16],
    )
    made_rows = rows(np.random.Generator(np.random.PCG64(0)), 3)  # a feature that cannot be made is told now
    made_rows.cast(features().arrow_schema)
    return twin


@lru_cache(maxsize=16)
def _parsed(text: str) -> Description:
    from pydantic import TypeAdapter

    description: Description = TypeAdapter(Description).validate_json(text)
    if description.form != FORM:
        raise UnfitError(f"form: expected {FORM}, but it is {description.form}")
    return description


def _text(description: Description) -> str:
    facts = asdict(description)
    facts["columns"] = {name: _bare(known) for name, known in facts["columns"].items()}
    text = json.dumps(facts, indent=2, ensure_ascii=False)
    return LIST_IN_LINES.sub(lambda found: f"[{' '.join(found[1].split())}]", text) + "\n"


def _bare(known: dict[str, Any]) -> dict[str, Any]:
    """Without what is not known."""
    bare = {name: value for name, value in known.items() if value not in (None, 0.0, {}, ())}
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
