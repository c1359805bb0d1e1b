"""How texts write times, numbers and codes: found in texts, and written again. Says nothing of whose they are.

A form of times has the signs of ``strftime`` (``%-d`` and ``%-m`` for days and months without a zero before, ``%3f`` for
thousandths), one of numbers is a zero with what is around it: ``0``, ``0 mg``, ``0,0 %`` where decimals follow a comma.
A pattern of codes has a letter for each position: ``9`` a digit, ``A`` and ``a`` a letter, ``X`` and ``x`` one of sixteen
digits, ``*`` any of them; a backslash makes the next character stand for itself.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import product

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

MATCHING = 0.95
"""So many of the texts have to be of a form."""

MAX_PATTERN = 120
"""Characters of a pattern or a form."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SIGNS = {
    "%Y": r"(?P<year>\d{4})",
    "%m": r"(?P<month>0[1-9]|1[0-2])",
    "%-m": r"(?P<month>[1-9]|1[0-2])",
    "%b": rf"(?P<name>{'|'.join(_MONTHS)})",
    "%d": r"(?P<day>0[1-9]|[12]\d|3[01])",
    "%-d": r"(?P<day>[1-9]|[12]\d|3[01])",
    "%H": r"(?P<hour>[01]\d|2[0-3])",
    "%M": r"(?P<minute>[0-5]\d)",
    "%S": r"(?P<second>[0-5]\d)",
    "%f": r"(?P<micro>\d{6})",
    "%3f": r"(?P<milli>\d{3})",
}
_DATES: tuple[str, ...] = (
    *("%Y-%m-%d", "%d.%m.%Y", "%-d.%-m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%-m/%-d/%Y", "%-d/%-m/%Y", "%Y/%m/%d", "%d-%m-%Y"),
    *("%d-%b-%Y", "%d %b %Y", "%Y%m%d", "%Y-%m"),
)
_TIMES = ("%H:%M", "%H:%M:%S", "%H:%M:%S.%3f", "%H:%M:%S.%f")
_TIME_FORMS = (*_DATES, *map("".join, product(_DATES[:-1], ("T", " "), _TIMES)), *_TIMES)
_ZONE = re.compile(r"(?<=\d)(?:Z|UTC|[+-]\d\d:?\d\d)$")
_SIGN = re.compile(r"%-?3?[A-Za-z]")
_EPOCH = datetime(1970, 1, 1)
_YEARS = range(1880, 2120)
"""Years that numbers of eight digits may begin with to be dates."""

_NUMBER = re.compile(
    r"(?P<before>[^\w\s.,+-]? ?)-?(?:0|[1-9]\d*)(?:(?P<mark>[.,])(?P<decimals>\d+))?(?P<after>[^\d.,]{0,6})"
)
_FORM_OF_NUMBERS = re.compile(r"(?P<before>[^\w\s.,+-]? ?)0(?P<mark>,0)?(?P<after>[^\d.,]{0,6})")

_ALPHABETS = {
    "9": "0123456789",
    "A": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "a": "abcdefghijklmnopqrstuvwxyz",
    "X": "0123456789ABCDEF",
    "x": "0123456789abcdef",
    "*": "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
}


def is_time(form: str) -> bool:
    """Whether a form is one of times; their numbers are microseconds since 1970, or since midnight."""
    return "%" in form and _FORM_OF_NUMBERS.fullmatch(form) is None


def has_date(form: str) -> bool:
    """Whether a form of times has days in it."""
    return "%Y" in form


def form_of(texts: Sequence[str]) -> str:
    """The form in which nearly all texts write times or numbers; empty if there is none."""
    for first in list(dict.fromkeys(texts[:50]))[:5]:
        for form in _possible_forms(first):
            if sum(number is not None for number in _read(texts, form)) >= MATCHING * len(texts):
                return form
    return ""


def numbers_in(texts: Sequence[str | None], form: str) -> Numbers:
    """What texts of a form say, as numbers; NaN for those that are not of the form."""
    return np.array([math.nan if number is None else number for number in _read(texts, form)], np.float64)


def decimals_in(texts: Sequence[str | None]) -> list[int]:
    """How many decimals each text writes; those without a number, none."""
    found = [_NUMBER.fullmatch(text or "") for text in texts]
    return [len(match["decimals"] or "") if match else 0 for match in found]


def written(numbers: Numbers, form: str, decimals: int) -> list[str]:
    """Numbers as texts of a form."""
    if is_time(form):
        return [_time(number, form) for number in numbers.tolist()]
    parts = _FORM_OF_NUMBERS.fullmatch(form)
    if parts is None:
        raise ValueError(f"form {form!r}")
    mark = "," if parts["mark"] else "."
    texts = [f"{number:.{decimals}f}".replace(".", mark) for number in numbers.tolist()]
    return [f"{parts['before']}{text}{parts['after']}" for text in texts]


def is_form(form: str) -> bool:
    """Whether texts of this form can be written."""
    if len(form) > MAX_PATTERN:
        return False
    return bool(_FORM_OF_NUMBERS.fullmatch(form)) or (is_time(form) and set(_SIGN.findall(form)) <= set(_SIGNS))


def is_pattern(pattern: str) -> bool:
    """Whether codes of this pattern can be made."""
    return 0 < len(pattern) <= MAX_PATTERN and not re.search(r"(?<!\\)(?:\\\\)*\\$", pattern)


def skeleton(text: str) -> str:
    """What codes of one pattern have in common: how long they are, and where something else than letters and digits is."""
    return "".join("*" if letter.isascii() and letter.isalnum() else letter for letter in text)


def class_of(letter: str) -> str:
    """The class of a letter or a digit."""
    return "9" if letter.isdigit() else "A" if letter.isupper() else "a"


def position(classes: set[str], letters: set[str]) -> str:
    """The sign of a position in a pattern.

    Args:
        classes: The classes that are there.
        letters: The characters that may be told: what stands there in all codes, or which ones beside digits.
    """
    if len(classes) == 1:
        return next(iter(classes))
    for sign, of_class in (("x", "a"), ("X", "A")):
        if classes == {"9", of_class} and letters <= set(_ALPHABETS[sign]):
            return sign
    return "*"


def itself(letter: str) -> str:
    """A character that stands for itself in a pattern."""
    return f"\\{letter}" if letter in "\\*" or letter.isalnum() else letter


def code(patterns: Sequence[tuple[str, int]], number: int) -> str:
    """The code with this number: another one for each, as long as there are others.

    Args:
        patterns: Patterns, each with how often it comes.
        number: From 0.
    """
    weights = [weight for _, weight in patterns]
    place = (number * 7_919 + 13) % 1_009 / 1_009 * sum(weights)
    chosen = int(np.searchsorted(np.cumsum(weights), place, side="right"))
    alphabets = _alphabets(patterns[chosen][0])
    ways = math.prod(map(len, alphabets))
    step = int(ways * 0.618) | 1
    while math.gcd(step, ways) > 1:  # else some codes came twice, and others never
        step += 2
    rest, letters = (number * step + int(ways * 0.2719)) % ways, []
    for alphabet in reversed(alphabets):
        rest, which = divmod(rest, len(alphabet))
        letters.append(alphabet[which])
    return "".join(reversed(letters))


@lru_cache(maxsize=256)
def _alphabets(pattern: str) -> tuple[str, ...]:
    signs = re.findall(r"\\.|.", pattern, re.DOTALL)
    return tuple(sign[1:] if len(sign) > 1 else _ALPHABETS.get(sign, sign) for sign in signs)


def _possible_forms(text: str) -> list[str]:
    zone = _ZONE.search(text) if ":" in text else None
    bare, end = (text[: zone.start()], zone[0]) if zone and ":" in text[: zone.start()] else (text, "")
    forms = [form for form in _TIME_FORMS if _pattern(form).fullmatch(bare)]
    forms = [f"{form}{end}" for form in forms]
    if number := _NUMBER.fullmatch(text):
        marks = (",0", "") if number["mark"] == "," else ("",) if number["mark"] else ("", ",0")
        forms += [f"{number['before']}0{mark}{number['after']}" for mark in marks]
    return forms


def _read(texts: Sequence[str | None], form: str) -> list[float | None]:
    if is_time(form):
        pattern = _pattern(form)
        return [_microseconds(pattern.fullmatch(text or "")) for text in texts]
    parts = _FORM_OF_NUMBERS.fullmatch(form)
    if parts is None:
        return [None] * len(texts)
    mark = "," if parts["mark"] else "."
    found = [_NUMBER.fullmatch(text or "") for text in texts]
    return [
        float(match[0][len(match["before"]) : len(match[0]) - len(match["after"])].replace(",", "."))
        if match and (match["before"], match["after"]) == (parts["before"], parts["after"]) and match["mark"] in (None, mark)
        else None
        for match in found
    ]


@lru_cache(maxsize=256)
def _pattern(form: str) -> re.Pattern[str]:
    pieces = re.split(f"({_SIGN.pattern})", form)
    return re.compile("".join(_SIGNS.get(piece, re.escape(piece)) for piece in pieces))


def _microseconds(match: re.Match[str] | None) -> float | None:
    if match is None:
        return None
    parts = {name: int(text) for name, text in match.groupdict().items() if name != "name"}
    month = _MONTHS.index(match["name"]) + 1 if "name" in match.groupdict() else parts.get("month", 1)
    year, day = parts.get("year", 1970), parts.get("day", 1)
    if year not in _YEARS:
        return None
    micro = parts.get("micro", 0) + 1_000 * parts.get("milli", 0)
    try:
        time = datetime(year, month, day, parts.get("hour", 0), parts.get("minute", 0), parts.get("second", 0), micro)
    except ValueError:  # such as the 31st of a month of thirty days
        return None
    return float((time - _EPOCH) // timedelta(microseconds=1))


def _time(microseconds: float, form: str) -> str:
    time = _EPOCH + timedelta(microseconds=int(min(max(microseconds, -2.8e15), 4.7e15)))  # of the years 1881 to 2118
    parts = {
        "%Y": f"{time.year:04d}",
        "%m": f"{time.month:02d}",
        "%-m": f"{time.month}",
        "%b": _MONTHS[time.month - 1],
        "%d": f"{time.day:02d}",
        "%-d": f"{time.day}",
        "%H": f"{time.hour:02d}",
        "%M": f"{time.minute:02d}",
        "%S": f"{time.second:02d}",
        "%f": f"{time.microsecond:06d}",
        "%3f": f"{time.microsecond // 1_000:03d}",
    }
    return _SIGN.sub(lambda sign: parts.get(sign[0], sign[0]), form)
