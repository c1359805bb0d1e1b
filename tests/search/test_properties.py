"""What matters about the smallest partition that breaks a repository: one property, told from all others."""

from __future__ import annotations

import io
from itertools import pairwise

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from PIL import Image
from standins.judge import Breaks, Judge, explored, made_small, population

from pytest_flops_mock.partitions.sample import Sample
from pytest_flops_mock.search.wording import text_of


def labels(rows: pa.Table) -> list[int]:
    found: list[int] = rows["label"].to_pylist() if "label" in rows.column_names else []
    return found


def classes(rows: pa.Table) -> list[int]:
    return sorted(set(labels(rows)))


def sizes(rows: pa.Table) -> set[tuple[int, int]]:
    files = [cell["bytes"] for cell in rows["picture"].to_pylist() if cell and cell["bytes"]]
    found = set()
    for file in files:
        try:
            found.add(Image.open(io.BytesIO(file)).size)
        except OSError:
            continue
    return found


def is_falling(rows: pa.Table) -> bool:
    sizes_ = [size for size in rows["size"].to_pylist() if size is not None]
    return len(sizes_) > 1 and all(a > b for a, b in pairwise(sizes_))


BREAKING: dict[str, tuple[Breaks, int, str, str]] = {
    # What breaks, in how many rows it is shown, what that is, and what would do instead.
    "one class": (lambda rows: len(classes(rows)) == 1, 1, "rows of one class only", "one more row, of another class"),
    "few rows": (lambda rows: 0 < len(rows) < 13, 1, "fewer than 13 rows", "13 rows"),
    "missing value": (lambda rows: rows["age"].null_count > 0, 1, "a missing value in age", "a value in age"),
    "labels not contiguous": (
        lambda rows: bool(classes(rows)) and classes(rows) != list(range(len(classes(rows)))),
        1,
        "labels that are not contiguous from the first class on",
        "rows of {ant} as well",
    ),
    "duplicate row": (
        lambda rows: len(set(rows["name"].to_pylist()) - {None}) + rows["name"].null_count < len(rows),
        2,
        "a row that comes twice",
        "each row once",
    ),
    "order": (is_falling, 2, "the order of the rows", "the same rows in another order"),
    "extra column": (lambda rows: rows.num_columns > 5 and len(rows) > 0, 1, "an extra column", "no column site"),
    "order of columns": (
        lambda rows: rows.column_names[0] == "label" and len(rows) > 0,
        1,
        "columns in another order",
        "the columns in their order",
    ),
    "image size": (
        lambda rows: bool(sizes(rows) - {(4, 4)}),
        1,
        "images of another size in picture",
        "the rows as the data set has them",
    ),
    "value out of range": (
        lambda rows: pc.max(rows["age"]).as_py() is not None and pc.max(rows["age"]).as_py() > 69,
        1,
        "a value above all others in age",
        "values of age as the data set has them",
    ),
    "column type": (
        lambda rows: rows.schema.field("age").type == pa.float64() and len(rows) > 0,
        1,
        "another type of age than int64",
        "int64 in age",
    ),
    "class missing": (lambda rows: 0 < len(classes(rows)) < 3, 1, "rows that lack a class", "a row of each class"),
    "few of a class": (
        lambda rows: bool(labels(rows)) and min(map(labels(rows).count, classes(rows))) < 3,
        1,
        "fewer than 3 rows of a class that occurs",
        "3 rows of each class",
    ),
    "a class": (lambda rows: 2 in labels(rows), 1, "a row of class cat", "no row of class cat"),
    "empty": (lambda rows: len(rows) == 0, 0, "no rows", "1 row"),
}


QUICK = ("one class", "few rows", "missing value", "duplicate row", "order", "value out of range")
CASES = [
    pytest.param(kind, seed, marks=() if kind in QUICK and seed == 0 else pytest.mark.slow, id=f"{kind}-{seed}")
    for kind in BREAKING
    for seed in (0, 1, 2)
]


@pytest.mark.parametrize(("kind", "seed"), CASES)
def test_each_property_is_found_and_named_whatever_the_seed(kind: str, seed: int) -> None:
    breaks, rows, text, passes_with = BREAKING[kind]
    judge = Judge(population(), ValueError=breaks)
    seen = explored(judge, seed=seed)
    (key,) = seen.failures
    sample, why = made_small(judge, key, seen)
    assert (why.kind, why.text, why.passes_with, len(sample.rows)) == (kind, text, passes_with, rows)


def test_the_number_of_rows_and_the_column_are_told_as_such() -> None:
    rules = {"ValueError": lambda rows: 0 < len(rows) < 32, "TypeError": lambda rows: rows["name"].null_count > 0}
    judge = Judge(population(), **rules)
    seen = explored(judge)
    found = {key.exception: made_small(judge, key, seen)[1] for key in seen.failures}
    assert (found["ValueError"].kind, found["ValueError"].number) == ("few rows", 32)
    assert (found["TypeError"].kind, found["TypeError"].column) == ("missing value", "name")


@pytest.mark.slow
def test_what_no_single_property_explains_is_not_explained() -> None:
    judge = Judge(population(), ValueError=lambda rows: classes(rows) == [1] and rows["age"].null_count > 0)
    seen = explored(judge, examples=400)
    (key,) = seen.failures
    sample, why = made_small(judge, key, seen)
    assert (why.kind, why.text, why.passes_with) == ("", "", "")
    assert text_of(judge.population, sample, judge.population.partition(sample)) == "1 row with a missing value in age"


def test_one_class_explains_also_what_fails_for_the_rest_of_a_split() -> None:
    """Of five rows the last is set aside for testing: what is left may be of one class where the whole is not."""

    def breaks(rows: pa.Table) -> bool:
        kept = [label for number, label in enumerate(labels(rows)) if number % 5 != 4]
        return len(set(kept)) == 1

    judge = Judge(population(), ValueError=breaks)
    seen = explored(judge)
    (key,) = seen.failures
    assert made_small(judge, key, seen)[1].kind == "one class"


@pytest.mark.parametrize(
    ("rows", "drift", "text"),
    [
        ((), "", "no rows"),
        ((1,), "", "1 row whose label is {bee}"),
        ((0, 1, 3), "", "3 rows whose labels are {ant, bee}"),
        ((4, 4), "", "2 rows that are the same"),
        ((4, 5, 4), "", "3 rows, 1 of them a copy of others"),
        ((4,), "missing=1 column=age", "1 row with a missing value in age"),
        (
            (4, 5),
            "outlier=5 column=age; reordered",
            "2 rows with values in age far from all others and columns in another order",
        ),
        ((4,), "image_size=9x9", "1 row with images of 9x9"),
    ],
)
def test_a_partition_is_told_in_a_few_words(rows: tuple[int, ...], drift: str, text: str) -> None:
    sample = Sample(rows, drift)
    assert text_of(population(), sample, population().partition(sample)) == text
