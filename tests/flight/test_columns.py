"""Columns that an ML data server can keep, and rows that it could not give back."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pytest_flops_mock.errors import DataSourceError
from pytest_flops_mock.flight.columns import check_columns, check_rows

PAIR = pa.list_(pa.int64(), 2)


def batch(values: list[Any], kind: Any) -> pa.RecordBatch:
    return pa.record_batch([pa.array(values, kind)], ["box"])


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([[1, 2], None], PAIR),
        ([[[1, 2], None]], pa.list_(PAIR)),
        ([{"a": [1, 2]}, {"a": None}], pa.struct([("a", PAIR)])),
        ([{"a": [1, 2]}, None], pa.struct([("a", PAIR)])),
        ([[[1, 2], [3, 4]], [[1, 2], None]], pa.list_(PAIR, 2)),
    ],
)
def test_a_missing_list_of_a_fixed_length_is_told_before_it_is_stored_for_good(values: list[Any], kind: Any) -> None:
    with pytest.raises(DataSourceError, match="column 'box' has a missing list") as told:
        check_rows(batch(values, kind), "mine")
    assert "fill the missing lists" in str(told.value)
    assert told.value.problems[0].code == "FM304"


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([[1, 2], [None, 4]], PAIR),
        ([[1], None], pa.list_(pa.int64())),
        ([{"a": [1, 2]}, {"a": [5, None]}], pa.struct([("a", PAIR)])),
        ([[[1, 2]], None, []], pa.list_(PAIR)),
        ([], PAIR),
    ],
)
def test_what_check_rows_lets_through_survives_the_parquet_file(values: list[Any], kind: Any, tmp_path: Any) -> None:
    rows = batch(values, kind)
    check_rows(rows, "mine")
    try:
        pq.write_table(pa.Table.from_batches([rows]), tmp_path / "rows.parquet")
        read = pq.read_table(tmp_path / "rows.parquet").column("box").to_pylist()
    except pa.ArrowException as error:
        pytest.fail(str(error))
    assert read == values


def test_only_lists_of_a_fixed_length_are_looked_into_and_a_slice_counts_its_own_rows() -> None:
    whole = batch([[1, 2], None, [3, 4]], PAIR)
    check_rows(whole.slice(2), "mine")
    with pytest.raises(DataSourceError):
        check_rows(whole.slice(1, 1), "mine")


def test_every_column_that_cannot_be_kept_is_named_at_once() -> None:
    schema = pa.schema([("fine", pa.int64()), ("odd", pa.duration("s")), ("a", pa.int8()), ("a", pa.int8())])
    union = pa.sparse_union([pa.field("i", pa.int64())])
    with pytest.raises(DataSourceError) as told:
        check_columns(schema.append(pa.field("both", union)), "mine")
    text = str(told.value)
    assert "column 'both' has a type that the ML data server cannot store" in text
    assert "column 'a' occurs 2 times" in text
    assert "'fine'" not in text
