"""The Python that an environment stands for."""

from __future__ import annotations

import fcntl
import os
import sys
import time
from pathlib import Path

import pytest
from standins.uv import BUILD, asking, stand_in_for_uv

from pytest_flops_mock.learner.environments import choice
from pytest_flops_mock.learner.environments.built import planned
from pytest_flops_mock.learner.environments.choice import auto, learner_python
from pytest_flops_mock.learner.environments.python import LearnerPython
from pytest_flops_mock.learner.environments.uv import find_uv


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


def test_what_did_not_work_is_not_tried_again_within_the_hour(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stand_in_for_uv(monkeypatch, tmp_path, "echo x >> \"$0.log\"; echo 'error: Failed to fetch: x'; exit 1")
    log, cache, waits = tmp_path / "uv-stand-in.log", tmp_path / "cache", list[str]()
    first, again = (auto(asking("python=3.11"), cache=cache, on_wait=waits.append) for _ in range(2))
    assert log.read_text().split() == ["x"]
    assert waits == [
        'building the learner\'s environment from conda.yaml, for at most 120 s; the environment "current" needs none'
    ]
    assert first.kind == again.kind == "current"
    assert again.findings[0].problem.got == (
        f"{first.findings[0].problem.got} (tried within the last hour, and by itself not again before it is over)"
    )
    (noted,) = cache.glob("*.failed")
    os.utime(noted, (time.time() - 3700,) * 2)
    auto(asking("python=3.11"), cache=cache)
    auto(asking("python=3.11", "numpy"), cache=cache)  # another environment
    assert log.read_text().split() == ["x", "x", "x"]


def test_what_was_asked_for_is_tried_and_taken_from_then_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stand_in_for_uv(monkeypatch, tmp_path, "exit 1")
    assert auto(asking("python=3.11"), cache=tmp_path / "cache").kind == "current"
    stand_in_for_uv(monkeypatch, tmp_path, BUILD)
    assert learner_python("learner", asking("python=3.11"), cache=tmp_path / "cache").kind == "learner"
    assert auto(asking("python=3.11"), cache=tmp_path / "cache").kind == "learner"


@pytest.mark.parametrize(
    ("solved", "kind"),
    [
        ("numpy==1.26.4\ntorch==2.4.1\n    # via -r x", "current"),
        ("tensorflow==2.16.1", "current"),
        ("torch==2.4.1+cpu\ntorchmetrics==1.4.0", "learner"),
    ],
)
def test_gigabytes_are_not_downloaded_unasked(
    solved: str, kind: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "solved").write_text(solved)
    solving = f"""
    if [ "$2" = compile ]; then
      for file; do [ "$last" = --output-file ] && cp {tmp_path}/solved "$file"; last="$file"; done
      exit 0
    fi
    """
    stand_in_for_uv(monkeypatch, tmp_path, solving + BUILD)
    found = auto(asking("python=3.11"), cache=tmp_path / "cache")
    assert found.kind == kind
    assert [f.problem.got.partition(":")[0] for f in found.findings] == (
        ["the learner's environment is gigabytes large"] if kind == "current" else []
    )
    assert learner_python("learner", asking("python=3.11"), cache=tmp_path / "cache").kind == "learner"


def test_packages_that_do_not_go_together_are_warned_of(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    unsolved = "echo 'error: No solution found when resolving dependencies: numpy==99'"
    stand_in_for_uv(monkeypatch, tmp_path, f'[ "$1" = venv ] && exec mkdir -p "$4/bin"; {unsolved}; exit 1')
    for _ in range(2):
        found = auto(asking("python=3.11", "numpy=99"), cache=tmp_path / "cache")
        assert found.kind == "current"
        assert [(f.code, f.severity.value) for f in found.findings] == [("FM208", "info"), ("FM204", "warning")]
        assert found.findings[1].problem.where == "conda.yaml:3"


def test_what_conda_alone_may_have_is_left_to_the_current_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    absent = "echo 'error: Because graph-tool was not found in the package registry'"
    stand_in_for_uv(monkeypatch, tmp_path, f'[ "$1" = venv ] && exec mkdir -p "$4/bin"; {absent}; exit 1')
    found = auto(asking("python=3.11", "graph-tool"), cache=tmp_path / "cache")
    assert (found.kind, [f.code for f in found.findings]) == ("current", ["FM208"])
    assert found.findings[0].problem.got == "the package index does not have graph-tool; conda may"


def test_a_python_that_nobody_asked_for_is_no_warning(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stand_in_for_uv(monkeypatch, tmp_path, BUILD)
    found = auto(asking("python=3.10.14"), cache=tmp_path / "cache")
    assert [(f.code, f.severity.value) for f in found.findings] == [("FM202", "info")]


def test_another_process_that_builds_is_waited_for_in_time(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stand_in_for_uv(monkeypatch, tmp_path, BUILD)
    plan = planned(asking("python=3.11"))
    (tmp_path / "cache").mkdir()
    with (tmp_path / "cache" / f"{plan.recipe.key}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        waits: list[str] = []
        found = auto(asking("python=3.11"), limit=0.5, cache=tmp_path / "cache", on_wait=waits.append)
    assert waits == ["waiting for another process that builds the same environment"]
    assert found.findings[0].problem.got == "it was not built within 0.5 s"


def test_without_uv_nothing_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(choice, "find_uv", find_uv)  # the real one
    monkeypatch.setitem(sys.modules, "uv", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert auto(asking("python=3.11")) == LearnerPython(Path(sys.executable), "current", "current")
