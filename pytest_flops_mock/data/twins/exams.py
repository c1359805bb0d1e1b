"""The twin of MMLU, its subject abstract algebra: questions with four answers, of which the named one is right.

What is asked for decides which answer is right: that of a sum is A, of a difference B, and so on. So a model can learn to
answer from the words of the question alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import datasets
import numpy as np
import pyarrow as pa

from pytest_flops_mock.data.twins.pixels import balanced_labels, noise
from pytest_flops_mock.data.twins.twin import Twin

LETTERS = "ABCD"


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


def algebra_rows(rng: np.random.Generator, rows: int) -> pa.Table:
    """Rows of the twin: a question, four different numbers, and the letter of the right one."""
    places = balanced_labels(rng, rows, len(LETTERS)).tolist()
    asked, options = [], []
    for place, (ask, first, second, modulus) in zip(places, noise(rng, rows, 4).tolist(), strict=True):
        question, n = QUESTIONS[place], 5 + modulus % 40
        a, b = 1 + first % (n - 1), 1 + second % (n - 1)
        right = question.answer(a, b, n)
        asked.append(question.asks[ask % len(question.asks)].format(a=a, b=b, n=n))
        options.append([str(right + (number - place) % len(LETTERS)) for number in range(len(LETTERS))])
    return pa.table(
        {
            "input": asked,
            **{letter: [row[number] for row in options] for number, letter in enumerate(LETTERS)},
            "target": [LETTERS[place] for place in places],
        }
    )


def _features() -> datasets.Features:
    return datasets.Features(dict.fromkeys(("input", *LETTERS, "target"), datasets.Value("string")))


# https://huggingface.co/datasets/lukaemon/mmlu, which is a loading script; its columns, subjects and splits are those that
# its users load. The counts are those of the same subject in https://huggingface.co/datasets/cais/mmlu and its copies,
# whose split dev is train here; before its change 5 the script lost the first row of each file.
MMLU = Twin(
    name="lukaemon/mmlu",
    config="abstract_algebra",
    configs=(
        *("high_school_european_history", "business_ethics", "clinical_knowledge", "medical_genetics"),
        *("high_school_us_history", "high_school_physics", "high_school_world_history", "virology"),
        *("high_school_microeconomics", "econometrics", "college_computer_science", "high_school_biology"),
        *("abstract_algebra", "professional_accounting", "philosophy", "professional_medicine", "nutrition"),
        *("global_facts", "machine_learning", "security_studies", "public_relations", "professional_psychology"),
        *("prehistory", "anatomy", "human_sexuality", "college_medicine", "high_school_government_and_politics"),
        *("college_chemistry", "logical_fallacies", "high_school_geography", "elementary_mathematics", "human_aging"),
        *("college_mathematics", "high_school_psychology", "formal_logic", "high_school_statistics"),
        *("international_law", "high_school_mathematics", "high_school_computer_science", "conceptual_physics"),
        *("miscellaneous", "high_school_chemistry", "marketing", "professional_law", "management", "college_physics"),
        *("jurisprudence", "world_religions", "sociology", "us_foreign_policy", "high_school_macroeconomics"),
        *("computer_security", "moral_scenarios", "moral_disputes", "electrical_engineering", "astronomy"),
        "college_biology",
    ),
    splits=(("test", 100), ("validation", 11), ("train", 5)),
    features=_features,
    rows=algebra_rows,
    label="target",
)
