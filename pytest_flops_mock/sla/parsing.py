"""JSON as users paste it from FLOps' documentation, parsed into plain dictionaries.

FLOps' documentation prints SLAs with comments that start with ``%`` and with trailing commas. Both are blanked out
before the JSON is parsed, character by character, so that lines and columns in messages are those that the user sees.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from pytest_flops_mock.errors import Problem, SLAError

_STRING = r'"(?:[^"\\\r\n]|\\.)*"?'
_COMMENT = re.compile(rf"{_STRING}|(?P<hit>%[^\r\n]*)")
# A comma that follows nothing (`[,]`, `1,,`) is a mistake of its own and stays for the parser to refuse.
_TRAILING_COMMA = re.compile(rf"{_STRING}|[\[{{,:]\s*,|(?P<hit>,(?=\s*[}}\]]))")
_CONSTANT = re.compile(rf"{_STRING}|(?P<hit>-?Infinity|NaN)")

_CONSTANT_REFUSED = "Constant refused"
_QUOTES = "'‘’“”"  # noqa: RUF001 - the quotes that word processors put in
# What the parser's messages start with, what was expected, and the next step.
_SYNTAX = (
    ("Expecting property name", "a key in double quotes", "write the next key, or close the object with }"),
    ("Expecting ':'", "a colon after the key", "add the colon"),
    (
        "Expecting ','",
        "a comma between two entries, or the closing bracket",
        "add it before this place or a line above",
    ),
    ("Expecting value", "a value", 'write a string in double quotes, a number, true, false, null, "{" or "["'),
    ("Illegal trailing comma", "one comma between two entries", "remove the comma"),
    ("Extra data", "nothing after the end of the object", "remove the rest, or the bracket that closes too early"),
    ("Unterminated string", "a closing double quote on the same line", "add the quote"),
    (
        "Invalid control character",
        "a closing double quote on the same line",
        "add the quote; in strings, write \\n and \\t",
    ),
    ("Invalid \\", 'an escape of JSON: \\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX', "write \\\\ for a backslash"),
    (_CONSTANT_REFUSED, "a number that JSON knows", "write a finite number"),
)
_PYTHON_WORDS = {"True": "true", "False": "false", "None": "null"}
_WIDTH = 80

MAX_CHARACTERS, MAX_DEPTH = 1_000_000, 50
"""Of an SLA; real ones have a few hundred characters and four levels."""

MAX_PROBLEMS = 20
"""So many problems of one kind are told; nobody reads more."""


def parse_text(text: str, where: str) -> dict[str, Any]:
    """The top-level object of ``text``: JSON, with ``%`` comments and trailing commas allowed.

    Args:
        text: The JSON text.
        where: What messages call it, such as the file's path.

    Raises:
        SLAError: A syntax error, ``NaN`` or ``Infinity``, no object at the top level (FM002), or a key given twice.
    """
    if len(text) > MAX_CHARACTERS:
        raise SLAError(_beyond(where, f"{len(text):,} characters, more than {MAX_CHARACTERS:,}"))
    text = text.removeprefix("\ufeff")
    plain = _blanked(_TRAILING_COMMA, _blanked(_COMMENT, text))
    twice: list[Problem] = []
    try:
        # Objects become tuples of pairs here, so that lists stay apart from them and no second key is lost.
        pairs = json.loads(plain, object_pairs_hook=tuple, parse_constant=lambda _: _refuse_constant(plain))
        data = _resolved(pairs, "", where, twice)
    except json.JSONDecodeError as error:
        raise SLAError(_syntax_problem(text, where, error)) from None
    except (RecursionError, ValueError) as error:
        reason = "brackets nested too deeply" if isinstance(error, RecursionError) else str(error).partition(";")[0]
        raise SLAError(_beyond(where, reason)) from None
    if not isinstance(data, dict):
        raise SLAError(
            Problem(
                message="the SLA is not a JSON object",
                where=where,
                expected="an object, { … }, at the top level",
                got=described(data),
                fix='put the keys into one object, such as {"customerID": "Admin", …}',
                code="FM002",
            )
        )
    if twice:
        raise SLAError(*twice)
    return data


def _beyond(where: str, reason: str) -> Problem:
    return Problem(
        message="the SLA is beyond what can be parsed",
        where=where,
        expected="JSON as in FLOps' documentation",
        got=reason,
        fix="remove what does not belong into an SLA",
        code="FM002",
    )


def shown(value: object) -> str:
    """The value as JSON would write it, cut when it is long, with an escape for each character that cannot be seen."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        text = repr(value)
    text = text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…"
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text)


def described(value: object) -> str:
    """The value and its JSON type, such as ``"three" (a string)``."""
    if value is None:
        return "null"
    names = ((bool, "a boolean"), (str, "a string"), (int | float, "a number"), (Mapping, "an object"))
    kind = next((name for type_, name in names if isinstance(value, type_)), "")
    return f"{shown(value)} ({kind or ('a list' if isinstance(value, list | tuple) else type(value).__name__)})"


def _blanked(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(lambda found: " " * len(found[0]) if found["hit"] else found[0], text)


def _refuse_constant(plain: str) -> None:
    position = next(found.start() for found in _CONSTANT.finditer(plain) if found["hit"])
    raise json.JSONDecodeError(_CONSTANT_REFUSED, plain, position)


def _resolved(value: Any, path: str, where: str, twice: list[Problem], depth: int = 0) -> Any:
    """``value`` with pairs as dictionaries; keys that occur twice in one object are added to ``twice``."""
    if depth > MAX_DEPTH:
        raise RecursionError
    if isinstance(value, list):
        return [_resolved(inner, f"{path}[{index}]", where, twice, depth + 1) for index, inner in enumerate(value)]
    if not isinstance(value, tuple):
        return value
    found: dict[str, Any] = {}
    for key, raw in value:
        here = f"{path}.{key}" if path else key
        inner = _resolved(raw, here, where, twice, depth + 1)
        if key in found and len(twice) < MAX_PROBLEMS:
            twice.append(
                Problem(
                    message=f'the key "{key}" stands twice in one object, and FLOps would silently use the last',
                    where=f"{where}: {here}",
                    expected="each key once",
                    got=f"{shown(found[key])}, then {shown(inner)}",
                    fix="remove one of the two",
                )
            )
        found[key] = inner
    return found


def _syntax_problem(text: str, where: str, error: json.JSONDecodeError) -> Problem:
    words = ((expected, fix) for start, expected, fix in _SYNTAX if error.msg.startswith(start))
    expected, fix = next(words, (error.msg, "correct this place"))
    char = text[error.pos : error.pos + 1]
    closest = next((json_ for python, json_ in _PYTHON_WORDS.items() if text.startswith(python, error.pos)), "")
    if not _blanked(_COMMENT, text).strip():
        expected, fix = "a JSON object, { … }", "write an SLA into it"
    elif char and char in _QUOTES:
        fix = 'use straight double quotes, such as "Admin"'
    elif char and char in "/#":
        fix = "start comments with %, or remove them"
    elif char and not char.isprintable() and char not in "\t\r\n":
        fix = f"remove or replace the character U+{ord(char):04X}"
    elif closest:
        fix = f"write {closest}"
    return Problem(
        message="the SLA is not JSON",
        where=f"{where}, line {error.lineno}, column {error.colno}",
        expected=expected,
        got=_excerpt(text, error.pos),
        nearest=closest,
        fix=fix,
        code="FM002",
    )


def _excerpt(text: str, position: int) -> str:
    """The line around ``position`` with a caret under it."""
    start = text.rfind("\n", 0, position) + 1
    line = text[start:].split("\n", 1)[0]
    if not line.strip():
        return "an empty line" if text[position:].strip() else "the end of the text"
    column = position - start
    indent = len(line) - len(line.lstrip(" \t"))
    left = min(column, max(indent, column - _WIDTH // 2))
    cut = line[left : left + _WIDTH].rstrip()
    seen = "".join(char if char.isprintable() else " " if char == "\t" else "?" for char in cut)
    dots = "…" if left > indent else ""
    return f"{dots}{seen}\n{' ' * (column - left + len(dots))}^"


def begins_like_json(text: str) -> bool:
    """Whether ``text`` opens an object or a list, beside blanks and comments."""
    return _blanked(_COMMENT, text.removeprefix("\ufeff")).lstrip().startswith(("{", "["))
