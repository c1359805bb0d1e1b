"""What the ML data server tells a client of an error: one short line, which our client takes apart again.

gRPC carries a message as one header. Above a few thousand bytes the message is lost and a riddle arrives in its place.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from pytest_flops_mock.errors import Problem

MAX_BYTES = 1000
_LABELS = ("where", "expected", "got", "nearest", "fix")
ADDITIONS = (". Detail:", ". gRPC client debug context:", "; last error:")
"""What Arrow and gRPC put behind a message; everything from there on is cut off."""


def wire_text(problems: Sequence[Problem]) -> str:
    """The first problem on one line: the message, then its parts, each after its label."""
    problem, others = problems[0], len(problems) - 1
    message = problem.message + (f" (and {others} more of the kind)" if others else "")
    parts = (problem.where, problem.expected, problem.got, problem.nearest, problem.fix)
    named = [f"{label}: {_part(text)}" for label, text in zip(_LABELS, parts, strict=True) if text]
    return _cut("; ".join([message, *named]), MAX_BYTES)


def _part(text: str) -> str:
    """One part, in which nothing a client has sent looks like a label, or like the end of the message."""
    text = _cut(text)
    for mark in (*ADDITIONS, *(f"; {label}:" for label in _LABELS)):
        text = text.replace(mark, f",{mark[1:]}")
    return text


def problem_in(text: str) -> Problem | None:
    """The problem that :func:`wire_text` wrote; nothing for the words of another server."""
    parts: dict[str, str] = {}
    for label in reversed(_LABELS):
        text, found, part = text.rpartition(f"; {label}: ")
        if found:
            parts[label] = part
        else:
            text = part
    if "fix" not in parts:
        return None
    return Problem(text, *(parts.get(label, "") for label in _LABELS))


def failure(error: BaseException) -> Problem:
    """An error of the server itself, in words fit for a client: no traceback, and no path of this machine."""
    kind = type(error).__name__
    text = (error.strerror if isinstance(error, OSError) else "") or str(error)
    reason = text.strip().partition("\n")[0]
    got = kind if not reason or os.sep in reason else f"{kind}: {reason}"
    if isinstance(error, MemoryError):
        return Problem(
            "the ML data server has no memory left", got=got, fix="send smaller partitions, or use a ParquetStore"
        )
    return Problem("the ML data server failed", got=got, fix="see the server's log, which has the traceback")


def shown(raw: bytes | str) -> str:
    """Text from a client on one line: control characters escaped, the end of a long one cut."""
    raw = raw[:MAX_BYTES]  # what is behind is never shown
    return _cut(raw.decode(errors="backslashreplace") if isinstance(raw, bytes) else raw)


def first_line(error: BaseException) -> str:
    """What an error of Arrow says, without the code behind it."""
    return str(error).strip().partition("\n")[0].partition(". Detail: ")[0]


def size(nbytes: float) -> str:
    """A number of bytes for people, such as ``25 MB``."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if nbytes < 1000 or unit == "GB":
            return f"{nbytes:.0f} {unit}"
        nbytes /= 1000
    raise AssertionError("GB is the last")


def _cut(text: str, max_bytes: int = MAX_BYTES // 4) -> str:
    text = " ".join(text[: 2 * MAX_BYTES].split())
    text = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
    raw = text.encode()
    return text if len(raw) <= max_bytes else raw[: max_bytes - 3].decode(errors="ignore") + "…"
