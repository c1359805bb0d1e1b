"""The environments that a setting names."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from standins.uv import asking

from pytest_flops_mock.errors import SettingsError
from pytest_flops_mock.learner.environments.choice import environments, learner_python
from pytest_flops_mock.learner.environments.python import LearnerPython


def test_several_environments_are_named_with_commas() -> None:
    assert environments("current") == ("current",)
    assert environments("learner, current,../venv") == ("learner", "current", "../venv")


@pytest.mark.parametrize(
    ("text", "message", "nearest"),
    [
        ("", "an environment has no name", "current"),
        ("learner,,current", "an environment has no name", "learner,current"),
        ("learner,current,learner", "the environment learner is named twice", "learner,current"),
    ],
)
def test_an_environment_without_a_name_or_twice_is_refused(text: str, message: str, nearest: str) -> None:
    with pytest.raises(SettingsError) as raised:
        environments(text)
    (problem,) = raised.value.problems
    assert (problem.message, problem.got, problem.nearest) == (message, repr(text), nearest)


def test_the_current_one_is_that_which_runs_this() -> None:
    assert learner_python("current", asking()) == LearnerPython(Path(sys.executable), "current", "current")
