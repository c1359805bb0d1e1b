"""Ten ML repositories with seeded bugs that no IID partition shows, and ten good ones that bear any."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from standins.partition_bugs import BUGS, GOOD, good, seeded, sla_of

from pytest_flops_mock import check_repository
from pytest_flops_mock.search.searching import search_repository


def test_there_are_ten_of_each_and_no_two_are_of_one_base() -> None:
    assert len(GOOD) == len(BUGS) == 10
    assert sorted(bug.repository for bug in BUGS.values()) == list(GOOD)


def first_quick(names: Iterable[str]) -> list[Any]:
    """One of them by default, the rest with the slow tests."""
    return [pytest.param(name, marks=pytest.mark.slow if number else ()) for number, name in enumerate(names)]


@pytest.mark.parametrize("name", first_quick(GOOD))
def test_a_good_one_passes_the_check_without_a_warning(name: str) -> None:
    report = check_repository(good(name), sla=sla_of(name), env="current")
    assert report.errors == report.warnings == (), str(report)


@pytest.mark.slow
@pytest.mark.parametrize("name", BUGS)
def test_a_seeded_one_passes_the_check(name: str) -> None:
    report = check_repository(seeded(BUGS[name]), sla=sla_of(BUGS[name].repository), env="current")
    assert report.ok, str(report)


@pytest.mark.parametrize(
    "seed", [pytest.param(seed, marks=pytest.mark.exhaustive if seed else pytest.mark.slow) for seed in range(3)]
)
@pytest.mark.parametrize("name", BUGS)
def test_a_search_finds_the_bug_and_names_what_matters(name: str, seed: int) -> None:
    bug = BUGS[name]
    result = search_repository(seeded(bug), sla=sla_of(bug.repository), examples=200, seed=seed, env="current")
    assert (result.examples, result.ended) == (200, "examples")
    (broken,) = result.broken
    assert (broken.property.kind, broken.partition.num_rows) == (bug.kind, bug.rows), broken
    assert bug.text in broken.property.text


@pytest.mark.parametrize(
    "examples", [pytest.param(200, marks=pytest.mark.slow), pytest.param(500, marks=pytest.mark.exhaustive)]
)
@pytest.mark.parametrize("name", GOOD)
def test_a_search_says_nothing_of_a_good_one(name: str, examples: int) -> None:
    result = search_repository(good(name), sla=sla_of(name), examples=examples, seed=0, env="current")
    assert (result.examples, result.broken, result.report.errors) == (examples, (), ())
