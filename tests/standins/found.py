"""What a search may have found, made by hand."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from pytest_flops_mock.errors import Problem
from pytest_flops_mock.findings import Finding, Frame
from pytest_flops_mock.partitions.sample import Sample
from pytest_flops_mock.search.found import Broken, Property

FRAME = Frame("data_manager.py", 18, "get_data", "return labels[2]")
FAILURE = Finding.of(
    Problem("ValueError: too few", where=FRAME.place, code="FM603"), detail="ValueError: too few", frames=(FRAME,)
)


def rows_of(**columns: Any) -> pa.Table:
    """Rows under features, as a learner gets them."""
    from datasets import Dataset

    from pytest_flops_mock.data.features import learner_schema

    dataset = Dataset.from_dict(columns)
    return pa.Table.from_arrays(dataset.data.table.columns, schema=learner_schema(dataset.info.features.arrow_schema, "x"))


def broken(kind: str = "", *, drift: str = "", **changes: Any) -> Broken:
    """A partition of 2 rows that breaks a repository.

    Args:
        kind: The kind of its property.
        drift: The drift that it has.
        **changes: Other attributes of the property, or of what was found.
    """
    words = {name: changes.pop(name) for name in ("text", "passes_with", "number", "column") if name in changes}
    values: dict[str, Any] = {
        "finding": FAILURE,
        "sample": Sample((0, 1), drift),
        "partition": rows_of(x=[1.5, 2.5], label=[7, 7]),
        "text": "2 rows whose labels are {7}",
        "property": Property(kind, **words),
        "likelihood": None,
        "examples": 12,
    }
    return Broken(**{**values, **changes})
