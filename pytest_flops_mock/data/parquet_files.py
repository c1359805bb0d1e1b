"""Parquet files, as the mock data provider's ``datasets`` 2.16 and pyarrow 15 read them.

Later ones know more types (categories, large lists), and have types of their own for what pyarrow 15 takes as it is stored
(views, JSON). What is said here was tried with both.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.types as pt

from pytest_flops_mock.data.agreement import Expected
from pytest_flops_mock.errors import DataSourceError, Problem

READ_AS: Mapping[str, pa.DataType] = {
    "string_view": pa.string(),
    "binary_view": pa.binary(),
    "extension<arrow.json>": pa.binary(),
}
"""What pyarrow 15 gives for types that it does not know."""

KNOWN_EXTENSIONS = ("extension<arrow.fixed_shape_tensor", "extension<arrow.py_extension_type")
"""How the names of Arrow's extension types begin that pyarrow 15 knows; of others it gives the storage."""

NOT_READ = ("decimal32(", "decimal64(", "month_day_nano_interval", "run_end_encoded<")
"""Types that pyarrow 15 stops at."""

NO_CAST = (*NOT_READ, "large_list<", "map<")
"""Types that ``datasets`` 2.16 cannot make anything else of, whatever is wanted."""

NO_FEATURE = (*NO_CAST, "dictionary<", "fixed_size_binary[", KNOWN_EXTENSIONS[0])
"""Types that it has no feature for. Where something else says which features there are, it casts what it can."""

Open = Callable[[str, str], Any]


def check_files(paths: Sequence[str], names: Mapping[str, str], features: Any, opened: Open) -> pa.Schema | None:
    """Look at the schemas of Parquet files, and refuse what the provider dies of.

    Args:
        paths: The files or their addresses, in order.
        names: What to call them.
        features: Those of the data set's card, if it says some.
        opened: Opens a file.

    Returns:
        The first file's schema as pyarrow 15 gives it.

    Raises:
        DataSourceError: A column has a type that 2.16 does not know.
        UnfitError: The files have different columns.
    """
    import pyarrow.parquet as pq

    first = None
    problems: list[Problem] = []
    expected = Expected.of_card(features)
    for path in paths:
        try:
            with opened(path, "rb") as file:
                schema = pq.read_schema(file)
        except (pa.ArrowException, FileNotFoundError, IsADirectoryError):
            continue  # whoever reads it says so
        name = names.get(path, path)
        problems += unknown_types(name, schema, described=expected is not None)
        schema = older_schema(schema)
        expected = expected or Expected.of_first(name, schema)
        expected.check_columns(name, schema)
        first = schema if first is None else first
    if problems:
        raise DataSourceError(*problems)
    return first


def unknown_types(path: str, schema: pa.Schema, *, described: bool) -> Iterator[Problem]:
    """A problem for each column that the provider dies of.

    Args:
        path: The file, for the message.
        schema: Its schema, as the pyarrow gives it that runs here.
        described: Whether the data set's card, or an earlier file, says which features there are.
    """
    for field in schema:
        if _has(_older(field.type), NO_CAST if described else NO_FEATURE):
            yield _unknown(path, field.name, str(field.type), "write numbers, text, lists or structs of them")
    if not described:
        for name, feature in _features(schema).items():
            if kind := _newer(feature):
                yield _unknown(path, name, f"feature {kind}", "write the file without the metadata key huggingface")


def parquet_tables(
    paths: Iterable[str], names: Mapping[str, str], config: Any, features: Any, opened: Open
) -> Iterator[tuple[str, pa.Table]]:
    """Numbered tables with the columns and types of the features."""
    import pyarrow.parquet as pq

    expected = Expected(features.arrow_schema, "the first file or README.md says which there are")
    for path in paths:
        with opened(path, "rb") as raw, pq.ParquetFile(raw) as file:
            if not file.num_row_groups:
                continue
            rows = config.batch_size or file.metadata.row_group(0).num_rows or 1
            for number, batch in enumerate(file.iter_batches(batch_size=rows, columns=config.columns)):
                table = _as_older(pa.Table.from_batches([batch]))
                yield f"{path} {number}", expected.cast(names.get(path, path), table)


def older_schema(schema: pa.Schema) -> pa.Schema:
    """The schema that pyarrow 15 gives for a file, of that of the one which runs here."""
    return pa.schema([field.with_type(_older(field.type)) for field in schema], schema.metadata)


def _older(kind: Any) -> pa.DataType:
    name = str(kind)
    if name in READ_AS:
        return READ_AS[name]
    if pt.is_struct(kind):
        return pa.struct([field.with_type(_older(field.type)) for field in kind])
    if name.startswith(("list<", "list_view<", "large_list_view<")):
        return pa.list_(kind.value_field.with_type(_older(kind.value_type)))
    if pt.is_fixed_size_list(kind):
        return pa.list_(kind.value_field.with_type(_older(kind.value_type)), kind.list_size)
    if name.startswith("extension<arrow.") and not name.startswith(KNOWN_EXTENSIONS):
        return _older(kind.storage_type)
    return kind


def _as_older(table: pa.Table) -> pa.Table:
    schema = older_schema(table.schema)
    if schema == table.schema:
        return table
    try:
        return table.cast(schema)
    except pa.ArrowInvalid:  # a fault of Arrow with views of lists (seen with 26)
        pairs = zip(table.columns, schema.types, strict=True)
        return pa.table([pa.array(column.to_pylist(), kind) for column, kind in pairs], schema=schema)


def _has(kind: Any, names: tuple[str, ...]) -> bool:
    """Whether a type, or one within it, has such a name."""
    return str(kind).startswith(names) or any(_has(child, names) for child in _children(kind))


def _children(kind: Any) -> list[Any]:
    if pt.is_struct(kind):
        return [field.type for field in kind]
    return [kind.value_type] if hasattr(kind, "value_type") and not isinstance(kind, pa.BaseExtensionType) else []


def _features(schema: pa.Schema) -> dict[str, Any]:
    try:
        features = json.loads((schema.metadata or {})[b"huggingface"])["info"]["features"]
    except (KeyError, TypeError, ValueError):
        return {}
    return features if isinstance(features, dict) else {}


def _newer(feature: Any) -> str:
    """The name of the first feature type within that 2.16 does not know."""
    from pytest_flops_mock.data.features import KNOWN_TYPES

    if isinstance(feature, list):
        return next(filter(None, map(_newer, feature)), "")
    if not isinstance(feature, dict):
        return ""
    kind = feature.get("_type")
    if isinstance(kind, str):
        return kind if kind not in KNOWN_TYPES else _newer(feature.get("feature"))
    return next(filter(None, map(_newer, feature.values())), "")


def _unknown(path: str, column: str, got: str, fix: str) -> Problem:
    return Problem(
        f"the mock data provider of FLOps cannot read column {column!r}",
        where=path,
        expected="types that its datasets 2.16 knows",
        got=got,
        fix=fix,
        code="FM309",
    )
