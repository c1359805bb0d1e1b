"""What is known of a data set at hand: the statistics from which a twin of it is made.

What of the values may be said is decided in ``disclosure``.
"""

from __future__ import annotations

import io
import os
import struct
import warnings
import wave
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

import datasets
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pytest_flops_mock.data.libraries import quiet_datasets
from pytest_flops_mock.data.media import NO_FILES, MediaFiles
from pytest_flops_mock.data.twins.disclosure import MIN_PEOPLE, Column, Rows, as_numbers, owners_of
from pytest_flops_mock.data.twins.people import names_people
from pytest_flops_mock.data.twins.twin import FORM, Known, Twin
from pytest_flops_mock.data.twins.values import possible_classes
from pytest_flops_mock.errors import DataSourceError, Problem, listing, nearest

MAX_ROWS = 10_000
"""So many rows, evenly spread, are looked at."""

MAX_FILES = 200
"""So many pictures or sounds are opened for their size."""

MAX_VALUES, LONGEST = 100, 60
"""Values of a text column or a label are kept if there are at most so many, of at most so many characters."""

MAX_CODES = 20
"""The same for whole numbers, which are codes only if they are few."""

MAX_CLASSES = 50
"""Statistics are kept class by class for so many classes."""

MAX_SIZES = 4
"""So many sizes of pictures are kept, the most frequent."""

MODES = {"1": "L", "L": "L", "I": "L", "I;16": "L", "F": "L", "LA": "L", "RGBA": "RGBA"}
"""The mode that a twin's pictures get; all others get RGB."""


def describe(
    data: Mapping[str, datasets.Dataset],
    name: str,
    label: str | None,
    config_name: str = "default",
    hide: Collection[str] = (),
    configs: Sequence[str] = (),
    files: MediaFiles = NO_FILES,
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

    Raises:
        DataSourceError: There are too few rows, no such column, or a picture or sound that no learner could open.
    """
    main = data["train"] if "train" in data else next(iter(data.values()))
    features = main.features  # gathered from all columns at each access
    chosen = label_of(features, label, name)
    _check_hidden(features, hide, name)
    with quiet_datasets():
        table = _looked_at(main)
    owners = owners_of(table)
    people, rows = len(np.unique(owners)), table.num_rows
    if people < MIN_PEOPLE:
        raise DataSourceError(
            Problem(
                "the data are of too few people: their statistics would be the rows themselves",
                where=name,
                expected=f"rows of at least {MIN_PEOPLE} people",
                got=f"{rows} row{'s' * (rows != 1)}" + (f" of {people}" if people < rows else ""),
                fix="describe the twin by its schema alone: --features FILE",
            )
        )
    columns = {}
    for column in map(str, features):
        hidden = column in hide or (names_people(column) and column != chosen)
        columns[column] = Column(column, table[column].combine_chunks(), owners, hide, hidden, files)
    classes: list[Rows] = []
    known = {}
    if chosen is not None:
        known[chosen] = _known_label(features[chosen], columns[chosen], name)
        classes = _rows_by_class(columns[chosen].values, known[chosen].values)
    known |= {column: _known(features[column], columns[column], classes) for column in columns if column != chosen}
    return Twin(
        form=FORM,
        dataset=name,
        config_name=config_name,
        splits={str(split): rows.num_rows for split, rows in data.items() if rows.num_rows},
        features={
            column: _schema(column, kind, hide, columns[column].hidden) for column, kind in features.to_dict().items()
        },
        label=chosen,
        columns={column: known[column] for column in columns if known[column] != Known()},
        configs=tuple(configs),
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


def _check_hidden(features: Mapping[str, Any], hide: Collection[str], name: str) -> None:
    paths = [path for column, kind in features.items() for path in _paths(str(column), kind)]
    for path in hide:
        if path not in paths:
            raise DataSourceError(_no_column(path, paths, name, "--hide"))


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


def _looked_at(main: datasets.Dataset) -> pa.Table:
    rows = np.unique(np.linspace(0, main.num_rows - 1, min(main.num_rows, MAX_ROWS)).astype(np.int64))
    table: pa.Table = main.select(rows).with_format("arrow")[:]
    return table


def _schema(path: str, feature: Any, hide: Collection[str], hidden: bool) -> Any:
    """A feature as it is written; the names of classes, which may be those of people, are numbers where it is hidden."""
    hidden = hidden or path in hide
    if isinstance(feature, list):
        return [_schema(f"{path}[]", each, hide, hidden) for each in feature]
    if not isinstance(feature, Mapping):
        return feature
    if feature.get("_type") == "ClassLabel":
        return {**feature, "names": [str(number) for number in range(len(feature["names"]))]} if hidden else feature
    if "feature" in feature and isinstance(feature.get("_type"), str):
        return {**feature, "feature": _schema(f"{path}[]", feature["feature"], hide, hidden)}
    return {key: _schema(f"{path}.{key}", each, hide, hidden or names_people(key)) for key, each in feature.items()}


def _known_label(feature: Any, column: Column, name: str) -> Known:
    values = column.common_values(MAX_VALUES)
    if len(values) < 2 and not isinstance(feature, datasets.ClassLabel) and not column.hidden:
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
    return Known(missing=column.missing, values=values, weights=column.weights(values, []) if values else ())


def _rows_by_class(labels: pa.Array, classes: Sequence[Any]) -> list[Rows]:
    """The rows of each class, if there are not too many."""
    if not 2 <= len(classes) <= MAX_CLASSES:
        return []
    return [np.flatnonzero(pc.equal(labels, pa.scalar(value, labels.type)).fill_null(False)) for value in classes]


def _known(feature: Any, column: Column, classes: Sequence[Rows]) -> Known:
    if isinstance(column.values, pa.ExtensionArray):
        return Known(missing=column.missing)  # an array of numbers, of which the shape is known
    if isinstance(feature, list):
        return _known_list(feature[0], column)
    if isinstance(feature, Mapping):
        return Known(
            missing=column.missing, fields={key: _known(each, column.field(key), []) for key, each in feature.items()}
        )
    look = _LOOKS.get(type(feature).__name__)
    return look(feature, column, classes) if look else Known(missing=column.missing)


def _known_value(feature: Any, column: Column, classes: Sequence[Rows]) -> Known:
    kind, missing = column.values.type, column.missing
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _known_text(column, classes)
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return Known(missing=missing, lengths=_ends(column, pc.binary_length(column.values)))
    named = pa.types.is_boolean(kind) or isinstance(feature, datasets.ClassLabel)
    if named or pa.types.is_integer(kind):
        values = column.common_values(len(column.values) if named else MAX_CODES)
        if values:
            return Known(missing=missing, values=values, weights=column.weights(values, classes))
    is_number = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    if not named and (is_number or pa.types.is_temporal(kind)):
        return Known(missing=missing, quantiles=column.means(as_numbers(column.values), classes))
    return Known(missing=missing)


def _known_text(column: Column, classes: Sequence[Rows]) -> Known:
    values = column.common_values(MAX_VALUES)
    if values and max(map(len, values)) <= LONGEST:
        return Known(missing=column.missing, values=values, weights=column.weights(values, classes))
    texts = column.values.drop_null()
    words = pc.list_value_length(pc.utf8_split_whitespace(pc.utf8_trim_whitespace(column.values)))
    different = len(texts.unique())
    if len(texts) and pc.max(words).as_py() <= 1 and different < len(texts):
        return Known(missing=column.missing, people=different)
    return Known(missing=column.missing, lengths=_ends(column, words))


def _known_list(inner: Any, column: Column) -> Known:
    lengths = _ends(column, pc.list_value_length(column.values))
    return Known(missing=column.missing, lengths=lengths, items=_known(inner, column.items(), []))


def _known_sequence(feature: Any, column: Column, _: Sequence[Rows]) -> Known:
    inner = feature.feature
    if isinstance(inner, Mapping) and pa.types.is_struct(column.values.type):  # a struct of lists, as datasets 4 has it
        fields = {key: _known_list(each, column.field(key)) for key, each in inner.items()}
        return Known(missing=column.missing, fields=fields)
    return _known_list(inner, column)


def _known_picture(_: Any, column: Column, __: Sequence[Rows]) -> Known:
    from PIL import Image

    sizes: list[tuple[int, int] | None] = []
    modes: list[str | None] = []
    for file in _openable(column):
        size = mode = None
        if file is not None:
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # of many pixels that still can be opened
                    with Image.open(file) as picture:
                        size, mode = picture.size, MODES.get(picture.mode, "RGB")
            except Image.DecompressionBombError as error:
                raise DataSourceError(_too_many_pixels(column.path, str(error))) from error
            except Exception:  # whatever Pillow says about a file that is no picture, which is no statistic of a twin
                size = mode = None
        sizes.append(size)
        modes.append(mode)
    common = column.common(sizes).most_common(MAX_SIZES)
    return Known(
        missing=column.missing,
        sizes=tuple((width, height, count) for (width, height), count in common),
        modes=tuple(column.common(modes).most_common()),
    )


def _known_sound(_: Any, column: Column, __: Sequence[Rows]) -> Known:
    seconds = np.full(len(column.values), np.nan)
    for number, file in enumerate(_openable(column)):
        if file is not None:
            try:
                with wave.open(file) as sound:
                    seconds[number] = sound.getnframes() / sound.getframerate()
            except (OSError, EOFError, ZeroDivisionError, struct.error, wave.Error):
                pass  # another format, or none
    return Known(missing=column.missing, seconds=column.ends(seconds))


_LOOKS: Mapping[str, Callable[[Any, Column, Sequence[Rows]], Known]] = {
    "Value": _known_value,
    "ClassLabel": _known_value,
    "Image": _known_picture,
    "Audio": _known_sound,
    "Sequence": _known_sequence,
    "List": _known_sequence,
    "LargeList": _known_sequence,
}


def _openable(column: Column) -> Iterator[io.BytesIO | None]:
    """The first pictures or sounds, each as something to read from; None for what is not there."""
    for file in column.values[:MAX_FILES].to_pylist():
        content = None if file is None else file["bytes"]
        if file is not None and content is None and os.path.exists(file["path"] or ""):
            content = column.files.read(file["path"], f"column {column.path}")
        yield None if content is None else io.BytesIO(content)


def _too_many_pixels(column: str, got: str) -> Problem:
    return Problem(
        "a picture has more pixels than Pillow opens",
        where=f"column {column}",
        expected="pictures that a learner can open: its Pillow refuses this one, too",
        got=got,
        fix="make the picture smaller",
        code="FM305",
    )


def _ends(column: Column, lengths: pa.Array) -> tuple[int, int] | None:
    ends = column.ends(as_numbers(lengths))
    return None if ends is None else (int(ends[0] + 0.5), int(ends[1] + 0.5))
