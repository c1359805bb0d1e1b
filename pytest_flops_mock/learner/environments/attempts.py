"""What is known of environments that could not be built, so that not every check waits for the same failure."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from pytest_flops_mock.errors import Problem

AGAIN_SECONDS = 3600.0
"""After this time an environment that could not be built is tried again by itself."""


@dataclass(frozen=True)
class Attempt:
    """An environment that was not built.

    Attributes:
        reason: Why, in a few words.
        problem: What is wrong with the packages that it is built from, if that is the reason.
        before: Whether that was in an earlier check.
    """

    reason: str
    problem: Problem | None = None
    before: bool = False


def last_attempt(file: Path) -> Attempt | None:
    """What a file says of an attempt within the last hour; ``None`` if there was none."""
    try:
        age = time.time() - file.stat().st_mtime
        told = json.loads(file.read_text(encoding="utf-8"))
        problem = None if told["problem"] is None else Problem(**told["problem"])
        attempt = Attempt(str(told["reason"]), problem)
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return replace(attempt, before=True) if abs(age) < AGAIN_SECONDS else None


def remember(file: Path, attempt: Attempt) -> Attempt:
    """Write an attempt into a file, where that is possible; the attempt."""
    told = {"reason": attempt.reason, "problem": None if attempt.problem is None else asdict(attempt.problem)}
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        beside = file.with_suffix(".new")
        beside.write_text(json.dumps(told), encoding="utf-8")
        beside.replace(file)
    return attempt
