"""What the text twins share: sentences from patterns and word lists, and people of whom few write much."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from pytest_flops_mock.data.twins.pixels import Ints, noise

_MOST_SLOTS = 7  # words to choose in one sentence


@dataclass(frozen=True)
class Grammar:
    """How texts of one class are written.

    Attributes:
        patterns: Sentences with gaps such as ``{who}``, at most seven in one.
        words: What may fill a gap, by its name; at most 256 words.
    """

    patterns: tuple[str, ...]
    words: Mapping[str, tuple[str, ...]]


def texts(
    rng: np.random.Generator,
    grammars: Sequence[Grammar],
    labels: Ints,
    *,
    least: int,
    most: int,
    between: str = " ",
    strays: int = 32,
) -> list[str]:
    """Write a text for each label.

    The first sentence is of the label's class; of the others, some are of any class.

    Args:
        rng: Chooses patterns and words.
        grammars: How each class writes.
        labels: Class numbers, shape ``(rows,)``.
        least: Fewest sentences of a text.
        most: Most sentences of a text.
        between: What stands between sentences.
        strays: How many of 256 later sentences are of any class.
    """
    rows = len(labels)
    lengths = (least + noise(rng, rows) % (most - least + 1)).tolist()
    picks = noise(rng, rows, most, _MOST_SLOTS + 3).tolist()
    made = []
    for label, length, sentences in zip(labels.tolist(), lengths, picks, strict=True):
        parts = []
        for number in range(length):
            stray, other, pattern, *choices = sentences[number]
            grammar = grammars[other % len(grammars) if number and stray < strays else label]
            fixed, gaps = _pieces(grammar.patterns[pattern % len(grammar.patterns)])
            sentence = fixed[0]
            for gap, choice, after in zip(gaps, choices, fixed[1:], strict=False):
                words = grammar.words[gap]
                sentence += words[choice % len(words)] + after
            parts.append(sentence[:1].upper() + sentence[1:])
        made.append(between.join(parts))
    return made


def long_tail(rng: np.random.Generator, rows: int, ids: int) -> Ints:
    """Numbers below ``ids``, the small ones far more often than the large: a few write much, most write little."""
    place = rng.random(rows)
    numbers: Ints = (place * place * place * ids).astype(np.int64)
    return numbers


@cache
def _pieces(pattern: str) -> tuple[list[str], list[str]]:
    """The fixed text before, between and after the gaps, and the names of the gaps."""
    pieces = re.split(r"\{(\w+)\}", pattern)
    return pieces[::2], pieces[1::2]
