"""How large data on this machine may be, looked at before work is done: a small file can hold very much.

The numbers are constants: what a check can use lies far below them, and whoever has more can unpack, split or leave out.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import re
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pytest_flops_mock.data.causes import UnfitError
from pytest_flops_mock.errors import DataSourceError, Problem
from pytest_flops_mock.regular import refuse_irregular

MAX_COLUMNS = 20_000
"""Columns of a data set. The libraries need time that grows with the square of their number."""

MAX_CLASSES = 100_000
"""Names of one class label."""

MAX_DEPTH = 50
"""Features within features."""

MAX_RECORDING_BYTES = 256 * 2**20
"""The Parquet file of a recorded sample, which is read into memory."""

MAX_GROWTH = 100
"""How many times larger than its file what comes out of it may be, as soon as it is no longer small."""

SMALL_UNPACKED, SMALL_TABLE = 64 * 2**20, 2**30
"""Bytes out of an archive, and bytes of Arrow tables, that are small whatever the file."""

_PIECE = 2**20
_HEAD = 2**24

_PACKED: Mapping[bytes, Callable[[Any], Any]] = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\x00": lzma.open}
_UNKNOWN = {
    b"Rar!\x1a\x07": "RAR",
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"7z\xbc\xaf\x27\x1c": "7-Zip",
    b"\x04\x22\x4d\x18": "LZ4",
}
"""What ``datasets`` unpacks, too, with libraries that need not be here."""

_WIDTHS = {"BOOLEAN": 1, "INT32": 32, "INT64": 64, "INT96": 64, "FLOAT": 32, "DOUBLE": 64, "BYTE_ARRAY": 32}
"""Bits that a value of a type of Parquet has in Arrow, at least."""


def check_files(paths: Iterable[str], folder: Path) -> None:
    """Refuse files that are none, lie elsewhere, or hold more than they may.

    Args:
        paths: Files that ``datasets`` is about to read, as CSV, JSON, Parquet or Arrow.
        folder: Where they have to be; a link in it may lead elsewhere, since whoever made the folder put it there.

    Raises:
        DataSourceError: With the number, and what to do.
    """
    for path in map(Path, paths):
        if not Path(os.path.abspath(path)).is_relative_to(folder):
            raise DataSourceError(_problem(path, f"data files below {folder}", "a file elsewhere", "put the file there"))
        try:
            refuse_irregular(path.stat(), path)
        except OSError as error:
            raise DataSourceError(_problem(path, "a file", error.strerror, "put the file itself there")) from error
        _check_archive(path)
        if path.suffix.lower() == ".csv":
            _check_csv(path)
        elif path.suffix.lower() == ".parquet":
            check_parquet(path, path)


def check_columns(count: int, where: str | os.PathLike[str]) -> None:
    """Refuse too many columns.

    Args:
        count: How many there are.
        where: The file, for the message.

    Raises:
        DataSourceError: There are more than ``MAX_COLUMNS``.
    """
    if count > MAX_COLUMNS:
        fix = "leave columns out, or put numbers that belong together into one column of lists"
        raise DataSourceError(_problem(where, f"at most {MAX_COLUMNS:,} columns", f"{count:,}", fix))


def check_features(feature: Any, depth: int = 0) -> None:
    """Refuse features, as JSON, that ``datasets`` would need much memory for.

    Args:
        feature: As :meth:`datasets.Features.to_dict` writes them.
        depth: How deep it lies in others.

    Raises:
        UnfitError: There are too many classes, or features too deep in others.
    """
    if depth > MAX_DEPTH:
        raise UnfitError(f"features nested more than {MAX_DEPTH} deep")
    if isinstance(feature, list):
        for each in feature:
            check_features(each, depth + 1)
    elif isinstance(feature, Mapping):
        classes = feature.get("num_classes")
        if feature.get("_type") == "ClassLabel" and isinstance(classes, int) and classes > MAX_CLASSES:
            raise UnfitError(f"a label of {classes:,} classes, more than {MAX_CLASSES:,}")
        for each in feature.values():
            check_features(each, depth + 1)


def check_parquet(source: Any, where: Path) -> None:
    """Refuse a Parquet file of too many columns, or of far more rows than its size can hold.

    Args:
        source: The file, or its content.
        where: The file, for the message.

    Raises:
        DataSourceError: It is so. What cannot be read at all is left to whoever reads it.
    """
    try:
        with pq.ParquetFile(source) as file:
            known = file.metadata
            kinds = [file.schema.column(number).physical_type for number in range(min(known.num_columns, MAX_COLUMNS))]
    except (pa.ArrowException, OSError, UnicodeDecodeError):
        return
    check_columns(known.num_columns, where)
    size = where.stat().st_size
    rows = known.num_rows * sum(_WIDTHS.get(kind, 8) for kind in kinds) // 8
    if rows > max(SMALL_TABLE, MAX_GROWTH * size):
        got = f"{known.num_rows:,} rows, at least {_mb(rows)}, in {_mb(size)}"
        raise DataSourceError(_problem(where, _growth(SMALL_TABLE), got, "write fewer rows"))


def bounded(tables: Callable[..., Iterator[tuple[Any, pa.Table]]], size: int, where: str, *, validate: bool) -> Any:
    """The function of a builder of ``datasets`` that reads tables, with an end.

    Args:
        tables: The function.
        size: Bytes of all files together.
        where: The data set, for the message.
        validate: Whether the tables lie in the files as they are, and may be no tables.

    Returns:
        A function that raises ``DataSourceError`` for tables beyond bounds, ``pyarrow.ArrowInvalid`` for broken ones.
    """

    def read(*arguments: Any, **named: Any) -> Iterator[tuple[Any, pa.Table]]:
        made, limit = 0, max(SMALL_TABLE, MAX_GROWTH * size)
        for number, table in tables(*arguments, **named):
            if validate:
                validate_table(table)
            check_columns(table.num_columns, where)
            made += table.nbytes
            if made > limit:
                got = f"more than {_mb(limit)} out of {_mb(size)}"
                raise DataSourceError(_problem(where, _growth(SMALL_TABLE), got, "write fewer rows"))
            yield number, table

    return read


def validate_table(table: pa.Table) -> None:
    """Refuse a table whose buffers are not what its types say; to read on would end the process.

    Args:
        table: Rows as they lie in somebody's file.

    Raises:
        pyarrow.ArrowInvalid: It says in which column, and what.
    """
    for batch in table.to_batches():
        try:
            batch.validate(full=True)
        except pa.ArrowInvalid as error:
            number = re.match(r"In column (\d+): ", str(error))
            column = f"column {table.schema.names[int(number[1])]!r}: " if number else ""
            raise pa.ArrowInvalid(f"{column}{str(error)[number.end() if number else 0 :]}") from None


def _check_archive(path: Path) -> None:
    with path.open("rb") as file:
        start = file.read(8)
    for magic, name in _UNKNOWN.items():
        if start.startswith(magic):
            raise DataSourceError(_problem(path, "a file, or a ZIP, TAR, GZIP, BZIP2 or XZ archive", name, _UNPACK))
    size = path.stat().st_size
    limit = max(SMALL_UNPACKED, MAX_GROWTH * size)
    try:
        unpacked = _unpacked(path, start, limit)
    except (OSError, EOFError, ValueError, lzma.LZMAError, zipfile.BadZipFile, tarfile.TarError):
        return  # whoever reads it says so
    if unpacked > limit:
        got = f"more than {_mb(limit)} in {_mb(size)}"
        raise DataSourceError(_problem(path, _growth(SMALL_UNPACKED), got, _UNPACK))


_UNPACK = "unpack it by hand, and name the folder"


def _unpacked(path: Path, start: bytes, limit: int) -> int:
    """Bytes that come out of an archive; 0 for a file that is none. Counting ends above the limit."""
    unpacked = 0
    for magic, opened in _PACKED.items():
        if start.startswith(magic):
            with opened(path) as stream:
                while unpacked <= limit and (piece := stream.read(_PIECE)):
                    unpacked += len(piece)
            break
    if unpacked > limit:
        return unpacked
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")) and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return sum(entry.file_size for entry in archive.infolist())
    if tarfile.is_tarfile(path):
        inside = 0
        with tarfile.open(path) as members:
            for member in members:  # sparse ones are larger than what they take
                inside += member.size
                if inside > limit:
                    break
        return max(unpacked, inside)
    return unpacked


def _check_csv(path: Path) -> None:
    with path.open("rb") as file:
        head = file.readline(_HEAD)
    check_columns(head.count(b",") + 1, path)


def _problem(where: str | os.PathLike[str], expected: str, got: str | None, fix: str) -> Problem:
    return Problem(
        "the local data set holds more than a check reads" if "at most" in expected else "the local data set cannot be read",
        where=os.fspath(where),
        expected=expected,
        got=got or "",
        fix=fix,
    )


def _growth(small: int) -> str:
    return f"at most {_mb(small)}, or {MAX_GROWTH} times the file"


def _mb(count: int) -> str:
    return f"{count / 2**20:,.1f} MB"
