"""What is known of a data set at hand: the statistics from which a twin of it is made.

What of the values may be said is decided in ``disclosure``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import datasets
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pytest_flops_mock.data.libraries import quiet_datasets
from pytest_flops_mock.data.media import NO_FILES, MediaFiles
from pytest_flops_mock.data.twins.disclosure import MIN_PEOPLE, Column, within
from pytest_flops_mock.data.twins.looking import MAX_VALUES, known_of
from pytest_flops_mock.data.twins.people import Rows, can_name, names_people, owners_of
from pytest_flops_mock.data.twins.twin import FORM, Known, Twin
from pytest_flops_mock.data.twins.values import possible_classes
from pytest_flops_mock.errors import DataSourceError, Problem, listing, nearest

MAX_ROWS = 10_000
"""So many rows, evenly spread, are looked at."""

MAX_CLASSES = 50
"""Statistics are kept class by class for so many classes."""


def describe(
    data: Mapping[str, datasets.Dataset],
    name: str,
    label: str | None,
    config_name: str = "default",
    hide: Collection[str] = (),
    configs: Sequence[str] = (),
    files: MediaFiles = NO_FILES,
    person: str | None = None,
    keep: Collection[str] = (),
) -> Twin:
    """What a twin of a data set is to be like.

    Args:
        data: Its splits; that called ``train`` is looked at, or the first.
        name: Name by which SLAs will call it.
        label: The column that a model learns to tell; by default the first that has named classes.
        config_name: The name of the configuration.
        hide: Columns, or paths of what is in them, of which no value is kept.
        configs: All configurations, if there are several and none is the default.
        files: Which files pictures and sounds may be that rows name by path.
        person: The column that says which person a row is of; by default one whose name says so.
        keep: Columns, or paths of what is in them, of which all values are kept, whoever has them.

    Raises:
        DataSourceError: There are too few rows, no such column, or a picture or sound that no learner could open.
    """
    main = data["train"] if "train" in data else next(iter(data.values()))
    features = main.features  # gathered from all columns at each access
    chosen = label_of(features, label, name)
    _check_paths(features, hide, name, "--hide")
    _check_paths(features, keep, name, "--keep")
    _check_not_both(hide, keep, name)
    with quiet_datasets():
        table, places = _looked_at(main)
    _check_person(table, person, name)
    owners, said = owners_of(table, person)
    people, rows = len(np.unique(owners)), table.num_rows
    if people < MIN_PEOPLE:
        raise DataSourceError(_too_few(name, rows, people, said))
    columns, notes = {}, dict[str, str]()
    for column in map(str, features):
        columns[column] = Column(
            column,
            table[column].combine_chunks(),
            owners,
            hide,
            hidden=column in hide,
            personal=names_people(column) and column != chosen,
            keep=keep,
            files=files,
            places=places,
            notes=notes,
        )
    classes: list[Rows] = []
    known = {}
    if chosen is not None:
        known[chosen] = _known_label(features[chosen], columns[chosen], name)
        classes = _rows_by_class(columns[chosen].values, known[chosen].values)
    known |= {column: known_of(features[column], columns[column], classes) for column in columns if column != chosen}
    return Twin(
        form=FORM,
        dataset=name,
        config_name=config_name,
        splits={str(split): rows.num_rows for split, rows in data.items() if rows.num_rows},
        features={column: _schema(columns[column], kind) for column, kind in features.to_dict().items()},
        label=chosen,
        columns={column: known[column] for column in columns if known[column] != Known()},
        configs=tuple(configs),
        withheld=notes,
        kept_at_own_risk=tuple(keep),
    )


def with_values(twin: Twin) -> Iterator[str]:
    """The columns of which a description keeps values that are not in the schema."""
    for name, known in twin.columns.items():
        yield from _with_values(name, known)


def _with_values(name: str, known: Known) -> Iterator[str]:
    if any(not isinstance(value, bool) for value in known.values):
        yield name
    if known.items is not None:
        yield from _with_values(f"{name}[]", known.items)
    for key, inner in known.fields.items():
        yield from _with_values(f"{name}.{key}", inner)


def label_of(features: Mapping[str, Any], label: str | None, name: str) -> str | None:
    """The column that a model learns to tell: the one that is asked for, else the first with named classes, else none.

    Raises:
        DataSourceError: There is no such column, or it can have no classes.
    """
    if label is None:
        return next((str(column) for column, kind in features.items() if isinstance(kind, datasets.ClassLabel)), None)
    if label not in features:
        raise DataSourceError(_no_column(label, [str(column) for column in features], name, "--label"))
    if not possible_classes(features[label]):
        raise DataSourceError(
            Problem(
                f"column {label!r} has no classes that a model could learn",
                where=name,
                expected="named classes, whole numbers, texts, or true and false",
                got=type(features[label]).__name__ if not hasattr(features[label], "dtype") else features[label].dtype,
                fix="name another column with --label, or leave it out",
            )
        )
    return label


def _no_column(column: str, there: Sequence[str], name: str, option: str) -> Problem:
    return Problem(
        f"there is no column {column!r}",
        where=name,
        expected=f"one of: {listing(there)}",
        got=column,
        nearest=nearest(column, there),
        fix=f"name another column with {option}, or leave it out",
    )


def _check_paths(features: Mapping[str, Any], asked: Collection[str], name: str, option: str) -> None:
    paths = [path for column, kind in features.items() for path in _paths(str(column), kind)]
    for path in asked:
        if path not in paths:
            raise DataSourceError(_no_column(path, paths, name, option))


def _check_not_both(hide: Collection[str], keep: Collection[str], name: str) -> None:
    for path in keep:
        if path in hide:
            raise DataSourceError(
                Problem(
                    f"column {path!r} cannot be hidden and kept",
                    where=name,
                    expected="--hide or --keep",
                    got="both",
                    fix="leave one of them out",
                )
            )


def _check_person(table: pa.Table, person: str | None, name: str) -> None:
    if person is None:
        return
    can = [column for column in table.column_names if can_name(table[column].combine_chunks())]
    if person not in can:
        raise DataSourceError(_no_column(person, can, name, "--person"))


def _too_few(name: str, rows: int, people: int, said: str) -> Problem:
    told = f" of {people} {'person' if people == 1 else 'people'}, as column {said!r} says" if said else ""
    whose = f"name the column that says whose a row is, if it is not {said!r}: --person COLUMN; or " if said else ""
    return Problem(
        "the data are of too few people: their statistics would be the rows themselves",
        where=f"{name}: column {said}" if said else f"{name}: all columns, since each row counts as a person",
        expected=f"rows of at least {MIN_PEOPLE} people",
        got=f"{rows} row{'s' * (rows != 1)}{told}",
        fix=f"{whose}describe the twin by its schema alone: --features FILE",
    )


def _paths(path: str, feature: Any) -> Iterator[str]:
    """A column and what is in it, as it can be hidden."""
    yield path
    inner = feature[0] if isinstance(feature, list) else getattr(feature, "feature", None)
    if isinstance(feature, Mapping):
        for key, each in feature.items():
            yield from _paths(f"{path}.{key}", each)
    elif isinstance(inner, Mapping) and type(feature).__name__ == "Sequence":
        for key, each in inner.items():
            yield from (f"{path}.{key}", *_paths(f"{path}.{key}[]", each))
    elif inner is not None:
        yield from _paths(f"{path}[]", inner)


def _looked_at(main: datasets.Dataset) -> tuple[pa.Table, Rows]:
    """Rows, and their numbers."""
    rows = np.unique(np.linspace(0, main.num_rows - 1, min(main.num_rows, MAX_ROWS)).astype(np.int64))
    table: pa.Table = main.select(rows).with_format("arrow")[:]
    return table, rows


def _schema(column: Column, feature: Any) -> Any:
    """A feature as it is written; the names of classes, which may be those of people, are numbers where it says nothing."""
    return _written(column.path, feature, column, silent=column.hidden or column.personal)


def _written(path: str, feature: Any, column: Column, *, silent: bool) -> Any:
    silent = (silent or path in column.hide) and not within(path, column.keep)
    if isinstance(feature, list):
        return [_written(f"{path}[]", each, column, silent=silent) for each in feature]
    if not isinstance(feature, Mapping):
        return feature
    if feature.get("_type") == "ClassLabel":
        return {**feature, "names": [str(number) for number in range(len(feature["names"]))]} if silent else feature
    if "feature" in feature and isinstance(feature.get("_type"), str):
        return {**feature, "feature": _written(f"{path}[]", feature["feature"], column, silent=silent)}
    return {
        key: _written(f"{path}.{key}", each, column, silent=silent or names_people(key)) for key, each in feature.items()
    }


def _known_label(feature: Any, column: Column, name: str) -> Known:
    values = column.common_values(MAX_VALUES)
    if len(values) < 2 and not isinstance(feature, datasets.ClassLabel) and not column.silent:
        different = len(column.values.drop_null().unique())
        raise DataSourceError(
            Problem(
                f"column {column.path!r} has no classes that a model could learn",
                where=name,
                expected=f"2 to {MAX_VALUES} different values, of some people each",
                got=f"{different} different value{'s' * (different != 1)}",
                fix="name another column with --label, or leave it out",
            )
        )
    if withheld := column.withheld(values=len(values)):
        column.notes[column.path] = withheld
    return Known(missing=column.missing, values=values, weights=column.weights(values, []) if values else ())


def _rows_by_class(labels: pa.Array, classes: Sequence[Any]) -> list[Rows]:
    """The rows of each class, if there are not too many."""
    if not 2 <= len(classes) <= MAX_CLASSES:
        return []
    return [np.flatnonzero(pc.equal(labels, pa.scalar(value, labels.type)).fill_null(False)) for value in classes]
