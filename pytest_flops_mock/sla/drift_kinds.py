"""The kinds of drift there are: what each takes, which columns it is about, and what it does."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any

from pytest_flops_mock.errors import listing, nearest

DriftValue = float | str | bool | timedelta | tuple[int, int]
"""How much of a kind there is, or what it makes of a column."""

TYPES = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64", "string")
"""Types that a column can have in place of its own."""

IMAGE_MODES = ("1", "L", "LA", "P", "RGB", "RGBA")
"""Modes of Pillow that PNG can hold."""

MAX_SIDE = 4096
MAX_SHIFT = timedelta(days=36525)
_SECOND = 1_000_000
_UNITS = {
    "w": 604_800 * _SECOND,
    "d": 86_400 * _SECOND,
    "h": 3_600 * _SECOND,
    "m": 60 * _SECOND,
    "s": _SECOND,
    "ms": 1_000,
    "us": 1,
}
_UNIT_NAMES = {"week": "w", "day": "d", "hour": "h", "min": "m", "minute": "m", "sec": "s", "second": "s", "µs": "us"}


class About(Enum):
    """What a kind of drift is about: the columns that it fits, in words."""

    ROWS = "whole rows"
    LABEL = "the label, or another column of classes"
    VALUES = "any column"
    NUMBERS = "columns of numbers"
    TIMES = "columns of timestamps or dates"
    TEXTS = "columns of text"
    IMAGES = "columns of images"
    ONE_PLAIN = "columns of numbers, classes or booleans"
    ONE = "any one column"
    SCHEMA = "the columns of the partition"

    @property
    def has_column(self) -> bool:
        """Whether ``column`` may say which."""
        return self not in (About.ROWS, About.SCHEMA)

    @property
    def needs_column(self) -> bool:
        """Whether ``column`` has to say which."""
        return self in (About.ONE, About.ONE_PLAIN)


@dataclass(frozen=True)
class Takes:
    """What stands behind the name of a kind.

    Attributes:
        means: What it has to be, in words.
        read: Its value, of a text or of what a call passes; a ``ValueError`` if it means nothing.
        written: The value as text.
        nearest: The closest text that means something; empty if there is none.
    """

    means: str
    read: Callable[[Any], DriftValue]
    written: Callable[[Any], str] = str
    nearest: Callable[[Any], str] = lambda _: ""


@dataclass(frozen=True)
class Kind:
    """One kind of drift.

    Attributes:
        name: What users write.
        example: Name and value.
        takes: What it takes.
        about: Which columns it fits.
        does: What it does to a partition.
        new_schema: Whether the partition gets another Arrow schema or other features.
    """

    name: str
    example: str
    takes: Takes
    about: About
    does: str
    new_schema: bool = False

    @property
    def is_flag(self) -> bool:
        """Whether its name says all."""
        return self.example == self.name


def number_in_text(number: float) -> str:
    """A number in the fewest signs that read as the same."""
    short = f"{number:g}"
    return short if float(short) == number else repr(number)


def share(value: object) -> float:
    """A share from 0 to 1.

    Raises:
        ValueError: It is none.
    """
    number = _number(value)
    if not 0 <= number <= 1:
        raise ValueError
    return number


def nearest_share(value: object) -> str:
    """The share closest to a number, or the one that is meant by a percentage."""
    if isinstance(value, str) and (hundredths := re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?)\s*%", value)):
        return number_in_text(min(float(hundredths[1]) / 100, 1))
    try:
        return number_in_text(min(max(_number(value), 0), 1))
    except ValueError:
        return ""


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError
    try:
        number = float(value)
    except OverflowError:
        raise ValueError from None
    if not math.isfinite(number):
        raise ValueError
    return number


def _nonzero(value: object) -> float:
    if not (number := _number(value)):
        raise ValueError
    return number


def _name(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError
    return value


def _nothing(value: object) -> bool:
    if value is not True and value != "":
        raise ValueError
    return True


def _time(value: object) -> timedelta:
    if isinstance(value, str):
        found = re.fullmatch(r"([+-]?)(\d{1,16}(?:\.\d{1,9})?)\s*([a-zµ]+)", value.strip())
        unit = _UNIT_NAMES.get(found[3].removesuffix("s"), found[3]) if found else ""
        if not found or unit not in _UNITS:
            raise ValueError
        amount = float(found[2]) if "." in found[2] else int(found[2])
        micros = round(amount * _UNITS[unit]) * (-1 if found[1] == "-" else 1)
        value = timedelta(microseconds=micros) if abs(micros) <= MAX_SHIFT // timedelta(microseconds=1) else None
    if not isinstance(value, timedelta) or not value or abs(value) > MAX_SHIFT:
        raise ValueError
    return value


def _time_in_text(value: timedelta) -> str:
    micros = value // timedelta(microseconds=1)
    unit = next(unit for unit, size in _UNITS.items() if micros % size == 0 and unit != "w")
    return f"{micros // _UNITS[unit]}{unit}"


def _size(value: object) -> tuple[int, int]:
    if isinstance(value, str) and (found := re.fullmatch(r"(\d{1,5})x(\d{1,5})", value.strip().lower())):
        value = (int(found[1]), int(found[2]))
    sides = tuple(value) if isinstance(value, list | tuple) else ()
    if len(sides) != 2 or not all(type(side) is int and 1 <= side <= MAX_SIDE for side in sides):
        raise ValueError
    return sides


def _one_of(choices: tuple[str, ...]) -> Callable[[object], str]:
    def read(value: object) -> str:
        if value not in choices:
            raise ValueError
        return str(value)

    return read


_SHARE = Takes("a share from 0 to 1", share, number_in_text, nearest_share)
_FACTOR = Takes("a number other than 0", _nonzero, number_in_text)
_SPREAD = Takes("a number of standard deviations other than 0", _nonzero, number_in_text)
_NAME = Takes("the name of a column", _name)
_NEW_NAME = Takes("the new name", _name)
_NOTHING = Takes("no value", _nothing)
_TIME = Takes("a time up to 100 years, such as 3h, -1d, 90s or 500ms", _time, _time_in_text)
_SIZE = Takes(f"WIDTHxHEIGHT, each from 1 to {MAX_SIDE}", _size, lambda sides: "x".join(map(str, sides)))
_TYPE = Takes(f"one of {listing(TYPES)}", _one_of(TYPES), nearest=lambda value: nearest(str(value), TYPES))
_MODE = Takes(f"one of {listing(IMAGE_MODES)}", _one_of(IMAGE_MODES), nearest=lambda value: nearest(str(value), IMAGE_MODES))

KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "imbalance",
            "imbalance=0.9",
            _SHARE,
            About.LABEL,
            "how much rarer the last class becomes than the first, the others evenly between; at 1 it never comes. Rows of "
            "the rarer classes are left out",
        ),
        Kind("label_noise", "label_noise=0.2", _SHARE, About.LABEL, "a share of the rows has the label of another class"),
        Kind(
            "factor",
            "factor=1000",
            _FACTOR,
            About.NUMBERS,
            "other units: each number times the factor; whole numbers are rounded, and stop at the ends of their type",
        ),
        Kind(
            "outlier",
            "outlier=5",
            _SPREAD,
            About.NUMBERS,
            "an outlier device: all numbers lie so many of their standard deviations higher (or lower, with a minus)",
        ),
        Kind(
            "time_shift",
            "time_shift=-3h",
            _TIME,
            About.TIMES,
            "a clock that is wrong: all times are later (or earlier), but not those that are text",
        ),
        Kind("image_size", "image_size=32x32", _SIZE, About.IMAGES, "images of another size"),
        Kind("image_mode", "image_mode=L", _MODE, About.IMAGES, "images of another mode of Pillow, such as grey ones"),
        Kind(
            "corrupt_images",
            "corrupt_images=0.05",
            _SHARE,
            About.IMAGES,
            "a share of the image files is cut off half-way, so that they cannot be decoded",
        ),
        Kind(
            "other_case",
            "other_case=0.1",
            _SHARE,
            About.TEXTS,
            "in a share of the texts capitals and small letters change places",
        ),
        Kind("missing", "missing=0.1", _SHARE, About.VALUES, "a share of the values is null, in every column but the label"),
        Kind(
            "type",
            "type=float32 column=age",
            _TYPE,
            About.ONE_PLAIN,
            "another width, float for int, or text for numbers; what does not fit stops at the ends of the type",
            new_schema=True,
        ),
        Kind("missing_column", "missing_column=age", _NAME, About.SCHEMA, "a column is not there", new_schema=True),
        Kind("renamed", "renamed=years column=age", _NEW_NAME, About.ONE, "the column has this name", new_schema=True),
        Kind(
            "extra_column", "extra_column=site", _NAME, About.SCHEMA, "one more column, of random numbers", new_schema=True
        ),
        Kind("reordered", "reordered", _NOTHING, About.SCHEMA, "the columns come in the opposite order", new_schema=True),
        Kind(
            "duplicates",
            "duplicates=0.1",
            _SHARE,
            About.ROWS,
            "a share of the rows gives way to a copy of another row of the partition",
        ),
        Kind("lost", "lost=0.5", _SHARE, About.ROWS, "a share of the rows is not there"),
        Kind("empty", "empty", _NOTHING, About.ROWS, "the partition has no rows"),
    )
}
"""All kinds by name, in the order in which a partition gets them, whatever the order in which they are written."""
