"""The learner's process: a fresh interpreter with a copy of the ML repository, asked for facts over pipes of its own.

Never a fork: gRPC does not survive one (apache/arrow#38617). Its output goes to a file, its group is killed at the end.
"""

from __future__ import annotations

import json
import os
import queue
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from pytest_flops_mock.learner.environment import child_environment, current_python
from pytest_flops_mock.learner.repository import MLRepository

PROBE = Path(__file__).with_name("probe.py")
OUTPUT_LINES = 20
POLL_SECONDS = 0.05


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


class LearnerProcess:
    """Runs the probe on a copy of an ML repository. A context manager; the constructor starts nothing.

    Args:
        repository: What it runs.
        timeout: Seconds that one request may take; then the process is killed.
    """

    def __init__(self, repository: MLRepository, *, timeout: float) -> None:
        self.repository = repository
        self.timeout = timeout

    def __enter__(self) -> LearnerProcess:
        self._folder = Path(tempfile.mkdtemp(prefix="flops-learner-"))
        try:
            self._start()
        except BaseException:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()
        shutil.rmtree(self._folder, ignore_errors=True)

    def ask(self, do: str, **request: Any) -> Answer:
        """Send one request and wait for what comes of it."""
        began = time.monotonic()
        printed = self._output.stat().st_size
        answer = self._answer({"do": do, **request}, began + self.timeout)
        return Answer(
            how=answer.how,
            facts=answer.facts,
            error=answer.error,
            ending=answer.ending,
            output=self._printed_since(printed),
            seconds=time.monotonic() - began,
        )

    def _start(self) -> None:
        copy, temporary = self._folder / "repository", self._folder / "tmp"
        copy.mkdir()
        temporary.mkdir()
        self.repository.copy_to(copy)
        self._output = self._folder / "output"
        requests, self._requests = os.pipe()
        with self._output.open("wb") as output, os.fdopen(requests) as stdin:
            self._process = subprocess.Popen(
                # -I: neither this process' PYTHON* variables nor its current folder lead to other modules.
                [current_python(), "-I", "-X", "faulthandler", str(PROBE)],
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=output,
                cwd=copy,
                env=child_environment(os.environ, temporary),
                start_new_session=True,
            )
        self._answers: queue.Queue[bytes] = queue.Queue()
        threading.Thread(target=_receive, args=(self._process.stdout, self._answers), daemon=True).start()

    def _answer(self, request: dict[str, Any], deadline: float) -> Answer:
        with suppress(OSError):  # it has ended; told below
            os.write(self._requests, json.dumps(request).encode() + b"\n")
        while True:
            with suppress(queue.Empty):
                told = json.loads(self._answers.get(timeout=POLL_SECONDS))
                if "error" in told:
                    return Answer("error", error=told["error"])
                return Answer("facts", facts=told["facts"])
            # Asked and not waited for at the pipe: a child of the repository's code may still hold that open.
            code = self._process.poll()
            if code is not None and self._answers.empty():
                return Answer("ended", ending=_ending(code))
            if time.monotonic() > deadline:
                self._end()
                return Answer("timeout", ending=f"still running after {self.timeout:g} s")

    def _printed_since(self, position: int) -> str:
        with self._output.open("rb") as output:
            output.seek(position)
            lines = output.read().decode(errors="replace").splitlines()
        return "\n".join(lines[-OUTPUT_LINES:])

    def _end(self) -> None:
        """Kill the process and all that it started in its group."""
        with suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()
        self._process.wait()
        with suppress(OSError):
            os.close(self._requests)


def _receive(pipe: Any, answers: queue.Queue[bytes]) -> None:
    """Hand on what the probe says until nobody can say more; a child of the repository's code may outlive the probe."""
    with pipe:
        for line in pipe:
            answers.put(line)


def _ending(code: int) -> str:
    if code >= 0:
        return f"exit status {code}"
    with suppress(ValueError):
        return f"signal {signal.Signals(-code).name}"
    return f"signal {-code}"
