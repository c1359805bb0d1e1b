"""What ``set_model_data()`` did, and the data that ``get_data()`` gave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pytest_flops_mock.errors import Problem, listing
from pytest_flops_mock.findings import Finding
from pytest_flops_mock.learner.facts import Leaf, Transformed

MIN_ROWS_PER_CLASS = 5
"""With fewer rows a class may be missing by chance."""


def transform_findings(facts: Transformed) -> Iterator[Finding]:
    """Whether the learner's data were used, and whether what became of them is finite."""
    if not facts.times_loaded:
        yield Finding.of(
            Problem(
                "set_model_data() did not load the learner's data",
                where="set_model_data()",
                expected="a call of flops_utils.ml_repo_building_blocks.load_dataset()",
                got="none",
                fix="load the data with load_dataset(); what else the code reads is not there on a learner",
                code="FM607",
            )
        )
    for leaf in facts.data:
        if leaf.not_finite:
            yield Finding.of(
                Problem(
                    "the data that get_data() gives hold values that are NaN or infinite",
                    where=f"get_data(){leaf.place}",
                    expected="finite numbers",
                    got=f"{leaf.not_finite:,} of them in {_in_words(leaf)}",
                    fix="fill or drop missing values in the data manager, and look for divisions by zero",
                    code="FM608",
                )
            )


def class_findings(facts: Transformed, classes: Mapping[str, Sequence[int]], names: Mapping[str, str]) -> Iterator[Finding]:
    """Whether a part of what ``get_data()`` gave lacks classes that are in the data.

    Args:
        facts: What it gave.
        classes: The classes that occur in each column of classes.
        names: Column names and their features, in words.
    """
    if len(classes) != 1:  # which column the labels are from could only be guessed
        return
    ((column, present),) = classes.items()
    labelled = [leaf for leaf in facts.data if _are_labels(leaf, present)]
    if len(labelled) < 2:
        return
    for leaf in labelled:
        lacking = [number for number in present if number not in leaf.classes]
        if lacking and (leaf.rows or 0) >= MIN_ROWS_PER_CLASS * len(present):
            yield Finding.of(
                Problem(
                    "a part of the learner's data lacks classes that the data have",
                    where=f"get_data(){leaf.place}",
                    expected=f"the classes of column {column!r} ({names.get(column, '')}) that occur: {listing(present)}",
                    got=f"none of class {listing(lacking)} in {_in_words(leaf)}",
                    fix="shuffle before splitting, or split by class (scikit-learn: stratify=labels)",
                    code="FM609",
                )
            )


def _are_labels(leaf: Leaf, present: Sequence[int]) -> bool:
    """Whether an array may be the labels of rows: numbers of classes and no others, more than one."""
    return len(present) > 1 and bool(leaf.classes) and set(leaf.classes) <= set(present) and len(leaf.classes) > 1


def data_facts(facts: Transformed) -> tuple[tuple[str, str], ...]:
    """The data that ``get_data()`` gave, for the report."""
    leaves = [(f"get_data(){leaf.place}", _in_words(leaf)) for leaf in facts.data]
    kept, rows = _rows_kept(facts.data), facts.rows
    lost = [("rows lost", f"{rows - kept:,} of {rows:,}")] if kept is not None and kept < rows else []
    return (*leaves, *lost)


def _in_words(leaf: Leaf) -> str:
    """An array, table or other thing in a few words: ``ndarray (480, 784) float32``."""
    kind = leaf.kind.rpartition(".")[2]
    if leaf.shape is not None:
        shape = f"({', '.join(map(str, leaf.shape))}{',' if len(leaf.shape) == 1 else ''})"
        return f"{kind} {shape} {leaf.dtype}".strip()
    return f"{kind} of {leaf.rows:,}" if leaf.rows is not None else kind


def _rows_kept(leaves: Sequence[Leaf]) -> int | None:
    """How many rows are in what ``get_data()`` gave; values and their labels come in arrays of equal length."""
    lengths = [leaf.shape[0] if leaf.shape else leaf.rows for leaf in leaves]
    counts = [length for length in lengths if length is not None]
    if not counts or len(counts) != len(lengths):
        return None
    paired = all(counts.count(count) % 2 == 0 for count in counts)
    return sum(counts) // 2 if paired else sum(set(counts)) if len(set(counts)) < len(counts) else sum(counts)
