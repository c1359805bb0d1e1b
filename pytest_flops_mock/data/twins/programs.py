"""The twins of two collections of small programs to write: MBPP and HumanEval. Their solutions pass their tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import datasets
import numpy as np
import pyarrow as pa

from pytest_flops_mock.data.twins.pixels import noise
from pytest_flops_mock.data.twins.twin import Twin


@dataclass(frozen=True)
class Task:
    """A function of a list of numbers.

    Attributes:
        what: What it returns; ``{k}`` stands for a number from 2 to 9.
        name: Its name.
        code: The expression it returns.
        answer: Gives what it returns for some numbers and ``k``.
    """

    what: str
    name: str
    code: str
    answer: Callable[[list[int], int], object]


TASKS = (
    Task("the numbers, each plus {k}", "add_{k}", "[n + {k} for n in numbers]", lambda numbers, k: [n + k for n in numbers]),
    Task("{k} times each number", "times_{k}", "[n * {k} for n in numbers]", lambda numbers, k: [n * k for n in numbers]),
    Task("the remainders by {k}", "mod_{k}", "[n % {k} for n in numbers]", lambda numbers, k: [n % k for n in numbers]),
    Task(
        "the multiples of {k} among the numbers",
        "multiples_of_{k}",
        "[n for n in numbers if n % {k} == 0]",
        lambda numbers, k: [n for n in numbers if n % k == 0],
    ),
    Task(
        "how many of the numbers are above {k}0",
        "count_above_{k}0",
        "sum(n > {k}0 for n in numbers)",
        lambda numbers, k: sum(n > 10 * k for n in numbers),
    ),
    Task("the sum of the numbers plus {k}", "sum_plus_{k}", "sum(numbers) + {k}", lambda numbers, k: sum(numbers) + k),
    Task("{k} times the largest number", "largest_times_{k}", "max(numbers) * {k}", lambda numbers, k: max(numbers) * k),
    Task("{k} times the smallest number", "smallest_times_{k}", "min(numbers) * {k}", lambda numbers, k: min(numbers) * k),
    Task(
        "the numbers from {k}0 on, sorted",
        "sorted_from_{k}0",
        "sorted(n for n in numbers if n >= {k}0)",
        lambda numbers, k: sorted(n for n in numbers if n >= 10 * k),
    ),
    Task(
        "whether the sum of the numbers is a multiple of {k}",
        "sum_is_multiple_of_{k}",
        "sum(numbers) % {k} == 0",
        lambda numbers, k: sum(numbers) % k == 0,
    ),
)
_ASK = ("Write a function to find", "Write a python function to return", "Write a function that takes a list and gives")


def problem_rows(rng: np.random.Generator, rows: int) -> pa.Table:
    """Rows of the twin of MBPP: a task in words, a solution and three tests."""
    picks, cases = _drawn(rng, rows)
    texts, codes, tests = [], [], []
    for (which, factor, ask), row in zip(picks, cases, strict=True):
        task, k = TASKS[which % len(TASKS)], 2 + factor % 8
        name = task.name.format(k=k)
        texts.append(f"{_ASK[ask % len(_ASK)]} {task.what.format(k=k)}.")
        codes.append(f"def {name}(numbers):\r\n  return {task.code.format(k=k)}")  # as the real ones end their lines
        tests.append([f"assert {name}({numbers}) == {task.answer(numbers, k)}" for numbers in row])
    return pa.table(
        {
            "text": texts,
            "code": codes,
            "test_list": tests,
            "test_setup_code": [""] * rows,
            "challenge_test_list": pa.array([[]] * rows, pa.list_(pa.string())),
        }
    )


def prompt_rows(rng: np.random.Generator, rows: int) -> pa.Table:
    """Rows of the twin of HumanEval: the head of a function with examples, its body, and a ``check`` of it."""
    picks, cases = _drawn(rng, rows)
    prompts, bodies, checks, names = [], [], [], []
    for (which, factor, _), row in zip(picks, cases, strict=True):
        task, k = TASKS[which % len(TASKS)], 2 + factor % 8
        name = task.name.format(k=k)
        example, *others = row
        prompts.append(
            f"\ndef {name}(numbers):\n"
            f'    """ Return {task.what.format(k=k)}.\n'
            f"    >>> {name}({example})\n"
            f"    {task.answer(example, k)}\n"
            '    """\n'
        )
        bodies.append(f"    return {task.code.format(k=k)}\n")
        lines = [f"    assert candidate({numbers}) == {task.answer(numbers, k)}\n" for numbers in others]
        checks.append(f"\n\ndef check(candidate):\n{''.join(lines)}")
        names.append(name)
    # The real ones are numbered from 0, but a row does not know its place.
    numbers = noise(rng, rows, 3).tolist()
    return pa.table(
        {
            "task_id": [f"HumanEval/{high << 16 | middle << 8 | low}" for high, middle, low in numbers],
            "prompt": prompts,
            "canonical_solution": bodies,
            "test": checks,
            "entry_point": names,
        }
    )


def _drawn(rng: np.random.Generator, rows: int) -> tuple[list[list[int]], list[list[list[int]]]]:
    """For each row what to ask, and three lists of four numbers to ask it of."""
    return noise(rng, rows, 3).tolist(), noise(rng, rows, 3, 4).tolist()


def _problem_features() -> datasets.Features:
    text = datasets.Value("string")
    return datasets.Features(
        {
            "task_id": datasets.Value("int32"),
            "text": text,
            "code": text,
            "test_list": datasets.Sequence(text),
            "test_setup_code": text,
            "challenge_test_list": datasets.Sequence(text),
        }
    )


def _prompt_features() -> datasets.Features:
    names = ("task_id", "prompt", "canonical_solution", "test", "entry_point")
    return datasets.Features({name: datasets.Value("string") for name in names})


# https://huggingface.co/datasets/google-research-datasets/mbpp (its other configuration, ``sanitized``, has other columns;
# its task_id goes on from split to split)
MBPP = Twin(
    name="google-research-datasets/mbpp",
    aliases=("mbpp",),
    config="full",
    splits=(("train", 374), ("test", 500), ("validation", 90), ("prompt", 10)),
    features=_problem_features,
    rows=problem_rows,
    label="code",
    counter="task_id",
)

# https://huggingface.co/datasets/openai/openai_humaneval
HUMANEVAL = Twin(
    name="openai/openai_humaneval",
    aliases=("openai_humaneval",),
    config="openai_humaneval",
    splits=(("test", 164),),
    features=_prompt_features,
    rows=prompt_rows,
    label="canonical_solution",
)
