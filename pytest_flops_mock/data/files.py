"""Tables of CSV, JSON and Parquet files, as the mock data provider's ``datasets`` 2.16 makes them.

Later versions read more (categories, JSON whose types vary) or otherwise (text as ``large_string``, large integers): a check
would then pass with data that FLOps cannot read, or with other columns. Files of the hub are read as those on this machine.
"""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa

from pytest_flops_mock.data.agreement import Expected
from pytest_flops_mock.data.bounds import check_columns
from pytest_flops_mock.data.causes import UnfitError
from pytest_flops_mock.data.libraries import provider_cache
from pytest_flops_mock.data.parquet_files import Open, check_files, parquet_tables

MAX_INTEGER = 2**64
"""Integers from here on are text."""


def builder_as_provider(path: str, *arguments: Any, cache: Path | None = None, **keywords: Any) -> Any:
    """A builder of ``datasets`` that reads CSV, JSON and Parquet files as version 2.16 does; other kinds as it likes.

    Args:
        path: Folder, name on the hub, or name of a reader such as ``csv``.
        cache: Where the tables are kept; by default ``provider_cache()``.
        *arguments: For ``datasets.load_dataset_builder``.
        **keywords: The same.
    """
    import datasets

    builder = datasets.load_dataset_builder(path, *arguments, cache_dir=str(cache or provider_cache()), **keywords)
    module = sys.modules[type(builder).__module__]
    kind = module.__name__.rpartition(".")[2]
    if ".packaged_modules." not in module.__name__:
        return builder

    def opened(path: str, mode: str) -> Any:
        """Addresses as well, once ``datasets`` has prepared its module for them."""
        return vars(module).get("open", open)(path, mode)

    names: dict[str, str] = {}
    if kind == "parquet":
        _read_first(builder, names, lambda paths: _take_schema(builder, paths, names, opened))
        builder._generate_tables = lambda files, **_: parquet_tables(
            _flat(files), names, builder.config, builder.info.features, opened
        )
    elif kind in ("csv", "json") and not builder.config.features and not getattr(builder.config, "field", None):
        _read_first(builder, names, lambda _: None)
        builder._generate_tables = _tables(kind, builder, names, opened)
    return builder


def _read_first(builder: Any, names: dict[str, str], look: Callable[[list[str]], None]) -> None:
    """Let a builder fill ``names`` and ``look`` at its files once they are there, before it reads anything of them."""
    generators = builder._split_generators

    def split_generators(dl_manager: Any) -> Any:
        given = dict(builder.config.data_files or {})
        there = dl_manager.download(builder.config.data_files) if given else {}
        for split, files in given.items():
            names.update(zip(_flat(there[split]), _flat(files), strict=False))
        # Of a stream only what is wanted is read: for the schema the first file of each split.
        look([path for files in there.values() for path in _flat(files)[: 1 if dl_manager.is_streaming else None]])
        return generators(dl_manager)

    builder._split_generators = split_generators


def _take_schema(builder: Any, paths: list[str], names: dict[str, str], opened: Open) -> None:
    from datasets import Features

    schema = check_files(paths, names, builder.info.features, opened)
    if builder.info.features is None and schema is not None:
        builder.info.features = Features.from_arrow_schema(schema)


def _flat(files: Any) -> list[str]:
    """Files by name; some versions of ``datasets`` group them."""
    if isinstance(files, str | os.PathLike):
        return [os.fspath(files)]
    return [path for each in files for path in _flat(each)]


def _tables(kind: str, builder: Any, names: dict[str, str], opened: Open) -> Callable[..., Iterator[tuple[str, pa.Table]]]:
    """What gives numbered tables of one schema: that of the data set's card, else that of the first table of all."""
    config, expected = builder.config, Expected.of_card(builder.info.features)

    def tables(**files: Any) -> Iterator[tuple[str, pa.Table]]:  # called for each split, or for each file of a stream
        nonlocal expected
        for path in chain.from_iterable(files.get("files_iterables") or files["files"]):
            made = _csv(path, config.pd_read_csv_kwargs, opened) if kind == "csv" else _json(path, config.chunksize, opened)
            name = names.get(path, path)
            for number, raw in enumerate(made):
                check_columns(raw.num_columns, path)
                table = raw.cast(_without_large_text(raw.schema))
                expected = expected or Expected.of_first(name, table.schema)
                yield f"{path} {number}", expected.cast(name, table)

    return tables


def _csv(path: str, options: dict[str, Any], opened: Open) -> Iterator[pa.Table]:
    import pandas as pd  # type: ignore[import-untyped]

    with opened(path, "rb") as file:
        with pd.read_csv(file, **{**options, "iterator": True}) as start:
            large = [name for name, values in next(iter(start)).items() if values.dtype == object and _has_large(values)]
        text = {"dtype": dict.fromkeys(large, str)} if large else {}
        file.seek(0)  # and not opened anew: of a stream that is another request
        with pd.read_csv(file, **{**options, "iterator": True, **text}) as frames:
            yield from map(pa.Table.from_pandas, frames)


def _has_large(values: Iterable[Any]) -> bool:
    return any(isinstance(value, int) and not -MAX_INTEGER < value < MAX_INTEGER for value in values)


def _json(path: str, size: int, opened: Open) -> Iterator[pa.Table]:
    with opened(path, "rb") as lines:
        while rows := lines.read(size):
            rows += lines.readline()
            try:
                table = _parsed(rows, max(size // 32, 16 << 10))
            except pa.ArrowInvalid as error:
                yield _list_of_objects(path, error, opened)
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


def _list_of_objects(path: str, error: pa.ArrowInvalid, opened: Open) -> pa.Table:
    try:
        with opened(path, "rb") as file:
            rows = json.loads(file.read().decode())
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
