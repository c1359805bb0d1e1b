"""What a twin is, for people to see: its schema, some rows, and a contact sheet of its pictures."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

import datasets

from pytest_flops_mock.data.twins.engine import features_of
from pytest_flops_mock.data.twins.twin import Twin
from pytest_flops_mock.errors import listing

ROWS = 5
"""Rows of a sample."""

MAX_COLUMNS = 100
"""Columns that are shown of a wide table."""

WIDTH = 110
"""Characters of a line."""

MAX_CLASSES, PER_CLASS, MAX_PIXELS, GAP = 20, 10, 128, 2
"""A contact sheet: lines, pictures in each, at most so many pixels each way, and pixels between them."""


def schema(twin: Twin) -> str:
    """Names, splits and columns of a twin, in lines."""
    also = f" (also {listing(twin.aliases)})" if twin.aliases else ""
    splits = ", ".join(f"{name} {rows:,} rows" for name, rows in twin.splits.items())
    config = f"{twin.config_name}, to be named with config_name" if twin.configs else twin.config_name
    lines = [("twin", f"{twin.dataset}{also}"), ("config", config), ("splits", splits), ("label", twin.label or "none")]
    lines += [("source", each) for each in twin.source] + [("unsure", each) for each in twin.unsure]
    lines += [("at risk", f"values of {each} were kept, whoever has them") for each in twin.kept_at_own_risk]
    features = features_of(twin)
    width = max(map(len, features))
    lines.append(("columns", f"{len(features)}"))
    lines += [("", f"{name:<{width}}  {in_words(kind)}") for name, kind in islice(features.items(), MAX_COLUMNS)]
    lines += [("", f"and {len(features) - MAX_COLUMNS} more")] if len(features) > MAX_COLUMNS else []
    return "\n".join(f"{head:<10}  {text}" for head, text in lines)


def in_words(kind: Any) -> str:
    """A feature in words."""
    if isinstance(kind, list):
        return f"list of {in_words(kind[0])}"
    if isinstance(kind, Mapping):
        return f"{{{', '.join(f'{name}: {in_words(each)}' for name, each in kind.items())}}}"
    if hasattr(kind, "feature"):
        length = getattr(kind, "length", -1)
        return f"list of {f'{length} ' if length is not None and length >= 0 else ''}{in_words(kind.feature)}"
    words = _IN_WORDS.get(type(kind).__name__)
    return words(kind) if words else type(kind).__name__


_IN_WORDS: Mapping[str, Callable[[Any], str]] = {
    "Value": lambda kind: str(kind.dtype),
    "ClassLabel": lambda kind: f"ClassLabel of {kind.num_classes}: {listing(kind.names, 12)}",
    "Audio": lambda kind: f"Audio, {kind.sampling_rate:,} Hz" if kind.sampling_rate else "Audio",
    **dict.fromkeys(
        ("Array2D", "Array3D", "Array4D", "Array5D"),
        lambda kind: f"{type(kind).__name__} {'x'.join(map(str, kind.shape))} of {kind.dtype}",
    ),
}


def sample(rows: datasets.Dataset) -> str:
    """The first rows, each value on a line of its own."""
    first = rows.select(range(min(ROWS, rows.num_rows)))
    table = [dict(zip(first.features, row, strict=True)) for row in zip(*map(_values, _columns(first)), strict=True)]
    width = max(map(len, first.features))
    parts = []
    for number, row in enumerate(table):
        lines = [f"row {number}"]
        for name, kind in islice(first.features.items(), MAX_COLUMNS):
            value = textwrap.shorten(_value(row[name], kind), WIDTH - width - 4, placeholder=" …")
            lines.append(f"  {name:<{width}}  {value}".rstrip())
        parts.append("\n".join(lines))
    return "\n".join(parts)


def _columns(rows: datasets.Dataset) -> list[Any]:
    return [column.combine_chunks() for column in rows.with_format("arrow")[:].columns]


def _values(column: Any) -> list[Any]:
    """Plain values; some versions stumble over arrays that are not there."""
    values: list[Any] = getattr(column, "storage", column).to_pylist()
    return values


def _value(value: Any, kind: Any) -> str:
    if value is None:
        return "null"
    if isinstance(kind, datasets.Image):
        picture = _picture(value["bytes"])
        if picture is None:
            return "picture that cannot be opened"
        return f"picture of {picture.width}x{picture.height} pixels, {picture.mode}"
    if isinstance(kind, datasets.Audio):
        return f"sound, {len(value['bytes']):,} bytes"
    if isinstance(kind, datasets.ClassLabel):
        return f"{value} ({kind.names[value]})" if 0 <= value < kind.num_classes else str(value)
    return str(value)


def contact_sheet(twin: Twin, rows: datasets.Dataset) -> bytes | None:
    """A PNG file with pictures of each class on a line; None if there is none to see.

    Args:
        twin: Which one.
        rows: Rows of it.
    """
    column = next((name for name, kind in rows.features.items() if isinstance(kind, datasets.Image)), None)
    if column is None:
        return None
    from PIL import Image, ImageDraw

    label = twin.label if twin.label in rows.column_names else None  # drift may have lost it
    lines = _lines(label, rows, column)
    if not lines:
        return None  # no picture can be opened
    side_x, side_y = (max(picture.size[axis] for line in lines.values() for picture in line) for axis in (0, 1))
    text = 8 + 6 * max(map(len, lines)) if label else 0
    size = (text + PER_CLASS * (side_x + GAP), len(lines) * (max(side_y, 11) + GAP))
    sheet = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(sheet)
    for number, (name, line) in enumerate(lines.items()):
        top = number * (max(side_y, 11) + GAP)
        pen.text((4, top), name if label else "", fill="black")
        for place, picture in enumerate(line):
            sheet.paste(picture, (text + place * (side_x + GAP), top))
    file = io.BytesIO()
    sheet.save(file, "PNG")
    return file.getvalue()


def _lines(label: str | None, rows: datasets.Dataset, column: str) -> dict[str, list[Any]]:
    """Pictures by class; without classes, in as many lines as are full."""
    table = rows.select_columns([column, *([label] if label else [])]).with_format("arrow")[:].to_pylist()
    kind = rows.features[label] if label else None
    lines: dict[str, list[Any]] = {}
    for number, row in enumerate(table):
        name = _value(row[label], kind) if label else str(number // PER_CLASS)
        name = name.partition(" (")[2].removesuffix(")") or name
        picture = _picture(row[column]["bytes"]) if row[column] else None
        if picture is not None and len(lines.get(name, ())) < PER_CLASS:
            picture.thumbnail((MAX_PIXELS, MAX_PIXELS))
            lines.setdefault(name, []).append(picture)
    order = sorted(lines, key=lambda name: kind.names.index(name) if kind and name in getattr(kind, "names", ()) else -1)
    return {name: lines[name] for name in order[:MAX_CLASSES]}


def _picture(file: bytes) -> Any:
    """The picture in a file, or None if it is not whole."""
    from PIL import Image

    try:
        picture = Image.open(io.BytesIO(file))
        picture.load()
    except (OSError, ValueError):
        return None
    return picture
