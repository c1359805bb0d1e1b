"""The Python that an environment stands for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from pytest_flops_mock.errors import LearnerEnvironmentError, Problem, RepositoryError, ToolError
from pytest_flops_mock.findings import Finding
from pytest_flops_mock.learner.environments.built import built_python
from pytest_flops_mock.learner.environments.named import named_python
from pytest_flops_mock.learner.environments.python import CURRENT, LEARNER, LearnerPython
from pytest_flops_mock.repository.conda.document import FILE
from pytest_flops_mock.repository.repository import MLRepository

AUTO = "auto"
AUTO_SECONDS = 120.0
"""How long each step of building may take where the environment is chosen by itself."""


def learner_python(
    env: str, repository: MLRepository, *, cache: Path | None = None, allow_builds: bool = False
) -> LearnerPython:
    """The Python that ``env`` stands for. The learner's is built when it is first asked for, which takes a while.

    Args:
        env: ``current``, ``learner``, ``auto`` (see :func:`auto`), or the path of a Python or of a folder with a
            virtual environment.
        repository: Whose ``conda.yaml`` the learner's environment is built from.
        cache: Where environments are kept; by default the user's cache folder.
        allow_builds: Whether packages without a wheel may be built from source, which runs their code.

    Raises:
        LearnerEnvironmentError: It is not there, cannot be used (FM205), or cannot be built (FM204).
        RepositoryError: The learner's is asked for, and ``conda.yaml`` cannot be used.
    """
    if env == AUTO:
        return auto(repository, cache=cache, allow_builds=allow_builds)
    if env == CURRENT:
        return LearnerPython(Path(sys.executable), CURRENT, CURRENT)
    return built_python(repository, cache=cache, allow_builds=allow_builds) if env == LEARNER else named_python(env)


def auto(
    repository: MLRepository, *, limit: float = AUTO_SECONDS, cache: Path | None = None, allow_builds: bool = False
) -> LearnerPython:
    """The learner's Python, if it is cached or can be built in time; else the current one. A finding says which, and why.

    Args:
        repository: Whose ``conda.yaml`` the learner's environment is built from.
        limit: Seconds that each step of building may take.
        cache: Where environments are kept; by default the user's cache folder.
        allow_builds: Whether packages without a wheel may be built from source, which runs their code.
    """
    try:
        return built_python(repository, cache=cache, limit=limit, allow_builds=allow_builds)
    except subprocess.TimeoutExpired:
        reason = f"it was not built within {limit:g} s"
    except RepositoryError:
        reason = f"{FILE} cannot be used"
    except (LearnerEnvironmentError, ToolError) as error:
        reason = f"{error.problems[0].message}: {error.problems[0].got}".rstrip(": ")
    found = Finding.of(
        Problem(
            "the check runs in the current Python, not in the learner's",
            where="the environment of the check",
            expected="an environment like the learner's, cached or built in time",
            got=reason,
            fix=f'build it once in the environment "{LEARNER}"; it is kept for the next time',
        ),
        code="FM208",
    )
    return LearnerPython(Path(sys.executable), CURRENT, CURRENT, (found,))
