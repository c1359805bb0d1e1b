"""A few rows of partitions, made small enough for a report."""

from __future__ import annotations

import base64
import io
import json
import struct
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from PIL import Image

from pytest_flops_mock.data.shown import MAX_ROWS, FirstRows, shown_rows
from pytest_flops_mock.data.twins.drawing import sounds
from pytest_flops_mock.findings import ShownValue

MEDIA = pa.struct({"bytes": pa.binary(), "path": pa.string()})


@dataclass(frozen=True)
class Part:
    schema: pa.Schema
    rows: int


@dataclass(frozen=True)
class Passing:
    """A partition on its way, of which each batch may be asked for once."""

    partition: Part
    batches: Callable[[], Iterable[pa.RecordBatch]]


def passing(table: pa.Table) -> Passing:
    return Passing(Part(table.schema, table.num_rows), table.to_batches)


def featured(table: pa.Table, **features: Any) -> pa.Table:
    return table.replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})


def png(width: int, height: int, mode: str = "RGB") -> bytes:
    file = io.BytesIO()
    Image.new(mode, (width, height)).save(file, "PNG")
    return file.getvalue()


def media(*contents: bytes | None) -> pa.Array:
    return pa.array([None if content is None else {"bytes": content, "path": None} for content in contents], MEDIA)


def values(table: pa.Table) -> list[ShownValue | None]:
    return [row.values[0] for row in shown_rows(table).rows]


def test_rows_come_from_the_first_partitions_and_say_which_they_are() -> None:
    first = FirstRows()
    for number in range(6):
        first.look(passing(pa.table({"number": [number * 100 + row for row in range(50)]})))
    shown = first.shown()
    assert shown is not None
    assert shown.columns == ("number",)
    assert [(row.name, row.values) for row in shown.rows] == [
        (f"partition {part}, row {row}", (ShownValue(str(part * 100 + row)),)) for part in range(4) for row in range(2)
    ]
    assert shown.left_out == 300 - MAX_ROWS


def test_one_partition_gives_all_rows_and_an_empty_one_none() -> None:
    first = FirstRows()
    first.look(passing(pa.table({"number": range(50)})))
    shown = first.shown()
    assert shown is not None
    assert [row.name for row in shown.rows] == [f"partition 0, row {row}" for row in range(MAX_ROWS)]
    empty = FirstRows()
    empty.look(passing(pa.table({"number": pa.array([], pa.int64())})))
    assert empty.shown() is None
    assert FirstRows().shown() is None


def test_partitions_that_differ_in_their_columns_stand_side_by_side() -> None:
    first = FirstRows()
    first.look(passing(pa.table({"age": [1.5], "site": ["a"]})))
    first.look(passing(pa.table({"age": [None, 2.0]})))
    shown = first.shown()
    assert shown is not None
    assert [row.values for row in shown.rows] == [
        (ShownValue("1.5"), ShownValue("a")),
        (ShownValue("missing"), None),
        (ShownValue("2"), None),
    ]


def test_pictures_are_thumbnails() -> None:
    table = featured(pa.table({"img": media(png(400, 200), png(28, 28, "L"), b"none", None, b"")}), img={"_type": "Image"})
    large, small, broken, *missing = values(table)
    assert large is not None
    assert small is not None
    assert large.text == "400 x 200 pixels, RGB"
    assert Image.open(io.BytesIO(base64.b64decode(large.picture))).size == (64, 32)
    assert Image.open(io.BytesIO(base64.b64decode(small.picture))).size == (28, 28)
    assert broken == ShownValue("picture that cannot be opened")
    assert missing == [ShownValue("missing")] * 2


def test_a_picture_that_would_fill_the_memory_is_told_and_not_opened() -> None:
    head = struct.pack(">4sIIBBBBB", b"IHDR", 9_000, 9_000, 8, 2, 0, 0, 0)
    parts = ((13, head), (0, b"IDAT"))
    huge = b"\x89PNG\r\n\x1a\n" + b"".join(struct.pack(">I", size) + part + _sum(part) for size, part in parts)
    assert values(featured(pa.table({"img": media(huge)}), img={"_type": "Image"})) == [
        ShownValue("9000 x 9000 pixels, RGB")
    ]


def _sum(part: bytes) -> bytes:
    return struct.pack(">I", zlib.crc32(part))


def test_sounds_are_waves() -> None:
    frames = struct.pack("<4h", 0, 16_384, -16_384, 0)
    content = sounds._header(len(frames), 8_000) + frames
    wave, other = values(featured(pa.table({"audio": media(content, b"ID3")}), audio={"_type": "Audio"}))
    assert wave == ShownValue("sound, 0.0005 s at 8,000 Hz", wave=(0.0, 0.5, -0.5, 0.0))
    assert other == ShownValue("sound, 3 bytes")


def test_other_values_are_short_texts() -> None:
    label = featured(pa.table({"label": [1, -1]}), label={"_type": "ClassLabel", "names": ["cat", "dog"]})
    assert values(label) == [ShownValue("1 (dog)"), ShownValue("-1")]
    digits = featured(pa.table({"label": [1]}), label={"_type": "ClassLabel", "names": ["0", "1"]})
    assert values(digits) == [ShownValue("1")]
    (long,) = values(pa.table({"text": ["é" * 5_000]}))
    assert long == ShownValue("é" * 119 + "…")
    assert values(pa.table({"several": [[1, 2]]})) == [ShownValue("[1, 2]")]
    beyond = pa.array([2**62], pa.timestamp("s"))
    assert values(pa.table({"time": beyond})) == [ShownValue("cannot be shown")]


def test_what_is_shown_is_bounded() -> None:
    noise = io.BytesIO()
    Image.effect_noise((400, 400), 100).save(noise, "PNG")
    wide = pa.table({f"img {number}": media(*[noise.getvalue()] * 20) for number in range(30)})
    shown = shown_rows(featured(wide, **{name: {"_type": "Image"} for name in wide.column_names}))
    assert (len(shown.columns), len(shown.rows), shown.left_out, shown.more_columns) == (12, 8, 12, 18)
    assert sum(len(value.picture) for row in shown.rows for value in row.values if value is not None) < 100_000
