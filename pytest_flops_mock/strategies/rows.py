"""Data sets of few rows that fit their features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from hypothesis import note
from hypothesis import strategies as st

from pytest_flops_mock.flight.digest import ContentDigest
from pytest_flops_mock.strategies.kinds import features, never_missing, stored, values_of

if TYPE_CHECKING:
    import datasets as hf


def datasets(
    columns: hf.Features | None = None, *, min_rows: int = 0, max_rows: int = 20, missing: bool = True
) -> st.SearchStrategy[hf.Dataset]:
    """Data sets (``datasets.Dataset``) whose rows fit their features.

    Values are drawn one by one; pixels, sounds and arrays come from NumPy by a drawn seed. All pictures of a data set have
    one size. They shrink to no rows (or ``min_rows``) with zeros, empty texts and first classes, and nothing missing.
    Hypothesis prints the rows of an example that fails.

    Args:
        columns: The features; by default those of :func:`features`.
        min_rows: How many rows there are at least.
        max_rows: How many rows there are at most.
        missing: Whether values may be missing. Classes never are, nor lists of a fixed length, which Parquet cannot keep.

    Raises:
        DataSourceError: Values of a feature cannot be drawn.

    Example:
        >>> columns = Features({"age": Value("int8"), "label": ClassLabel(names=["no", "yes"])})
        >>> @given(dataset=datasets(columns, min_rows=1))
        ... def test_rows(dataset): ...
    """
    if columns is None:
        return features().flatmap(lambda drawn: datasets(drawn, min_rows=min_rows, max_rows=max_rows, missing=missing))
    values = [values_of(feature, name, missing=missing) for name, feature in columns.items()]
    rows = st.lists(st.tuples(*values), min_size=min_rows, max_size=max_rows)
    forms = st.tuples(st.integers(1, 4), st.integers(1, 4), st.sampled_from([1, 3]))
    may_miss = [name for name, feature in columns.items() if missing and not never_missing(feature)]
    # Beside the rows, which keeps rows short: Hypothesis leaves out short ones best.
    gap = st.tuples(st.sampled_from(may_miss or [""]), st.integers(0, max(max_rows - 1, 0)))
    return st.builds(_dataset, st.just(columns), rows, st.lists(gap, max_size=5 if may_miss else 0), forms)


def shown(dataset: hf.Dataset) -> hf.Dataset:
    """The data set, whose rows Hypothesis prints if the example fails."""
    note(_Shown(dataset.data.table))
    return dataset


@dataclass(frozen=True)
class _Shown:
    """Made a text only where Hypothesis prints it."""

    table: pa.Table

    def __repr__(self) -> str:
        return f"rows: {self.table.to_pylist()}"


def _dataset(
    columns: hf.Features, rows: list[tuple[Any, ...]], gaps: list[tuple[str, int]], form: tuple[int, int, int]
) -> hf.Dataset:
    from datasets import Dataset

    schema = columns.arrow_schema
    gone = {(name, place % len(rows)) for name, place in gaps} if rows else set()
    made = []
    for number, (name, feature) in enumerate(columns.items()):
        values = [None if (name, place) in gone else stored(feature, row[number], form) for place, row in enumerate(rows)]
        made.append(_column(values, schema.field(number).type))
    table = pa.Table.from_arrays(made, schema=schema)
    digest = ContentDigest(schema)
    for batch in table.to_batches():
        digest.update(batch)
    return shown(Dataset(table, fingerprint=digest.hexdigest()))


def _column(values: list[Any], kind: pa.DataType) -> pa.Array:
    """Arrow makes no arrays of an extension type from values, nor of what holds one."""
    if isinstance(kind, pa.ExtensionType):
        return pa.ExtensionArray.from_storage(kind, pa.array(values, kind.storage_type))
    if pa.types.is_struct(kind) and "extension<" in str(kind):
        parts = [_column([value[part.name] for value in values], part.type) for part in kind]  # none is missing
        return pa.StructArray.from_arrays(parts, fields=list(kind))
    return pa.array(values, kind)
