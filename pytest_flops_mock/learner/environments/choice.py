"""The environments that a setting names, and the Python that each stands for."""

from __future__ import annotations

import sys
from pathlib import Path

from pytest_flops_mock.errors import Problem, SettingsError
from pytest_flops_mock.learner.environments.built import built_python
from pytest_flops_mock.learner.environments.named import named_python
from pytest_flops_mock.learner.environments.python import CURRENT, LEARNER, LearnerPython
from pytest_flops_mock.repository.repository import MLRepository


def environments(text: str) -> tuple[str, ...]:
    """The environments that a setting names, separated by commas.

    Raises:
        SettingsError: It names none, or one twice.
    """
    names = tuple(name.strip() for name in text.split(","))
    twice = sorted({name for name in names if names.count(name) > 1})
    if not all(names) or twice:
        raise SettingsError(
            Problem(
                f"the environment {twice[0]} is named twice" if all(names) else "an environment has no name",
                where="the environments of the check",
                expected="current, learner, or the path of a Python or of a virtual environment; several with commas",
                got=repr(text),
                nearest=",".join(dict.fromkeys(name for name in names if name)) or CURRENT,
                fix="name each environment once, in the order in which they shall be checked",
            )
        )
    return names


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
