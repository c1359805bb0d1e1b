"""Drift of values: other units, outlier devices, wrong clocks."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from standins.devices import ROWS, rows, table_of, with_

from pytest_flops_mock.errors import DataSourceError
from pytest_flops_mock.sla.drift_kinds import KINDS


def changed_columns(made: pa.Table) -> list[str]:
    return [name for name in ROWS.column_names if not made[name].equals(ROWS[name])]


def test_numbers_can_be_in_other_units() -> None:
    made = with_("factor=1000 column=weight")
    assert made["weight"].to_pylist() == [1000 * weight for weight in ROWS["weight"].to_pylist()]
    assert changed_columns(made) == ["weight"]
    assert made.schema.equals(ROWS.schema, check_metadata=True)


def test_without_a_column_all_numbers_are_and_neither_classes_nor_booleans() -> None:
    assert changed_columns(with_("factor=-1")) == ["age", "weight", "visits"]
    assert changed_columns(with_("outlier=3")) == ["age", "weight", "visits"]
    target = ROWS.select(["age", "weight"])
    target = target.replace_schema_metadata(ROWS.schema.metadata)
    from pytest_flops_mock.partitions.drift import drifted
    from pytest_flops_mock.sla.schemes import drift_of

    made = drifted(target, drift_of("factor=2"), seed=1, label="weight")
    assert made["weight"].equals(target["weight"])
    assert not made["age"].equals(target["age"])


@pytest.mark.parametrize(
    ("type_", "values", "factor", "expected"),
    [
        (pa.int8(), [3, None, -3, 100, -100], 2.5, [8, None, -8, 127, -128]),
        (pa.uint8(), [3, 200], -1, [0, 0]),
        (pa.int64(), [2**62, -(2**62), 7], 4, [2**63 - 1, -(2**63), 28]),
        (pa.uint64(), [2**63, 7], 4, [2**64 - 1, 28]),
        (pa.float32(), [1.5, None, float("inf"), 1e38], 10, [15.0, None, float("inf"), float("inf")]),
        (pa.float64(), [1e308], 1e308, [float("inf")]),
        (pa.int16(), [], 2, []),
    ],
)
def test_whole_numbers_are_rounded_and_stop_at_the_ends_of_their_type(
    type_: pa.DataType, values: list[Any], factor: float, expected: list[Any]
) -> None:
    made = with_({"factor": factor}, table_of(pa.array(values, type_)))
    assert made["x"].to_pylist() == expected
    assert made["x"].type == type_


@pytest.mark.parametrize("spreads", [5, -5])
def test_an_outlier_device_lies_far_off_in_standard_deviations(spreads: float) -> None:
    made = with_({"outlier": spreads, "column": "weight"})
    before, after = (table["weight"].to_numpy() for table in (ROWS, made))
    assert np.allclose(after - before, spreads * before.std(), rtol=1e-3)
    assert changed_columns(made) == ["weight"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([7.0, 7.0], [9.0, 9.0]),
        ([7.0], [9.0]),
        ([None, None], [None, None]),
        ([], []),
        ([7.0, float("inf")], [9.0, float("inf")]),
    ],
)
def test_where_numbers_do_not_differ_it_lies_off_by_the_number_itself(values: list[Any], expected: list[Any]) -> None:
    assert with_("outlier=2", table_of(pa.array(values, pa.float64())))["x"].to_pylist() == expected


def test_clocks_can_be_wrong() -> None:
    made = with_("time_shift=1h column=seen; time_shift=-500ms column=sent; time_shift=1d column=born")
    assert made["seen"].to_pylist()[0] == datetime(2024, 2, 29)
    assert made["sent"].to_pylist()[0] == datetime(2024, 2, 28, 22, 59, 59, 500_000)
    assert made["born"].to_pylist()[0] == date(1980, 1, 2)
    assert changed_columns(made) == ["seen", "sent", "born"]
    assert changed_columns(with_("time_shift=2d")) == ["seen", "sent", "born"]


@pytest.mark.parametrize("type_", [pa.timestamp("ms", "UTC"), pa.timestamp("us"), pa.date64()])
def test_times_of_any_unit_can_be_later(type_: pa.DataType) -> None:
    table = table_of(pa.array([86_400_000, None, 0], pa.int64()).cast(pa.timestamp("ms")).cast(type_))
    made = with_("time_shift=2d", table)
    assert made.schema == table.schema
    before, after = (each["x"].to_pylist() for each in (table, made))
    assert [None if one is None else two - one for one, two in zip(before, after, strict=True)] == [
        timedelta(days=2),
        None,
        timedelta(days=2),
    ]


def test_a_shift_that_a_column_cannot_tell_is_told() -> None:
    with pytest.raises(DataSourceError) as error:
        with_("time_shift=1h")
    assert str(error.value) == (
        "the column born cannot tell a time_shift as small as that\n"
        "  where     the rows\n"
        "  expected  a multiple of 1 day, since the column is of type date32[day]\n"
        "  got       time_shift=1h\n"
        "  fix       use a larger time_shift, or name another column"
    )


def test_times_beyond_their_type_are_told() -> None:
    with pytest.raises(DataSourceError) as error:
        with_("time_shift=36525d", table_of(pa.array([2**63 - 1], pa.timestamp("ns"))))
    assert str(error.value).startswith(
        "time_shift moves times beyond what their type can tell\n  where     the rows, column x\n"
        "  expected  times that timestamp[ns] can hold\n"
    )


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_each_is_a_pure_function_of_the_rows_and_the_seed(kind: Any) -> None:
    text = kind.example.replace("time_shift=-3h", "time_shift=-3d").replace("=years", "=years2")
    twice = [with_(text, seed=seed) for seed in (1, 1, 2)]
    assert twice[0].equals(twice[1], check_metadata=True)
    assert not twice[0].equals(ROWS, check_metadata=True) or kind.name == "corrupt_images"
    assert twice[0].schema.equals(twice[2].schema, check_metadata=True), "the schema does not depend on the seed"
    assert (not twice[0].schema.equals(ROWS.schema, check_metadata=True)) == kind.new_schema


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_no_kind_moves_what_another_draws(kind: Any) -> None:
    if kind.name in ("imbalance", "duplicates", "lost", "empty", "reordered"):
        return  # they choose rows and their order
    text = kind.example.replace("time_shift=-3h", "time_shift=-3d")
    alone, both = with_("other_case=0.5 column=note"), with_([text, "other_case=0.5 column=note"])
    if kind.name == "missing":
        gaps = both["note"].is_null().to_pylist()
        texts = zip(alone["note"].to_pylist(), both["note"].to_pylist(), gaps, strict=True)
        assert all(gap or one == two for one, two, gap in texts)
    elif kind.name == "other_case":
        assert with_("other_case=0.5 column=note; missing=0.5 column=age")["note"].equals(alone["note"])
    else:
        assert both["note"].equals(alone["note"])


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
@pytest.mark.parametrize("count", [0, 1])
def test_the_smallest_partitions_bear_each_of_them(kind: Any, count: int) -> None:
    table = rows(2).slice(0, count)
    made = with_(kind.example.replace("time_shift=-3h", "time_shift=-3d"), table)
    assert made.num_rows <= count
    assert made.schema.equals(with_(kind.example.replace("time_shift=-3h", "time_shift=-3d")).schema, check_metadata=True)
