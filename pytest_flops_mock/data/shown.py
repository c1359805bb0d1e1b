"""A few rows, made small enough for a report: pictures as thumbnails, sounds as waves, all else as short texts.

Whose rows may be shown is decided by who calls this: see the option ``show-rows``.
"""

from __future__ import annotations

import base64
import io
import warnings
import wave
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from pytest_flops_mock.findings import ShownRow, ShownRows, ShownValue
from pytest_flops_mock.flight.features import METADATA_KEY, features_of

MAX_ROWS, MAX_COLUMNS, MAX_TEXT = 8, 12, 120
"""Rows and columns that are shown, and characters of a text."""

PER_PARTITION, MAX_PARTITIONS = 2, 4
"""So many rows are shown of each partition after the first, of so many partitions."""

MAX_SIDE, MAX_PIXELS, MAX_PICTURES = 64, 50_000_000, 100_000
"""Pixels of a thumbnail's side and of a picture that is opened, and bytes of all thumbnails together."""

MAX_SOUND, POINTS = 16 * 2**20, 120
"""Bytes of a sound that is drawn, and points of its wave."""

UNKNOWN: Mapping[str, Any] = {}


class HasRows(Protocol):
    """A partition."""

    @property
    def schema(self) -> pa.Schema:
        """Its schema."""

    @property
    def rows(self) -> int:
        """How many rows it has."""


class Passing(Protocol):
    """A partition that is about to be sent."""

    @property
    def partition(self) -> HasRows:
        """The partition."""

    @property
    def batches(self) -> Callable[[], Iterable[pa.RecordBatch]]:
        """Gives its rows."""


class FirstRows:
    """Gathers the first rows of partitions, while they go by."""

    def __init__(self) -> None:
        self._heads: list[pa.Table] = []
        self._rows = 0

    def look(self, named: Passing) -> None:
        """Keep the first rows of a partition."""
        self._rows += named.partition.rows
        if len(self._heads) < MAX_PARTITIONS:
            schema = named.partition.schema
            first = [batch for batch in islice(named.batches(), 1) if batch.num_rows]
            wanted = PER_PARTITION if self._heads else MAX_ROWS
            self._heads.append(pa.Table.from_batches([batch.slice(0, wanted) for batch in first], schema))

    def shown(self) -> ShownRows | None:
        """What is shown of them; nothing if there are none."""
        first, rest = self._heads[:1], self._heads[1:]
        room = MAX_ROWS - sum(head.num_rows for head in rest)
        tables = [*(head.slice(0, max(room, PER_PARTITION)) for head in first), *rest]
        named = [
            (f"partition {number}, row {row}", table.slice(row, 1))
            for number, table in enumerate(tables)
            for row in range(table.num_rows)
        ]
        return _shown(named, self._rows) if named else None


def shown_rows(table: pa.Table) -> ShownRows:
    """What is shown of the rows of one table.

    Args:
        table: The rows, with Hugging Face features in the schema's metadata or without.
    """
    return _shown([(f"row {row}", table.slice(row, 1)) for row in range(min(table.num_rows, MAX_ROWS))], table.num_rows)


def _shown(rows: Sequence[tuple[str, pa.Table]], total: int) -> ShownRows:
    names = list(dict.fromkeys(name for _, table in rows for name in table.column_names))
    columns = names[:MAX_COLUMNS]
    made, left = [], MAX_PICTURES
    for name, table in rows:
        features = _features(table.schema)
        values: list[ShownValue | None] = []
        for column in columns:
            if column not in table.column_names:
                values.append(None)
                continue
            value = _value(table[column], features.get(column, UNKNOWN))
            if len(value.picture) > left:
                value = ShownValue(value.text)
            left -= len(value.picture)
            values.append(value)
        made.append(ShownRow(name, tuple(values)))
    return ShownRows(tuple(columns), tuple(made), total - len(made), len(names) - len(columns))


def _features(schema: pa.Schema) -> Mapping[str, Any]:
    there = schema.metadata is not None and METADATA_KEY in schema.metadata
    return features_of(schema) if there else UNKNOWN


def _value(column: pa.ChunkedArray, feature: Any) -> ShownValue:
    chunk = column.combine_chunks()
    try:
        value = getattr(chunk, "storage", chunk).to_pylist()[0]
    except (pa.ArrowException, ValueError, OverflowError):  # a time beyond the year 9999, a text that is none
        return ShownValue("cannot be shown")
    kind = feature.get("_type") if isinstance(feature, dict) else None
    if value is None:
        return ShownValue("missing")
    if kind in ("Image", "Audio"):
        content = value.get("bytes") if isinstance(value, dict) else None
        draw = _picture if kind == "Image" else _sound
        return draw(content) if content else ShownValue("missing")
    text = _text(value, feature.get("names") or ()) if kind == "ClassLabel" else _text(value)
    return ShownValue(text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 1]}…")


def _text(value: Any, names: Sequence[str] = ()) -> str:
    """A value in words; a class with its name."""
    if isinstance(value, int) and 0 <= value < len(names) and names[value] != str(value):
        return f"{value} ({names[value]})"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _picture(content: bytes) -> ShownValue:
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of tags and palettes that matter to nobody here
            picture = Image.open(io.BytesIO(content))
            text = f"{picture.width} x {picture.height} pixels, {picture.mode}"
            if picture.width * picture.height > MAX_PIXELS:
                return ShownValue(text)
            picture.draft("RGB", (MAX_SIDE, MAX_SIDE))
            small = picture.convert("L" if picture.mode in ("1", "L", "I", "I;16", "F") else "RGBA")
            small.thumbnail((MAX_SIDE, MAX_SIDE))
            file = io.BytesIO()
            small.save(file, "PNG", optimize=True)
    except Exception:  # whatever a decoder raises of a broken file
        return ShownValue("picture that cannot be opened")
    return ShownValue(text, picture=base64.b64encode(file.getvalue()).decode("ascii"))


def _sound(content: bytes) -> ShownValue:
    unknown = ShownValue(f"sound, {len(content):,} bytes")
    if len(content) > MAX_SOUND:
        return unknown
    try:
        with wave.open(io.BytesIO(content)) as sound:
            width, channels, rate, count = (
                sound.getsampwidth(),
                sound.getnchannels(),
                sound.getframerate(),
                sound.getnframes(),
            )
            frames = sound.readframes(count)
    except (wave.Error, EOFError, ValueError, ZeroDivisionError):
        return unknown
    if width != 2 or not rate or not frames:
        return unknown
    points = np.frombuffer(frames[: len(frames) // 2 * 2], "<i2")[::channels] / 32_768
    parts = np.array_split(points, min(POINTS, len(points)))
    # Loud ends of each part in turn: a mean of them would be silence.
    ends = [float(part.max() if number % 2 else part.min()) for number, part in enumerate(parts)]
    text = f"sound, {len(points) / rate:.2g} s at {rate:,} Hz"
    return ShownValue(text, wave=tuple(round(end, 3) for end in ends))
