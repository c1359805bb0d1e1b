"""What is said of each column, by the type of its feature; which values may be said is decided in ``disclosure``."""

from __future__ import annotations

import io
import os
import struct
import warnings
import wave
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import datasets
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pytest_flops_mock.data.twins import forms
from pytest_flops_mock.data.twins.disclosure import EVEN_INTEGERS, EVEN_REALS, Column, as_numbers
from pytest_flops_mock.data.twins.people import Rows
from pytest_flops_mock.data.twins.twin import Known
from pytest_flops_mock.errors import DataSourceError, Problem

MAX_FILES = 200
"""So many pictures or sounds are opened for their size."""

MAX_VALUES, LONGEST = 100, 60
"""Values of a text column or a label are kept if there are at most so many, of at most so many characters."""

MAX_CODES = 20
"""The same for whole numbers, which are codes only if they are few."""

FORMED = 0.9
"""Texts with a form are described by their few common values only if these are so many of all."""

MAX_SIZES = 4
"""So many sizes of pictures are kept, the most frequent."""

MODES = {"1": "L", "L": "L", "I": "L", "I;16": "L", "F": "L", "LA": "L", "RGBA": "RGBA"}
"""The mode that a twin's pictures get; all others get RGB."""

SECOND = 10**6
"""A second, in the unit of times that texts write."""


def known_of(feature: Any, column: Column, classes: Sequence[Rows]) -> Known:
    """What may be said of a column.

    Args:
        feature: Its feature, of ``datasets``.
        column: Its values.
        classes: The rows of each class.

    Raises:
        DataSourceError: A picture has more pixels than a learner opens.
    """
    if isinstance(column.values, pa.ExtensionArray):
        return Known(missing=column.missing)  # an array of numbers, of which the shape is known
    if isinstance(feature, list):
        return _known_list(feature[0], column)
    if isinstance(feature, Mapping):
        return Known(
            missing=column.missing, fields={key: known_of(each, column.field(key), []) for key, each in feature.items()}
        )
    look = _LOOKS.get(type(feature).__name__)
    return look(feature, column, classes) if look else Known(missing=column.missing)


def _known_value(feature: Any, column: Column, classes: Sequence[Rows]) -> Known:
    kind, missing = column.values.type, column.missing
    if column.kept and not (pa.types.is_decimal(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind)):
        whole = column.as_integers()
        if values := whole.common_values(MAX_VALUES):
            _note(column, column.withheld(values=len(values)))
            return Known(missing=missing, values=values, weights=whole.weights(values, classes))
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _known_text(column, classes)
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        lengths = _ends(column, pc.binary_length(column.values))
        _note(column, column.withheld(lengths=lengths is not None))
        return Known(missing=missing, lengths=lengths)
    named = pa.types.is_boolean(kind) or isinstance(feature, datasets.ClassLabel)
    if named or pa.types.is_integer(kind):
        values = column.common_values(len(column.values) if named else MAX_CODES)
        if values:
            _note(column, column.withheld(values=len(values)))
            return Known(missing=missing, values=values, weights=column.weights(values, classes))
    is_real = pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    if not named and (pa.types.is_integer(kind) or is_real or pa.types.is_temporal(kind)):
        return _known_numbers(column, classes, is_real=is_real)
    _note(column, column.withheld())
    return Known(missing=missing)


def _known_numbers(column: Column, classes: Sequence[Rows], *, is_real: bool) -> Known:
    numbers, kind = as_numbers(column.values), column.values.type
    step: int | None = None
    even: float | None = EVEN_REALS if is_real else EVEN_INTEGERS
    if pa.types.is_temporal(kind):
        step, even = column.unit(numbers, _TICKS[kind.unit]) if hasattr(kind, "unit") else None, None
    gaps, start = column.steps(numbers, classes, even=even) if "[]" not in column.path else ((), None)
    quantiles = column.means(numbers, classes)
    _note(column, column.withheld(means=bool(quantiles), gaps=bool(gaps)))
    decimals = column.decimals() if is_real else None
    return Known(missing=column.missing, quantiles=quantiles, decimals=decimals, step=step, gaps=gaps, start=start)


_TICKS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


def _known_text(column: Column, classes: Sequence[Rows]) -> Known:
    values, form = column.common_values(MAX_VALUES), column.form()
    patterns = () if form else column.patterns()
    wanted = column.covered(values) >= FORMED if (form or patterns) and not column.kept else bool(values)
    if wanted and max(map(len, values)) <= LONGEST:
        _note(column, column.withheld(values=len(values)))
        return Known(missing=column.missing, values=values, weights=column.weights(values, classes))
    if form:
        return _known_form(column, classes, form)
    texts = column.values.drop_null()
    words = pc.list_value_length(pc.utf8_split_whitespace(pc.utf8_trim_whitespace(column.values)))
    different = len(texts.unique())
    people = different if len(texts) and different < len(texts) and (patterns or pc.max(words).as_py() <= 1) else None
    lengths = _ends(column, words) if people is None and not patterns else None
    _note(column, column.withheld(form=bool(patterns), lengths=lengths is not None))
    return Known(missing=column.missing, people=people, patterns=patterns, lengths=lengths)


def _known_form(column: Column, classes: Sequence[Rows], form: str) -> Known:
    texts = column.values.to_pylist()
    numbers = forms.numbers_in(texts, form)
    quantiles = column.means(numbers, classes)
    time = forms.is_time(form)
    decimals = None if time else column.decimals(forms.decimals_in(texts))
    step = column.unit(numbers, SECOND) if time else None
    even = None if time else EVEN_REALS if decimals else EVEN_INTEGERS
    gaps, start = column.steps(numbers, classes, even=even) if "[]" not in column.path else ((), None)
    _note(column, column.withheld(means=bool(quantiles), form=True, gaps=bool(gaps)))
    return Known(
        missing=column.missing,
        quantiles=quantiles,
        decimals=decimals,
        form=form,
        step=step,
        gaps=gaps,
        start=start,
    )


def _note(column: Column, withheld: str) -> None:
    if withheld:
        column.notes[column.path] = withheld


def _known_list(inner: Any, column: Column) -> Known:
    lengths = _ends(column, pc.list_value_length(column.values))
    return Known(missing=column.missing, lengths=lengths, items=known_of(inner, column.items(), []))


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
