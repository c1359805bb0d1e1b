"""Texts from what is known of them: times, numbers and codes as the data write them, else words that bear the class."""

from __future__ import annotations

import zlib
from functools import cache

import numpy as np

from pytest_flops_mock.data.twins import forms
from pytest_flops_mock.data.twins.drawing.drawn import Drawn
from pytest_flops_mock.data.twins.drawing.numbers import Doubles
from pytest_flops_mock.data.twins.drawing.pixels import noise
from pytest_flops_mock.data.twins.drawing.words import long_tail
from pytest_flops_mock.data.twins.people import names_people
from pytest_flops_mock.data.twins.series import between, default_numbers, in_steps, known_numbers
from pytest_flops_mock.data.twins.twin import Known

WORDS = (4, 14)
_SYLLABLES = [first + second for first in "bdfgklmnprstvz" for second in "aeiou"]
_COMMON_WORDS, _OWN_WORDS = 64, 16
_OWN_SHARE = 96  # of 256 words, how many bear the class
_DAY = 86_400 * 10**6  # in microseconds
_FIRST_DAY = 18_262  # 2020-01-01


def make_texts(rng: np.random.Generator, known: Known, drawn: Drawn, name: str) -> list[str]:
    """Texts of a column.

    Args:
        rng: Where they come from.
        known: What is known of them.
        drawn: The class of each row.
        name: The column's name.
    """
    rows = len(drawn)
    if known.form:
        return _formed(rng, known, drawn, name)
    if known.people is not None or (known.lengths is None and not known.patterns and names_people(name)):
        ids = long_tail(rng, rows, known.people or 60).tolist()
        return [forms.code(known.patterns, each) if known.patterns else f"{name}_{each:04d}" for each in ids]
    if known.patterns:
        return [forms.code(known.patterns, drawn.first + row) for row in range(rows)]
    return _words(rng, known, drawn)


def _formed(rng: np.random.Generator, known: Known, drawn: Drawn, name: str) -> list[str]:
    rows = len(drawn)
    numbers: Doubles
    if known.quantiles or known.gaps:
        numbers = known_numbers(rng, known, drawn)
    elif forms.is_time(known.form):
        days = np.floor(rng.random(rows) * 1_461) + _FIRST_DAY if forms.has_date(known.form) else np.zeros(rows)
        numbers = (days + rng.random(rows)) * _DAY
    else:
        numbers = default_numbers(rng, drawn, name)
    if forms.is_time(known.form):
        numbers = in_steps(numbers, known).astype(np.float64)
    return forms.written(numbers, known.form, known.decimals or 0)


def _words(rng: np.random.Generator, known: Known, drawn: Drawn) -> list[str]:
    rows = len(drawn)
    ends = known.lengths or WORDS
    lengths = between(rng, ends, rows)
    picks = noise(rng, rows, max(int(ends[1]), 1), 2)
    common = _vocabulary("", _COMMON_WORDS)
    own = {group: _vocabulary(drawn.names[group], _OWN_WORDS) for group in set(drawn.classes.tolist())}
    made = []
    for length, group, pick in zip(lengths.tolist(), drawn.classes.tolist(), picks.tolist(), strict=True):
        made.append(
            " ".join(
                own[group][word % _OWN_WORDS] if which < _OWN_SHARE or not number else common[word % _COMMON_WORDS]
                for number, (which, word) in enumerate(pick[:length])
            )
        )
    return made


@cache
def _vocabulary(group: str, words: int) -> list[str]:
    """Made-up words of a class."""
    stream = np.random.Generator(np.random.PCG64(np.random.SeedSequence(zlib.crc32(f"words of {group}".encode()))))
    return ["".join(_SYLLABLES[each % len(_SYLLABLES)] for each in word) for word in noise(stream, words, 3).tolist()]
