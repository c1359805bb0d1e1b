"""The Python that an environment stands for."""

from __future__ import annotations

import sys
from pathlib import Path

from standins.uv import asking

from pytest_flops_mock.learner.environments.choice import learner_python
from pytest_flops_mock.learner.environments.python import LearnerPython


def test_the_current_one_is_that_which_runs_this() -> None:
    assert learner_python("current", asking()) == LearnerPython(Path(sys.executable), "current", "current")
