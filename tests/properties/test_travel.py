"""What holds for every data set, SLA and partitioner on the way from an SLA to the learner."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import datasets as hf
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import strategies as st
from standins.draws import drawn

from pytest_flops_mock import (
    MemoryStore,
    MLDataClient,
    MLDataServer,
    MockDataProvider,
    MockSLA,
    ParquetStore,
    ProjectSLA,
    Store,
)
from pytest_flops_mock.data.loaded import handed_in
from pytest_flops_mock.flight.digest import ContentDigest
from pytest_flops_mock.flight.naming import tag_of
from pytest_flops_mock.partitions.scheme import scheme_of
from pytest_flops_mock.sla.partitioners import InnerDirichlet, Partitioning, Size
from pytest_flops_mock.strategies import data_tags, datasets, flight_names, mock_slas, partitioners, project_slas

AMOUNTS = pytest.mark.parametrize("examples", [20, pytest.param(500, marks=pytest.mark.exhaustive)])
STORES = pytest.mark.parametrize("store", [lambda _: MemoryStore(), ParquetStore], ids=["memory", "parquet"])
COLUMNS = hf.Features(
    {
        "age": hf.Value("int8"),
        "score": hf.Value("float64"),
        "label": hf.ClassLabel(names=["no", "yes"]),
        "name": hf.Value("string"),
    }
)
TO_ALL_ROWS = ("iid", "linear", "square", "exponential", "dirichlet", "continuous")
SLA = {"customerID": "Admin", "mock_data_configuration": {"dataset_name": "drawn", "data_tag": "drawn"}}


def content(table: pa.Table) -> tuple[pa.Schema, str]:
    """Everything about rows that can be seen: NaN is NaN, and -0.0 is not 0.0."""
    return table.schema, repr(table.to_pylist())


def digest(table: pa.Table) -> str:
    made = ContentDigest(table.schema)
    for batch in table.to_batches():
        made.update(batch)
    return made.hexdigest()


def cut(table: pa.Table, places: list[int]) -> pa.Table:
    """The same rows in other chunks, some of them empty, that are parts of larger buffers."""
    edges = [0, *sorted(place % (table.num_rows + 1) for place in places), table.num_rows]
    pieces = [table.slice(low, high - low) for low, high in pairwise(edges)]
    return pa.concat_tables(pieces)


PLACES = st.lists(st.integers(0, 20), max_size=4)
TABLES = datasets().map(lambda dataset: handed_in(dataset, "drawn")).map(lambda data: data.table.cast(data.schema))


@pytest.fixture
def server(request: pytest.FixtureRequest, store: Callable[[Path], Store], tmp_path: Path) -> Iterator[MLDataServer]:
    with MLDataServer(store(tmp_path / "volume")) as running:
        yield running
    assert running.errors == ()


@AMOUNTS
@STORES
def test_what_comes_back_is_what_was_sent_whatever_the_chunks(server: MLDataServer, examples: int) -> None:
    with MLDataClient(server.uri) as client:

        def check(case: tuple[pa.Table, list[int], str]) -> None:
            table, places, name = case
            client.send(name, cut(table, places))
            assert content(client.fetch(name)) == content(table)

        drawn(st.tuples(TABLES, PLACES, flight_names()), check, examples=examples)


@AMOUNTS
def test_digests_are_equal_where_content_is_and_only_there(examples: int) -> None:
    def check(case: tuple[list[pa.Table], list[int], int]) -> bool:
        (one, other), places, shift = case
        assert digest(cut(one, places)) == digest(one)
        turned = one.take(np.roll(np.arange(one.num_rows), shift))
        for second in (other, turned):
            assert (digest(one) == digest(second)) == (content(one) == content(second))
        return content(one) == content(turned)

    pairs = st.lists(datasets(COLUMNS, max_rows=3).map(lambda dataset: dataset.data.table), min_size=2, max_size=2)
    seen = drawn(
        st.tuples(pairs, PLACES, st.integers(1, 2)), check, examples=2 * examples, until=lambda seen: len(seen) >= 2
    )
    assert seen.keys() == {True, False}


@AMOUNTS
def test_partitions_are_disjoint_and_cover_what_their_scheme_promises(examples: int) -> None:
    @st.composite
    def cases(draw: st.DrawFn) -> tuple[hf.Dataset, int, Partitioning]:
        dataset = draw(datasets(COLUMNS, min_rows=3, missing=False))
        count = draw(st.integers(1, 3))
        return dataset, count, draw(partitioners(dataset, count))

    def check(case: tuple[hf.Dataset, int, Partitioning]) -> None:
        dataset, count, partitioning = case
        parts = [list(rows) for rows in scheme_of(partitioning).split(handed_in(dataset, "drawn"), count, 42)]
        rows = [row for part in parts for row in part]
        assert len(parts) == count
        assert len(set(rows)) == len(rows)
        assert set(rows) <= set(range(dataset.num_rows))
        if isinstance(partitioning, Size | InnerDirichlet):
            assert [len(part) for part in parts] == list(partitioning.partition_sizes)
        elif not isinstance(partitioning, tuple) and partitioning.name in TO_ALL_ROWS:
            assert len(rows) == dataset.num_rows

    drawn(cases(), check, examples=examples)


@AMOUNTS
def test_the_provider_is_idempotent(examples: int) -> None:
    def check(case: tuple[hf.Dataset, int]) -> None:
        dataset, count = case
        with MLDataServer() as server:
            provider = MockDataProvider(server.uri)
            first = provider.run(SLA, dataset, number_of_partitions=count)
            held = server.partitions
            assert provider.run(SLA, dataset, number_of_partitions=count) == first
            assert server.partitions == held
            assert {partition.name for partition in held} == set(first.names)

    drawn(st.tuples(datasets(min_rows=2), st.integers(1, 2)), check, examples=examples)


@AMOUNTS
def test_an_sla_survives_being_written_and_read(examples: int) -> None:
    def text(sla: MockSLA | ProjectSLA) -> str:
        return sla.model_dump_json(by_alias=True, exclude_unset=True)

    def mock(sla: MockSLA) -> bool:
        again = MockSLA.load(text(sla))
        return text(again) == text(sla) and MockSLA.load(text(again)) == again and again.findings() == ()

    def project(sla: ProjectSLA) -> bool:
        again = ProjectSLA.load(text(sla))
        return text(again) == text(sla) and ProjectSLA.load(text(again)) == again and again.findings() == ()

    assert drawn(mock_slas(), mock, examples=2 * examples).keys() == {True}
    assert drawn(project_slas(), project, examples=2 * examples).keys() == {True}


@AMOUNTS
@STORES
def test_a_listing_is_exactly_what_the_tags_select(server: MLDataServer, examples: int) -> None:
    tags = st.sampled_from(["a", "ab", "b", "a-b", "ä"])
    row = pa.table({"x": [1]})
    with MLDataClient(server.uri) as client:

        def check(case: tuple[list[str], list[str]]) -> Any:
            names, asked = case
            server.clear()
            for name in names:
                client.send(name, row)
            found = [partition.name for partition in client.partitions(asked)]
            assert found == sorted({name for name in names if tag_of(name) in asked})
            return bool(found)

        several = st.lists(flight_names(tags), max_size=4)
        seen = drawn(st.tuples(several, st.lists(tags | data_tags(), max_size=3)), check, examples=examples)
        assert seen.keys() == {True, False}
