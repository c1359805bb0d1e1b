"""Code that gets in the way of the check itself: it ends in a verdict, never in an exception or a hang."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from standins.small import Check, repository

from pytest_flops_mock import MLDataServer, MLRepository
from pytest_flops_mock.learner import output
from pytest_flops_mock.learner.facts import Failure
from pytest_flops_mock.learner.limits import Limits
from pytest_flops_mock.learner.requests import LOAD, TRANSFORM
from pytest_flops_mock.learner.session import LearnerSession

PIPES = """
import os
def is_pipe(number):
    try:
        return os.readlink(f"/proc/self/fd/{number}").startswith("pipe:")
    except OSError:  # not open; libraries' threads close theirs at any time
        return False
pipes = [number for number in range(3, 64) if is_pipe(number)][:2]
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "body",
    [
        "import json, os, sys; json.dumps = os.write = sys.stdout = sys.stderr = None",
        "import sys; sys.modules.clear()",
        "import os, time\nif os.fork():\n    time.sleep(0.3)",  # the fork comes back from set_model_data() as well
        "import os, sys\nif not os.fork():\n    sys.exit(3)",
        "import threading, time; threading.Thread(target=time.sleep, args=(600,)).start()",
        "import multiprocessing as m\nwith m.get_context('spawn').Pool(1) as pool:\n    assert pool.map(abs, [-1]) == [1]",
    ],
    ids=["modules replaced", "modules gone", "fork returns", "fork exits", "thread", "spawn"],
)
def test_the_check_does_not_mind(check: Check, body: str) -> None:
    report = check(body)
    assert report.errors == report.warnings == (), str(report)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("body", "ending"),
    [
        (f"{PIPES}\nos.write(pipes[1], b'5\\n')", "it wrote to the pipe over which the check talks to it: no answer"),
        (
            f"{PIPES}\nfor pipe in pipes: os.close(pipe)\nself.files = [open(str(n), 'w') for n in range(64)]",
            "exit status 1",
        ),
        ("import signal, time; signal.alarm(1); time.sleep(60)", "signal SIGALRM"),
        ("import os, signal; os.killpg(0, signal.SIGTERM)", "signal SIGTERM"),
    ],
    ids=["writes to the pipe", "takes the pipe's number", "alarm", "kills its group"],
)
def test_the_end_of_its_process_is_a_finding(check: Check, body: str, ending: str) -> None:
    (error,) = check(body).errors
    assert error.code == "FM606"
    assert error.problem.got == ending


@pytest.mark.slow
def test_closed_pipes_are_named_in_the_output(check: Check) -> None:
    (error,) = check(f"{PIPES}\nfor pipe in pipes: os.close(pipe)").errors
    assert "the repository's code closed file descriptors that are not its own" in error.detail


@pytest.mark.slow
def test_a_crash_says_where_and_names_no_frames_but_the_repositorys(check: Check) -> None:
    (error,) = check("import ctypes\nctypes.string_at(0)").errors
    assert error.problem.where == "model_manager.py:13 in set_model_data"
    assert "Fatal Python error: Segmentation fault" in error.detail
    assert 'File "/' not in error.detail
    assert "flops-learner-" not in error.detail


@pytest.mark.slow
@pytest.mark.parametrize(
    ("body", "where"),
    [
        ("import ctypes\nctypes.PyDLL(None).sleep(600)", "model_manager.py:13 in set_model_data"),
        ("import signal\nsignal.signal(signal.SIGUSR1, signal.SIG_IGN)\nwhile True: pass", "set_model_data()"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)", "set_model_data()"),
    ],
    ids=["in native code", "deaf to signals", "stopped"],
)
def test_what_does_not_end_is_ended(check: Check, body: str, where: str) -> None:
    (error,) = check(body, timeout=2).errors
    assert (error.code, error.problem.where) == ("FM605", where)


@pytest.mark.slow
def test_endless_output_does_not_fill_the_disk(server: MLDataServer, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = replace(Limits.of_machine(), output=2**20)
    monkeypatch.setattr(Limits, "of_machine", lambda memory: limits)
    files = repository("while True: print('x' * 1000)")
    with LearnerSession(MLRepository.of_files(files), timeout=1) as learner:
        learner.ask(LOAD, limit=60, uri=server.uri, tags=["pets"], timeout=60)
        answer = learner.ask(TRANSFORM)
        assert isinstance(answer, Failure)
        assert answer.how == "timeout"
        assert "model_manager.py" in answer.output
        assert len(answer.output) < output.OUTPUT_BYTES


def test_a_home_that_cannot_be_written_is_no_obstacle(check: Check, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("HOME", str(tmp_path / "file" / "home"))  # for root as well there is no way to make this folder
    report = check("assert dataset.select_columns(['label']).map(lambda row: row).num_rows == 5")
    assert report.ok, str(report)


@pytest.mark.slow
def test_progress_bars_and_colours_are_shown_as_a_terminal_leaves_them(check: Check) -> None:
    (error,) = check("print('10%\\r20%\\r\\x1b[31m100%\\x1b[0m\\nmade \\x00')\nraise ValueError('bad')").errors
    assert error.detail.endswith("output:\n    100%\n    made \ufffd")


@pytest.mark.slow
def test_an_endless_recursion_is_shown_in_short(check: Check) -> None:
    (error,) = check("def again(): again()\nagain()").errors
    assert error.message.startswith("RecursionError: ")
    assert len(error.detail.splitlines()) < 8
