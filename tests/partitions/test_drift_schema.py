"""Drift of the schema, and what a learner makes of partitions that have it, or some of them."""

from __future__ import annotations

from typing import Any

import datasets
import pyarrow as pa
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from standins.devices import FEATURES, ROWS, table_of, with_
from standins.drifts import drifts
from standins.projects import mock_sla

from pytest_flops_mock import Drift, MLDataServer, MockDataProvider, load_partitions
from pytest_flops_mock.errors import DataSourceError, LoadError
from pytest_flops_mock.flight.features import features_of
from pytest_flops_mock.partitions.drift import drifted

HANDED_IN = datasets.Dataset(ROWS, fingerprint="rows").remove_columns(["photo", "sent"])


def features(made: pa.Table) -> datasets.Features:
    """As a learner reads them."""
    read = datasets.Dataset(made, fingerprint="made").features
    assert list(features_of(made.schema)) == made.column_names == list(read)
    return read


@pytest.mark.parametrize(
    ("column", "type_", "values"),
    [
        ("age", "int64", [20, 21, 22, None]),
        ("age", "uint8", [20, 21, 22, None]),
        ("age", "float32", [20.0, 21.0, 22.0, None]),
        ("age", "string", ["20", "21", "22", None]),
        ("weight", "float64", [60.0, 60.125, 60.25, 60.375]),
        ("weight", "int32", [60, 60, 60, 60]),
        ("visits", "int32", [2**31 - 1] * 4),
        ("visits", "float64", [2.0**40, 2.0**40 + 1, 2.0**40 + 2, 2.0**40 + 3]),
        ("smokes", "int8", [1, 0, 1, 0]),
        ("smokes", "float32", [1.0, 0.0, 1.0, 0.0]),
        ("label", "int32", [0, 1, 0, 1]),
        ("label", "int64", [0, 1, 0, 1]),
    ],
)
def test_a_column_can_have_another_type(column: str, type_: str, values: list[Any]) -> None:
    made = with_({"type": type_, "column": column})
    assert made[column].to_pylist()[:4] == values
    assert features(made) == {**FEATURES, column: datasets.Value(type_)}


@pytest.mark.parametrize(
    ("values", "type_", "expected"),
    [
        (pa.array([300, -300, 5], pa.int64()), "int8", [127, -128, 5]),
        (pa.array([-1, 2**40], pa.int64()), "uint32", [0, 2**32 - 1]),
        (pa.array([2**64 - 1], pa.uint64()), "int64", [2**63 - 1]),
        (pa.array([float("nan"), float("inf"), -1e30, 2.5], pa.float64()), "int16", [None, 2**15 - 1, -(2**15), 2]),
        (pa.array([1e300], pa.float64()), "float32", [float("inf")]),
    ],
)
def test_what_does_not_fit_stops_at_the_ends_of_the_type(values: pa.Array, type_: str, expected: list[Any]) -> None:
    assert with_({"type": type_, "column": "x"}, table_of(values))["x"].to_pylist() == expected


def test_a_column_can_be_missing() -> None:
    made = with_("missing_column=age; missing_column=label")
    assert features(made) == {name: FEATURES[name] for name in FEATURES if name not in ("age", "label")}


def test_there_can_be_one_more_column() -> None:
    made = with_("extra_column='the site'; extra_column=b; lost=0.5")
    assert made.column_names == [*FEATURES, "the site", "b"]
    assert features(made)["b"] == datasets.Value("float64")
    assert made["b"].null_count == 0
    assert not made["b"].equals(made["the site"])
    # Rows that are lost elsewhere do not move its values.
    whole = dict(zip(*(with_("extra_column=b")[name].to_pylist() for name in ("note", "b")), strict=True))
    assert all(whole[note] == value for note, value in zip(made["note"].to_pylist(), made["b"].to_pylist(), strict=True))


def test_a_column_can_have_another_name() -> None:
    made = with_("renamed=years column=age; renamed=age column=weight")
    assert made.column_names == ["years", "age", *list(FEATURES)[2:]]
    assert made["years"].equals(ROWS["age"])
    assert features(made)["years"] == FEATURES["age"]
    assert features(made)["age"] == FEATURES["weight"]
    assert features(with_("renamed=class column=label"))["class"] == FEATURES["label"]


def test_columns_can_come_in_another_order() -> None:
    made = with_("reordered")
    assert made.column_names == list(FEATURES)[::-1]
    assert {**features(made)} == {**FEATURES}
    assert all(made[name].equals(ROWS[name]) for name in FEATURES)


def test_rules_go_by_the_names_of_the_data_set_whatever_the_order_in_which_they_are_written() -> None:
    parts = [
        "renamed=years column=age",
        "type=float64 column=age",
        "missing=0.5 column=age",
        "extra_column=age",
        "reordered",
    ]
    made = with_(parts)
    assert made.column_names == ["age", *list(FEATURES)[:0:-1], "years"]
    assert made["years"].type == pa.float64()
    assert made["years"].null_count > 5
    assert made.equals(with_(parts[::-1]), check_metadata=True)


@settings(max_examples=150, derandomize=True, database=None)
@given(drifts(st.sampled_from(list(FEATURES)), 3), st.integers(0, 12), st.integers(0, 3))
def test_any_drift_gives_rows_that_a_learner_can_read_or_is_refused(drift: Drift, count: int, seed: int) -> None:
    table = ROWS.slice(2, count)
    try:
        made = drifted(table, drift, seed=seed)
    except DataSourceError as error:
        refused = list(error.problems)
    else:
        refused = []
        made.validate(full=True)
        assert made.num_rows <= count
        assert made.schema.equals(drifted(ROWS, drift, seed=seed + 1).schema, check_metadata=True)
        assert len(features(made)) == made.num_columns
    event("refused" if refused else "made")
    assert all(problem.where.startswith("the rows") and problem.got and problem.fix for problem in refused)


def sent(server: MLDataServer, drift: str) -> None:
    MockDataProvider(server.uri, drift=drift).run(mock_sla(number_of_partitions=3), HANDED_IN)


SCHEMA_DRIFTS = [
    ("extra_column=site", "only the others have site", "only the first have site"),
    ("missing_column=age", "only the others have age", "only the first have age"),
    ("renamed=years column=age", "have age", "have years"),
    ("type=int32 column=age", "column 'age' is int", "column 'age' is int"),
    ("type=float64 column=weight", "column 'weight' is ", "column 'weight' is "),
    ("reordered", "the columns are ", "the columns are "),
]


@pytest.mark.parametrize(("drift", "one", "other"), SCHEMA_DRIFTS)
def test_a_learner_refuses_it_in_some_partitions_as_arrow_does(drift: str, one: str, other: str) -> None:
    with pytest.raises(pa.ArrowInvalid):
        pa.concat_tables([ROWS, with_(drift)])
    with MLDataServer() as server:
        sent(server, f"{drift} partitions=1")
        with pytest.raises(LoadError) as error:
            load_partitions(server.uri, ["mnist"])
    assert str(error.value).startswith("the partitions cannot be one data set\n")
    assert one in str(error.value) or other in str(error.value)


@pytest.mark.parametrize("drift", [drift for drift, *_ in SCHEMA_DRIFTS])
def test_a_learner_takes_it_where_all_partitions_have_it(drift: str) -> None:
    with MLDataServer() as server:
        sent(server, drift)
        loaded = load_partitions(server.uri, ["mnist"])
    assert loaded.features == features(with_(drift, HANDED_IN.data.table))
    assert loaded.num_rows == HANDED_IN.num_rows
