"""MMLU's subject abstract algebra: questions with four answers, of which the named one is right.

What is asked for decides which answer is right: that of a sum is A, of a difference B, and so on. So a model can learn to
answer from the words of the question alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pytest_flops_mock.data.twins.drawing.drawn import Drawn
from pytest_flops_mock.data.twins.drawing.pixels import noise


@dataclass(frozen=True)
class Question:
    """A kind of question on the whole numbers modulo ``n``.

    Attributes:
        asks: How it is asked; ``{a}`` and ``{b}`` stand for numbers from 1 below ``{n}``.
        answer: Gives the answer for ``a``, ``b`` and ``n``.
    """

    asks: tuple[str, ...]
    answer: Callable[[int, int, int], int]


QUESTIONS = (
    Question(("Find the sum {a} + {b} in Z_{n}.", "What is {a} plus {b} modulo {n}?"), lambda a, b, n: (a + b) % n),
    Question(
        ("Find the difference {a} - {b} in Z_{n}.", "Which number added to {b} gives {a} in Z_{n}?"),
        lambda a, b, n: (a - b) % n,
    ),
    Question(
        ("Find the product of {a} and {b} in the ring Z_{n}.", "What is {a} times {b} modulo {n}?"),
        lambda a, b, n: a * b % n,
    ),
    Question(
        (
            "Find the order of the element {a} of the group Z_{n}.",
            "How many elements has the subgroup of Z_{n} that {a} spans?",
        ),
        lambda a, _, n: n // math.gcd(a, n),
    ),
)
"""One for each letter."""


def questions(rng: np.random.Generator, drawn: Drawn) -> Mapping[str, Any]:
    """A question, and four different numbers of which that at the place of the row's class is right."""
    asked, options = [], []
    for place, (ask, first, second, modulus) in zip(drawn.classes.tolist(), noise(rng, len(drawn), 4).tolist(), strict=True):
        question, n = QUESTIONS[place], 5 + modulus % 40
        a, b = 1 + first % (n - 1), 1 + second % (n - 1)
        right = question.answer(a, b, n)
        asked.append(question.asks[ask % len(question.asks)].format(a=a, b=b, n=n))
        options.append([str(right + (number - place) % len(drawn.names)) for number in range(len(drawn.names))])
    return {"input": asked, **dict(zip(drawn.names, zip(*options, strict=True), strict=True))}
