"""A learner's process for many stages and data sets: started anew after a crash, with all that it had been given."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from pytest_flops_mock.learner.process import Answer, LearnerProcess, Sent
from pytest_flops_mock.repository.repository import MLRepository

START_SECONDS = 60.0


@dataclass(frozen=True)
class _Request:
    do: str
    limit: float | None
    values: dict[str, Any]


class LearnerSession:
    """Asks a learner's process, whichever it is. A context manager; the constructor starts nothing.

    Args:
        repository: What it runs.
        timeout: Seconds that one request may take, unless it says otherwise.
        python: The interpreter; by default the one that runs this process.
        memory: Most bytes of address space that the process may have; no limit by default.
        pass_env: Names of variables of this process' environment that it gets to see beside the usual ones.
    """

    def __init__(
        self,
        repository: MLRepository,
        *,
        timeout: float,
        python: Path | None = None,
        memory: int | None = None,
        pass_env: Collection[str] = (),
    ) -> None:
        self._make: Callable[[], LearnerProcess] = lambda: LearnerProcess(
            repository, timeout=timeout, python=python, pass_env=pass_env
        )
        self._memory = memory
        self._given: list[_Request] = []
        self._begun: tuple[str, Sent, Sent] | None = None
        self._early: dict[str, Answer] = {}

    def __enter__(self) -> LearnerSession:
        self._process = self._make().__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.__exit__(kind, error, trace)

    def start(self) -> Answer:
        """Wait until the process answers; which Python it is, and the versions of what is installed there."""
        answer = self._process.ask("hello", limit=START_SECONDS)
        if answer.how == "facts" and self._memory is not None:
            self._process.ask("limit", limit=START_SECONDS, address_space=self._memory)
        return answer

    def begin(self, do: str) -> None:
        """Let the process get on with a request while this one is busy; :meth:`ask` for it has the answer."""
        self._begun = do, self._process.send("ready"), self._process.send(do)

    def ask(self, do: str, *, limit: float | None = None, keep: bool = False, **values: Any) -> Answer:
        """Send one request and wait for what comes of it.

        Args:
            do: What the probe shall do.
            limit: Seconds that it may take, if not the session's ``timeout``.
            keep: Whether later requests build on it; then a process that is started anew gets it again.
            **values: What the probe needs for it.
        """
        if self._begun is not None:
            (begun, ready, sent), self._begun = self._begun, None
            self._process.answer(ready, limit=START_SECONDS)  # its own imports do not count as the repository's time
            self._early[begun] = self._process.answer(sent)
        if do in self._early:
            return self._early.pop(do)
        request = _Request(do, limit, values)
        if self._process.ended:
            again = self._start_again()
            if again is not None:
                return again
        answer = self._process.ask(do, limit=limit, **values)
        if keep and answer.how == "facts":
            self._given.append(request)
        return answer

    def forget(self) -> None:
        """Build on nothing that was asked before: another data set follows."""
        self._given = []

    def _start_again(self) -> Answer | None:
        """A new process, with all that the old one had been given; what went wrong, if that did not work."""
        with ExitStack() as old:
            old.push(self._process)
            self._process = self._make().__enter__()
        answers = (self.start(), *(self._process.ask(r.do, limit=r.limit, **r.values) for r in self._given))
        return next((answer for answer in answers if answer.how != "facts"), None)
