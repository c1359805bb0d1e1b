"""Every type of Arrow, through both stores: what comes back is what was sent, or it is refused at the schema, by name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest

from pytest_flops_mock import Store
from pytest_flops_mock.errors import DataSourceError
from pytest_flops_mock.flight.columns import check_columns

UNITS = ("s", "ms", "us", "ns")
NAMED = """bool_ int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 date32 date64 string large_string
    binary large_binary string_view binary_view null month_day_nano_interval"""


def plain() -> Iterator[Any]:
    yield from (getattr(pa, name)() for name in NAMED.split() if hasattr(pa, name))
    yield from (pa.timestamp(unit, zone) for unit in UNITS for zone in (None, "UTC", "Europe/Berlin", "+02:00"))
    yield from (pa.duration(unit) for unit in UNITS)
    yield from (pa.time32("s"), pa.time32("ms"), pa.time64("us"), pa.time64("ns"), pa.binary(3))
    yield from (pa.decimal128(9, 2), pa.decimal128(38, 10), pa.decimal256(60, 3), pa.decimal128(9, -2))
    yield from (getattr(pa, name)(9, 2) for name in ("decimal32", "decimal64") if hasattr(pa, name))


def nested(kind: Any) -> Iterator[Any]:
    yield from (pa.list_(kind), pa.large_list(kind), pa.list_(kind, 2), pa.struct([("a", kind)]), pa.map_(pa.string(), kind))
    yield from (getattr(pa, name)(kind) for name in ("list_view", "large_list_view") if hasattr(pa, name))
    yield from (pa.list_(pa.field("else", kind)), pa.list_(pa.list_(kind)), pa.struct([("a", pa.list_(kind))]))
    if kind != pa.null():
        yield pa.list_(pa.field("item", kind, nullable=False))


def special() -> Iterator[Any]:
    yield from (pa.dictionary(index, pa.string()) for index in (pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8()))
    yield from (pa.dictionary(pa.int32(), kind) for kind in plain())
    yield from (pa.dictionary(pa.int32(), pa.string(), ordered=True), pa.map_(pa.timestamp("s"), pa.int8()), pa.struct([]))
    yield from (pa.run_end_encoded(pa.int32(), pa.string()), pa.map_(pa.string(), pa.int8(), keys_sorted=True))
    yield from (pa.sparse_union([pa.field("a", pa.int8())]), pa.dense_union([pa.field("a", pa.int8())]))
    yield from (getattr(pa, name)() for name in ("json_", "uuid", "bool8") if hasattr(pa, name))
    if hasattr(pa, "fixed_shape_tensor"):
        yield pa.fixed_shape_tensor(pa.int32(), (2, 2))


KINDS = {"plain": [*plain()], "special": [*special()]} | {f"of {inner}": [*nested(inner)] for inner in plain()}
REFUSED = ("union", "run_end_encoded", "month_day_nano", "struct<>", "decimal128(9, -2)", "dictionary<")
"""What is refused has one of these in its name."""

UNCAST = re.compile(r"list_view<.*(\[s[\],]|date64)")
"""Arrow cannot make view lists of seconds from those of milliseconds that Parquet has."""


def columns(kind: Any) -> Iterator[Any]:
    """No rows; and rows with values where Arrow can make such values."""
    yield pa.array([], kind) if not isinstance(kind, pa.BaseExtensionType) else pa.nulls(0, kind)
    for numbers in ([0, 1, None], [0, 86_400_000, None]):
        try:
            yield value(kind, numbers)
        except (pa.ArrowException, TypeError):
            continue


def value(kind: Any, numbers: list[int | None]) -> Any:
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        numbers = numbers if kind.value_field.nullable else [0, 0, 0]
        maker = pa.ListArray if pa.types.is_list(kind) else pa.LargeListArray
        return maker.from_arrays(pa.array([0, 0, 1, 3]), value(kind.value_type, numbers)).cast(kind)
    if pa.types.is_struct(kind):
        inner = [value(kind.field(index).type, numbers) for index in range(kind.num_fields)]
        return pa.StructArray.from_arrays(inner, fields=list(kind))
    if pa.types.is_date64(kind) or pa.types.is_date32(kind):
        return pa.array(numbers, pa.int64()).cast(pa.timestamp("ms")).cast(pa.date32()).cast(kind)
    return pa.array(numbers, pa.int64()).cast(kind)


@pytest.mark.parametrize("kinds", KINDS.values(), ids=KINDS)
def test_each_comes_back_or_is_refused(kinds: list[Any], store: Store) -> None:
    for kind in kinds:
        comes_back_or_is_refused(kind, store)


def comes_back_or_is_refused(kind: Any, store: Store) -> None:
    schema = pa.schema([pa.field("kept", kind, metadata={b"key": b"value"})], {b"huggingface": b"{}"})
    try:
        check_columns(schema, "t.0.parquet")
    except DataSourceError as error:
        refused = error.problems[0]
    else:
        goes_and_comes(kind, schema, store)
        return
    assert any(part in str(kind) for part in REFUSED) or UNCAST.search(str(kind)), kind
    assert refused.message == "column 'kept' has a type that the ML data server cannot store"
    assert str(kind) in refused.got


def goes_and_comes(kind: Any, schema: Any, store: Store) -> None:
    for column in columns(kind):
        upload = store.receive("t.0.parquet", schema)
        upload.write(pa.RecordBatch.from_arrays([column], schema=schema))
        upload.publish()
        assert store.partition("t.0.parquet").schema.equals(schema, check_metadata=True)
        back = store.read("t.0.parquet").read_all()
        assert back.schema.equals(schema, check_metadata=True)
        assert str(back.schema) == str(schema)
        assert str(back["kept"].type) == str(kind)
        back.validate(full=True)
        assert back["kept"].combine_chunks().to_pylist() == column.to_pylist()


def test_most_types_are_kept() -> None:
    """So that the test above cannot pass by refusals."""
    kept = []
    for kind in (
        *plain(),
        pa.list_(pa.timestamp("s")),
        pa.struct([("a", pa.date64())]),
        pa.dictionary(pa.int8(), pa.string()),
    ):
        try:
            check_columns(pa.schema([("kept", kind)]), "t.0.parquet")
        except DataSourceError:
            continue
        kept.append(kind)
    assert len(kept) >= 40
    assert pa.timestamp("s") in kept
    assert pa.dictionary(pa.int8(), pa.string()) in kept
