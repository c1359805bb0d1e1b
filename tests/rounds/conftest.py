"""A Python like the learner's, with Flower in it, built once for all tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from standins.wire import Run, runs

from pytest_flops_mock.learner.environments.choice import learner_python
from pytest_flops_mock.learner.environments.python import LearnerPython
from pytest_flops_mock.repository.repository import MLRepository

EXAMPLE = Path(__file__).parents[2] / "examples" / "mnist_sklearn"


@pytest.fixture
def learners_python(kept_environments: Path) -> LearnerPython:
    """A Python that has what the scikit-learn example asks for, and FLOps' own Flower."""
    return learner_python("learner", MLRepository.at(EXAMPLE), cache=kept_environments)


@pytest.fixture
def run(learners_python: LearnerPython) -> Run:
    """Runs plans on the default engine."""
    return runs(learners_python)
