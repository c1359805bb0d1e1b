"""Any partition of a population, as Hypothesis draws it: each can be made, and each kind comes."""

from __future__ import annotations

import importlib
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from standins.judge import Judge, explored, population

from pytest_flops_mock.partitions.sample import Population, Sample
from pytest_flops_mock.sla.schemes import drift_of
from pytest_flops_mock.strategies.samples import drifts_of, samples

ZOO = population(60)
PLAIN = Population("plain", ZOO.table.select(["name"]))


@pytest.mark.parametrize("of", [ZOO, PLAIN, population(1)], ids=["zoo", "without classes", "one row"])
@given(data=st.data())
@settings(max_examples=100)
def test_each_can_be_made(of: Population, data: st.DataObject) -> None:
    sample = data.draw(samples(of, "lost=0.5 partitions=1"))
    assert all(0 <= row < of.table.num_rows for row in sample.rows)
    assert of.partition(sample).num_rows <= len(sample.rows)


@pytest.mark.parametrize("drift", [text for group in drifts_of(ZOO) for text in group if "image_mode=L " not in text])
def test_each_drift_goes_with_the_rows_and_changes_them(drift: str) -> None:
    rows = tuple(range(60))  # their images are grey already
    assert not ZOO.partition(Sample(rows, drift)).equals(ZOO.partition(Sample(rows)), check_metadata=True)


def test_all_that_a_person_would_name_comes_within_200() -> None:
    drawn = list(judged().outcomes)
    kinds = Counter(rule.kind for sample in drawn for rule in drift_of(sample.drift).rules)
    labels = [{row % 3 for row in sample.rows} for sample in drawn]
    assert {len(sample.rows) for sample in drawn} >= {0, 1, 2, 30, 60}
    assert {frozenset(each) for each in labels} >= {frozenset(s) for s in ({0}, {1}, {2}, {0, 1}, {0, 2}, {1, 2}, {0, 1, 2})}
    assert any(list(sample.rows) != sorted(sample.rows) for sample in drawn)
    assert sum(len(set(sample.rows)) < len(sample.rows) for sample in drawn) > 20
    assert kinds.keys() == {rule.kind for group in drifts_of(ZOO) for text in group for rule in drift_of(text).rules}
    assert 60 < sum(kinds.values()) < 120, "about half of them are plain"
    assert len(drawn) > 160, "hardly any comes twice"


def test_the_same_seed_gives_the_same_whatever_else_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, other = list(judged(seed=3).outcomes), list(judged(seed=4).outcomes)
    (tmp_path / "full_of_constants.py").write_text(f"NUMBERS = {list(range(101, 5000))}\n")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module("full_of_constants")
    assert list(judged(seed=3).outcomes) == first != other


def judged(seed: int = 0) -> Judge:
    """All that a search of 200 examples meets."""
    judge = Judge(ZOO)
    explored(judge, seed=seed)
    return judge
