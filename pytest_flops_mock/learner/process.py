"""The learner's process on this machine: a fresh interpreter with a copy of the ML repository, behind a watchdog.

Never a fork: gRPC does not survive one (apache/arrow#38617). What this process reads and writes is open before the child
starts: nothing in the child's folder is opened, so it does not matter what that has become.
"""

from __future__ import annotations

import marshal
import os
import selectors
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import IO, cast

from pytest_flops_mock.learner.environments.isolation import child_environment, command, fence
from pytest_flops_mock.learner.limits import Limits
from pytest_flops_mock.learner.output import Output
from pytest_flops_mock.learner.watchdog import removed
from pytest_flops_mock.repository.repository import MLRepository
from pytest_flops_mock.subprocesses import ending

STOP_SECONDS = 1.0
END_SECONDS = 12.0
"""The watchdog kills everything in far less, unless something hangs in the kernel."""

WATCHDOG = Path(__file__).with_name("watchdog.py")
PASSED_ON = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")
"""What an interpreter may need to start; nothing else of this process' environment is in the watchdog's."""


class LearnerProcess:
    """Runs the child on a copy of an ML repository. A context manager; the constructor starts nothing.

    Args:
        repository: What it runs.
        python: The interpreter; by default the one that runs this process.
        pass_env: Names of variables of this process' environment that it gets to see beside the usual ones.
        gpu: Whether it sees the GPUs of this machine.
        limits: What it may take; by default what this machine can give.
        variables: Its environment beside that, unless the user says otherwise.
    """

    def __init__(
        self,
        repository: MLRepository,
        *,
        python: Path | None = None,
        pass_env: Collection[str] = (),
        gpu: bool = False,
        limits: Limits | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> None:
        self._repository = repository
        self._python = python
        self._pass_env = frozenset(pass_env)
        self._gpu = gpu
        self._limits = limits
        self._variables = variables or {}

    def __enter__(self) -> LearnerProcess:
        self._limits = self._limits or Limits.of_machine()
        self._heard, self._ending, self._over, self._pid = b"", "", "", 0
        self._folder = Path(tempfile.mkdtemp(prefix="flops-learner-")).resolve()
        try:
            self._start(self._limits)
        except BaseException:
            if "_watchdog" in vars(self):
                self.end()
            for name in ("_requests", "_answers"):  # where files run out, removing a folder needs one, too
                if name in vars(self):
                    vars(self)[name].close()
            if "_output" in vars(self):
                self._output.file.close()
            removed(os.fspath(self._folder))
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.end()
        for stream in (self.requests, self.answers, self._output.file, self._watchdog.stdout):
            cast(IO[bytes], stream).close()
        removed(os.fspath(self._folder))  # there is nothing left of it, unless somebody has killed the watchdog

    @property
    def requests(self) -> IO[bytes]:
        """The child's standard input."""
        return self._requests

    @property
    def answers(self) -> IO[bytes]:
        """The child's standard output."""
        return self._answers

    @property
    def pid(self) -> int:
        """The number of the process."""
        while not self._pid and not self._ending:
            self._listen(STOP_SECONDS)
        return self._pid

    def has_ended(self) -> bool:
        """Whether the process has ended."""
        self._listen(0)
        return bool(self._ending)

    def exceeded(self) -> tuple[str, str] | None:
        """Which limit ended it, in words: what it may take, and what it took."""
        limits = self._limits
        return limits.told(self._over) if self._over and limits is not None else None

    def end(self) -> str:
        """Kill the process with all that it started; how it ended."""
        control = cast(IO[bytes], self._watchdog.stdin)
        if not control.closed:
            with suppress(OSError):
                control.close()
            deadline = time.monotonic() + END_SECONDS
            while time.monotonic() < deadline and self._listen(deadline - time.monotonic()):
                pass  # it hangs up once everything is gone
            with suppress(subprocess.TimeoutExpired):
                self._watchdog.wait(max(0.0, deadline - time.monotonic()))
            self._watchdog.kill()
            self._watchdog.wait()
        return self._ending or "it was ended"

    def stop(self) -> None:
        """Let the process write where its code is, and wait a moment for that; it ends the process as well."""
        with suppress(OSError, ValueError):
            cast(IO[bytes], self._watchdog.stdin).write(b"stop\n")
        deadline = time.monotonic() + STOP_SECONDS
        while not self._ending and (left := deadline - time.monotonic()) > 0:
            self._listen(left)

    def reaching(self, uri: str) -> str:
        """The same address: it is on this machine."""
        return uri

    def printed(self) -> int:
        """How much it has printed so far, in bytes."""
        return self._output.size

    def printed_since(self, position: int) -> str:
        """The last lines, without what a terminal would not show (progress bars overwrite theirs)."""
        return self._output.since(position)

    def _start(self, limits: Limits) -> None:
        copy, temporary = self._folder / "repository", self._folder / "tmp"
        for folder in (copy, temporary, self._folder / "home"):
            folder.mkdir()
        self._repository.copy_to(copy)
        protected = [Path.cwd(), *([self._repository.root] if self._repository.root is not None else [])]
        self._output = Output(self._folder, os.fspath(copy))
        with ExitStack() as given:  # its ends of the pipes are the child's alone
            requests, ours = os.pipe()
            given.callback(os.close, requests)
            self._requests = os.fdopen(ours, "wb", buffering=0)
            answers, theirs = os.pipe()
            given.callback(os.close, theirs)
            self._answers = os.fdopen(answers, "rb", buffering=0)
            told = {
                "command": command(self._python, fence(self._folder, protected, os.environ, self._pass_env)),
                "environment": {
                    **self._variables,
                    **child_environment(os.environ, temporary, self._pass_env, gpu=self._gpu),
                },
                "folder": os.fspath(self._folder),
                "cwd": os.fspath(copy),
                "requests": requests,
                "answers": theirs,
                "limits": dict(limits.plain()),
            }
            self._watchdog = subprocess.Popen(
                [sys.executable, "-I", "-S", os.fspath(WATCHDOG)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._output.file,
                pass_fds=(requests, theirs),
                bufsize=0,
                cwd="/",
                env={name: os.environ[name] for name in PASSED_ON if name in os.environ},
                start_new_session=True,
            )
        plain = marshal.dumps(told)
        with suppress(BrokenPipeError):  # it has ended, which is told by the first answer
            _write_all(cast(IO[bytes], self._watchdog.stdin), len(plain).to_bytes(4, "big") + plain)

    def _listen(self, seconds: float) -> bool:
        """Hear what the watchdog says within ``seconds``; whether it may say more."""
        stream = cast(IO[bytes], self._watchdog.stdout)
        if stream.closed:
            return False
        with selectors.DefaultSelector() as selector:
            selector.register(stream, selectors.EVENT_READ)
            if not selector.select(max(0.0, seconds)):
                return True
        chunk = os.read(stream.fileno(), 2**12)
        *lines, self._heard = (self._heard + chunk).split(b"\n")
        for line in lines:
            event, number, *over = line.decode().split(" ", 2)
            if event == "pid":
                self._pid = int(number)
            else:
                self._ending, self._over = ending(int(number)), "".join(over)
        if not chunk:
            self._ending = self._ending or "its watchdog was killed"
        return bool(chunk)


def _write_all(stream: IO[bytes], data: bytes) -> None:
    while data:
        data = data[stream.write(data) :]
