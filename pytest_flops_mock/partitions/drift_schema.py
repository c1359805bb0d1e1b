"""Drift of the schema: another type, a column less or more, another name, another order."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from pytest_flops_mock.flight.features import METADATA_KEY, features_of
from pytest_flops_mock.partitions.drift_columns import Seed, stream
from pytest_flops_mock.partitions.drift_values import as_type
from pytest_flops_mock.sla.schemes import Drift


@dataclass(frozen=True)
class NewColumn:
    """A column as a partition will have it.

    Attributes:
        source: The column of the data set that it is made of; empty for one more.
        field: Its name and type.
        feature: Its feature, as ``datasets`` writes it.
    """

    source: str
    field: pa.Field
    feature: Any


def new_columns(drift: Drift, schema: pa.Schema) -> list[NewColumn]:
    """The columns of a partition with this drift, in order. The same for every partition, whatever its seed."""
    features = features_of(schema)
    types = {rule.column: pa.type_for_alias(str(rule.value)) for rule in drift.of_kind("type")}
    names = {rule.column: str(rule.value) for rule in drift.of_kind("renamed")}
    gone = {rule.value for rule in drift.of_kind("missing_column")}
    columns = []
    for field in schema:
        if field.name not in gone:
            type_ = types.get(field.name)
            feature = features[field.name] if type_ is None else _value(type_)
            new = pa.field(names.get(field.name, field.name), type_ or field.type, field.nullable)
            columns.append(NewColumn(field.name, new, feature))
    for name in dict.fromkeys(str(rule.value) for rule in drift.of_kind("extra_column")):
        columns.append(NewColumn("", pa.field(name, pa.float64()), _value(pa.float64())))
    return columns[::-1] if any(drift.of_kind("reordered")) else columns


def with_columns(table: pa.Table, columns: list[NewColumn], seed: Seed) -> pa.Table:
    """The table with these columns, and features that tell of them."""
    info = json.loads(table.schema.metadata[METADATA_KEY])
    info["info"]["features"] = {column.field.name: column.feature for column in columns}
    metadata = {**table.schema.metadata, METADATA_KEY: json.dumps(info).encode()}
    schema = pa.schema([column.field for column in columns], metadata)
    return pa.Table.from_arrays([_made(table, column, seed) for column in columns], schema=schema)


def _made(table: pa.Table, column: NewColumn, seed: Seed) -> pa.ChunkedArray | pa.Array:
    if not column.source:
        numbers = stream(seed, "extra_column", column.field.name).standard_normal(table.num_rows)
        return pa.array(np.round(numbers, 3))
    values = table[column.source]
    if values.type == column.field.type:
        return values
    return pa.chunked_array([as_type(chunk, column.field.type) for chunk in values.chunks], column.field.type)


def _value(type_: pa.DataType) -> dict[str, str]:
    return {"dtype": {pa.float32(): "float32", pa.float64(): "float64"}.get(type_, str(type_)), "_type": "Value"}
