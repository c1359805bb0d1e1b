"""SLAs as users have them: a file, pasted JSON text or a mapping, read into plain dictionaries."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from pytest_flops_mock.errors import Problem, SLAError, listing, nearest
from pytest_flops_mock.regular import read_regular
from pytest_flops_mock.sla.files import MAX_BYTES
from pytest_flops_mock.sla.parsing import begins_like_json, parse_text, shown

Source: TypeAlias = "str | os.PathLike[str] | Mapping[str, Any]"
"""What an SLA can be read from: a path, JSON text, or a mapping."""


@dataclass(frozen=True)
class Document:
    """An SLA as it was read, not yet validated.

    Attributes:
        data: The top-level object; a copy that is nobody else's.
        origin: Where it came from, for messages: the path as the user wrote it, ``<text>`` or ``<mapping>``.
        folder: The folder that relative paths in it start from: the SLA file's, else ``base``.
    """

    data: dict[str, Any]
    origin: str
    folder: Path | None


def read(source: Source, *, base: Path | None = None) -> Document:
    """Read an SLA from a path, JSON text, or a mapping.

    Args:
        source: A path, JSON text (its first character, beside blanks and comments, opens an object or a list, or it has
            several lines), or a mapping.
        base: The folder that a relative path starts from; the working directory by default.

    Raises:
        SLAError: The file is missing or not text (FM001), the text is not a JSON object (FM002), or has a key twice.
    """
    if isinstance(source, Mapping):
        return Document(_copied(source), "<mapping>", base)
    if isinstance(source, str) and is_json_text(source):
        return Document(parse_text(source, "<text>"), "<text>", base)
    if not isinstance(source, str | os.PathLike):
        raise SLAError(
            Problem(
                message="an SLA cannot be read from this",
                expected="a path, JSON text, or a mapping",
                got=f"{source!r} ({type(source).__name__})",
                fix="give the path of an SLA file",
                code="FM001",
            )
        )
    origin = os.fspath(source)
    path = Path(base or Path.cwd(), os.path.expanduser(origin))
    return Document(parse_text(_file_text(path, origin, base), origin), origin, path.parent)


def named(source: object) -> str:
    """What messages call an SLA: the path as the user wrote it, ``<text>`` or ``<mapping>``."""
    if isinstance(source, str | os.PathLike):
        return "<text>" if isinstance(source, str) and is_json_text(source) else str(os.fspath(source))
    return str(getattr(source, "origin", "<mapping>"))


def is_json_text(source: str) -> bool:
    """Whether ``source`` is the text of an SLA and not a path: it begins like JSON, or has several lines."""
    return begins_like_json(source) or "\n" in source.strip()


def _copied(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _copied(inner) for key, inner in value.items()}
    return [_copied(inner) for inner in value] if isinstance(value, list) else value


def _file_text(path: Path, origin: str, base: Path | None) -> str:
    if not origin.strip():
        raise SLAError(
            Problem(
                message="the SLA's path is empty",
                expected="a path, JSON text, or a mapping",
                got=shown(origin),
                fix="give the path of an SLA file",
                code="FM001",
            )
        )
    try:
        return read_regular(path, MAX_BYTES).decode("utf-8-sig")
    except FileNotFoundError:
        raise SLAError(_missing(path, origin, base)) from None
    except IsADirectoryError:
        raise SLAError(_folder(path, origin)) from None
    except UnicodeDecodeError as error:
        got = f"byte 0x{error.object[error.start]:02X} at offset {error.start}"
        if error.object.startswith((b"\xff\xfe", b"\xfe\xff")):
            got = "a file in UTF-16"
        raise SLAError(
            Problem("the SLA file is not UTF-8 text", origin, "JSON in UTF-8", got, "", "save it as UTF-8", "FM001")
        ) from None
    except (OSError, ValueError) as error:
        raise SLAError(
            Problem(
                message="the SLA file cannot be read",
                where=origin,
                expected=f"a readable file at {path}",
                got=(isinstance(error, OSError) and error.strerror) or str(error),
                fix="check the path and who may read the file",
                code="FM001",
            )
        ) from None


def _missing(path: Path, origin: str, base: Path | None) -> Problem:
    names = sorted(_json_names(path.parent))
    closest = nearest(path.name, names)
    got = f"no such file; *.json there: {listing(names)}" if path.parent.is_dir() else "no such folder"
    return Problem(
        message="the SLA file does not exist",
        where=origin,
        expected=f"a file in {path.parent}",
        got=got,
        nearest=str(Path(origin).with_name(closest)) if closest else "",
        fix=f"give a path that starts from {base or Path.cwd()}, or an absolute one",
        code="FM001",
    )


def _folder(path: Path, origin: str) -> Problem:
    return Problem(
        message="the SLA's path is a folder",
        where=origin,
        expected="the path of one JSON file",
        got=f"a folder; *.json in it: {listing(sorted(_json_names(path)))}",
        fix="add the file's name to the path",
        code="FM001",
    )


def _json_names(folder: Path) -> Iterator[str]:
    return (found.name for found in folder.glob("*.json")) if folder.is_dir() else iter(())
