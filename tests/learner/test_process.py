"""The learner's process: what it sees, what it leaves behind, and how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from standins.processes import until
from standins.small import Check, repository

from pytest_flops_mock import MLDataServer, MLRepository, check_repository
from pytest_flops_mock.learner import process
from pytest_flops_mock.learner.channel import Channel
from pytest_flops_mock.learner.environments.isolation import command
from pytest_flops_mock.learner.facts import Failure, Told
from pytest_flops_mock.learner.process import LearnerProcess
from pytest_flops_mock.learner.requests import HELLO, LOAD, TRANSFORM


def alive(pid: int) -> bool:
    """Whether a process runs (one that has ended and waits for its parent does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_nothing_is_written_into_the_repository(server: MLDataServer, tmp_path: Path) -> None:
    body = "open('new', 'w').write('x')\nopen('data_manager.py', 'w').write('x')"
    for name, text in repository(body).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    before = {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in tmp_path.iterdir()}

    assert check_repository(tmp_path, server.uri, data_tags=["pets"], until="transform").ok

    assert {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in tmp_path.iterdir()} == before


def test_secrets_and_settings_of_this_process_stay_out(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_SECRET_ACCESS_KEY", "HF_TOKEN", "PYTHONPATH", "VIRTUAL_ENV"):
        monkeypatch.setenv(name, "secret")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    report = check("import os; assert 'secret' not in os.environ.values(); assert os.environ['OMP_NUM_THREADS'] == '1'")
    assert report.ok, str(report)


def test_the_connection_is_closed_before_the_code_runs(check: Check) -> None:
    body = """
        import os, time
        def is_socket(number):
            try:
                return os.readlink(f"/proc/self/fd/{number}").startswith("socket:")
            except OSError:  # not open
                return False
        end = time.monotonic() + 10  # a thread of gRPC closes it, in its own time
        while any(map(is_socket, range(256))):
            assert time.monotonic() < end
            time.sleep(0.01)
        """
    report = check(body)
    assert report.ok, str(report)


def test_what_the_code_started_has_ended_when_the_check_has(
    server: MLDataServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = """
        import os, subprocess, sys
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        open(os.environ["OPEN"] + "/pid", "w").write(str(child.pid))
        """
    monkeypatch.setenv("OPEN", str(tmp_path))
    assert check_repository(repository(body), server.uri, data_tags=["pets"], until="transform", pass_env=["OPEN"]).ok
    assert not alive(int((tmp_path / "pid").read_text()))


@pytest.mark.slow
def test_a_child_that_holds_the_pipes_does_not_hold_up_the_check(check: Check) -> None:
    body = """
        import os, time
        if os.fork() == 0:
            os.setsid()
            time.sleep(60)
            os._exit(0)
        os._exit(5)
        """
    report = check(body)
    assert [error.problem.got for error in report.errors] == ["exit status 5"]
    assert report.stages[-1].seconds < 50


@pytest.mark.slow
def test_much_output_is_shown_in_part(check: Check) -> None:
    (error,) = check("for n in range(30_000): print('line', n)\nraise ValueError('bad')").errors
    lines = error.detail.splitlines()
    assert lines[-1] == "    line 29999"
    assert len(lines) < 40


def test_each_request_is_answered_apart_and_a_dead_process_says_so(server: MLDataServer) -> None:
    files = repository("import os; os._exit(1)")
    with LearnerProcess(MLRepository.of_files(files)) as child:
        learner = Channel(child, timeout=30)
        hello = learner.ask(HELLO)
        assert isinstance(hello, Told)
        assert hello.facts.versions.keys() >= {"Python", "datasets", "pyarrow", "numpy"}
        loaded = learner.ask(LOAD, uri=server.uri, tags=["pets"], timeout=10)
        assert isinstance(loaded, Told)
        assert loaded.facts.rows == 5
        assert learner.ask(TRANSFORM) == Failure("ended", ending="exit status 1")
        assert learner.ask(TRANSFORM) == Failure("ended", ending="it had ended before")


WRITES_ITS_NUMBER_AND_GOES_ON = """
    import os
    open(os.environ["OPEN"] + "/pid", "w").write(str(os.getpid()))
    while True: pass
    """

ENDLESS = f"""
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a run in the background has it ignored
from pytest_flops_mock import check_repository
files = {repository(WRITES_ITS_NUMBER_AND_GOES_ON)!r}
try:
    options = dict(timeout=100, until="transform", env="current", pass_env=["OPEN"])
    check_repository(files, sys.argv[1], data_tags=["pets"], **options)
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.slow
@pytest.mark.parametrize("way", [signal.SIGINT, signal.SIGKILL], ids=["interrupted", "killed"])
def test_the_learner_ends_with_its_parent(server: MLDataServer, tmp_path: Path, way: signal.Signals) -> None:
    file, temporary = tmp_path / "pid", tmp_path / "tmp"
    temporary.mkdir()
    command = [sys.executable, "-c", ENDLESS, server.uri]
    parent = subprocess.Popen(command, env={**os.environ, "TMPDIR": str(temporary), "OPEN": str(tmp_path)})
    try:
        until(lambda: file.exists() and file.read_text(), "the endless loop")
        parent.send_signal(way)
        code = parent.wait(20)
    finally:
        parent.kill()
        parent.wait()
    until(lambda: not alive(int(file.read_text())), "the end of the learner")
    until(lambda: not any(temporary.iterdir()), "the end of its folder")
    assert code == (130 if way is signal.SIGINT else -signal.SIGKILL)
    assert list(temporary.iterdir()) == []


def tree(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every file and folder with its time of change and content."""
    return {
        str(path): (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for path in [folder, *folder.rglob("*")]
    }


def test_noise_other_folders_and_removed_files_leave_the_users_folder_as_it_is(server: MLDataServer, tmp_path: Path) -> None:
    body = """
        import os, shutil, sys
        from parts import part
        print("noise"); os.write(1, b"noise\\n"); os.write(2, b"noise\\n")
        open("parts/made", "w").write("x"); os.remove("data_manager.py"); shutil.rmtree("parts")
        os.chdir("/"); sys.stdout.close()
        """
    files = {**repository(body), "parts/__init__.py": "", "parts/part.py": ""}
    (tmp_path / "parts").mkdir()
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    before = tree(tmp_path)

    report = check_repository(tmp_path, server.uri, data_tags=["pets"], until="transform")

    assert report.errors == report.warnings == (), str(report)
    assert tree(tmp_path) == before


def test_its_temporary_folder_and_process_are_gone_behind_a_block_that_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    pids = []

    def fail(learner: LearnerProcess) -> None:
        with learner:
            assert [path.name.startswith("flops-learner-") for path in tmp_path.iterdir()] == [True]
            pids.append(learner.pid)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail(LearnerProcess(MLRepository.of_files(repository("pass"))))
    assert list(tmp_path.iterdir()) == []
    assert not alive(*pids)


@pytest.fixture
def no_landlock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the kernel be one that cannot keep the child in its folder: no folder is closed to it."""
    monkeypatch.setattr(process, "command", _command_without_a_fence)


def _command_without_a_fence(*arguments: Any) -> list[str]:
    *rest, run = command(*arguments)
    fence = "import types, _flops_child.fence as fence\nfence.sys = types.SimpleNamespace(platform='other')\n"
    start = "from _flops_child.main import main\n"
    assert start in run
    return [*rest, run.replace(start, fence + start)]


@pytest.mark.usefixtures("no_landlock")
def test_without_landlock_a_repository_that_its_code_has_changed_is_an_error(server: MLDataServer, tmp_path: Path) -> None:
    for name, text in repository(f"open({str(tmp_path / 'data_manager.py')!r}, 'a').write('x')").items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    report = check_repository(tmp_path, server.uri, data_tags=["pets"], until="transform")
    assert [error.code for error in report.errors] == ["FM130"], report
    assert report.errors[0].problem.got == "others: data_manager.py"
    assert "not confined this system has no Landlock" in str(report)


def test_a_watchdog_that_is_killed_takes_the_child_with_it(tmp_path: Path) -> None:
    with LearnerProcess(MLRepository.of_files(repository("pass"))) as learner:
        channel = Channel(learner, timeout=30)
        assert isinstance(channel.ask(HELLO), Told)
        os.kill(learner._watchdog.pid, signal.SIGKILL)
        assert channel.ask(LOAD, uri="grpc://127.0.0.1:1", tags=["pets"], timeout=10) == Failure(
            "ended", ending="its watchdog was killed"
        )
        until(lambda: not alive(learner.pid), "the end of the child")
        folder = learner._folder
    assert not folder.exists()


def test_a_python_that_is_none_says_so(tmp_path: Path) -> None:
    with LearnerProcess(MLRepository.of_files(repository("pass")), python=tmp_path / "python") as learner:
        failure = Channel(learner, timeout=30).ask(HELLO)
    assert isinstance(failure, Failure)
    assert failure.ending == "exit status 127"
    assert "python cannot be started: [Errno 2] No such file or directory" in failure.output
