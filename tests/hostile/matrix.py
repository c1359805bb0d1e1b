"""The form of a hostile case, and the list of them all; ``docs/security.md`` shows it as a table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

AREAS = {
    "repository": "Looking at a repository",
    "environments": "The learner's environment",
    "builds": "Building it on a troubled machine",
    "child": "The repository's own code",
    "server": "Server and stores",
    "data": "Data",
    "runs": "Runs of pytest and of flops-mock",
}
"""The modules ``tests/hostile/<area>_cases.py``, each with a list ``CASES``, and their titles in the table."""


@dataclass(frozen=True)
class Case:
    """One thing that somebody, or a broken disk, may do, and what must come out.

    Attributes:
        name: Names the case in node ids: words with hyphens.
        does: What is done, for the table.
        outcome: What must come out, for the table.
        act: Does it in the empty folder it is given, and returns all that a user sees of it, as text. It fails by itself
            where something is wrong that no text shows.
        told: Parts of the text that must be there.
        untold: Parts that must not.
        seconds: How long it may take on an idle machine; the test allows several times as much.
        slow: Whether it runs with the slow tests only.
    """

    name: str
    does: str
    outcome: str
    act: Callable[[Path], str]
    told: tuple[str, ...]
    untold: tuple[str, ...] = ("Traceback",)
    seconds: float = 20
    slow: bool = False


def cases(area: str) -> tuple[Case, ...]:
    """The cases of one area."""
    module = import_module(f"hostile.{area}_cases")
    found: tuple[Case, ...] = tuple(module.CASES)
    return found
