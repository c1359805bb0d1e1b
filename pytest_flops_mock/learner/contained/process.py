"""The learner's process in a container: an image with the packages of ``conda.yaml``, and no more rights than it needs.

It has no network: the one ML data server that it is told of is a Unix socket in a folder that it sees. What it is given
comes over standard input, and lies in memory; nothing else of this machine is there.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import tarfile
import tempfile
import threading
import time
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from types import TracebackType
from typing import IO, Any

from pytest_flops_mock.engine.started import Asked, Folder, Started, start
from pytest_flops_mock.errors import ContainerError, Problem
from pytest_flops_mock.learner.contained.inside import PROGRAM, WORK
from pytest_flops_mock.learner.contained.relay import Relay
from pytest_flops_mock.learner.environments.isolation import CHILD, Fence, command, contained_environment
from pytest_flops_mock.learner.limits import Limits
from pytest_flops_mock.learner.output import OUTPUT_BYTES, Output
from pytest_flops_mock.repository.repository import MLRepository
from pytest_flops_mock.subprocesses import ending

END_SECONDS = 20.0
STOP_SECONDS = 5.0
OWN_BYTES = 64 * 10**6
"""Memory for the container's first process, and for the kernel's own books."""

OWN_TASKS = 64
"""How many processes and threads the kernel lets there be beyond those that the watchdog ends."""

USER = 10001
PYTHON = "/learner/bin/python"
SOCKETS = "/flops"
PROGRAMS = (Path(__file__).with_name("inside.py"), Path(__file__).parents[1] / "watchdog.py")

RIGHTS = {
    "user": f"{USER}:{USER}",
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges"],
    "read_only": True,
    "network_mode": "none",
    "use_config_proxy": False,
}
"""What holds for all that runs of a repository's packages and code."""


def limited(limits: Limits) -> dict[str, Any]:
    """The engine's keywords for what a learner's container may take, so that it is the watchdog that ends it if it can."""
    memory, half = limits.memory + OWN_BYTES, limits.memory // 2
    in_memory = f"mode=1777,exec,size={half}"
    return {
        "mem_limit": memory,
        "memswap_limit": memory,
        "pids_limit": limits.threads + OWN_TASKS,
        "shm_size": half,
        "tmpfs": {"/tmp": in_memory, "/var/tmp": in_memory, WORK: in_memory},
        "log_config": {"type": "none"},
    }


class ContainedProcess:
    """Runs the child on a copy of an ML repository, in a container. A context manager; the constructor starts nothing.

    Args:
        repository: What it runs.
        image: The image, which has a Python of the learner's.
        pass_env: Names of variables of this process' environment that it gets to see beside the usual ones.
        limits: What it may take; by default what this machine can give.
    """

    def __init__(
        self,
        repository: MLRepository,
        *,
        image: str,
        pass_env: Collection[str] = (),
        limits: Limits | None = None,
    ) -> None:
        self._repository = repository
        self._image = image
        self._pass_env = frozenset(pass_env)
        self._limits = limits

    def __enter__(self) -> ContainedProcess:
        self._limits = self._limits or Limits.of_machine()
        self._word, self._ending, self._over, self._stopping = token_hex(), "", "", threading.Event()
        self._folder = Path(tempfile.mkdtemp(prefix="flops-learner-")).resolve()
        try:
            self._start(self._limits)
        except BaseException:
            self._leave()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            self.end()
        finally:
            self._leave()

    @property
    def requests(self) -> IO[bytes]:
        """The container's standard input."""
        return self._requests

    @property
    def answers(self) -> IO[bytes]:
        """The container's standard output."""
        return self._answers

    def has_ended(self) -> bool:
        """Whether the container has ended."""
        return not self._pump.is_alive()

    def exceeded(self) -> tuple[str, str] | None:
        """Which limit ended it, in words: what it may take, and what it took."""
        return self._limits.told(self._over) if self._over and self._limits is not None else None

    def end(self) -> str:
        """Kill the container; how its child ended."""
        if not self._ending:
            self._stopping.set()
            if killed := self._pump.is_alive():
                self._signal("SIGKILL")
            self._pump.join(END_SECONDS)
            self._ending = self._told_ending(killed)
        return self._ending

    def stop(self) -> None:
        """Let the process write where its code is, and wait a moment for that; it ends the process as well."""
        self._signal("SIGUSR1")
        self._pump.join(STOP_SECONDS)

    def reaching(self, uri: str) -> str:
        """The socket behind which that server is."""
        return f"grpc+unix://{SOCKETS}/{Relay.NAME}" if self._relay.leads_to(uri) else uri

    def printed(self) -> int:
        """How much it has printed so far, in bytes."""
        return self._output.size

    def printed_since(self, position: int) -> str:
        """The last lines, without what a terminal would not show."""
        return self._output.since(position)

    def _start(self, limits: Limits) -> None:
        sockets = self._folder / "sockets"
        sockets.mkdir(mode=0o755)
        sockets.chmod(0o755)
        self._output = Output(self._folder, f"{WORK}/repository")
        self._relay = Relay(sockets)
        self._relay.start()
        asked = Asked(
            self._image,
            None,
            {},
            folder=Folder(sockets, SOCKETS),
            options={
                **RIGHTS,
                **limited(limits),
                "entrypoint": [PYTHON, "-I", "-S", "-B", "-c", PROGRAM],
                "stdin_open": True,
            },
            temporary=self._folder,
        )
        self._started = start(asked)
        self._stream, self._connection = _attached(self._started, self._image)
        self._requests = os.fdopen(os.dup(self._connection.fileno()), "wb", buffering=0)
        answers, ours = os.pipe()
        self._answers = os.fdopen(answers, "rb", buffering=0)
        self._pump = threading.Thread(target=self._hear, args=(ours, limits.output), name="learner's container", daemon=True)
        self._pump.start()
        self._send(limits)

    def _send(self, limits: Limits) -> None:
        """What the container's first process waits for."""
        with tempfile.TemporaryFile(dir=self._folder) as packed:
            self._pack(packed)
            size = packed.tell()
            packed.seek(0)
            told = json.dumps(
                {
                    "word": self._word,
                    "bytes": size,
                    "command": command(Path(PYTHON), Fence(f"{WORK}/home", None, ()), f"{WORK}/child"),
                    "environment": contained_environment(os.environ, f"{WORK}/tmp", self._pass_env),
                    "cwd": f"{WORK}/repository",
                    "folder": "",
                    "stays": False,
                    "limits": dict(limits.plain()),
                }
            ).encode()
            with suppress(OSError):  # it has ended, which is told by the first answer
                self._connection.sendall(b"%016d%s" % (len(told), told))
                while chunk := packed.read(2**20):
                    self._connection.sendall(chunk)

    def _pack(self, packed: IO[bytes]) -> None:
        copy = self._folder / "repository"
        copy.mkdir()
        self._repository.copy_to(copy)
        with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
            archive.add(copy, "repository")
            for program in PROGRAMS:
                archive.add(program, f"program/{program.name}")
            for source in sorted(CHILD.glob("*.py")):
                archive.add(source, f"child/{source.name}")
        shutil.rmtree(copy)

    def _hear(self, answers: int, most: int) -> None:
        """Hand on both streams, which come as one, until the container has ended."""
        from docker.utils.socket import STDOUT, frames_iter

        os.set_blocking(answers, False)
        output = self._output.file
        try:
            for stream, data in frames_iter(self._stream, tty=False):
                if stream == STDOUT:
                    self._hand_on(answers, data)
                    continue
                output.write(data)
                if self._output.size > most:  # an endless loop that prints must not fill the disk
                    end = os.pread(output.fileno(), OUTPUT_BYTES, self._output.size - OUTPUT_BYTES)
                    os.ftruncate(output.fileno(), 0)
                    output.write(end)
        except (OSError, ValueError):
            pass  # the engine is gone, or this process closes the stream
        finally:
            os.close(answers)

    def _hand_on(self, answers: int, data: bytes) -> None:
        while data and not self._stopping.is_set():
            try:
                data = data[os.write(answers, data) :]
            except BlockingIOError:
                time.sleep(0.01)  # nobody listens at the moment
            except OSError:
                return

    def _told_ending(self, killed: bool) -> str:
        """What the container's first process said last; without that, what the engine says."""
        size = self._output.size
        start = max(0, size - 4096)
        end = os.pread(self._output.file.fileno(), 4096, start)
        found = re.search(rb"\n?" + self._word.encode() + rb"(?: ended (-?\d+) ?(\w+ \d+)?)? ?\n", end)
        if found is not None:
            os.ftruncate(self._output.file.fileno(), start + found.start())
        state = self._state()
        if found is not None and found[2]:
            self._over = found[2].decode()
        elif state.get("OOMKilled") and self._limits is not None:
            self._over = f"memory {self._limits.memory + OWN_BYTES}"
        if found is not None and found[1]:
            return ending(int(found[1]))
        if killed and not state.get("OOMKilled"):
            return "it was ended"
        code = int(state.get("ExitCode") or 0)
        return ending(128 - code if code > 128 else code)

    def _state(self) -> dict[str, Any]:
        """What the engine says of the container, once that has ended."""
        from docker.errors import DockerException

        deadline = time.monotonic() + END_SECONDS
        state: dict[str, Any] = {}
        with suppress(DockerException, OSError):
            while (state := dict(self._started.state()))["Running"] and time.monotonic() < deadline:
                time.sleep(0.02)
        return state

    def _signal(self, name: str) -> None:
        from docker.errors import DockerException

        with suppress(DockerException, OSError):  # it has ended
            self._started.container.kill(signal=name)

    def _leave(self) -> None:
        """Let nothing be left, however far the start has come."""
        there = vars(self)
        try:
            if "_started" in there:
                self._started.remove()
        finally:
            if "_pump" in there:
                self._pump.join(END_SECONDS)
            if "_stream" in there:
                self._stream.close()
                self._connection.close()
            for name in ("_requests", "_answers"):
                if name in there:
                    there[name].close()
            if "_relay" in there:
                self._relay.stop()
            if "_output" in there:
                self._output.file.close()
            shutil.rmtree(self._folder, ignore_errors=True)


def _attached(started: Started, image: str) -> tuple[Any, socket.socket]:
    """The container's standard streams: as docker-py reads them, and the socket below."""
    stream = started.container.attach_socket(params={"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1})
    connection = getattr(stream, "_sock", None)
    if not isinstance(connection, socket.socket) or type(connection).__module__ == "ssl":
        stream.close()
        raise ContainerError(
            Problem(
                "a check in a container needs an engine on this machine",
                where=image,
                expected="an engine behind a Unix socket, which DOCKER_HOST names",
                got=os.environ.get("DOCKER_HOST", ""),
                fix='start one here, or check in the environment "learner"',
            )
        )
    connection.settimeout(None)
    return stream, connection
