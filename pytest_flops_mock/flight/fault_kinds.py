"""The kinds of faults that an ML data server can have: one table of what each does, takes, and in which calls it can be."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

FaultValue = bool | int | float | str
CALLS = ("do_put", "do_get", "list_flights", "get_flight_info", "do_action", "list_actions")

MAX_SECONDS = 3600.0
_MANY = 10**12


@dataclass(frozen=True)
class FaultKind:
    """A kind of fault.

    Attributes:
        does: What the server does, as a clause.
        takes: What its value may be, in words.
        example: How it is written.
        read: The value that a text or an object means. Raises ValueError.
        can: The calls that can have it.
        usual: Those that have it where nothing is said of calls.
    """

    does: str
    takes: str
    example: str
    read: Callable[[Any], FaultValue]
    can: tuple[str, ...]
    usual: tuple[str, ...]


def _seconds(value: Any) -> float:
    seconds = math.nan if isinstance(value, bool) else float(value)
    if not 0 < seconds <= MAX_SECONDS:
        raise ValueError(value)
    return seconds


def _seconds_or_flag(value: Any) -> FaultValue:
    return True if value is True else _seconds(value)


def _whole(value: Any) -> int:
    if isinstance(value, bool) or float(value) != int(value) or not 0 <= int(value) < _MANY:
        raise ValueError(value)
    return int(value)


def _changes(value: Any) -> int:
    if (changes := 1 if value is True else _whole(value)) < 1:
        raise ValueError(value)
    return changes


def _text_or_flag(value: Any) -> FaultValue:
    if value is True or (isinstance(value, str) and value):
        return bool(value) if value is True else str(value)
    raise ValueError(value)


KINDS: dict[str, FaultKind] = {
    "latency": FaultKind(
        "the server waits so many seconds before it answers",
        "seconds, above 0",
        "latency=0.2",
        _seconds,
        CALLS,
        CALLS,
    ),
    "break_off": FaultKind(
        "the connection is lost once so many rows have come, or gone",
        "a number of rows, from 0",
        "break_off=100",
        _whole,
        ("do_put", "do_get"),
        ("do_put", "do_get"),
    ),
    "refuse": FaultKind(
        "the server refuses, with a reason that you may give",
        "nothing, or a reason",
        "refuse='over quota'",
        _text_or_flag,
        CALLS,
        ("do_put",),
    ),
    "full": FaultKind(
        "there is room for so many rows, of all uploads together; then the disk is full",
        "a number of rows, from 0",
        "full=100",
        _whole,
        ("do_put",),
        ("do_put",),
    ),
    "wrong_schema": FaultKind(
        "a column has another name, and no features travel along: the first column, or the one that you name",
        "nothing, or the name of a column",
        "wrong_schema=image",
        _text_or_flag,
        ("do_get", "list_flights", "get_flight_info"),
        ("do_get",),
    ),
    "stale": FaultKind(
        "the listing is that of before the last so many uploads and drops",
        "nothing, or a number of changes, from 1",
        "stale=2",
        _changes,
        ("list_flights",),
        ("list_flights",),
    ),
    "unavailable": FaultKind(
        "the server is not there, for so many seconds from its first call on",
        "nothing, or seconds, above 0",
        "unavailable=0.5",
        _seconds_or_flag,
        CALLS,
        CALLS,
    ),
}
