"""The rows of a twin: first the class of each, then the columns that are described, then those that code makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pyarrow as pa

from pytest_flops_mock.data.causes import UnfitError
from pytest_flops_mock.data.twins.bounds import check_numbers, check_size
from pytest_flops_mock.data.twins.drawing.drawn import Drawn
from pytest_flops_mock.data.twins.drawing.numbers import array_column
from pytest_flops_mock.data.twins.plain import is_a
from pytest_flops_mock.data.twins.twin import Known, Twin
from pytest_flops_mock.data.twins.values import draw_classes, make_column, possible_classes, sized_pictures
from pytest_flops_mock.errors import listing

if TYPE_CHECKING:
    import datasets

ROWS = "pytest_flops_mock.data.twins.rows"
"""Where row code is."""


class RowCode(Protocol):
    """Makes the columns whose values are not described: a pure function of its two arguments."""

    def __call__(self, rng: np.random.Generator, drawn: Drawn, /) -> Any:
        """Make columns by name, or the only one that is missing. Pictures may be an array of pixels.

        Args:
            rng: Where all random numbers come from.
            drawn: How many rows, their classes, and the columns that are described.
        """


def features_of(twin: Twin) -> datasets.Features:
    """The features of a twin's rows, as ``datasets`` has them."""
    import datasets

    return datasets.Features.from_dict(twin.features)


def check_twin(twin: Twin) -> None:
    """Make three rows: what cannot be made is told now.

    Raises:
        Exception: Of any type, since a user may have written anything.
    """
    check_size(twin)
    features, label = features_of(twin), twin.label
    if label is not None and label not in features:
        raise UnfitError(f"label: there is no column {label!r} among {listing(features)}")
    if label is not None and not twin.rows and not possible_classes(features[label]):
        raise UnfitError(f"label: column {label!r} can have no classes")
    if not twin.splits or min(twin.splits.values()) < 1:
        raise UnfitError("splits: there must be one, and each with at least one row")
    if twin.counter is not None and twin.counter not in features:
        raise UnfitError(f"counter: there is no column {twin.counter!r}")
    check_numbers(twin, features)
    for split in dict.fromkeys((twin.main, *(name for name in twin.special if name in twin.splits))):
        columns = make_columns(np.random.Generator(np.random.PCG64(0)), 3, twin, features, split)
        if twin.counter is not None:
            columns[twin.counter] = np.arange(3)
        pa.table({name: columns[name] for name in features}).cast(features.arrow_schema)


def make_columns(
    rng: np.random.Generator, rows: int, twin: Twin, features: Mapping[str, Any], split: str, first: int = 0
) -> dict[str, Any]:
    """The columns of some rows, all but the counter.

    Args:
        rng: Where the values come from.
        rows: How many rows.
        twin: What is known of them.
        features: Those of the twin, plain or of ``datasets``.
        split: Name of the split.
        first: The number of the first of the rows in it.
    """
    special = twin.special.get(split, {})
    known, label = {**twin.columns, **special}, twin.label or ""
    is_hidden = label in special and len(special[label].values) == 1  # rows have classes, and the label does not say which
    of_label = twin.columns.get(label) if is_hidden else known.get(label)
    drawn, labels = draw_classes(rng, rows, features.get(label), of_label)
    drawn = replace(drawn, first=first)
    columns = {} if labels is None or is_hidden else {label: labels}
    for name in [name for name in (known if twin.rows else features) if name not in columns]:
        if not twin.rows or not is_a(features[name], "Image", "Audio"):
            columns[name] = make_column(rng, features[name], known.get(name, Known()), drawn, name)
    if not twin.rows:
        return columns
    made = _row_code(twin.rows)(rng, Drawn(drawn.classes, drawn.names, columns))
    if not isinstance(made, Mapping):
        (missing,) = [name for name in features if name not in columns and name != twin.counter]
        made = {missing: made}
    for name, column in made.items():
        if name not in special:
            columns[name] = _stored(rng, column, features[name], known.get(name, Known()))
    return columns


def _stored(rng: np.random.Generator, column: Any, feature: Any, known: Known) -> Any:
    """Pictures and arrays of numbers as ``datasets`` stores them; other columns are stored as they are."""
    if not isinstance(column, np.ndarray) or column.ndim == 1:
        return column
    if is_a(feature, "Image"):
        return sized_pictures(rng, column, known)
    return array_column(feature, pa.array(column.reshape(-1)), column.shape[1:])


@cache
def _row_code(place: str) -> RowCode:
    module, _, name = place.partition(":")
    code: RowCode = getattr(import_module(f"{ROWS}.{module}"), name)
    return code
