"""Drawing partitions and trying them: Hypothesis decides which."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from pytest_flops_mock.errors import Problem, ToolError
from pytest_flops_mock.partitions.sample import Population, Sample
from pytest_flops_mock.search.trying import Key, Outcome, TimeIsUpError

EXPLORING = 0.7
"""Share of the time that goes into drawing once a failure was found, which is then to be made small."""


@dataclass
class Explored:
    """What was drawn so far.

    Attributes:
        examples: How many partitions.
        failures: Those that failed, by what tells the failures apart, in the order in which they were met.
    """

    examples: int = 0
    failures: dict[Key, list[Sample]] = field(default_factory=dict)


def refuse_without_hypothesis() -> None:
    """Refuse to search where Hypothesis is not installed.

    Raises:
        ToolError: It is not; the message says how to get it.
    """
    if importlib.util.find_spec("hypothesis") is None:
        raise ToolError(
            Problem(
                "a search needs Hypothesis, which is not installed",
                expected="hypothesis, which decides which partitions are tried",
                got="no package of that name",
                fix='pip install "pytest-flops-mock[hypothesis]"',
            )
        )


def explore(
    population: Population,
    tried: Callable[[Sample], Outcome],
    seen: Explored,
    *,
    examples: int,
    seed: int,
    seconds: float | None,
    on_example: Callable[[Explored], None],
) -> None:
    """Draw and try as many partitions as there are to be. A failure ends nothing: others may hide behind it.

    Args:
        population: What partitions are made of.
        tried: What comes of one.
        seen: What was drawn is added to it, one after the other.
        examples: How many.
        seed: The same partitions come with the same seed.
        seconds: How long the search may take.
        on_example: Is told after each.

    Raises:
        TimeIsUpError: There is no time for another one.
    """
    import hypothesis

    from pytest_flops_mock.strategies.samples import samples

    began = time.monotonic()

    def one(sample: Sample) -> None:
        if seconds is not None and seen.failures and time.monotonic() - began > EXPLORING * seconds:
            raise TimeIsUpError
        outcome = tried(sample)
        seen.examples += 1
        if outcome.key is not None:
            seen.failures.setdefault(outcome.key, []).append(sample)
        on_example(seen)

    settings = hypothesis.settings(
        max_examples=examples,
        database=None,
        deadline=None,
        derandomize=False,
        phases=(hypothesis.Phase.generate,),
        suppress_health_check=list(hypothesis.HealthCheck),
        verbosity=hypothesis.Verbosity.quiet,
    )
    hypothesis.seed(seed)(settings(hypothesis.given(samples(population))(one)))()
