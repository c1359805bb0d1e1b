"""Texts: sentences from patterns and word lists, and people of whom few write much."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pytest_flops_mock.data.twins.drawing.drawn import Drawn
from pytest_flops_mock.data.twins.drawing.pixels import Ints, noise

_MAX_GAPS = 7  # words to choose in one sentence


@dataclass(frozen=True)
class Grammar:
    """How texts of one class are written.

    Attributes:
        patterns: Sentences with gaps such as ``{who}``, at most seven in one.
        words: What may fill a gap, by its name; at most 256 words.
    """

    patterns: tuple[str, ...]
    words: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Texts:
    """Row code for a column of texts.

    The first sentence is of the row's class; of the others, some are of any class.

    Attributes:
        grammars: How each class writes; a single one is for all classes.
        max_sentences: Most sentences of a text.
        min_sentences: Fewest sentences of a text.
        between: What stands between sentences.
        strays: How many of 256 later sentences are of any class.
        lower: Whether all letters are small.
    """

    grammars: tuple[Grammar, ...]
    max_sentences: int = 1
    min_sentences: int = 1
    between: str = " "
    strays: int = 32
    lower: bool = False

    def __call__(self, rng: np.random.Generator, drawn: Drawn) -> list[str]:
        """Write a text for each row."""
        rows = len(drawn)
        lengths = (self.min_sentences + noise(rng, rows) % (self.max_sentences - self.min_sentences + 1)).tolist()
        picks = noise(rng, rows, self.max_sentences, _MAX_GAPS + 3).tolist()
        made, ways, count, strays = [], self._ways, len(self.grammars), self.strays
        for number, length, sentences in zip(drawn.classes.tolist(), lengths, picks, strict=True):
            parts: list[str] = []
            for stray, other, pattern, *choices in sentences[:length]:
                patterns = ways[(other if parts and stray < strays else number) % count]
                sentence, gaps = patterns[pattern % len(patterns)]
                for (words, several, after), choice in zip(gaps, choices, strict=False):
                    sentence += words[choice % several] + after
                parts.append(sentence[:1].upper() + sentence[1:])
            text = self.between.join(parts)
            made.append(text.lower() if self.lower else text)
        return made

    @cached_property
    def _ways(self) -> list[list[tuple[str, list[tuple[tuple[str, ...], int, str]]]]]:
        return [_ways(grammar) for grammar in self.grammars]


def long_tail(rng: np.random.Generator, rows: int, ids: int) -> Ints:
    """Numbers below ``ids``, the small ones far more often than the large: a few write much, most write little."""
    place = rng.random(rows)
    numbers: Ints = (place * place * place * ids).astype(np.int64)
    return numbers


def _ways(grammar: Grammar) -> list[tuple[str, list[tuple[tuple[str, ...], int, str]]]]:
    """Each pattern as the text before its gaps, and for each gap the words, how many they are, and the text after it."""
    ways = []
    for pattern in grammar.patterns:
        first, *others = re.split(r"\{(\w+)\}", pattern)
        gaps = [grammar.words[name] for name in others[::2]]
        ways.append((first, [(words, len(words), after) for words, after in zip(gaps, others[1::2], strict=True)]))
    return ways
