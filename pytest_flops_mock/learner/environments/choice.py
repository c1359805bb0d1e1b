"""The Python that an environment stands for."""

from __future__ import annotations

import sys
from pathlib import Path

from pytest_flops_mock.learner.environments.built import built_python
from pytest_flops_mock.learner.environments.named import named_python
from pytest_flops_mock.learner.environments.python import CURRENT, LEARNER, LearnerPython
from pytest_flops_mock.repository.repository import MLRepository


def learner_python(env: str, repository: MLRepository, *, cache: Path | None = None) -> LearnerPython:
    """The Python that ``env`` stands for. The learner's is built when it is first asked for, which takes a while.

    Args:
        env: ``current``, ``learner``, or the path of a Python or of a folder with a virtual environment.
        repository: Whose ``conda.yaml`` the learner's environment is built from.
        cache: Where environments are kept; by default the user's cache folder.

    Raises:
        LearnerEnvironmentError: It is not there, cannot be used (FM205), or cannot be built (FM204).
        RepositoryError: The learner's is asked for, and ``conda.yaml`` cannot be used.
    """
    if env == CURRENT:
        return LearnerPython(Path(sys.executable), CURRENT, CURRENT)
    return built_python(repository, cache=cache) if env == LEARNER else named_python(env)
