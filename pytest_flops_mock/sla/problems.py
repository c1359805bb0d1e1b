"""What pydantic finds wrong with an SLA, in the words of its keys and values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from pydantic_core import PydanticCustomError

from pytest_flops_mock.errors import Problem, SettingsError, listing, nearest
from pytest_flops_mock.sla.keys import known_keys
from pytest_flops_mock.sla.parsing import described, shown

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_OURS = "read_by_us"
CODE_OF_KEY = {"partitioner": "FM022", "drift": "FM023"}
"""What it is called when one of our own keys cannot be read."""

_HALF_PAIR = re.compile("[\ud800-\udfff]")
# The first word of pydantic's error types: what was expected, and the next step.
_WORDS: Mapping[str, tuple[str, str]] = {
    "int": ("a whole number", "write a whole number, such as 3"),
    "finite": ("a whole number", "write a whole number, such as 3"),
    "string": ("a string", "write a string in double quotes"),
    "bool": ("true or false", "write true or false, without quotes"),
    "tuple": ("a list", 'put the values into brackets, such as ["mnist"]'),
    "model": ("an object", "put the keys into braces, { … }"),
}


def in_sla(read: Callable[[object, str], Any]) -> Callable[[object], Any]:
    """How one of our own keys is read: pydantic gathers what is wrong, and :func:`problems_of` takes it out again."""

    def value_of(value: object) -> Any:
        try:
            return None if value is None else read(value, "")
        except SettingsError as error:
            raise PydanticCustomError(_OURS, "what can be read", {"problems": error.problems}) from None

    return value_of


def problems_of(kind: type[BaseModel], error: ErrorDetails, origin: str) -> Iterator[Problem]:
    """One of the errors that pydantic gathered, as problems of the SLA from ``origin``."""
    if error["type"] == _OURS:
        where = f"{origin}: {'.'.join(map(str, error['loc']))}"
        code = CODE_OF_KEY[str(error["loc"][-1])]
        yield from (replace(each, where=where + each.where, code=code) for each in error["ctx"]["problems"])
    else:
        yield problem_of(kind, error, origin)


def problem_of(kind: type[BaseModel], error: ErrorDetails, origin: str) -> Problem:
    """One of the errors that pydantic gathered, as a problem of the SLA from ``origin``."""
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error["loc"]).lstrip(".")
    where = f"{origin}: {path}"
    if error["type"] == "missing":
        return _missing_key(kind, path, error["input"], where)
    value, got = error["input"], described(error["input"])
    if error["type"] == "enum":
        valid = re.findall(r"'([^']+)'", error.get("ctx", {}).get("expected", ""))
        closest = nearest(str(value), valid)
        fix = f'write "{closest}"' if closest else "use one of them"
        message = f"{path} has a value that FLOps does not know"
        return Problem(message, where, f"one of {listing(valid)}", got, closest, fix)
    if error["type"] == "invalid_key":
        return Problem("a key is not a string", where, "a string", got, shown(str(value)), "write the key as a string")
    kind_of_error = error["type"].partition("_")[0]
    expected, fix = _WORDS.get(kind_of_error, (error["msg"], "correct the value"))
    closest = ""
    if kind_of_error == "string" and isinstance(value, int | float) and not isinstance(value, bool):
        closest = shown(str(value))
    elif kind_of_error == "tuple" and isinstance(value, str):
        closest = shown([value])
    return Problem(f"{path} is not {expected}", where, expected, got, closest, f"write {closest}" if closest else fix)


def no_text_problems(value: Any, origin: str, path: str = "") -> Iterator[Problem]:
    """A problem for each key or text within ``value`` that no file, command line or request can hold."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            here = f"{path}.{_escaped(key)}" if path else _escaped(key)
            yield from no_text_problems(key if isinstance(key, str) else "", origin, here)
            yield from no_text_problems(inner, origin, here)
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from no_text_problems(inner, origin, f"{path}[{index}]")
    elif isinstance(value, str) and _escaped(value) != value:
        yield Problem(
            message=f"{path} holds half of a surrogate pair, which is no character and cannot be sent",
            where=f"{origin}: {path}",
            expected="characters of Unicode",
            got=described(value),
            nearest=shown(_HALF_PAIR.sub("", value)),
            fix="write the character itself, or remove the half",
        )


def _escaped(text: object) -> str:
    """A text that can be shown, with an escape for each half of a surrogate pair."""
    return _HALF_PAIR.sub(lambda found: f"\\u{ord(found[0]):04x}", str(text))


def _missing_key(kind: type[BaseModel], key: str, found: Mapping[str, Any], where: str) -> Problem:
    known = known_keys(kind)
    similar = nearest(key, [name for name in found if name not in known])
    return Problem(
        message=f"the key {key} is missing",
        where=where,
        expected=kind.model_fields[key].description or "",
        got=f"the key {similar}" if similar else f"no such key; keys there: {listing(found)}",
        nearest=key if similar else "",
        fix=f"rename {similar} to {key}" if similar else f"add {key}",
    )


def no_such_change(name: str, valid: list[str], origin: str) -> Problem:
    """A name in ``MockSLA.replace`` that is not a key."""
    closest = nearest(name, valid)
    return Problem(
        message=f"an MDP SLA has no {name} to replace",
        where=origin,
        expected=f"one of {listing(valid)}",
        got=name,
        nearest=closest,
        fix=f"use {closest}" if closest else "use one of them",
    )
