"""Other people's programs run to their end, or are killed with all that they started."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pytest_flops_mock.subprocesses import run


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").split()[2] != "Z"  # nobody may have reaped it yet
    except OSError:
        return False


def test_status_output_and_errors_are_told() -> None:
    program = "import sys; sys.stdout.buffer.write(b'out\\xff'); print('err', file=sys.stderr); sys.exit(3)"
    ended = run([sys.executable, "-c", program], env=os.environ)
    assert (ended.status, ended.output, ended.text, ended.errors) == (3, b"out\xff", "out\ufffd", "err\n")


def test_there_is_no_terminal_to_ask_on() -> None:
    assert run(["cat"], env=os.environ, timeout=30).output == b""


def test_what_it_started_is_killed_with_it_at_the_time_limit(tmp_path: Path) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        run(["sh", "-c", f"sleep 60 & echo $! > {tmp_path}/pid; wait"], env=os.environ, timeout=0.5)
    pid = int((tmp_path / "pid").read_text(encoding="utf-8"))
    deadline = time.monotonic() + 10
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not is_running(pid)


@pytest.mark.parametrize("holds", ["", ">/dev/null 2>&1 "])
def test_what_it_leaves_running_is_killed_and_not_waited_for(tmp_path: Path, holds: str) -> None:
    ended = run(["sh", "-c", f"sleep 60 {holds}& echo $! > {tmp_path}/pid; echo out"], env=os.environ, timeout=30)
    assert (ended.status, ended.text) == (0, "out\n")
    pid = int((tmp_path / "pid").read_text(encoding="utf-8"))
    deadline = time.monotonic() + 10
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not is_running(pid)


def test_a_daemon_that_keeps_the_output_open_is_not_waited_for() -> None:
    program = "import os, time\nprint('out', flush=True)\nif not os.fork():\n    os.setsid()\n    time.sleep(60)\n"
    begun = time.monotonic()
    assert run([sys.executable, "-c", program], env=os.environ).text == "out\n"
    assert time.monotonic() - begun < 50


def test_a_program_that_is_not_there_is_an_error_of_the_system() -> None:
    with pytest.raises(FileNotFoundError):
        run(["no-such-program-here"], env=os.environ)
