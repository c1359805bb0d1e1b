"""Where the schemas of partitions differ: what a learner refuses to put together, and what it merges without a word."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .values import cut

MAX_TOLD = 10
"""Most differences of two schemas that are told; two data sets may have thousands of columns."""
MAX_NAMES = 300
"""Most characters of a list of names."""


def differences(parts: Sequence[tuple[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """How the partitions' schemas differ from those of the first by name.

    Columns, types and whether values may be missing must be equal, or ``pyarrow.concat_tables`` refuses them. Features,
    such as the names of classes, are in the schema's metadata: there those of whichever part comes first hold for all.

    Args:
        parts: Name and table of each partition.

    Returns:
        What is refused and what is merged: ``texts``, and the names of the ``first`` and the ``other`` partitions.
    """
    kinds: list[tuple[list[str], Any, dict[str, Any]]] = []  # partitions, schema and features of each kind there is
    for name, table in sorted(parts, key=lambda part: part[0]):
        features = features_of(table.schema)
        for names, schema, known in kinds:
            if schema.equals(table.schema) and known == features:
                names.append(name)
                break
        else:
            kinds.append(([name], table.schema, features))
    refused: list[dict[str, Any]] = []
    merged: list[dict[str, Any]] = []
    for names, schema, features in kinds[1:]:
        first_names, first_schema, first_features = kinds[0]
        told = list(_of_schemas(first_schema, schema))
        found = refused if told else merged
        told = told or list(_of_features(schema.names, first_features, features))
        if told:
            more = [f"and {len(told) - MAX_TOLD} more"] if len(told) > MAX_TOLD else []
            found.append({"texts": told[:MAX_TOLD] + more, "first": first_names, "other": names})
    return refused, merged


def features_of(schema: Any) -> dict[str, Any]:
    """The features of each column, as the schema's metadata describe them; tolerant as ``datasets`` is."""
    raw = (schema.metadata or {}).get(b"huggingface")
    info = json.loads(raw) if raw else {}
    return (info.get("info") or {}).get("features") or {}


def _of_schemas(first: Any, other: Any) -> Iterator[str]:
    if first.names != other.names:
        yield _of_names(first.names, other.names)
        return
    for left, right in zip(first, other):
        if left.type != right.type:
            yield f"column {left.name!r} is {cut(str(left.type), MAX_NAMES)} and {cut(str(right.type), MAX_NAMES)}"
        elif left.nullable != right.nullable:
            yield "values of column {!r} {} and {}".format(left.name, *map(_missing, (left, right)))


def _of_names(first: Sequence[str], other: Sequence[str]) -> str:
    only_first, only_other = ([n for n in one if n not in set(two)] for one, two in ((first, other), (other, first)))
    if not only_first and not only_other:
        return f"the columns are {_listed(first)} and {_listed(other)}"
    told = [
        f"only the {which} have {_listed(names)}"
        for which, names in (("first", only_first), ("others", only_other))
        if names
    ]
    return ", ".join(told)


def _of_features(columns: Sequence[str], first: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[str]:
    for column in columns:
        left, right = first.get(column), other.get(column)
        if left == right or all(feature is None or _is_plain(feature) for feature in (left, right)):
            continue
        if isinstance(left, dict) and isinstance(right, dict) and left.get("names") and right.get("names"):
            yield f"the classes of column {column!r} are {_listed(left['names'])} and {_listed(right['names'])}"
        else:
            shown = (cut(json.dumps(feature), MAX_NAMES) for feature in (left, right))
            yield "the features of column {!r} are {} and {}".format(column, *shown)


def _is_plain(feature: Any) -> bool:
    """Whether it says no more than the column's type does, so that a part may well be without it."""
    return isinstance(feature, dict) and feature.get("_type") == "Value"


def _listed(names: Sequence[Any]) -> str:
    return cut(", ".join(map(str, names)), MAX_NAMES)


def _missing(field: Any) -> str:
    return "may be missing" if field.nullable else "may not be missing"
