"""The Python that an environment stands for."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pytest_flops_mock.errors import LearnerEnvironmentError, Problem, RepositoryError, ToolError
from pytest_flops_mock.findings import Finding
from pytest_flops_mock.learner.environments.attempts import Attempt, last_attempt, remember
from pytest_flops_mock.learner.environments.built import Plan, built_python, planned
from pytest_flops_mock.learner.environments.kept import Kept, OnWait, silent, user_cache
from pytest_flops_mock.learner.environments.named import named_python
from pytest_flops_mock.learner.environments.python import CONTAINER, CURRENT, LEARNER, LearnerPython
from pytest_flops_mock.learner.environments.unsolved import without
from pytest_flops_mock.learner.environments.uv import find_uv
from pytest_flops_mock.repository.conda.document import FILE
from pytest_flops_mock.repository.repository import MLRepository
from pytest_flops_mock.stage import Severity

AUTO = "auto"
AUTO_SECONDS = 120.0
"""How long an environment may take, with all that is waited for, where it is chosen by itself."""


def learner_python(
    env: str,
    repository: MLRepository,
    *,
    cache: Path | None = None,
    also: Sequence[str] = (),
    on_wait: OnWait = silent,
    allow_builds: bool = False,
    base_image: str = "",
) -> LearnerPython:
    """The Python that ``env`` stands for. The learner's is built when it is first asked for, which takes a while.

    Args:
        env: ``current``, ``learner``, ``container``, ``auto`` (see :func:`auto`), or the path of a Python or of a folder
            with a virtual environment.
        repository: Whose ``conda.yaml`` the learner's environment is built from.
        cache: Where environments are kept; by default the user's cache folder.
        also: Packages that are installed beside those of the image.
        on_wait: Is told what is waited for.
        allow_builds: Whether packages without a wheel may be built from source, which runs their code.
        base_image: What the image of ``container`` builds on; by default the image of the Python that is asked for.

    Raises:
        LearnerEnvironmentError: It is not there, cannot be used (FM205), or cannot be built (FM204).
        ToolError: What builds the learner's is missing or fails.
        RepositoryError: The learner's is asked for, and ``conda.yaml`` cannot be used.
    """
    if env == AUTO:
        return auto(repository, cache=cache, also=also, on_wait=on_wait, allow_builds=allow_builds)
    if env == CURRENT:
        return _current()
    if env == LEARNER:
        return built_python(repository, cache=cache, also=also, on_wait=on_wait, allow_builds=allow_builds)
    if env == CONTAINER:
        from pytest_flops_mock.learner.environments.container_image import python_in_image  # most checks need none

        return python_in_image(repository, base_image, cache=cache, on_wait=on_wait)
    return named_python(env)


def python_at_hand(
    env: str, repository: MLRepository, *, allow_builds: bool = False, base_image: str = ""
) -> LearnerPython | None:
    """The same, if nothing has to be built for it.

    Args:
        env: As for :func:`learner_python`.
        repository: Likewise.
        allow_builds: Likewise.
        base_image: Likewise.

    Raises:
        LearnerEnvironmentError: It is not there, or cannot be used.
        ToolError: What would build it is missing or fails.
        RepositoryError: ``conda.yaml`` cannot be used.
    """
    if env == CONTAINER:
        from pytest_flops_mock.learner.environments.container_image import python_in_image_at_hand

        return python_in_image_at_hand(repository, base_image)
    if env not in (AUTO, LEARNER):
        return learner_python(env, repository)
    try:
        find_uv()
    except ToolError:
        if env == AUTO:
            return _current()
        raise
    try:
        plan = planned(repository, AUTO_SECONDS if env == AUTO else None, by_itself=env == AUTO, allow_builds=allow_builds)
        built = plan.uv.kept(plan.recipe, user_cache())
    except subprocess.TimeoutExpired:
        return None
    return None if built is None or (env == AUTO and built.missing) else _of_plan(env, plan, built)


def auto(
    repository: MLRepository,
    *,
    limit: float = AUTO_SECONDS,
    cache: Path | None = None,
    also: Sequence[str] = (),
    on_wait: OnWait = silent,
    allow_builds: bool = False,
) -> LearnerPython:
    """The learner's Python, if it is cached or can be built in time; else the current one, and a finding says why.

    Nobody has asked for it. So nothing is said where there is no uv, packages of gigabytes are not downloaded, and what
    did not work is not tried again for an hour.

    Args:
        repository: Whose ``conda.yaml`` the learner's environment is built from.
        limit: Seconds that it may take.
        cache: Where environments are kept; by default the user's cache folder.
        also: Packages that are installed beside those of the image.
        on_wait: Is told what is waited for.
        allow_builds: Whether packages without a wheel may be built from source, which runs their code.
    """
    try:
        find_uv()
    except ToolError:
        return _current()
    try:
        cache = user_cache() if cache is None else cache
        plan = planned(repository, limit, by_itself=True, also=also, on_wait=on_wait, allow_builds=allow_builds)
    except (RepositoryError, subprocess.TimeoutExpired, ToolError) as error:
        return _current(*_told(Attempt(_reason(error, limit))))
    found = _taken(plan, limit, cache)
    return found if isinstance(found, LearnerPython) else _current(*_told(found))


def _taken(plan: Plan, limit: float, cache: Path) -> LearnerPython | Attempt:
    built = plan.uv.kept(plan.recipe, cache)
    if built is None:
        file = cache.absolute() / f"{plan.recipe.key}.failed"
        if (before := last_attempt(file)) is not None:
            return before
        try:
            built = plan.uv.build(plan.recipe, cache, plan.conda)
        except LearnerEnvironmentError as error:
            return remember(file, Attempt("its packages go together in no way, see FM204", error.problems[0]))
        except (subprocess.TimeoutExpired, ToolError) as error:
            return remember(file, Attempt(_reason(error, limit)))
    if built.missing:  # the current Python may be one of conda's
        return Attempt(without(built.missing, plan.conda).message)
    return _of_plan(AUTO, plan, built)


def _of_plan(env: str, plan: Plan, built: Kept) -> LearnerPython:
    python = plan.python(built)
    if env != AUTO:
        return python
    # Nobody has asked for a Python that this machine has not: no warning.
    told = (replace(each, severity=Severity.INFO) if each.code == "FM202" else each for each in python.findings)
    return replace(python, findings=tuple(told))


def _current(*findings: Finding) -> LearnerPython:
    return LearnerPython(Path(sys.executable), CURRENT, CURRENT, findings)


def _reason(error: Exception, limit: float) -> str:
    if isinstance(error, subprocess.TimeoutExpired):
        return f"it was not built within {limit:g} s"
    if not isinstance(error, ToolError):
        return f"{FILE} cannot be used"
    problem = error.problems[0]
    return f"{problem.message}: {problem.got}".rstrip(": ")


def _told(attempt: Attempt) -> tuple[Finding, ...]:
    again = " (tried within the last hour, and by itself not again before it is over)" if attempt.before else ""
    found = _not_taken(attempt.reason + again)
    if attempt.problem is None:
        return (found,)
    # Conda may have what no package index has in that version, so by itself it is no verdict.
    return (found, replace(Finding.of(attempt.problem, code="FM204"), severity=Severity.WARNING))


def _not_taken(reason: str) -> Finding:
    return Finding.of(
        Problem(
            "the check runs in the current Python, not in the learner's",
            where="the environment of the check",
            expected="an environment like the learner's, cached or built in time",
            got=reason,
            fix=f'build it once in the environment "{LEARNER}"; it is kept for the next time',
        ),
        code="FM208",
    )
