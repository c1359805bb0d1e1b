"""ML repositories that are drawn: a check of each has the finding that its defect names, and no other error."""

from __future__ import annotations

import pytest
from standins.draws import SEEDS, drawn, shrunk

from pytest_flops_mock import check_repository
from pytest_flops_mock.strategies import ml_repositories
from pytest_flops_mock.strategies.repositories import DEFECTS, SeededRepository

SLA = {
    "customerID": "Admin",
    "mock_data_configuration": {"dataset_name": "mnist", "data_tag": "mnist", "number_of_partitions": 2, "max_rows": 200},
}


def name_of(seeded: SeededRepository) -> str:
    return seeded.defect.name if seeded.defect else "good"


def by_name() -> dict[str, SeededRepository]:
    found: dict[str, SeededRepository] = {}
    drawn(
        ml_repositories(),
        lambda seeded: found.setdefault(name_of(seeded), seeded) is None,
        until=lambda _: len(found) > len(DEFECTS),
    )
    return found


def test_every_defect_is_drawn_and_the_good_one() -> None:
    seen = drawn(ml_repositories(), name_of, until=lambda seen: len(seen) > len(DEFECTS))
    assert seen.keys() == {"good", *(defect.name for defect in DEFECTS)}


@pytest.mark.parametrize(
    "name",
    [
        "a method is missing",
        *(pytest.param(name, marks=pytest.mark.slow) for name in ["good", *(defect.name for defect in DEFECTS[1:])]),
    ],
)
def test_a_check_finds_what_is_seeded_and_nothing_else(name: str) -> None:
    seeded = by_name()[name]
    report = check_repository(seeded.repository, sla=SLA)
    found = [(finding.code, finding.stage) for finding in report.errors]
    assert found == ([(seeded.defect.code, seeded.defect.stage)] if seeded.defect else []), report


@SEEDS
def test_they_shrink_to_the_good_one(seeds: int) -> None:
    assert shrunk(ml_repositories(), lambda seeded: True, seeds=seeds, shown=name_of) == "good"
