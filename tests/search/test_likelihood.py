"""How likely the SLA's own scheme gives a partition like one that was found: exact where that is easy, else simulated."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from datasets import ClassLabel, Dataset
from standins.found import broken

from pytest_flops_mock.data.loaded import LoadedData, handed_in
from pytest_flops_mock.search import likelihood as module
from pytest_flops_mock.search.found import Likelihood
from pytest_flops_mock.search.likelihood import likelihoods, wilson
from pytest_flops_mock.sla.partitioning import partitioning_of


@pytest.fixture(autouse=True)
def few_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_RUNS", 20)
    monkeypatch.setattr(module, "FEWEST_RUNS", 20)


def data(rows: int = 60, classes: int = 3, **columns: Any) -> LoadedData:
    dataset = Dataset.from_dict({"x": list(range(rows)), "label": [number % classes for number in range(rows)], **columns})
    return handed_in(dataset.cast_column("label", ClassLabel(names=["a", "b", "c", "d"][:classes])), "own", "label")


def likelihood(kind: str, of: LoadedData, scheme: str = "", count: int = 3, asked: str = "", **about: Any) -> Any:
    plan = partitioning_of(scheme) if scheme else None
    (found,) = likelihoods([broken(kind, **about)], of, plan, count, asked)
    return found


def exactly(share: float) -> Likelihood:
    return Likelihood(share, share, share)


def same(found: Likelihood | None, wanted: Likelihood) -> bool:
    return found is not None and vars(found) == vars(wanted)


def test_the_interval_is_that_of_wilson() -> None:
    # 10 of 100: the score interval is known to be from 0.0552 to 0.1744.
    found = wilson(10, 100)
    assert (found.share, round(found.low, 4), round(found.high, 4), found.runs) == (0.1, 0.0552, 0.1744, 100)
    assert wilson(0, 100).low == 0.0
    assert 0 < wilson(0, 100).high < 0.04
    assert wilson(100, 100).low == pytest.approx(1 - wilson(0, 100).high)
    assert wilson(100, 100).high == 1.0


@pytest.mark.parametrize(("least", "share"), [(20, 0.0), (21, 1.0)])
def test_sizes_of_iid_partitions_are_known(least: int, share: float) -> None:
    assert same(likelihood("few rows", data(60), number=least, count=3), exactly(share))


def test_a_number_of_partitions_that_leaves_a_rest_makes_some_of_the_smaller_size() -> None:
    assert same(likelihood("few rows", data(61), number=21, count=3), exactly(1.0))


def test_no_rows_come_from_no_iid_split() -> None:
    assert same(likelihood("empty", data()), exactly(0.0))


def test_a_pathological_split_gives_one_class_and_an_iid_one_does_not() -> None:
    by_class = likelihood("one class", data(), "pathological num_classes_per_partition=1")
    assert (by_class.share, by_class.high) == (1.0, 1.0)
    assert 0.8 < by_class.low < 1
    iid = likelihood("one class", data())
    assert iid.share == 0
    assert iid.high < 1e-6, "the hypergeometric distribution says more than the runs do"


def test_the_bound_of_one_class_holds_what_counting_gives() -> None:
    """Two learners, six rows of two classes: of the 20 ways to choose three rows, two are of one class."""
    classes = [0, 1, 0, 1, 0, 1]
    ways = [{classes[row] for row in rows} for rows in combinations(range(6), 3)]
    share = sum(len(way) == 1 for way in ways) / len(ways)
    found = likelihood("one class", data(6, 2), count=2)
    assert found.low <= share <= found.high


@pytest.mark.parametrize(
    ("kind", "about"),
    [("labels not contiguous", {}), ("class missing", {}), ("few of a class", {"number": 3})],
)
def test_what_is_said_of_classes_is_told_by_their_numbers(kind: str, about: dict[str, Any]) -> None:
    assert likelihood(kind, data(), **about).share < 0.2
    assert likelihood(kind, data(12), count=6, **about).share > 0.9


def test_a_class_is_that_of_the_partition() -> None:
    found = likelihood("a class", data(), column="label", partition=broken().partition.set_column(1, "label", [[2, 2]]))
    assert found.share == 1.0


def test_a_missing_value_comes_from_the_data_or_from_drift_that_is_set() -> None:
    with_gap = data(60, age=[None, *range(59)])
    assert likelihood("missing value", with_gap, column="age").share == 1.0
    assert same(likelihood("missing value", data(), column="x"), exactly(0.0))
    drift = "missing=0.5 column=x"
    assert same(likelihood("missing value", data(), column="x", drift=drift), exactly(0.0))
    assert same(likelihood("missing value", data(), column="x", drift=drift, asked="missing=0.1"), exactly(1.0))


def test_a_row_comes_twice_where_the_data_have_it_twice() -> None:
    assert likelihood("duplicate row", data()).share == 0.0
    twice = handed_in(Dataset.from_dict({"x": [1, 1, *range(2, 8)], "label": [0, 0, *[1] * 6]}), "own", "label")
    assert 0 < likelihood("duplicate row", twice, count=2).share < 1


@pytest.mark.parametrize("kind", ["", "order", "something new"])
def test_of_what_rows_do_not_tell_nothing_is_said(kind: str) -> None:
    assert likelihood(kind, data()) is None


def test_a_scheme_that_gives_nothing_tells_nothing() -> None:
    assert likelihood("one class", data(), "dirichlet alpha=0.01 min_partition_size=21", count=3) is None


def test_the_same_comes_of_the_same_and_a_seed_of_the_scheme_does_not_count() -> None:
    first, again, seeded = (
        likelihood("class missing", data(18), f"dirichlet alpha=1 min_partition_size=0{seed}", count=3)
        for seed in ("", "", " seed=3")
    )
    assert vars(first) == vars(again) == vars(seeded)
    assert 0 < first.share < 1


def test_rows_that_the_data_set_leaves_out_do_not_count() -> None:
    whole = data(60, 3)
    some = LoadedData(**{**vars(whole), "rows": np.arange(0, 60, 3)})
    assert likelihood("one class", some, count=2).share == 1.0
