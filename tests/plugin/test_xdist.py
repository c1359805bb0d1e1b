"""Checks of SLAs under xdist: one SLA is checked once, whatever ``-n`` and ``--dist`` say."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from standins.processes import until

ALL = ("--flops-check", "--flops-sla=mocks/*.json", "--flops-env=current")

TIMES = ("--junitxml=j.xml", "-o", "junit_duration_report=call")

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("other_sla")]


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files that nobody else has."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


@pytest.fixture
def trained(project: pytest.Pytester, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that has a line for each time that the repository trains a learner's first round."""
    folder = tmp_path / "trained"
    folder.mkdir()
    monkeypatch.setenv("OPEN", os.fspath(folder))
    project.makeini("[pytest]\nflops_pass_env = OPEN\n")
    manager = project.path / "model_manager.py"
    noting = f"\nimport os\nwith open({os.fspath(folder / 'noted')!r}, 'a') as noted:\n    print(os.getpid(), file=noted)\n"
    manager.write_text(manager.read_text(encoding="utf-8") + noting, encoding="utf-8")
    return folder / "noted"


@pytest.mark.parametrize("dist", ["load", "worksteal", "loadfile", "loadgroup", "each"])
def test_one_sla_is_checked_once_and_nothing_remains(
    project: pytest.Pytester, trained: Path, temporary: Path, dist: str
) -> None:
    result = project.runpytest_subprocess(*ALL, "-n2", f"--dist={dist}", *TIMES, timeout=180)
    result.assert_outcomes(passed=20 * (2 if dist == "each" else 1))
    result.stdout.fnmatch_lines(["mocks/mnist.json: compatible in this Python*", "mocks/three.json: compatible *"])
    assert len(set(trained.read_text(encoding="utf-8").split())) == 1, "one process has loaded the repository"
    assert [path for path in temporary.iterdir() if path.name.startswith("flops")] == []
    for case in ET.parse(project.path / "j.xml").iter("testcase"):
        told = {one.attrib["name"]: one.attrib["value"] for one in case.iter("property")}
        assert float(case.attrib["time"]) == pytest.approx(float(told["flops_seconds"]), abs=0.001)


def test_without_xdist_the_times_are_the_stages_too(project: pytest.Pytester) -> None:
    project.runpytest_subprocess(*ALL, *TIMES, timeout=120)
    for case in ET.parse(project.path / "j.xml").iter("testcase"):
        told = {one.attrib["name"]: one.attrib["value"] for one in case.iter("property")}
        assert float(case.attrib["time"]) == pytest.approx(float(told["flops_seconds"]), abs=0.001)


def test_a_worker_that_dies_leaves_the_check_to_the_next_one(
    project: pytest.Pytester, tmp_path: Path, temporary: Path
) -> None:
    project.makeconftest(
        f"""
        import os, pathlib

        def pytest_configure(config):
            mark = pathlib.Path({os.fspath(tmp_path / "died")!r})
            if hasattr(config, "workerinput"):
                from pytest_flops_mock.checks.sharing import SharedFolder
                publish = SharedFolder.publish

                def publish_or_die(self, slas, ran):
                    publish(self, slas, ran)
                    if ran.stage.value == "provide" and not mark.exists():
                        mark.touch()
                        os._exit(9)

                SharedFolder.publish = publish_or_die
        """
    )
    result = project.runpytest_subprocess(*ALL, "-n2", timeout=180)
    assert (tmp_path / "died").exists()
    outcomes = result.parseoutcomes()
    assert (outcomes["passed"], outcomes["failed"]) == (19, 1), "the test that the worker was at"
    result.stdout.fnmatch_lines(["*worker 'gw*' crashed while running 'mocks/*", "mocks/mnist.json: compatible in this *"])
    assert [path for path in temporary.iterdir() if path.name.startswith("flops-session")] == []


def test_the_first_failure_ends_the_run_at_once(broken: pytest.Pytester, temporary: Path) -> None:
    result = broken.runpytest_subprocess(*ALL, "-n2", "-x", timeout=120)
    assert result.parseoutcomes()["failed"] >= 1
    result.stdout.fnmatch_lines(["mocks/*.json: incompatible (1 error)*"])
    assert [path for path in temporary.iterdir() if path.name.startswith("flops-session")] == []


def test_ctrl_c_leaves_nothing_behind(project: pytest.Pytester, temporary: Path) -> None:
    manager = project.path / "data_manager.py"
    manager.write_text(f"import time\ntime.sleep(50)\n{manager.read_text(encoding='utf-8')}", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", *ALL, "-n2", "-v"]
    with subprocess.Popen(command, cwd=project.path, stdout=subprocess.PIPE, text=True, start_new_session=True) as running:
        until(lambda: list(temporary.glob("flops-learner-*/repository/data_manager.py")), "the learner", 120)
        os.killpg(running.pid, signal.SIGINT)
        running.communicate(timeout=300)
    assert running.returncode == pytest.ExitCode.INTERRUPTED
    for _ in range(100):
        if not [path for path in temporary.iterdir() if path.name.startswith("flops")]:
            break
        time.sleep(0.1)
    assert [path.name for path in temporary.iterdir() if path.name.startswith("flops")] == []


def test_annotations_are_one_set_for_each_sla(
    broken: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    result = broken.runpytest_subprocess(*ALL, "-n2", timeout=120)
    assert str(result.stdout).count("::error file=data_manager.py,line=6") == 1
    summary = (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert summary.count("### flops-mock: incompatible") == 2
    assert summary.count("| evaluate |") == 2


def test_a_search_runs_once(project: pytest.Pytester, trained: Path) -> None:
    (project.path / "mocks" / "three.json").unlink()
    result = project.runpytest_subprocess(*ALL, "-n2", "--flops-search=5", "--flops-search-through=transform", timeout=180)
    result.assert_outcomes(passed=11)
    assert len(set(trained.read_text(encoding="utf-8").split())) == 3, (
        "one for the check, one for that of the search, one that tries"
    )
