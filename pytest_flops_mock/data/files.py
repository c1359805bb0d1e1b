"""Tables of CSV, JSON and Parquet files, as the mock data provider's ``datasets`` 2.16 makes them.

Later versions read more (categories, JSON whose types vary) or otherwise (text as ``large_string``, large integers): a check
would then pass with data that FLOps cannot read, or with other columns.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa

from pytest_flops_mock.data.bounds import check_columns
from pytest_flops_mock.data.causes import UnfitError, reason
from pytest_flops_mock.errors import DataSourceError, Problem, listing

MAX_INTEGER = 2**64
"""Integers from here on are text."""


def read_as_provider(builder: Any) -> None:
    """Let a builder of ``datasets`` for CSV, JSON or Parquet files read them as version 2.16 does; others stay as they are.

    Args:
        builder: A ``datasets.DatasetBuilder`` that has read nothing yet.

    Raises:
        DataSourceError: A Parquet file holds types that 2.16 does not know.
        UnfitError: Parquet files have different columns.
    """
    kind = type(builder).__module__.rpartition(".")[2]
    if ".packaged_modules." not in type(builder).__module__ or kind not in ("csv", "json", "parquet"):
        return
    config, features = builder.config, builder.info.features  # those of the data set's card
    if kind == "parquet":
        _check_parquet([str(file) for files in config.data_files.values() for file in files], features)
    elif not config.features and not getattr(config, "field", None):
        builder._generate_tables = lambda **files: _tables(kind, config, features, files)


def _tables(kind: str, config: Any, features: Any, files: dict[str, Any]) -> Iterator[tuple[str, pa.Table]]:
    """Numbered tables of one schema: that of the features, else that of the first."""
    known = None if features is None else ("README.md says which there are", features.arrow_schema)
    for path in chain.from_iterable(files.get("files_iterables") or files["files"]):
        made = _csv(path, config.pd_read_csv_kwargs) if kind == "csv" else _json(path, config.chunksize)
        for number, raw in enumerate(made):
            check_columns(raw.num_columns, path)
            table = raw.cast(_without_large_text(raw.schema))
            known = known or (_read_first(path), table.schema)
            _check_columns(*known, path, table.schema)
            yield f"{path} {number}", table if table.schema == known[1] else _cast(*known, path, table)


def _read_first(path: str) -> str:
    return f"{Path(path).name} was read first"


def _csv(path: str, options: dict[str, Any]) -> Iterator[pa.Table]:
    import pandas as pd  # type: ignore[import-untyped]

    with pd.read_csv(path, **{**options, "iterator": True}) as start:
        large = [name for name, values in next(iter(start)).items() if values.dtype == object and _has_large(values)]
    text = {"dtype": dict.fromkeys(large, str)} if large else {}
    with pd.read_csv(path, **{**options, "iterator": True, **text}) as frames:
        yield from map(pa.Table.from_pandas, frames)


def _has_large(values: Iterable[Any]) -> bool:
    return any(isinstance(value, int) and not -MAX_INTEGER < value < MAX_INTEGER for value in values)


def _json(path: str, size: int) -> Iterator[pa.Table]:
    with open(path, "rb") as lines:
        while rows := lines.read(size):
            rows += lines.readline()
            try:
                table = _parsed(rows, max(size // 32, 16 << 10))
            except pa.ArrowInvalid as error:
                yield _list_of_objects(path, error)
                return
            yield table


def _parsed(rows: bytes, block: int) -> pa.Table:
    """Objects, one in a line; keys of nested ones are put together. A block has to hold a whole line."""
    from pyarrow.json import ReadOptions, read_json

    while True:
        try:
            return read_json(io.BytesIO(rows), ReadOptions(block_size=block))
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            if block > len(rows) or (isinstance(error, pa.ArrowInvalid) and "straddling" not in str(error)):
                raise
            block *= 2


def _list_of_objects(path: str, error: pa.ArrowInvalid) -> pa.Table:
    try:
        rows = json.loads(Path(path).read_text(encoding="utf-8"))
    except json.JSONDecodeError:
        raise error from None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UnfitError("JSON that is neither a list of objects nor one object in each line") from None
    names = dict.fromkeys(name for row in rows for name in row)
    return pa.table({name: [row.get(name) for row in rows] for name in names})


def _without_large_text(schema: pa.Schema) -> pa.Schema:
    """Text of pandas 3 is large text; that of pandas 2, which the provider has, is not."""
    fields = [field.with_type(pa.string()) if field.type == pa.large_string() else field for field in schema]
    return pa.schema(fields, schema.metadata)


def _check_columns(origin: str, expected: pa.Schema, path: str, got: pa.Schema) -> None:
    lacking = [name for name in expected.names if name not in got.names]
    added = [name for name in got.names if name not in expected.names]
    if lacking or added:
        lacks = f" lacks {listing(lacking)}" if lacking else ""
        has = f"{' and' if lacking else ''} also has {listing(added)}" if added else ""
        raise UnfitError(f"files whose columns differ: {Path(path).name}{lacks}{has}; {origin}")


def _cast(origin: str, schema: pa.Schema, path: str, table: pa.Table) -> pa.Table:
    from datasets.table import table_cast

    try:
        return table_cast(table, schema)
    except Exception as error:  # of Arrow or of datasets, which says it with all columns
        kinds = [(name, schema.field(name).type, table.schema.field(name).type) for name in schema.names]
        differing = listing(f"{name} is {got}, not {expected}" for name, expected, got in kinds if got != expected)
        raise UnfitError(
            f"columns whose types differ: in {Path(path).name}, {differing}; {origin}; {reason(error)}"
        ) from None


def _check_parquet(paths: list[str], features: Any) -> None:
    """Refuse what 2.16 dies of: types of Arrow that it has no feature for, and features of later versions."""
    import pyarrow.parquet as pq

    problems, first = [], None
    for number, path in enumerate(path for path in paths if Path(path).is_file()):
        try:
            schema = pq.read_schema(path)
        except (pa.ArrowException, OSError):
            continue  # whoever reads it says so
        first = first or (path, schema)
        if features is None:
            _check_columns(_read_first(first[0]), first[1], path, schema)
        problems += [
            _unknown(path, field.name, str(field.type), "write numbers, text, lists or structs of them")
            for field in schema
            if any(kind in str(field.type) for kind in ("dictionary<", "large_list<"))
        ]
        if not number and features is None:  # it takes those of the first file
            problems += [
                _unknown(path, name, f"feature {kind}", "write the file without the metadata key huggingface")
                for name, feature in _features(schema).items()
                if (kind := _newer(feature))
            ]
    if problems:
        raise DataSourceError(*problems)


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
