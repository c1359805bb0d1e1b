"""What ``set_model_data()`` did, and the data that ``get_data()`` gave."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pytest_flops_mock.errors import Problem
from pytest_flops_mock.findings import Finding
from pytest_flops_mock.learner.facts import Leaf, Transformed


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
