"""The child, started ahead of all else: while it imports what a learner has, this process imports what a check needs."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_flops_mock.errors import ContainerError, FlopsMockError, Problem
from pytest_flops_mock.learner.environments.choice import python_at_hand
from pytest_flops_mock.learner.environments.python import CONTAINER, CURRENT, LEARNER, LearnerPython
from pytest_flops_mock.learner.session import LearnerSession
from pytest_flops_mock.options import CheckOptions
from pytest_flops_mock.repository.repository import MLRepository

if TYPE_CHECKING:
    from pytest_flops_mock.stages.context import RepositorySource


@dataclass(frozen=True)
class Early:
    """What was started before the first stage.

    Attributes:
        repository: The files as all stages see them.
        python: Which Python runs them.
        session: The child, which was greeted; nobody has waited for its answer.
    """

    repository: MLRepository
    python: LearnerPython
    session: LearnerSession


def started_early(given: RepositorySource, env: str, options: CheckOptions, stack: ExitStack) -> Early | None:
    """A child under way; ``None`` if its Python is yet to be built, or anything is wrong: the stages find out and tell.

    Args:
        given: The repository as the user named it.
        env: The Python that runs it, as the user named it.
        options: How the check is done.
        stack: Ends the child.
    """
    try:
        repository = MLRepository.of(given).snapshot()
        repository.refuse_unreadable()
        python = python_at_hand(env, repository, allow_builds=options.allow_builds, base_image=options.base_image)
        if python is None:
            return None
        session = stack.enter_context(session_in(python, repository, options))
    except (FlopsMockError, OSError):
        return None
    return Early(repository, python, session)


def session_in(python: LearnerPython, repository: MLRepository, options: CheckOptions) -> LearnerSession:
    """A session, not yet started, of a repository in a Python.

    Args:
        python: Which Python.
        repository: The repository.
        options: How the check is done.

    Raises:
        ContainerError: GPUs are asked for, and it is in a container.
    """
    if python.image and options.gpu:
        raise ContainerError(
            Problem(
                f'the environment "{CONTAINER}" has no GPUs',
                where="--flops-gpu",
                expected=f'GPUs, in the environment "{LEARNER}" or "{CURRENT}"',
                fix="leave one of both out",
            )
        )
    return LearnerSession(
        repository,
        timeout=options.timeout,
        python=python.executable,
        image=python.image,
        memory=None if options.memory is None else int(options.memory * 10**6),
        pass_env=options.pass_env,
        gpu=options.gpu,
    )
