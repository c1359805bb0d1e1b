"""Small programs to write: MBPP and HumanEval. Their solutions pass their tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pytest_flops_mock.data.twins.drawing.drawn import Drawn
from pytest_flops_mock.data.twins.drawing.pixels import noise


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


def mbpp(rng: np.random.Generator, drawn: Drawn) -> Mapping[str, Any]:
    """A task in words, a solution and three tests."""
    texts, codes, tests = [], [], []
    for task, k, ask, lists in _asked(rng, len(drawn)):
        name = task.name.format(k=k)
        texts.append(f"{_ASK[ask % len(_ASK)]} {task.what.format(k=k)}.")
        codes.append(f"def {name}(numbers):\r\n  return {task.code.format(k=k)}")  # as the real ones end their lines
        tests.append([f"assert {name}({numbers}) == {task.answer(numbers, k)}" for numbers in lists])
    return {"text": texts, "code": codes, "test_list": tests}


def humaneval(rng: np.random.Generator, drawn: Drawn) -> Mapping[str, Any]:
    """The head of a function with an example, its body, and a ``check`` of it."""
    prompts, bodies, checks, names = [], [], [], []
    for task, k, _, (example, *others) in _asked(rng, len(drawn)):
        name = task.name.format(k=k)
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
    numbers = noise(rng, len(drawn), 3).tolist()  # a row does not know its place
    return {
        "task_id": [f"HumanEval/{high << 16 | middle << 8 | low}" for high, middle, low in numbers],
        "prompt": prompts,
        "canonical_solution": bodies,
        "test": checks,
        "entry_point": names,
    }


def _asked(rng: np.random.Generator, rows: int) -> Iterator[tuple[Task, int, int, list[list[int]]]]:
    """For each row a task with its number, how it is asked, and three lists of four numbers to try it on."""
    picks, lists = noise(rng, rows, 3).tolist(), noise(rng, rows, 3, 4).tolist()
    for (which, factor, ask), numbers in zip(picks, lists, strict=True):
        yield TASKS[which % len(TASKS)], 2 + factor % 8, ask, numbers
