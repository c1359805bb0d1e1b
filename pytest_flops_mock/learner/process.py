"""The learner's process: a fresh interpreter with a copy of the ML repository, asked for facts over pipes of its own.

Never a fork: gRPC does not survive one (apache/arrow#38617). Its output goes to a file, its group is killed at the end.
"""

from __future__ import annotations

import json
import os
import re
import selectors
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Literal, cast

from pytest_flops_mock.learner.environment import child_environment, command
from pytest_flops_mock.repository.repository import MLRepository

PROBE = Path(__file__).parents[1] / "child" / "probe.py"
OUTPUT_LINES = 20
OUTPUT_COLUMNS = 300
OUTPUT_BYTES = 64 * 2**10
"""How much of the end of the output is looked at."""

MAX_OUTPUT_BYTES = 256 * 2**20
"""An endless loop that prints must not fill the disk: beyond this the output starts afresh."""

POLL_SECONDS = 0.05
TRACE_SECONDS = 1.0

# In the traces of a crash: frames that are not the repository's (those have relative paths here), and lists of modules.
_OTHERS = re.compile(r"""  File "[/<][^"]*", line \d+ in |  Binary file "|Extension modules: |Thread 0x\w+ .*:$""")
_TERMINAL_CODES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")


@dataclass(frozen=True)
class Answer:
    """What came of one request.

    Attributes:
        how: ``facts``; ``error`` for an exception; ``ended`` when the process did; ``timeout``.
        facts: What the probe found out.
        error: The exception as facts.
        ending: How the process ended, in words.
        output: The last lines that it printed during this request.
        seconds: How long it took.
    """

    how: Literal["facts", "error", "ended", "timeout"]
    facts: dict[str, Any] = field(default_factory=dict)
    error: dict[str, Any] = field(default_factory=dict)
    ending: str = ""
    output: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Sent:
    """A request on its way.

    Attributes:
        number: What its answer is known by.
        at: When it was sent, in seconds of the monotonic clock.
        printed: How much the process had printed by then, in bytes.
    """

    number: int
    at: float
    printed: int


class LearnerProcess:
    """Runs the probe on a copy of an ML repository. A context manager; the constructor starts nothing.

    Args:
        repository: What it runs.
        timeout: Seconds that one request may take; then the process is killed.
        python: The interpreter; by default the one that runs this process.
        pass_env: Names of variables of this process' environment that it gets to see beside the usual ones.
    """

    def __init__(
        self, repository: MLRepository, *, timeout: float, python: Path | None = None, pass_env: Collection[str] = ()
    ) -> None:
        self.repository = repository
        self.timeout = timeout
        self.python = python
        self.pass_env = frozenset(pass_env)
        self._asked = 0
        self._received = b""
        self._told: dict[int, dict[str, Any]] = {}

    def __enter__(self) -> LearnerProcess:
        self._folder = Path(tempfile.mkdtemp(prefix="flops-learner-")).resolve()
        try:
            self._start()
        except BaseException:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._end()
        self._requests.close()
        self._answers.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def ended(self) -> bool:
        """Whether it has ended, so that it answers nothing any more."""
        return self._process.returncode is not None

    def ask(self, do: str, *, limit: float | None = None, **request: Any) -> Answer:
        """Send one request and wait for what comes of it.

        Args:
            do: What the probe shall do.
            limit: Seconds that it may take, if not ``timeout``.
            **request: What the probe needs for it.
        """
        return self.answer(self.send(do, **request), limit=limit)

    def send(self, do: str, **request: Any) -> Sent:
        """Send one request without waiting. Requests are worked on in turn; :meth:`answer` is to be asked in turn, too."""
        sent = Sent(self._asked + 1, time.monotonic(), self._output.stat().st_size)
        if not self.ended:
            self._asked = sent.number
            with suppress(OSError):  # it ends meanwhile; told by the answer
                self._requests.write(json.dumps({"do": do, **request, "id": sent.number}).encode() + b"\n")
        return sent

    def answer(self, sent: Sent, *, limit: float | None = None) -> Answer:
        """Wait for what comes of a request, for at most ``limit`` seconds from now."""
        answer = self._answer(sent.number, self.timeout if limit is None else limit)
        return replace(answer, output=self._printed_since(sent.printed), seconds=time.monotonic() - sent.at)

    def _start(self) -> None:
        self._copy, temporary = self._folder / "repository", self._folder / "tmp"
        self._copy.mkdir()
        temporary.mkdir()
        self.repository.copy_to(self._copy)
        self._output = self._folder / "output"
        with self._output.open("ab") as output:
            self._process = subprocess.Popen(
                command(PROBE, self.python),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                bufsize=0,
                cwd=self._copy,
                env=child_environment(os.environ, temporary, self.pass_env),
                start_new_session=True,
            )
        self._requests = cast(IO[bytes], self._process.stdin)
        self._answers = cast(IO[bytes], self._process.stdout)

    def _answer(self, number: int, limit: float) -> Answer:
        if self.ended:
            return Answer("ended", ending="it had ended before")
        deadline = time.monotonic() + limit
        while True:
            # Asked before the pipe is read for the last time, and not waited for there: what the repository's code
            # started may still hold the pipe open.
            ended = self._has_ended()
            try:
                self._told.update((told["id"], told) for told in self._heard(0 if ended else POLL_SECONDS))
                if number in self._told:
                    told = self._told.pop(number)
                    how: Literal["facts", "error"] = "error" if "error" in told else "facts"
                    return Answer(how, told.get("facts", {}), told.get("error", {}))
            except (ValueError, KeyError, TypeError):
                self._end()
                return Answer("ended", ending="it wrote to the pipe over which the check talks to it")
            if ended:
                return Answer("ended", ending=_ending(self._end()))
            if time.monotonic() > deadline:
                self._stop()
                self._end()
                return Answer("timeout", ending=f"still running after {limit:g} s")
            self._limit_output()

    def _heard(self, seconds: float) -> Iterator[dict[str, Any]]:
        """What the process says within ``seconds``: whole lines only."""
        if self._answers.closed:
            time.sleep(seconds)
            return
        with selectors.DefaultSelector() as selector:
            selector.register(self._answers, selectors.EVENT_READ)
            if not selector.select(seconds):
                return
        chunk = os.read(self._answers.fileno(), 2**16)
        if not chunk:  # nobody can say anything more
            self._answers.close()
        *lines, self._received = (self._received + chunk).split(b"\n")
        yield from map(json.loads, lines)

    def _has_ended(self) -> bool:
        """Whether the process has ended. It is not reaped: until then its group's number cannot become another's."""
        try:
            return os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        except ChildProcessError:  # somebody else reaps the children of this process
            return True

    def _stop(self) -> None:
        """Let the process write where its code is, and wait a moment for that; it ends the process as well."""
        with suppress(ProcessLookupError):
            os.kill(self._process.pid, signal.SIGUSR1)
        deadline = time.monotonic() + TRACE_SECONDS
        while time.monotonic() < deadline and not self._has_ended():
            time.sleep(POLL_SECONDS / 5)

    def _limit_output(self) -> None:
        if self._output.stat().st_size > MAX_OUTPUT_BYTES:
            os.truncate(self._output, 0)  # the process appends

    def _printed_since(self, position: int) -> str:
        """The last lines, without what a terminal would not show (progress bars overwrite theirs)."""
        with self._output.open("rb") as output:
            size = output.seek(0, os.SEEK_END)
            start = position if position <= size else 0  # it started afresh
            output.seek(max(start, size - OUTPUT_BYTES))
            text = output.read().decode(errors="replace")
        text = _TERMINAL_CODES.sub("", text).replace(f"{self._copy}/", "")
        lines = [_visible(line.rstrip().rpartition("\r")[2]) for line in text.rstrip().split("\n")]
        return "\n".join([line for line in lines if not _OTHERS.match(line)][-OUTPUT_LINES:])

    def _end(self) -> int:
        """Kill the process with all that it started in its group; its exit status."""
        if self._process.returncode is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        return self._process.returncode


def _visible(line: str) -> str:
    line = "".join(char if char.isprintable() or char == "\t" else "\ufffd" for char in line)
    return line if len(line) <= OUTPUT_COLUMNS else line[: OUTPUT_COLUMNS - 1] + "…"


def _ending(code: int) -> str:
    if code >= 0:
        return f"exit status {code}"
    with suppress(ValueError):
        return f"signal {signal.Signals(-code).name}"
    return f"signal {-code}"
