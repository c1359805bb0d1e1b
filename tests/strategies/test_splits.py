"""Partitioners that are drawn for a data set split it, whatever their arguments."""

from __future__ import annotations

import datasets as hf
import pytest
from hypothesis import strategies as st
from standins.draws import SEEDS, drawn, shrunk

from pytest_flops_mock.data.loaded import handed_in
from pytest_flops_mock.errors import DataSourceError
from pytest_flops_mock.partitions.scheme import scheme_of
from pytest_flops_mock.partitions.splitting import split
from pytest_flops_mock.sla.partitioners import PARTITIONERS, Partitioning, written
from pytest_flops_mock.sla.partitioning import partitioning_of
from pytest_flops_mock.strategies import datasets, partitioners

COLUMNS = hf.Features(
    {
        "age": hf.Value("int8"),
        "name": hf.Value("string"),
        "score": hf.Value("float32"),
        "label": hf.ClassLabel(names=["no", "yes"]),
        "hobbies": hf.Sequence(hf.Value("string")),
    }
)
EVEN = hf.Dataset.from_dict({"label": [0, 1] * 20, "person": list("abcdefgh") * 5})
Case = tuple[hf.Dataset, int, Partitioning]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    dataset = draw(datasets(COLUMNS, min_rows=4, missing=draw(st.booleans())))
    count = draw(st.integers(1, 4))
    return dataset, count, draw(partitioners(dataset, count))


def name_of(partitioning: Partitioning) -> str:
    return "mixed fleet" if isinstance(partitioning, tuple) else partitioning.name


@pytest.mark.parametrize("examples", [50, pytest.param(1000, marks=pytest.mark.exhaustive)])
def test_each_splits_any_data_set_that_it_is_drawn_for(examples: int) -> None:
    def check(case: Case) -> str:
        dataset, count, partitioning = case
        assert len(split(handed_in(dataset, "drawn"), scheme_of(partitioning), count)) == count
        return name_of(partitioning)

    drawn(cases(), check, examples=examples)


def test_they_are_of_every_kind_that_the_data_bear() -> None:
    names = drawn(
        partitioners(EVEN, 4, label="label"), name_of, examples=200, until=lambda seen: len(seen) > len(PARTITIONERS)
    )
    assert names.keys() == {*PARTITIONERS, "mixed fleet"}
    texts = hf.Dataset.from_dict({"text": ["a", None]})
    bearing = drawn(partitioners(texts, 1), name_of, examples=100, until=lambda seen: len(seen) >= 5)
    assert bearing.keys() == {"iid", "linear", "square", "exponential", "size"}


def test_each_can_be_written_and_read_again() -> None:
    def check(partitioning: Partitioning) -> bool:
        return isinstance(partitioning, tuple) or partitioning_of(written(partitioning)) == partitioning

    assert drawn(partitioners(EVEN, 4), check).keys() == {True}


def test_a_data_set_with_fewer_rows_is_refused() -> None:
    with pytest.raises(DataSourceError, match="from 1 to 40 partitions"):
        partitioners(EVEN, 41)


@SEEDS
def test_they_shrink_to_iid_and_to_few_arguments(seeds: int) -> None:
    def text(partitioning: Partitioning) -> str:
        return written(partitioning)

    assert shrunk(partitioners(EVEN, 4), lambda _: True, seeds=seeds, shown=text) == "iid"
    assert shrunk(partitioners(EVEN, 4), lambda found: name_of(found) == "dirichlet", seeds=seeds, shown=text) == (
        "dirichlet alpha=1 partition_by=label min_partition_size=0 shuffle=false"
    )
