"""A digest depends on the values, not on how they are cut or where they lie."""

from __future__ import annotations

import datetime
import decimal
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_flops_mock.flight.digest import ContentDigest


def digest(table: pa.Table) -> str:
    made = ContentDigest(table.schema)
    for batch in table.to_batches():
        made.update(batch)
    return made.hexdigest()


def of(array: Any) -> str:
    return digest(pa.table({"x": array}))


COLUMNS = {
    "integers": pa.array([1, None, 3, -4]),
    "floats": pa.array([0.5, None, 2.0, 4.0], pa.float32()),
    "booleans": pa.array([True, None, False, True]),
    "decimals": pa.array([decimal.Decimal("1.5"), None, decimal.Decimal("2.5"), decimal.Decimal("3.5")]),
    "times": pa.array([datetime.datetime(2020, 1, 1), None, datetime.datetime(2021, 1, 1), datetime.datetime(2022, 1, 1)]),
    "text": pa.array(["a", None, "", "long text"]),
    "times of a zone": pa.array([1, None, 3, 4], pa.timestamp("us", "UTC")),
    "days": pa.array([1, None, 3, 4], pa.date32()),
    "durations": pa.array([1, None, 3, 4], pa.duration("s")),
    "half floats": pa.array([np.float16(1), None, np.float16(2), np.float16(3)], pa.float16()),
    "wide decimals": pa.array([decimal.Decimal(1), None, decimal.Decimal(2), decimal.Decimal(3)], pa.decimal256(50, 2)),
    "large text": pa.array(["a", None, "", "long text"], pa.large_string()),
    "bytes": pa.array([b"a", None, b"", b"\0"]),
    "large bytes": pa.array([b"a", None, b"", b"\0"], pa.large_binary()),
    "fixed bytes": pa.array([b"ab", None, b"cd", b"ef"], pa.binary(2)),
    "lists": pa.array([[1, 2], None, [], [3]]),
    "large lists": pa.array([[1, 2], None, [], [3]], pa.large_list(pa.int8())),
    "fixed lists": pa.array([[1, 2], None, [3, 4], [5, None]], pa.list_(pa.int16(), 2)),
    "fixed lists of text": pa.array([["a", "b"], None, ["c", None], ["", ""]], pa.list_(pa.string(), 2)),
    "lists of booleans": pa.array([[True, None], None, [], [False]]),
    "structs": pa.array([{"a": 1, "b": "x"}, None, {"a": None, "b": "y"}, {"a": 4, "b": None}]),
    "nested": pa.array([[{"a": [1]}], None, [], [{"a": None}, {"a": [2, 3]}]]),
    "maps": pa.array([[("a", 1)], None, [], [("b", 2), ("c", None)]], pa.map_(pa.string(), pa.int8())),
    "dictionary": pa.array(["a", None, "b", "a"]).dictionary_encode(),
    "dictionary with a null among its values": pa.DictionaryArray.from_arrays([0, 1, 2, 0], ["a", None, "b"]),
    "tensors": pa.ExtensionArray.from_storage(
        pa.fixed_shape_tensor(pa.int8(), [2]), pa.array([[1, 2], None, [3, 4], [5, 6]], pa.list_(pa.int8(), 2))
    ),
    "nothing": pa.nulls(4),
}


@pytest.mark.parametrize("array", COLUMNS.values(), ids=COLUMNS)
def test_chunks_and_offsets_leave_no_trace(array: Any) -> None:
    whole = of(array)
    assert whole == of(pa.chunked_array([array.slice(0, 1), array.slice(1, 2), array.slice(3)]))
    assert whole == of(pa.concat_arrays([array, array]).slice(4))
    assert len(whole) == 32
    int(whole, 16)


@pytest.mark.parametrize("array", [array for name, array in COLUMNS.items() if name != "nothing"])
def test_order_and_values_matter(array: Any) -> None:
    assert len({of(array), of(array.take([3, 2, 1, 0])), of(array.slice(1)), of(array.take([0, 0, 2, 3]))}) == 4


def test_what_lies_behind_a_null_and_an_unneeded_validity_buffer_leave_no_trace() -> None:
    hidden = pa.Array.from_buffers(pa.int8(), 2, [pa.py_buffer(b"\x01"), pa.py_buffer(b"\x05\x63")])
    assert of(hidden) == of(pa.array([5, None], pa.int8()))
    full = pa.Array.from_buffers(pa.int8(), 2, [pa.py_buffer(b"\x03"), pa.py_buffer(b"\x05\x06")])
    assert of(full) == of(pa.array([5, 6], pa.int8()))


HIDING = [False, True, False]
ENDS = pa.array([0, 2, 4, 5], pa.int32())
HIDDEN_LIST = pa.ListArray.from_arrays(ENDS, pa.array([1, 2, 9, 9, 3]), mask=pa.array(HIDING))
HIDDEN = {
    "list": HIDDEN_LIST,
    "fixed list": pa.FixedSizeListArray.from_arrays(pa.array([1, 2, 9, 9, 3, 4]), 2, mask=pa.array(HIDING)),
    "struct": pa.StructArray.from_arrays([pa.array([1, 9, 3])], ["a"], mask=pa.array(HIDING)),
    "map": pa.Array.from_buffers(
        pa.map_(pa.string(), pa.int64()),
        3,
        HIDDEN_LIST.buffers()[:2],
        children=[
            pa.StructArray.from_arrays(
                [pa.array(list("abxyc")), pa.array([1, 2, 9, 9, 3])],
                fields=[pa.field("key", pa.string(), nullable=False), pa.field("value", pa.int64())],
            )
        ],
    ),
    "nested": pa.StructArray.from_arrays([pa.array(["q", "z", "r"]), HIDDEN_LIST], ["a", "l"], mask=pa.array(HIDING)),
}


@pytest.mark.parametrize("array", HIDDEN.values(), ids=HIDDEN)
def test_what_lies_behind_a_null_of_a_nested_column_leaves_no_trace(array: Any) -> None:
    assert of(array) == of(pa.array(array.to_pylist(), array.type))


@pytest.mark.parametrize("name", ["string_view", "binary_view"])
def test_views_of_text_are_digested_by_their_values(name: str) -> None:
    if not hasattr(pa, name):
        pytest.skip("this pyarrow has no views")
    kind = getattr(pa, name)()
    values = ["a", None, "", "text that is too long to lie within a view", "z"]
    array, other = pa.array(values, kind), pa.array([*values[:3], str(values[3]).upper(), "z"], kind)
    assert of(array) == of(pa.chunked_array([array.slice(0, 2), array.slice(2, 1), array.slice(3)]))
    assert of(array) != of(other)


def test_the_values_of_a_dictionary_matter_and_not_their_numbers() -> None:
    first = pa.DictionaryArray.from_arrays(pa.array([0, 1, 0]), ["a", "b"])
    same = pa.DictionaryArray.from_arrays(pa.array([2, 0, 2]), ["b", "unused", "a"])
    other = pa.DictionaryArray.from_arrays(pa.array([0, 1, 0]), ["b", "a"])
    assert of(first) == of(same)
    assert of(first) != of(other)


def test_names_types_and_features_matter() -> None:
    plain = pa.table({"x": [1]})
    features = [{b"huggingface": text} for text in (b'{"a": 1, "b": 2}', b'{"b": 2,"a":1}', b'{"a": 2}')]
    first, same, other = (digest(plain.replace_schema_metadata(metadata)) for metadata in features)
    assert first == same
    assert len({digest(plain), first, other, digest(plain.rename_columns(["y"])), of(pa.array([1], pa.int8()))}) == 5


def test_null_empty_and_where_a_value_ends_matter() -> None:
    arrays = [["ab", "c"], ["a", "bc"], ["abc", ""], ["abc", None], ["abc"]]
    assert len({of(pa.array(array)) for array in arrays}) == len(arrays)
    lists = [[[1], [2]], [[1, 2], []], [[1, 2], None], [[], [1, 2]]]
    assert len({of(pa.array(array)) for array in lists}) == len(lists)


CELLS = st.fixed_dictionaries(
    {
        "number": st.none() | st.integers(-9, 9),
        "flag": st.none() | st.booleans(),
        "text": st.none() | st.text(max_size=3),
        "bytes": st.none() | st.binary(max_size=3),
        "pair": st.none() | st.lists(st.none() | st.integers(0, 9), min_size=2, max_size=2),
        "box": st.none() | st.fixed_dictionaries({"a": st.none() | st.lists(st.text(max_size=2), max_size=2)}),
        "map": st.none()
        | st.dictionaries(st.text(max_size=1), st.none() | st.integers(0, 9), max_size=2).map(lambda d: [*d.items()]),
    }
)
CELL_TYPES = pa.schema(
    {
        "number": pa.int32(),
        "flag": pa.bool_(),
        "text": pa.string(),
        "bytes": pa.large_binary(),
        "pair": pa.list_(pa.int8(), 2),
        "box": pa.struct({"a": pa.list_(pa.string())}),
        "map": pa.map_(pa.string(), pa.int8()),
    }
)


@settings(database=None)
@given(st.lists(CELLS, max_size=12), st.lists(st.integers(0, 12), max_size=4))
def test_any_cut_of_a_table_gives_the_same(rows: list[dict[str, Any]], cuts: list[int]) -> None:
    table = pa.Table.from_pylist(rows, CELL_TYPES)
    borders = sorted({0, len(rows), *(cut for cut in cuts if cut < len(rows))})
    pieces = [table.slice(low, high - low).combine_chunks() for low, high in pairwise(borders)]
    assert digest(pa.concat_tables([table.slice(0, 0), *pieces])) == digest(table)


@settings(database=None)
@given(
    st.lists(st.one_of(st.none(), st.lists(st.one_of(st.none(), st.text(max_size=3)), max_size=3)), max_size=12),
    st.lists(st.integers(0, 12), max_size=4),
)
def test_any_cut_gives_the_same(values: list[Any], cuts: list[int]) -> None:
    array = pa.array(values, pa.list_(pa.string()))
    borders = sorted({0, len(values), *(cut for cut in cuts if cut < len(values))})
    pieces = [array.slice(low, high - low) for low, high in pairwise(borders)]
    assert of(pa.chunked_array(pieces, array.type)) == of(array)
