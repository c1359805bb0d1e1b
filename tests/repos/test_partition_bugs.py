"""Ten ML repositories with seeded bugs that no IID partition shows, and ten good ones that bear any."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from standins.partition_bugs import BUGS, GOOD, good, seeded, sla_of

from pytest_flops_mock import check_repository


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


@pytest.mark.parametrize("name", first_quick(BUGS))
def test_a_seeded_one_passes_the_check(name: str) -> None:
    report = check_repository(seeded(BUGS[name]), sla=sla_of(BUGS[name].repository), env="current")
    assert report.ok, str(report)
