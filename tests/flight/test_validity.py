"""Rows that contradict themselves are found: all that Arrow's full validation finds, and no others."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.flight as fl
import pytest
from hypothesis import example, given, reject, settings
from hypothesis import strategies as st

from pytest_flops_mock import MLDataClient
from pytest_flops_mock.errors import InvalidRowsError
from pytest_flops_mock.flight.validity import valid

RAW = b"some text, caf\xc3\xa9 \xff"


def buffer(kind: str, numbers: list[int]) -> Any:
    return pa.py_buffer(array(kind, numbers).tobytes())


def is_valid(column: Any) -> bool:
    batch = pa.RecordBatch.from_arrays([column], ["x"])
    try:
        assert list(valid([batch], "t.0.parquet")) == [batch]
    except InvalidRowsError:
        return False
    return True


def arrow_says(column: Any) -> bool:
    try:
        column.validate(full=True)
    except (pa.ArrowException, IndexError):
        return False
    return True


def made(make: Callable[[], Any]) -> Any:
    """The array, if Arrow makes it at all: the sizes of buffers it looks at right then."""
    try:
        return make()
    except pa.ArrowException:
        reject()


def texts(ends: list[int], bitmap: int | None, nulls: int, kind: Any = None) -> Any:
    kind = kind or pa.string()
    wide = kind in (pa.large_string(), pa.large_binary())
    validity = None if bitmap is None else pa.py_buffer(bytes([bitmap]))
    buffers = [validity, buffer("q" if wide else "i", ends), pa.py_buffer(RAW)]
    return pa.Array.from_buffers(kind, len(ends) - 1, buffers, 0 if bitmap is None else nulls)


ENDS = st.lists(st.integers(-2, len(RAW) + 2), min_size=1, max_size=8) | st.lists(
    st.integers(0, len(RAW) - 2), min_size=1, max_size=8
).map(sorted)
KINDS = st.sampled_from([pa.string(), pa.large_string(), pa.binary(), pa.large_binary()])
AROUND: dict[str, Callable[[Any], Any]] = {
    "bare": lambda inner: inner,
    "list": lambda inner: pa.ListArray.from_arrays(pa.array([0, len(inner)], pa.int32()), inner),
    "large list": lambda inner: pa.LargeListArray.from_arrays(pa.array([0, len(inner)], pa.int64()), inner),
    "struct": lambda inner: pa.StructArray.from_arrays([inner], ["a"]),
    "categories": lambda inner: pa.DictionaryArray.from_arrays(pa.array([0], pa.int8()), inner, safe=False),
}


@settings(max_examples=300)
@given(ENDS, st.none() | st.integers(0, 255), st.integers(0, 8), KINDS, st.sampled_from(sorted(AROUND)))
@example([0, 5, 2, 6], None, 0, pa.string(), "list")
@example([0, 4, 4, 9], None, 0, pa.string(), "bare")
@example([14, 15], None, 0, pa.string(), "struct")
@example([14, 16], None, 0, pa.string(), "struct")
@example([17, 18], None, 0, pa.binary(), "bare")
def test_texts(ends: list[int], bitmap: int | None, nulls: int, kind: Any, around: str) -> None:
    column = made(lambda: AROUND[around](texts(ends, bitmap, nulls, kind)))
    assert is_valid(column) == arrow_says(column)


@settings(max_examples=200)
@given(st.lists(st.integers(-3, 5) | st.none(), max_size=6), st.integers(0, 3), st.sampled_from([pa.int8(), pa.int64()]))
def test_categories(indices: list[int | None], known: int, kind: Any) -> None:
    values = pa.array(["a", "b", "c"][:known], pa.string())
    column = pa.DictionaryArray.from_arrays(pa.array(indices, kind), values, safe=False)
    assert is_valid(column) == arrow_says(column)


@settings(max_examples=200)
@given(st.lists(st.integers(-1, 5), min_size=1, max_size=6), st.booleans())
def test_lists(ends: list[int], large: bool) -> None:
    kind = pa.large_list(pa.int64()) if large else pa.list_(pa.int64())
    offsets = buffer("q" if large else "i", ends)
    child = pa.array([1, 2, 3])
    column = made(lambda: pa.Array.from_buffers(kind, len(ends) - 1, [None, offsets], children=[child]))
    assert is_valid(column) == arrow_says(column)


@pytest.mark.parametrize(
    "column",
    [
        pa.array(["a", None, "é", ""]),
        pa.array([["a", None], None, []]),
        pa.array([{"a": "x", "b": None}, None]),
        pa.array([{"a": [{"b": "é"}]}] * 3).slice(1),
        pa.array(["a", None, "b"]).dictionary_encode(),
        pa.array([], pa.string()),
        pa.array([], pa.list_(pa.string())),
        pa.array(["a", "é", "b"]).slice(1, 1),
        *([pa.array(["view", None], pa.string_view())] if hasattr(pa, "string_view") else []),
        pa.array([[("a", 1)], None], pa.map_(pa.string(), pa.int64())),
        pa.array([[1, 2], None], pa.list_(pa.int64(), 2)),
        pa.nulls(3),
        pa.array([1.5, None]),
    ],
    ids=lambda column: str(column.type),
)
def test_good_columns_pass(column: Any) -> None:
    assert is_valid(column)


def test_every_column_at_fault_is_named_with_the_batch() -> None:
    good = pa.RecordBatch.from_pydict({"x": ["a"], "y": ["b"], "z": ["c"]})
    bad = pa.RecordBatch.from_arrays([texts([14, 15], None, 0), pa.array(["b"]), texts([17, 18], None, 0)], ["x", "y", "z"])
    with pytest.raises(InvalidRowsError) as told:
        list(valid([good, bad], "t.0.parquet"))
    assert [problem.where for problem in told.value.problems] == ["t.0.parquet, batch 2"] * 2
    assert [problem.message.split()[1] for problem in told.value.problems] == ["'x'", "'z'"]


def test_missing_values_where_none_may_be() -> None:
    schema = pa.schema([pa.field("x", pa.int64(), nullable=False)])
    with pytest.raises(InvalidRowsError, match="2 values are missing where the schema allows none"):
        list(valid([pa.RecordBatch.from_arrays([pa.array([1, None, None])], schema=schema)], "t.0.parquet"))


class Liar(fl.FlightServerBase):  # type: ignore[misc]
    """Sends rows that contradict themselves."""

    def do_get(self, context: Any, ticket: Any) -> Any:
        return fl.RecordBatchStream(pa.table({"x": texts([0, 5, 2, 6], None, 0)}))


def test_our_client_looks_at_what_another_server_sends() -> None:
    with Liar("grpc://127.0.0.1:0") as server, MLDataClient(f"grpc://127.0.0.1:{server.port}", timeout=20) as client:
        with pytest.raises(InvalidRowsError, match="column 'x' is damaged") as told:
            client.fetch("t.0.parquet")
        assert told.value.problems[0].where == "t.0.parquet, batch 1"
