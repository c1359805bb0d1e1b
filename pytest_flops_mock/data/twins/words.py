"""What the text twins share: sentences from patterns and word lists, and people of whom few write much."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pytest_flops_mock.data.twins.pixels import Ints, noise

_PERSONS = {
    *("account", "author", "client", "customer", "employee", "id", "ip", "login", "mail", "member", "name", "owner"),
    *("participant", "patient", "person", "speaker", "staff", "student", "subject", "surname", "user", "username", "writer"),
}
_TELLING = {
    *("address", "birth", "birthday", "birthdate", "born", "dob", "email", "iban", "passport", "phone", "postcode", "ssn"),
    *("street", "telephone", "zip"),
}
_OTHERS = {"device", "doctor", "hospital", "nurse", "plate"}
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
    ways = [_ways(grammar) for grammar in grammars]
    made = []
    for label, length, sentences in zip(labels.tolist(), lengths, picks, strict=True):
        parts = []
        for number in range(length):
            stray, other, pattern, *choices = sentences[number]
            patterns = ways[other % len(ways) if number and stray < strays else label]
            sentence, gaps = patterns[pattern % len(patterns)]
            for (words, count, after), choice in zip(gaps, choices, strict=False):
                sentence += words[choice % count] + after
            parts.append(sentence[:1].upper() + sentence[1:])
        made.append(between.join(parts))
    return made


def long_tail(rng: np.random.Generator, rows: int, ids: int) -> Ints:
    """Numbers below ``ids``, the small ones far more often than the large: a few write much, most write little."""
    place = rng.random(rows)
    numbers: Ints = (place * place * place * ids).astype(np.int64)
    return numbers


def names_person(column: str) -> bool:
    """Whether a column by this name is likely to say who a row is of."""
    last = _parted(column)[-1]
    return bool({last, last.removesuffix("s")} & _PERSONS)


def names_people(column: str) -> bool:
    """Whether a column by this name is likely to give somebody away: who a row is of, or whom it has to do with."""
    words = _parted(column)
    return names_person(column) or bool({words[-1], words[-1].removesuffix("s")} & _OTHERS or set(words) & _TELLING)


def _parted(column: str) -> list[str]:
    """The words of a name such as ``patient_id``, ``home-address`` or ``firstName``."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", column)
    return re.findall(r"[^\W_]+", apart.lower()) or [""]


def _ways(grammar: Grammar) -> list[tuple[str, list[tuple[tuple[str, ...], int, str]]]]:
    """Each pattern as the text before its gaps, and for each gap the words, how many they are, and the text after it."""
    ways = []
    for pattern in grammar.patterns:
        first, *others = re.split(r"\{(\w+)\}", pattern)
        gaps = [grammar.words[name] for name in others[::2]]
        ways.append((first, [(words, len(words), after) for words, after in zip(gaps, others[1::2], strict=True)]))
    return ways
