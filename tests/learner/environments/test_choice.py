"""The Python that an environment stands for."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from standins.uv import BUILD, asking, stand_in_for_uv

from pytest_flops_mock.learner.environments.choice import auto, learner_python
from pytest_flops_mock.learner.environments.python import LearnerPython


def test_the_current_one_is_that_which_runs_this() -> None:
    assert learner_python("current", asking()) == LearnerPython(Path(sys.executable), "current", "current")


def test_by_itself_the_learners_environment_is_taken_where_it_can_be_built(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stand_in_for_uv(monkeypatch, tmp_path, BUILD)
    found = auto(asking("python=3.11"), cache=tmp_path / "cache")
    assert (found.kind, found.findings) == ("learner", ())


@pytest.mark.parametrize(
    ("script", "entry", "reason"),
    [
        ("exec sleep 60", "python=3.11", "it was not built within 0.5 s"),
        ("echo 'error: Failed to fetch: x'; exit 1", "python=3.11", "cannot be built: error: Failed to fetch: x"),
        (BUILD, "numpy=", "conda.yaml cannot be used"),
    ],
)
def test_by_itself_the_current_one_is_taken_else_and_that_is_told(
    script: str, entry: str, reason: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stand_in_for_uv(monkeypatch, tmp_path, script)
    found = auto(asking(entry), limit=0.5, cache=tmp_path / "cache")
    assert (found.kind, found.executable) == ("current", Path(sys.executable))
    (finding,) = found.findings
    assert (finding.code, finding.severity.value) == ("FM208", "info")
    assert finding.message == "the check runs in the current Python, not in the learner's"
    assert finding.problem.got.endswith(reason)
