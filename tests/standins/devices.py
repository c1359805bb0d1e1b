"""Rows of a device with a column of each sort that drift can be about."""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Any

import datasets
import pyarrow as pa
from PIL import Image

from pytest_flops_mock.partitions.drift import drifted
from pytest_flops_mock.sla.schemes import drift_of

FEATURES = datasets.Features(
    {
        "age": datasets.Value("int8"),
        "weight": datasets.Value("float32"),
        "visits": datasets.Value("int64"),
        "smokes": datasets.Value("bool"),
        "seen": datasets.Value("timestamp[s]"),
        "sent": datasets.Value("timestamp[ns]"),
        "born": datasets.Value("date32"),
        "note": datasets.Value("string"),
        "photo": datasets.Image(),
        "label": datasets.ClassLabel(names=["no", "yes"]),
    }
)


def image(size: tuple[int, int] = (8, 6), mode: str = "RGB", form: str = "PNG", colour: Any = (200, 10, 30)) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, colour).convert(mode).save(made, form)
    return made.getvalue()


def rows(count: int = 40) -> pa.Table:
    made = {
        "age": [None if n == 3 else 20 + n for n in range(count)],
        "weight": [60 + n / 8 for n in range(count)],
        "visits": [2**40 + n for n in range(count)],
        "smokes": [n % 2 == 0 for n in range(count)],
        "seen": [datetime(2024, 2, 28, 23, n % 60) for n in range(count)],
        "sent": [datetime(2024, 2, 28, 23, n % 60) for n in range(count)],
        "born": [date(1980, 1, 1 + n % 28) for n in range(count)],
        "note": [f"Note {n}" for n in range(count)],
        "photo": [{"bytes": image(), "path": None} for _ in range(count)],
        "label": [n % 2 for n in range(count)],
    }
    table: pa.Table = datasets.Dataset.from_dict(made, features=FEATURES).data.table
    return table


ROWS = rows()


def with_(drift: Any, table: pa.Table = ROWS, *, seed: int = 1) -> pa.Table:
    return drifted(table, drift_of(drift), seed=seed)


def table_of(column: pa.Array) -> pa.Table:
    """The column, under the name x."""
    kind = {"halffloat": "float16", "date64[ms]": "date64", "date32[day]": "date32"}.get(str(column.type), str(column.type))
    rows = datasets.Dataset(pa.table({"x": column}), fingerprint="x")
    table: pa.Table = rows.cast(datasets.Features({"x": datasets.Value(kind)})).data.table
    return table
