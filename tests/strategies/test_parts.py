"""Partitions of a data set that are drawn: of every size and form, and as small as can be when they fail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import datasets as hf
from standins.draws import SEEDS, drawn, shrunk

from pytest_flops_mock.strategies import partitions

PEOPLE = hf.Dataset.from_dict(
    {"row": list(range(30)), "age": [20 + row % 7 for row in range(30)], "label": [row % 3 for row in range(30)]},
    features=hf.Features(
        {"row": hf.Value("int32"), "age": hf.Value("int32"), "label": hf.ClassLabel(names=["a", "b", "c"])}
    ),
)


def rows_of(partition: hf.Dataset) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = partition.data.table.to_pylist()
    return rows


def numbers(partition: hf.Dataset) -> tuple[int, ...]:
    return tuple(row["row"] for row in rows_of(partition))


def test_without_drift_all_rows_are_the_data_sets_own() -> None:
    own = rows_of(PEOPLE)
    seen = drawn(partitions(PEOPLE, drift=False), lambda found: all(row in own for row in rows_of(found)), examples=100)
    assert seen.keys() == {True}


def test_they_are_of_every_form() -> None:
    def forms(found: hf.Dataset) -> frozenset[str]:
        rows, labels = numbers(found), [row["label"] for row in rows_of(found)]
        is_so = {
            "empty": not rows,
            "one row": len(rows) == 1,
            "more than half": len(set(rows)) > 15,
            "one class": len(rows) > 2 and len(set(labels)) == 1,
            "two classes": len(rows) > 5 and len(set(labels)) == 2,
            "a row twice": max(Counter(rows).values(), default=0) > 1,
            "sorted by label": len(set(labels)) > 1 and labels == sorted(labels),
            "another order": list(rows) != sorted(rows),
        }
        return frozenset(form for form, is_there in is_so.items() if is_there)

    def all_forms(seen: Iterable[frozenset[str]]) -> frozenset[str]:
        return frozenset().union(*seen)

    seen = drawn(partitions(PEOPLE, drift=False), forms, examples=300, until=lambda seen: len(all_forms(seen)) == 8)
    assert len(all_forms(seen)) == 8


def test_some_have_drift() -> None:
    def kinds(found: hf.Dataset) -> tuple[bool, bool]:
        gaps = any(value is None for row in rows_of(found) for value in row.values())
        return gaps, found.features != PEOPLE.features

    gaps, other_columns = zip(
        *drawn(partitions(PEOPLE), kinds, examples=200, until=lambda seen: len(seen) >= 3), strict=True
    )
    assert set(gaps) == set(other_columns) == {True, False}


def test_sizes_are_as_asked_for() -> None:
    some = partitions(PEOPLE, min_rows=2, max_rows=4, drift=False)
    sizes = drawn(some, lambda found: found.num_rows, until=lambda seen: len(seen) >= 3)
    assert sizes.keys() == {2, 3, 4}


@SEEDS
def test_they_shrink_to_the_first_rows_that_fail(seeds: int) -> None:
    found = partitions(PEOPLE)
    assert shrunk(found, lambda part: True, seeds=seeds, shown=numbers) == ()
    assert shrunk(found, lambda part: part.num_rows >= 3, seeds=seeds, shown=numbers) == (0, 1, 2)
    assert shrunk(found, lambda part: part.num_rows >= 20, seeds=seeds, shown=lambda part: part.num_rows) == 20


@SEEDS
def test_a_missing_class_shrinks_to_two_classes(seeds: int) -> None:
    def lacks_a_class(part: hf.Dataset) -> bool:
        return "label" in part.column_names and len({row["label"] for row in rows_of(part)}) == 2

    def labels(part: hf.Dataset) -> list[int]:
        return sorted(row["label"] for row in rows_of(part))

    assert shrunk(partitions(PEOPLE), lacks_a_class, seeds=seeds, shown=lambda part: str(labels(part))) == "[0, 1]"
