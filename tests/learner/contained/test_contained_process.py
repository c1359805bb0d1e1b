"""The learner's process in a container: what holds it in, and that it ends as the local one does."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest
from standins.images import CONDA
from standins.processes import until
from standins.small import repository

from pytest_flops_mock import MLDataServer, MLRepository
from pytest_flops_mock.engine.connection import engine
from pytest_flops_mock.engine.started import LABEL
from pytest_flops_mock.learner.channel import Channel, Peer
from pytest_flops_mock.learner.contained.process import ContainedProcess
from pytest_flops_mock.learner.facts import Failure
from pytest_flops_mock.learner.limits import Limits
from pytest_flops_mock.learner.process import LearnerProcess
from pytest_flops_mock.learner.requests import AGGREGATOR

pytestmark = pytest.mark.container

LIMITS = Limits(400 * 10**6, processes=40, threads=200)


def files(body: str) -> dict[str, str]:
    """A repository whose ``ModelManager()`` does this."""
    return {**repository("pass", constructor=body), "conda.yaml": CONDA}


def made(body: str) -> MLRepository:
    return MLRepository.of_files(files(body))


def written(body: str, folder: Path) -> None:
    for name, text in files(body).items():
        (folder / name).write_text(text, encoding="utf-8")


def asked(process: AbstractContextManager[Peer], timeout: float = 30) -> Failure | None:
    with process as child:
        answer = Channel(child, timeout).ask(AGGREGATOR)
        return answer if isinstance(answer, Failure) else None


def left() -> tuple[set[str], set[str]]:
    """Containers and folders of ours."""
    with engine() as client:
        containers = client.containers.list(all=True, filters={"label": LABEL}, ignore_removed=True)
    folders = {path.name for path in Path(tempfile.gettempdir()).glob("flops-learner-*")}
    return {container.id for container in containers}, folders


@pytest.fixture(autouse=True)
def nothing_is_left(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    folder = str(tmp_path_factory.mktemp("temporary"))
    monkeypatch.setenv("TMPDIR", folder)
    monkeypatch.setattr(tempfile, "tempdir", folder)
    before = left()
    yield
    assert left() == before


HELD = """import os, socket, pathlib
        status = dict(line.split(":", 1) for line in open("/proc/self/status"))
        for kind in ("CapEff", "CapPrm", "CapBnd"):
            assert int(status[kind], 16) == 0, kind
        assert status["NoNewPrivs"].strip() == "1"
        assert os.getuid() == os.getgid() == 10001
        assert "secret" not in os.environ.values()
        assert not pathlib.Path({home!r}).joinpath("only-here").exists()
        assert os.listdir("/sys/class/net") == ["lo"]
        for address in ("1.1.1.1", "172.17.0.1", {gateway!r}):
            try:
                socket.create_connection((address, 80), timeout=2)
            except OSError:
                continue
            raise AssertionError(address)
        for path in ("/etc/passwd", "/new", "/learner/bin/new", "/flops/data/new"):
            try:
                open(path, "a")
            except OSError:
                continue
            raise AssertionError(path)
        for folder in ("/tmp", "/var/tmp", "/dev/shm", os.environ["HOME"], "."):
            pathlib.Path(folder, "new").write_text("written")
        try:
            os.setuid(0)
        except OSError:
            pass
        else:
            raise AssertionError("root")
"""


def test_it_has_no_rights_no_network_and_nothing_of_this_machine(
    image: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "only-here").touch()
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    with MLDataServer() as server:  # on loopback, which is another one there
        body = HELD.format(home=str(tmp_path), gateway="127.0.0.1")
        failure = asked(ContainedProcess(made(body), image=image, limits=LIMITS))
        assert not server.calls
    assert failure is None, f"{failure.raised} {failure.ending}\n{failure.output}"


def test_a_variable_is_passed_on_by_its_name(image: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODEL_SIZE", "small")
    body = "import os; assert os.environ['MODEL_SIZE'] == 'small'"
    assert asked(ContainedProcess(made(body), image=image, limits=LIMITS, pass_env=["MODEL_SIZE"])) is None


ENDINGS = {
    "abort": "import os; print('before'); os.abort()",
    "kill": "import os; os.kill(os.getpid(), 9)",
    "daemon": "import os; [os.setsid() for _ in '1' if os.fork() == 0]; os._exit(4)",
    "raised": "raise SystemExit(5)",
    "memory": "held = []\n        while True: held.append(bytearray(10**6)); import time; time.sleep(0.002)",
    "processes": "import os, time\n        for _ in range(60): os.fork() or time.sleep(60)\n        time.sleep(60)",
}


@pytest.mark.parametrize("body", ENDINGS.values(), ids=ENDINGS)
def test_it_ends_as_the_local_one_does(image: str, body: str) -> None:
    here = asked(LearnerProcess(made(body), limits=LIMITS))
    there = asked(ContainedProcess(made(body), image=image, limits=LIMITS))

    assert here is not None
    assert there is not None
    assert (there.how, there.raised) == (here.how, here.raised)
    if here.exceeded is None:
        assert there.ending == here.ending
    else:
        assert there.exceeded is not None
        assert there.exceeded[0] == here.exceeded[0]
        assert "model_manager.py" in there.output
    assert ("before" in there.output) == ("before" in here.output)


def test_the_kernel_ends_what_takes_memory_at_once(image: str) -> None:
    failure = asked(ContainedProcess(made("held = b'x' * 10**9"), image=image, limits=LIMITS))
    assert failure is not None
    assert failure.exceeded is not None, failure
    assert failure.how == "limit"
    assert failure.exceeded[0] == "at most 400 MB of memory (--flops-memory)"


def test_more_threads_than_the_kernel_lets_there_be_are_an_error_of_the_code(image: str) -> None:
    threads = "for _ in range(5000): threading.Thread(target=time.sleep, args=(9,), daemon=True).start()"
    body = f"import threading, time\n        {threads}"
    failure = asked(ContainedProcess(made(body), image=image, limits=replace(LIMITS, threads=50)))
    assert failure is not None
    assert failure.how in ("raised", "limit")


def test_its_file_systems_are_full_before_the_machine_is(image: str) -> None:
    body = "much = open('/tmp/much', 'wb', buffering=0)\n        for _ in range(250): much.write(b'x' * 10**6)"
    failure = asked(ContainedProcess(made(body), image=image, limits=LIMITS))
    assert failure is not None
    assert failure.raised is not None, failure
    assert "No space left on device" in failure.raised.chain[0].text


def test_what_takes_too_long_says_where_it_is(image: str) -> None:
    with ContainedProcess(made("while True: print('x' * 1000)"), image=image, limits=LIMITS) as child:
        channel = Channel(child, 60)
        sent = channel.send(AGGREGATOR)
        until(lambda: child.printed() > 10**5, "what it prints", longest=60)
        failure = channel.answer(sent, limit=0.5)
    assert isinstance(failure, Failure)
    assert (failure.how, failure.ending) == ("timeout", "still running after 0.5 s")
    assert "model_manager.py" in failure.output


def test_many_files_and_links_of_a_repository_arrive_as_they_are(image: str, tmp_path: Path) -> None:
    written("import pathlib; assert len(pathlib.Path('weights').read_bytes()) == 5_000_000", tmp_path)
    (tmp_path / "weights").write_bytes(os.urandom(5_000_000))
    assert asked(ContainedProcess(MLRepository.at(tmp_path), image=image, limits=LIMITS)) is None


PROGRAM = """
import sys
from pytest_flops_mock import MLRepository
from pytest_flops_mock.learner.channel import Channel
from pytest_flops_mock.learner.contained.process import ContainedProcess
from pytest_flops_mock.learner.requests import AGGREGATOR
with ContainedProcess(MLRepository.at(sys.argv[1]), image=sys.argv[2]) as process:
    print("ready", flush=True)
    Channel(process, 60).ask(AGGREGATOR)
"""


def test_a_killed_check_leaves_nothing(image: str, tmp_path: Path) -> None:
    before = left()
    written("import time; time.sleep(120)", tmp_path)
    command = [sys.executable, "-c", PROGRAM, str(tmp_path), image]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        assert left() != before
        process.kill()

    until(lambda: left() == before, "the end of its container", longest=60)
