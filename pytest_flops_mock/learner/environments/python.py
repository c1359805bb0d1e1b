"""The Python that a check runs in, as a value."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from pytest_flops_mock.findings import Finding

CURRENT, LEARNER, CONTAINER, PATH = "current", "learner", "container", "path"
"""The kinds: the Python that runs this, one like that of the learner's image, the same in a container, and one that the user
names."""

OLDEST_PYTHON = (3, 8)


@dataclass(frozen=True)
class LearnerPython:
    """The Python that a check runs in.

    Attributes:
        executable: Its interpreter.
        kind: ``current``, ``learner``, ``container`` or ``path``.
        shown: What it is, for the report.
        findings: What is to be said of it.
        lacking: What ``conda.yaml`` asks for and it lacks, since conda alone may have it.
        image: The image that it is in; empty for one of this machine.
    """

    executable: Path
    kind: str
    shown: str
    findings: tuple[Finding, ...] = ()
    lacking: tuple[str, ...] = ()
    image: str = ""


def minor(version: str) -> tuple[int, ...]:
    """``(3, 10)`` of ``3.10.14``."""
    return tuple(map(int, re.findall(r"\d+", version)[:2]))


def dotted(numbers: tuple[int, ...]) -> str:
    """``3.10`` of ``(3, 10)``."""
    return ".".join(map(str, numbers))
