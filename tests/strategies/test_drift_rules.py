"""Drift that is drawn for a data set: its rows can have it, and every kind comes."""

from __future__ import annotations

import datasets as hf
import pyarrow as pa
import pytest
from hypothesis import strategies as st
from standins.draws import SEEDS, drawn, shrunk

from pytest_flops_mock import Drift
from pytest_flops_mock.data.loaded import handed_in
from pytest_flops_mock.partitions.drift import drifted
from pytest_flops_mock.sla.drift_kinds import KINDS
from pytest_flops_mock.sla.schemes import drift_of
from pytest_flops_mock.strategies import datasets, drifts, features

COLUMNS = hf.Features(
    {
        "age": hf.Value("int8"),
        "name": hf.Value("string"),
        "seen": hf.Value("timestamp[s]"),
        "picture": hf.Image(),
        "label": hf.ClassLabel(names=["no", "yes"]),
    }
)
NOTHING = hf.Dataset(COLUMNS.arrow_schema.empty_table(), fingerprint="nothing")


@st.composite
def cases(draw: st.DrawFn) -> tuple[hf.Dataset, Drift]:
    columns = draw(st.just(COLUMNS) | features())
    dataset = draw(datasets(columns, min_rows=1, max_rows=6))
    return dataset, draw(drifts(dataset))


@pytest.mark.parametrize("examples", [40, pytest.param(1000, marks=pytest.mark.exhaustive)])
def test_rows_can_have_the_drift_that_is_drawn_for_them(examples: int) -> None:
    def check(case: tuple[hf.Dataset, Drift]) -> int:
        dataset, drift = case
        data = handed_in(dataset, "drawn")
        table = pa.Table.from_batches(dataset.data.table.to_batches(), schema=data.schema)
        assert drifted(table, drift, seed=1, label=data.label).schema.names
        return len(drift.rules)

    assert drawn(cases(), check, examples=examples, until=lambda seen: len(seen) >= 2).keys() == {1, 2}


def test_every_kind_is_drawn_where_the_data_bear_it() -> None:
    kinds = drawn(
        drifts(NOTHING, max_rules=1),
        lambda drift: drift.rules[0].kind,
        examples=400,
        until=lambda seen: len(seen) >= len(KINDS),
    )
    assert kinds.keys() == KINDS.keys()


def test_it_can_be_written_and_read_again() -> None:
    assert drawn(drifts(NOTHING), lambda drift: drift_of(drift.value).value == drift.value).keys() == {True}


@SEEDS
def test_it_shrinks_to_one_rule(seeds: int) -> None:
    def text(drift: Drift) -> str:
        return drift.value

    assert shrunk(drifts(NOTHING), lambda _: True, seeds=seeds, shown=text) == "missing=0.5"
    noisy = shrunk(drifts(NOTHING), lambda drift: any(drift.of_kind("label_noise")), seeds=seeds, shown=text)
    assert noisy == "label_noise=0.5"
