"""What comes in from the child: lines of any bytes, of which an answer is made, or none. This is the door of its texts.

Nothing that is said here can be trusted: the repository's code shares a process with the code that answers. It can even
forge an answer, with some effort; what it cannot is make this process do anything but read facts.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from pytest_flops_mock.learner.facts import F
from pytest_flops_mock.texts import clean

MAX_BYTES = 4 * 2**20
"""Most bytes of one answer: the columns of very wide data fit."""

MAX_DEPTH = 20
MAX_INTEGER = 2**63


class NoAnswerError(Exception):
    """What was said is no answer; its text says what it is instead, in our words."""


@dataclass(frozen=True)
class Answer:
    """One answer, its texts clean, its facts not yet looked at.

    Attributes:
        number: The request that it answers.
        key: The request's key.
        facts: What the child found out.
        error: The exception that ended the request, if one did.
    """

    number: int
    key: str
    facts: object
    error: object = None


def read(line: bytes) -> Answer:
    """The answer in a line.

    Raises:
        NoAnswerError: There is none.
    """
    try:
        plain = json.loads(line)
    except (ValueError, RecursionError):
        raise NoAnswerError("no JSON") from None
    if not isinstance(plain, dict):
        raise NoAnswerError("no answer")
    number, key = plain.get("id"), plain.get("key")
    if type(number) is not int or not isinstance(key, str) or not key or ("facts" in plain) == ("error" in plain):
        raise NoAnswerError("no answer")
    return Answer(number, key, _cleaned(plain.get("facts")), _cleaned(plain.get("error")))


def parsed(kind: type[F], plain: object) -> F:
    """The facts that ``plain`` (from JSON) holds.

    Raises:
        NoAnswerError: It holds others.
    """
    try:
        value: F = _adapter(cast(Hashable, kind)).validate_json(json.dumps(plain, allow_nan=False), strict=True)
    except ValueError:  # pydantic's error is one, too
        raise NoAnswerError("facts that are not those asked for") from None
    return value


def _cleaned(plain: Any, depth: int = 0) -> Any:
    """The same with clean texts and numbers that can be worked with."""
    if isinstance(plain, str):
        return clean(plain)
    if isinstance(plain, int) and abs(plain) > MAX_INTEGER:
        raise NoAnswerError("a number without bounds")
    if depth > MAX_DEPTH:
        raise NoAnswerError("facts that are nested too deeply")
    if isinstance(plain, Mapping):
        return {clean(name): _cleaned(value, depth + 1) for name, value in plain.items()}
    if isinstance(plain, list):
        return [_cleaned(value, depth + 1) for value in plain]
    return plain


@cache
def _adapter(kind: Any) -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(kind)
