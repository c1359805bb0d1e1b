"""Images and sounds that a data set names by path, with their bytes put in: a path means nothing on another machine.

Rows may be anybody's, so they do not decide which files of this machine are read and sent: :class:`MediaFiles` does.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from pytest_flops_mock.errors import DataSourceError, Problem
from pytest_flops_mock.flight.features import features_of
from pytest_flops_mock.regular import read_regular, refuse_irregular

ROWS_AT_ONCE = 32
"""Files are read for so many rows at a time; only then their size is known."""

MAX_MEDIA_BYTES = 256 * 2**20
"""An image or a sound may be so large; gRPC and Arrow have limits not far above."""

_MEDIA = ("Image", "Audio")
_REMOTE = ("hf", "http", "https")
_ARCHIVES = ("zip", "gzip", "tar", "xz", "bz2")


@dataclass(frozen=True)
class MediaFiles:
    """Which files the rows of a data set may name.

    Attributes:
        folders: Files below these, with links resolved; ``None`` for any file.
        network: Whether addresses are files, too.
    """

    folders: tuple[Path, ...] | None = ()
    network: bool = False

    def read(self, path: str, where: str) -> bytes:
        """The content of a file.

        Args:
            path: As a row says it.
            where: Which data set, for the message.

        Raises:
            DataSourceError: The file is none that rows may name, is none at all, or cannot be read.
        """
        *archives, last = path.split("::")
        try:
            if "://" in last or not {part.partition("://")[0] for part in archives} <= set(_ARCHIVES):
                return _fetched(self._address(path, where), where)
            real = Path(os.path.realpath(last))
            if self.folders is not None and not any(real.is_relative_to(folder.resolve()) for folder in self.folders):
                raise DataSourceError(self._outside(path, real, where))
            if archives:
                refuse_irregular(real.stat(), real)
                return _fetched("::".join([*archives, os.fspath(real)]), where)
            return read_regular(real, MAX_MEDIA_BYTES)
        except FileNotFoundError:
            raise _unreadable(where, path) from None
        except (OSError, ValueError) as error:  # ValueError: a NUL in the path
            told = (error.strerror if isinstance(error, OSError) else "") or str(error)
            raise _unreadable(where, f"{path}: {told}") from error

    def _address(self, address: str, where: str) -> str:
        """An address, if it is one that rows may name."""
        *archives, last = [part.partition("://")[0] for part in address.split("::")]
        if self.network and last in _REMOTE and set(archives) <= set(_ARCHIVES):
            return address
        raise DataSourceError(
            Problem(
                "a row names an address in place of a media file",
                where=where,
                expected="the path of a file" + (f", or an address of {', '.join(_REMOTE)}" if self.network else ""),
                got=address,
                fix="fetch the file, and store its bytes in the data set"
                + ("" if self.network else "; only data of the hub may need the network"),
                code="FM305",
            )
        )

    def _outside(self, path: str, real: Path, where: str) -> Problem:
        leads = f", which leads to {real}" if os.fspath(real) != os.path.abspath(path.rpartition("::")[2]) else ""
        below = " or ".join(map(str, self.folders or ()))
        return Problem(
            "a row names a file outside of the data set, which is not read",
            where=where,
            expected=f"files below {below}" if below else "media as bytes",
            got=f"{path}{leads}",
            fix="put the file itself there, not a link, or store the bytes in the data set",
            code="FM305",
        )


def _fetched(address: str, where: str) -> bytes:
    import fsspec  # type: ignore[import-untyped]

    try:
        with fsspec.open(address, "rb") as file:
            content: bytes = file.read(MAX_MEDIA_BYTES + 1)
    except Exception as error:  # whatever the file system that an address names raises
        raise _unreadable(where, f"{address}: {type(error).__name__}: {error}") from error
    if len(content) > MAX_MEDIA_BYTES:
        raise _unreadable(where, f"{address}: more than {MAX_MEDIA_BYTES:,} bytes")
    return content


NO_FILES = MediaFiles()
"""For rows that have all bytes in them: twins and recorded samples."""

ANY_FILES = MediaFiles(None, network=True)
"""For rows that the user's own code hands in."""


def files_of_hub() -> MediaFiles:
    """For rows of the hub: its addresses, and what its libraries have fetched."""
    import datasets
    import huggingface_hub.constants as hub

    caches = (datasets.config.HF_DATASETS_CACHE, datasets.config.DOWNLOADED_DATASETS_PATH, hub.HF_HUB_CACHE)
    return MediaFiles(tuple(dict.fromkeys(map(Path, caches))), network=True)


def with_media(batch: pa.RecordBatch, where: str, files: MediaFiles) -> Iterator[pa.RecordBatch]:
    """The rows of ``batch`` with media as bytes; a batch that has them already is passed on untouched.

    Args:
        batch: Rows whose schema carries Hugging Face features.
        where: Which data set, for the message.
        files: Which files its rows may name.

    Raises:
        DataSourceError: A row names a file that it may not, or one that cannot be read.
    """
    features = features_of(batch.schema)
    media = [
        number
        for number, (name, column) in enumerate(zip(batch.schema.names, batch.columns, strict=True))
        if _has_media(features.get(name)) and _names_files(column)
    ]
    if not media:
        yield batch
        return

    def read(path: str) -> bytes:
        return files.read(path, where)

    for start in range(0, batch.num_rows, ROWS_AT_ONCE):
        rows = batch.slice(start, ROWS_AT_ONCE)
        columns = list(rows.columns)
        for number in media:
            feature = features[rows.schema.names[number]]
            filled = [_filled(value, feature, read) for value in columns[number].to_pylist()]
            columns[number] = pa.array(filled, columns[number].type)
        yield pa.RecordBatch.from_arrays(columns, schema=rows.schema)


def _filled(value: Any, feature: Any, read: Callable[[str], bytes]) -> Any:
    """A value with the bytes of each image and sound that it names."""
    if value is None or not _has_media(feature):
        return value
    if isinstance(feature, list):
        return [_filled(each, feature[0], read) for each in value]
    if not isinstance(feature.get("_type"), str):
        return {name: _filled(each, feature[name], read) for name, each in value.items()}
    if feature["_type"] in _MEDIA:
        named = value["bytes"] is None and value["path"] is not None
        return {"bytes": read(value["path"]), "path": os.path.basename(value["path"])} if named else value
    return _filled_list(value, feature["feature"], read)


def _filled_list(value: Any, inner: Any, read: Callable[[str], bytes]) -> Any:
    if isinstance(value, Mapping):  # what datasets calls a Sequence of structs is a struct of lists
        return {name: [_filled(each, inner[name], read) for each in values or ()] for name, values in value.items()}
    return [_filled(each, inner, read) for each in value]


def _has_media(feature: Any) -> bool:
    if isinstance(feature, list):
        return any(map(_has_media, feature))
    if not isinstance(feature, Mapping):
        return False
    kind = feature.get("_type")
    if not isinstance(kind, str):
        return any(map(_has_media, feature.values()))
    return kind in _MEDIA or _has_media(feature.get("feature"))


def _unreadable(where: str, got: str) -> DataSourceError:
    return DataSourceError(
        Problem(
            "a row names a media file that cannot be read",
            where=where,
            expected="a file on this machine, to be sent as bytes",
            got=got,
            fix="put the file there, or store the bytes in the data set",
            code="FM305",
        )
    )


def _names_files(array: Any) -> bool:
    """Whether a value somewhere in ``array`` has a path and no bytes."""
    kind = array.type
    if isinstance(kind, pa.BaseExtensionType):
        return _names_files(array.storage)
    if pt.is_list(kind) or pt.is_large_list(kind) or pt.is_fixed_size_list(kind):
        return _names_files(array.flatten())
    if not pt.is_struct(kind):
        return False
    children = dict(zip((field.name for field in kind), array.flatten(), strict=True))
    if children.keys() == {"bytes", "path"}:
        only_path = pc.and_(pc.is_null(children["bytes"]), pc.is_valid(children["path"]))
        return bool(pc.any(only_path).as_py())
    return any(_names_files(child) for child in children.values())
