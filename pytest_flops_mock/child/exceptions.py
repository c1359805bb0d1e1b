"""Exceptions of the repository's code as plain facts: what was said, where in the repository, and about which column."""

from __future__ import annotations

import os
import re
import traceback
import types
from typing import Any

from .columns import is_about_data, is_by_library
from .frames import Places
from .loading import NoMatchingDataError, SchemasDifferError
from .values import cut

MAX_CHARACTERS = 4000
MAX_FRAMES = 20
MAX_CAUSES = 10
MAX_SHAPES = 8
SHAPE_ERRORS = (ValueError, TypeError, IndexError, RuntimeError)


class Exceptions:
    """Describes exceptions that come from the repository in ``folder``."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._places = Places(folder)

    def described(self, error: BaseException, dataset: Any = None) -> list[dict[str, Any]]:
        """An exception and what caused it, the one that was raised first.

        Args:
            error: What was raised.
            dataset: The data set that the repository has, for errors that are about its columns.
        """
        chain: list[BaseException] = []
        link: BaseException | None = error
        while link is not None and len(chain) < MAX_CAUSES and not any(link is known for known in chain):
            chain.append(link)
            link = _cause(link)
        return [self._described(link, dataset) for link in chain]

    def _described(self, error: BaseException, dataset: Any) -> dict[str, Any]:
        """One exception: type and text, where in the repository it passed, and whether it asked the data for a column."""
        try:
            return self._facts(error, dataset)
        except BaseException as broken:  # a class of the repository's own can do anything when it is looked at
            text = f"(cannot be shown: {type(broken).__name__})"
            facts = dict.fromkeys(("key_is_text", "by_library", "of_data"), False)
            return {"type": "Exception", "text": text, "frames": [], "shapes": [], **facts}

    def _facts(self, error: BaseException, dataset: Any) -> dict[str, Any]:
        calls = list(traceback.walk_tb(error.__traceback__))
        inside = [index for index, (frame, _) in enumerate(calls) if self._places.inside(frame.f_code.co_filename)]
        last = inside[-1] if inside else -1
        described: dict[str, Any] = {
            "type": type(error).__name__,
            "text": self._text(error),
            "frames": [
                self._places.place(frame.f_code.co_filename, line, frame.f_code.co_name)
                for frame, line in (calls[index] for index in inside[-MAX_FRAMES:])
            ],
            "key_is_text": not isinstance(error, KeyError) or isinstance((*error.args, None)[0], str),
            "by_library": is_by_library([frame for frame, _ in calls[last + 1 :]], dataset) and not self._from_worker(error),
            "of_data": last >= 0 and last == len(calls) - 1 and is_about_data(error, *calls[last], dataset),
            "shapes": _shapes(calls[last][0]) if last >= 0 and isinstance(error, SHAPE_ERRORS) else [],
        }
        if isinstance(error, ImportError):
            described["name"] = cut(str(error.name or ""), MAX_CHARACTERS)
        if isinstance(error, SystemExit):
            described["code"] = _status(error.code) if isinstance(error.code, (int, type(None))) else self._text(error)
        if isinstance(error, NoMatchingDataError):
            described.update(tags=error.tags, names=error.names)
        if isinstance(error, SchemasDifferError):
            described["differences"] = error.differences
        return described

    def _from_worker(self, error: BaseException) -> bool:
        """Whether the repository's own code raised it in a worker process: of that trace only the text is here."""
        if not type(error.__cause__).__name__.endswith("RemoteTraceback"):
            return False
        files = re.findall(r'^ *File "([^"]+)", line \d+', str(error.__cause__), re.MULTILINE)
        return bool(files) and self._places.inside(files[-1])

    def _text(self, error: BaseException) -> str:
        """What it says: of bounded length, as text that can be written, without the path of this copy."""
        try:
            # str() of a KeyError is the repr of its text.
            text = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
        except BaseException as broken:
            text = f"(its text cannot be shown: {type(broken).__name__})"
        text = text.replace(self.folder + os.sep, "")
        return cut(text, MAX_CHARACTERS)


def _shapes(frame: types.FrameType) -> list[tuple[str, str]]:
    """The arrays and tables among a call's variables and the attributes of its ``self``, with their shapes."""
    found: list[tuple[str, str]] = []
    attributes = getattr(frame.f_locals.get("self"), "__dict__", {})
    named = {**{f"self.{name}": value for name, value in attributes.items()}, **frame.f_locals}
    for name, value in named.items():
        try:
            if isinstance(value.shape, tuple):
                shape = f"({', '.join(map(str, value.shape))}{',' if len(value.shape) == 1 else ''})"
                found.append((name, f"{shape} {getattr(value, 'dtype', '')}".strip()))
        except Exception:
            continue  # it has no shape
    return found[:MAX_SHAPES]


def _status(code: int | None) -> int | None:
    return None if code is None else int(code)


def _cause(error: BaseException) -> BaseException | None:
    """What an exception came from; of a group, the first of its members."""
    try:
        cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        members = getattr(error, "exceptions", ())
        cause = cause or (members[0] if members and isinstance(members, (list, tuple)) else None)
        return cause if isinstance(cause, BaseException) else None
    except BaseException:  # as above
        return None
