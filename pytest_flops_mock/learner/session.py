"""A learner's process for many stages and data sets: started anew after a crash, with all that it had been given.

Aggregator, learner and a second learner are processes of their own on FLOps. Here they share one, which saves seconds; so
what fails in it is tried again in a fresh process that has done nothing else, and only what fails there as well is told.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from pytest_flops_mock.learner.channel import Channel, Peer, Sent
from pytest_flops_mock.learner.facts import F, Failure, Hello, Told
from pytest_flops_mock.learner.limits import Limits
from pytest_flops_mock.learner.process import LearnerProcess
from pytest_flops_mock.learner.requests import HELLO, LOAD, READY, Request
from pytest_flops_mock.repository.repository import MLRepository

START_SECONDS = 60.0


class Process(Peer, Protocol):
    """What a session needs of a learner's process, here or in a container: it runs as long as it is entered."""

    def __enter__(self) -> Peer: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class LearnerSession:
    """Asks a learner's process, whichever it is. A context manager; the constructor starts nothing.

    Args:
        repository: What it runs.
        timeout: Seconds that one request may take, unless it says otherwise.
        python: The interpreter; by default the one that runs this process.
        image: The image of the container that it runs in, which has an interpreter of its own; empty for this machine.
        memory: Most bytes of memory that the process may have with all that it starts; by default half of the machine's.
        pass_env: Names of variables of this process' environment that it gets to see beside the usual ones.
        gpu: Whether it sees the GPUs of this machine.
    """

    def __init__(
        self,
        repository: MLRepository,
        *,
        timeout: float,
        python: Path | None = None,
        image: str = "",
        memory: int | None = None,
        pass_env: Collection[str] = (),
        gpu: bool = False,
    ) -> None:
        limits = Limits.of_machine(memory)
        self._process: Callable[[], Process]
        if image:
            from pytest_flops_mock.learner.contained.process import ContainedProcess  # most checks need none

            self._process = partial(ContainedProcess, repository, image=image, pass_env=pass_env, limits=limits)
        else:
            self._process = partial(LearnerProcess, repository, python=python, pass_env=pass_env, gpu=gpu, limits=limits)
        self._timeout = timeout
        self._given: list[tuple[Request[Any], float | None, dict[str, Any]]] = []
        self._is_ready = False
        self._readying: Sent[Any] | None = None
        self._begun: Sent[Any] | None = None
        self._early: dict[str, Any] = {}
        self.seconds_ahead = 0.0
        """How long it was waited for the answer to what was begun, when something else was asked for."""
        self._strayed = False
        self._confirming = True

    def __enter__(self) -> LearnerSession:
        self._open()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.__exit__(kind, error, trace)

    def start(self) -> Told[Hello] | Failure:
        """Wait until the process answers; which Python it is, and the versions of what is installed there."""
        return self._channel.answer(self._greeted, limit=START_SECONDS)

    def begin(self, request: Request[Any]) -> None:
        """Let the process get on with a request while this one is busy; :meth:`ask` for it has the answer."""
        self._readying, self._begun = self._channel.send(READY), self._channel.send(request)

    def ready(self) -> Failure | None:
        """Wait, the first time, until the process has imported what it needs itself; how that failed, if it did so twice.

        These imports count neither as the repository's time nor as its failure.
        """
        if self._is_ready:
            return None
        sent, self._readying = self._readying or self._channel.send(READY), None
        answer = self._channel.answer(sent, limit=START_SECONDS)
        if isinstance(answer, Failure):
            self._begun = None
        if isinstance(answer, Failure) and answer.how != "timeout":
            again = self._start_again()
            answer = self._channel.ask(READY, limit=START_SECONDS) if again is None else again
        self._is_ready = isinstance(answer, Told)
        return answer if isinstance(answer, Failure) else None

    def ask(self, request: Request[F], *, limit: float | None = None, **values: Any) -> Told[F] | Failure:
        """Send one request and wait for what comes of it.

        Args:
            request: What the child shall do.
            limit: Seconds that it may take, if not the session's ``timeout``.
            **values: What the child needs for it.
        """
        if self._readying is not None and (unready := self.ready()) is not None:
            return unready
        if self._begun is not None:
            sent, self._begun = self._begun, None
            began = time.perf_counter()
            self._early[sent.request.do] = self._channel.answer(sent)
            self.seconds_ahead += time.perf_counter() - began if sent.request is not request else 0.0
            self._strayed = True
        if request.do in self._early:
            early: Told[F] | Failure = self._early.pop(request.do)
            return early
        if self._channel.ended:
            again = self._start_again()
            if again is not None:
                return again
        answer = self._channel.ask(request, limit=limit, **values)
        unsure = self._confirming and (self._strayed or request.alone)
        if unsure and isinstance(answer, Failure) and answer.how in ("raised", "ended"):
            answer = self._confirmed(request, limit, values)
        if request.kept and isinstance(answer, Told):
            self._given.append((request, limit, values))
        self._strayed = self._strayed or not request.kept
        return answer

    @contextmanager
    def trying(self, limit: float) -> Iterator[None]:
        """Meanwhile what fails is not tried again in a fresh process, and no request takes longer than ``limit`` seconds.

        For many tries, of which some are to fail: :meth:`renew` then tells what depends on those before.
        """
        confirming, timeout = self._confirming, self._timeout
        self._confirming, self._timeout = False, min(limit, timeout)
        self._channel.timeout = self._timeout
        try:
            yield
        finally:
            self._confirming, self._timeout = confirming, timeout
            self._channel.timeout = timeout

    @property
    def ended(self) -> bool:
        """Whether the process has ended, so that the next request starts another one."""
        return self._channel.ended

    def renew(self) -> Failure | None:
        """Go on in a new process that has done nothing; what went wrong, if that did not work."""
        self._given, self._early, self._begun, self._readying = [], {}, None, None
        return self._start_again()

    def forget(self) -> None:
        """Build on nothing that was asked before: another data set follows."""
        self._strayed = self._strayed or bool(self._given)
        self._given = []

    def _open(self) -> None:
        with ExitStack() as stack:
            self._channel = self._child(stack)
            self._greeted = self._channel.send(HELLO)  # once it has answered, it imports what it needs
            self._stack = stack.pop_all()
        self._strayed = False

    def _child(self, stack: ExitStack) -> Channel:
        return Channel(stack.enter_context(self._process()), self._timeout)

    def _confirmed(self, request: Request[F], limit: float | None, values: dict[str, Any]) -> Told[F] | Failure:
        """The answer of a process that has done nothing but what this request builds on."""
        if not request.alone:
            again = self._start_again()
            return self._channel.ask(request, limit=limit, **values) if again is None else again
        with ExitStack() as stack:  # another actor: ours goes on as it is
            channel = self._child(stack)
            channel.ask(HELLO, limit=START_SECONDS)
            for given, its_limit, its_values in self._given:
                if given is LOAD:
                    channel.ask(given, limit=its_limit, **its_values)
            return channel.ask(request, limit=limit, **values)

    def _start_again(self) -> Failure | None:
        """A new process, with all that the old one had been given; what went wrong, if that did not work."""
        with self._stack:
            pass  # the old one and its folder
        self._open()
        answers = (self.start(), *(self._channel.ask(r, limit=limit, **values) for r, limit, values in self._given))
        return next((answer for answer in answers if isinstance(answer, Failure)), None)
