"""Drift that a data set can have, rule by rule."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import pyarrow as pa
from hypothesis import strategies as st

from pytest_flops_mock.errors import DataSourceError
from pytest_flops_mock.partitions.drift_fitting import label_to_drift
from pytest_flops_mock.sla.drift_kinds import KINDS, TYPES, DriftValue
from pytest_flops_mock.sla.schemes import Drift, DriftRule

if TYPE_CHECKING:
    import datasets as hf

_SHARES = ("imbalance", "label_noise", "corrupt_images", "other_case", "missing", "duplicates", "lost")
_VALUES: dict[str, tuple[DriftValue, ...]] = {
    **dict.fromkeys(_SHARES, (0.5, 1.0, 0.1)),
    "factor": (1000.0, 0.001, -1.0),
    "outlier": (5.0, -5.0),
    "time_shift": (timedelta(days=1), timedelta(days=-365)),
    "image_size": ((1, 1), (32, 32)),
    "image_mode": ("L", "RGB", "1"),
    "type": TYPES,
    "renamed": ("another_name",),
    "extra_column": ("another_column",),
    "reordered": (True,),
    "empty": (True,),
}


def drifts(dataset: hf.Dataset, *, label: str = "", max_rules: int = 2) -> st.SearchStrategy[Drift]:
    """Drift that the rows of this data set can have, in every partition.

    One or more rules, each of a kind of its own, for all columns that it fits or for one; a kind that changes the schema
    stands alone among those. They shrink to one rule, ``missing=0.5`` where there is a column beside the label.

    Args:
        dataset: A ``datasets.Dataset``.
        label: The column that a model learns to tell, if no single ``ClassLabel`` says it.
        max_rules: How many rules there are at most.

    Example:
        >>> @given(drift=drifts(dataset))
        ... def test_drift(drift):
        ...     provider = MockDataProvider(uri, drift=drift)
    """
    from pytest_flops_mock.data.loaded import handed_in

    data = handed_in(dataset, "dataset", label)
    return drifts_of(data.schema, data.label, max_rules=max_rules)


def drifts_of(schema: pa.Schema, label: str, *, max_rules: int = 2) -> st.SearchStrategy[Drift]:
    """The same for rows under a schema with features."""
    rules = [(rule,) for rule in _rules(schema, label)]
    several = st.lists(st.sampled_from(rules), min_size=1, max_size=max_rules)
    return several.map(lambda drawn: Drift(_together([rule for (rule,) in drawn])))


def _rules(schema: pa.Schema, label: str) -> Iterator[DriftRule]:
    """All rules that the rows can have, those first that leave the schema as it is."""
    first = ["missing", *(name for name in KINDS if name in _VALUES and name != "missing"), "missing_column"]
    for name in sorted(first, key=lambda name: KINDS[name].new_schema):
        values = _VALUES.get(name, tuple(schema.names) if len(schema) > 1 else ())
        kind = KINDS[name]
        columns = [*([] if kind.about.needs_column else [""]), *(schema.names if kind.about.has_column else [])]
        for column in columns:
            rules = [DriftRule(name, value, column) for value in values if value not in schema.names or name not in _NAMING]
            yield from (rule for rule in rules if _bearable(rule, schema, label))


_NAMING = ("renamed", "extra_column")
"""What they are given must not be a column already."""


def _bearable(rule: DriftRule, schema: pa.Schema, label: str) -> bool:
    """Whether the product would take it."""
    try:
        label_to_drift(Drift((rule,)), schema, label, "")
    except DataSourceError:
        return False
    return True


def _together(rules: list[DriftRule]) -> tuple[DriftRule, ...]:
    """One rule of each kind, and one only that changes the schema: others may be about what it has taken away."""
    of_kinds = {"schema" if KINDS[rule.kind].new_schema else rule.kind: rule for rule in reversed(rules)}
    return tuple(reversed(of_kinds.values()))
