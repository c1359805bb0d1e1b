"""Faults of an ML data server, as users write them down: what goes wrong in which calls."""

from __future__ import annotations

import math
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from pytest_flops_mock.errors import Problem, SettingsError, listing, nearest
from pytest_flops_mock.flight.fault_kinds import CALLS, KINDS, FaultValue

_EXAMPLE = "for example latency=0.2 call=do_put calls=3; break_off=100"
_PLACES = ("call", "calls", "after", "probability", "seed")
_MANY = 10**9
SEED = 42


@dataclass(frozen=True)
class Fault:
    """One thing that an ML data server does wrong, and in which calls.

    Attributes:
        kind: What goes wrong; one of ``KINDS``.
        value: How long, after how many rows, or which column; the kind says what it takes.
        call: The calls that can have it, such as ``do_put``; by default all, or those that the kind is about.
        calls: How many of them have it, in the order in which they come; by default every one. For ``unavailable=SECONDS``,
            how often the server is away; by default once.
        after: How many of them go well before.
        probability: The chance with which each has it, which the seed decides for each call by its number.
        seed: Seed of that chance.

    Raises:
        SettingsError: There is no such kind, the value means nothing to it, or there can be no such calls.
    """

    kind: str
    value: FaultValue = True
    call: tuple[str, ...] = ()
    calls: int | None = None
    after: int = 0
    probability: float = 1.0
    seed: int = SEED

    def __post_init__(self) -> None:
        if not isinstance(self.kind, str) or self.kind not in KINDS:
            _refuse(
                "there is no such fault",
                expected=f"some of: {listing([*KINDS, *_PLACES], 30)}",
                got=str(self.kind),
                nearest=nearest(str(self.kind), [*KINDS, *_PLACES]),
            )
        object.__setattr__(self, "value", _value(self.kind, self.value))
        object.__setattr__(self, "call", _methods(self.kind, self.call))
        object.__setattr__(self, "calls", None if self.calls is None else _count("calls", self.calls, least=1))
        object.__setattr__(self, "after", _count("after", self.after))
        object.__setattr__(self, "probability", _share(self.probability))
        object.__setattr__(self, "seed", _count("seed", self.seed))

    @property
    def written(self) -> str:
        """The fault as it is written in settings; reading it gives the same fault."""
        words = [self.kind if self.value is True else f"{self.kind}={shlex.quote(_in_text(self.value))}"]
        words += [f"call={','.join(self.call)}"] if self.call else []
        words += [f"calls={self.calls}"] if self.calls is not None else []
        words += [f"after={self.after}"] if self.after else []
        words += [f"probability={_in_text(self.probability)}"] if self.probability != 1 else []
        words += [f"seed={self.seed}"] if self.seed != SEED else []
        return " ".join(words)

    def is_about(self, method: str) -> bool:
        """Whether calls of this name can have it."""
        return method in (self.call or KINDS[self.kind].usual)


def faults_of(value: object, where: str = "faults") -> tuple[Fault, ...]:
    """The faults that ``value`` writes down.

    Args:
        value: A text such as ``latency=0.2 call=do_put calls=3; break_off=100``, in which ``;`` parts faults of different
            calls; the same as mappings (``{"latency": 0.2, "call": "do_put"}``); a fault; or a list of such.
        where: What says so, for messages.

    Raises:
        SettingsError: A kind of fault that there is not, a value that it cannot take, or calls that there cannot be.
    """
    if isinstance(value, list | tuple):
        return tuple(fault for index, each in enumerate(value) for fault in faults_of(each, f"{where}[{index}]"))
    try:
        if isinstance(value, Fault):
            return (value,)
        if isinstance(value, str):
            return tuple(fault for told in told_in(value) for fault in _faults(told))
        if isinstance(value, Mapping):
            return tuple(_faults(value))
        _refuse("the faults cannot be read", expected="a text, a mapping, a Fault, or a list of them", got=repr(value))
    except SettingsError as error:
        raise SettingsError(*(replace(problem, where=where) for problem in error.problems)) from None


def in_text(faults: Sequence[Fault]) -> str:
    """Faults as they are written in settings; reading it gives the same faults."""
    return "; ".join(fault.written for fault in faults)


def _faults(told: Mapping[Any, Any]) -> Iterator[Fault]:
    """The faults of the same calls."""
    place = {name: told[name] for name in _PLACES if name in told}
    kinds = {str(name): value for name, value in told.items() if name not in place}
    if place and not kinds:
        _refuse(
            "it is said which calls go wrong, and not how", expected=f"some of: {listing(KINDS, 30)}", got=listing(place)
        )
    return (Fault(kind, value, **place) for kind, value in kinds.items())


def told_in(text: str) -> Iterator[dict[str, Any]]:
    """What the words between two ``;`` say, by name."""
    words = shlex.shlex(text, posix=True, punctuation_chars=";")
    words.whitespace_split, words.commenters = True, ""
    told: dict[str, Any] = {}
    try:
        for word in words:
            if not word.strip(";"):
                yield told
                told = {}
                continue
            name, has_value, value = word.partition("=")
            if name in told:
                _refuse(
                    f"{name} is told twice",
                    expected="each name once; ; parts faults of different calls",
                    got=text,
                    fix=f"for example {name}={told[name]}; {name}={value}",
                )
            told[name] = value if has_value else True
    except ValueError:
        _refuse("the faults cannot be read", expected="quotes that are closed", got=text)
    yield told


def _value(name: str, value: object) -> FaultValue:
    kind = KINDS[name]
    try:
        return kind.read(value)
    except (ValueError, TypeError, OverflowError):
        _refuse(
            f"{name} takes {kind.takes}",
            expected=kind.example,
            got=name if value is True else f"{name}={value}",
            fix=f"for example {kind.example}",
        )


def _methods(name: str, value: object) -> tuple[str, ...]:
    given: Any = value.split(",") if isinstance(value, str) else value
    can = KINDS[name].can
    names = tuple(dict.fromkeys(map(str, given if isinstance(given, list | tuple) else [given])))
    for each in names:
        if each not in can:
            known = each in CALLS
            _refuse(
                f"{name} cannot be in {each}" if known else "there is no such call on an ML data server",
                expected=f"some of: {listing(can)}",
                got=f"call={each}",
                nearest="" if known else nearest(str(each), can),
                fix=f"for example call={can[0]}",
            )
    return names


def _count(name: str, value: object, *, least: int = 0) -> int:
    text = value if isinstance(value, str) else repr(value) if type(value) is int else ""
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and least <= int(text) < _MANY):
        _refuse(
            f"{name} takes a whole number from {least}",
            expected=f"{name}=3",
            got=name if value is True else f"{name}={value}",
            fix=f"for example {name}=3",
        )
    return int(text)


def _share(value: Any) -> float:
    try:
        share = float("nan") if isinstance(value, bool) else float(value)
    except (ValueError, TypeError, OverflowError):
        share = math.nan
    if not 0 <= share <= 1:
        _refuse(
            "probability takes a share from 0 to 1",
            expected="probability=0.3",
            got="probability" if value is True else f"probability={value}",
            fix="for example probability=0.3 for about three calls in ten",
        )
    return share


def _in_text(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _refuse(message: str, *, expected: str, got: str, nearest: str = "", fix: str = _EXAMPLE) -> NoReturn:
    raise SettingsError(Problem(message, "", expected, got, nearest, fix))
