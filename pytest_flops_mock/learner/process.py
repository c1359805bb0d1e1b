"""The learner's process on this machine: a fresh interpreter with a copy of the ML repository.

Never a fork: gRPC does not survive one (apache/arrow#38617). Its output goes to a file, its group is killed at the end.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, cast

from pytest_flops_mock.learner.environments.isolation import child_environment, command
from pytest_flops_mock.repository.repository import MLRepository
from pytest_flops_mock.subprocesses import ending

OUTPUT_LINES = 20
OUTPUT_COLUMNS = 300
OUTPUT_BYTES = 64 * 2**10
"""How much of the end of the output is looked at."""

MAX_OUTPUT_BYTES = 256 * 2**20
"""An endless loop that prints must not fill the disk: beyond this the output starts afresh."""

STOP_SECONDS = 1.0
STOP_POLL_SECONDS = 0.01

# In the traces of a crash: frames that are not the repository's (those have relative paths here), and lists of modules.
_OTHERS = re.compile(r"""  File "[/<][^"]*", line \d+ in |  Binary file "|Extension modules: |Thread 0x\w+ .*:$""")
_TERMINAL_CODES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")


class LearnerProcess:
    """Runs the child on a copy of an ML repository. A context manager; the constructor starts nothing.

    Args:
        repository: What it runs.
        python: The interpreter; by default the one that runs this process.
        pass_env: Names of variables of this process' environment that it gets to see beside the usual ones.
        gpu: Whether it sees the GPUs of this machine.
    """

    def __init__(
        self, repository: MLRepository, *, python: Path | None = None, pass_env: Collection[str] = (), gpu: bool = False
    ) -> None:
        self._repository = repository
        self._python = python
        self._pass_env = frozenset(pass_env)
        self._gpu = gpu

    def __enter__(self) -> LearnerProcess:
        self._folder = Path(tempfile.mkdtemp(prefix="flops-learner-")).resolve()
        try:
            self._start()
        except BaseException:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.end()
        self.requests.close()
        self.answers.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def requests(self) -> IO[bytes]:
        """The child's standard input."""
        return cast(IO[bytes], self._process.stdin)

    @property
    def answers(self) -> IO[bytes]:
        """The child's standard output."""
        return cast(IO[bytes], self._process.stdout)

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def has_ended(self) -> bool:
        """Whether the process has ended. Asked all the time, so what it prints is kept within bounds here, too."""
        if self.printed() > MAX_OUTPUT_BYTES:
            os.truncate(self._output, 0)  # the process appends
        return self._has_ended()

    def end(self) -> str:
        """Kill the process with all that it started in its group; how it ended."""
        if self._process.returncode is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
            self._process.wait()
        return ending(self._process.returncode)

    def stop(self) -> None:
        """Let the process write where its code is, and wait a moment for that; it ends the process as well."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGUSR1)
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline and not self._has_ended():
            time.sleep(STOP_POLL_SECONDS)

    def printed(self) -> int:
        """How much it has printed so far, in bytes."""
        return self._output.stat().st_size

    def printed_since(self, position: int) -> str:
        """The last lines, without what a terminal would not show (progress bars overwrite theirs)."""
        with self._output.open("rb") as output:
            size = output.seek(0, os.SEEK_END)
            start = position if position <= size else 0  # it started afresh
            output.seek(max(start, size - OUTPUT_BYTES))
            text = output.read().decode(errors="replace")
        text = _TERMINAL_CODES.sub("", text).replace(f"{self._copy}/", "")
        lines = [_visible(line.rstrip().rpartition("\r")[2]) for line in text.rstrip().split("\n")]
        return "\n".join([line for line in lines if not _OTHERS.match(line)][-OUTPUT_LINES:])

    def _start(self) -> None:
        self._copy, temporary = self._folder / "repository", self._folder / "tmp"
        self._copy.mkdir()
        temporary.mkdir()
        self._repository.copy_to(self._copy)
        self._output = self._folder / "output"
        with self._output.open("ab") as output:
            self._process = subprocess.Popen(
                command(self._python),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                bufsize=0,
                cwd=self._copy,
                env=child_environment(os.environ, temporary, self._pass_env, gpu=self._gpu),
                start_new_session=True,
            )

    def _has_ended(self) -> bool:
        """It is not reaped: until then its group's number cannot become another's."""
        try:
            return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        except ChildProcessError:  # somebody else reaps the children of this process
            return True


def _visible(line: str) -> str:
    line = "".join(char if char.isprintable() or char == "\t" else "\ufffd" for char in line)
    return line if len(line) <= OUTPUT_COLUMNS else line[: OUTPUT_COLUMNS - 1] + "…"
