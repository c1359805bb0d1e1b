"""A conversation with a child: numbered requests, their answers, a deadline for each, and what is printed meanwhile.

It knows nothing of processes: what is at the other end is a :class:`Peer`, a local process or a container.
"""

from __future__ import annotations

import json
import os
import selectors
import time
from collections.abc import Iterator
from dataclasses import dataclass
from secrets import token_hex
from typing import IO, Any, Generic, Protocol

from pytest_flops_mock.learner.answers import MAX_BYTES, Answer, NoAnswerError, parsed, read
from pytest_flops_mock.learner.facts import F, Failure, Raised, Told
from pytest_flops_mock.learner.requests import Request

POLL_SECONDS = 0.05
SEND_SECONDS = 10.0


class Peer(Protocol):
    """What is at the other end of a channel."""

    @property
    def requests(self) -> IO[bytes]:
        """Takes lines of JSON, unbuffered."""

    @property
    def answers(self) -> IO[bytes]:
        """Gives lines of JSON; has a file descriptor."""

    def has_ended(self) -> bool:
        """Whether it has ended by itself, so that it says nothing any more."""

    def end(self) -> str:
        """End it with all that it started; how it ended, in words. A second call says the same."""

    def exceeded(self) -> tuple[str, str] | None:
        """Which limit ended it, in words: what it may take, and what it took. Nothing if none did."""

    def stop(self) -> None:
        """Let it print where its code is, and wait a moment for that."""

    def reaching(self, uri: str) -> str:
        """The address by which it reaches the ML data server that this process reaches at ``uri``."""

    def printed(self) -> int:
        """How much it has printed so far, in bytes."""

    def printed_since(self, position: int) -> str:
        """The last lines of what it has printed since then."""


@dataclass(frozen=True)
class Sent(Generic[F]):
    """A request on its way.

    Attributes:
        request: What was asked.
        number: What its answer is known by, together with a key that nobody can know in advance.
        printed: How much the child had printed by then, in bytes.
    """

    request: Request[F]
    number: int
    printed: int


class Channel:
    """Asks a child. Requests are worked on in turn, so answers are to be asked for in turn, too.

    Args:
        peer: The child.
        timeout: Seconds that one request may take; then the child is ended.
    """

    def __init__(self, peer: Peer, timeout: float) -> None:
        self.ended = False
        self._peer = peer
        self.timeout = timeout
        self._asked = 0
        self._received = bytearray()
        self._keys: dict[int, str] = {}
        self._told: dict[int, Answer] = {}

    def ask(self, request: Request[F], *, limit: float | None = None, **values: Any) -> Told[F] | Failure:
        """Send one request and wait for what comes of it.

        Args:
            request: What the child shall do.
            limit: Seconds that it may take, if not ``timeout``.
            **values: What the child needs for it.
        """
        return self.answer(self.send(request, **values), limit=limit)

    def send(self, request: Request[F], **values: Any) -> Sent[F]:
        """Send one request without waiting."""
        sent = Sent(request, self._asked + 1, self._peer.printed())
        if not self.ended:
            self._asked = sent.number
            self._keys[sent.number] = key = token_hex()
            if "uri" in values:
                values["uri"] = self._peer.reaching(values["uri"])
            line = json.dumps({"do": request.do, **values, "id": sent.number, "key": key}).encode() + b"\n"
            self._write(line)
        return sent

    def answer(self, sent: Sent[F], *, limit: float | None = None) -> Told[F] | Failure:
        """Wait for what comes of a request, for at most ``limit`` seconds from now."""
        limit = self.timeout if limit is None else limit
        try:
            told = self._awaited(sent.number, limit)
            output = self._peer.printed_since(sent.printed)
            if isinstance(told, str):
                if exceeded := self._peer.exceeded():
                    ending = f"ended by the check: {exceeded[1]}, where it may have {exceeded[0]}"
                    return Failure("limit", ending=ending, output=output, exceeded=exceeded)
                return Failure("ended", ending=told, output=output)
            if told is None:
                return Failure("timeout", ending=f"still running after {limit:g} s", output=output)
            if told.error is not None:
                return Failure("raised", parsed(Raised, told.error), output=output)
            return Told(parsed(sent.request.facts, told.facts), output)
        except NoAnswerError as error:
            self._end()
            ending = f"it wrote to the pipe over which the check talks to it: {error}"
            return Failure("ended", ending=ending, output=self._peer.printed_since(sent.printed))

    def _write(self, line: bytes) -> None:
        """Write a request. Whether a child that does not read, or has ended, has one is told by the answer."""
        stream, deadline = self._peer.requests, time.monotonic() + SEND_SECONDS
        os.set_blocking(stream.fileno(), False)
        with selectors.DefaultSelector() as selector:
            selector.register(stream, selectors.EVENT_WRITE)
            while line and (left := deadline - time.monotonic()) > 0:
                try:
                    if selector.select(left):
                        line = line[os.write(stream.fileno(), line) :]
                except BlockingIOError:
                    continue
                except OSError:
                    return

    def _awaited(self, number: int, limit: float) -> Answer | str | None:
        """The answer of that number; or how the child ended; or nothing once the time is up, when the child is ended."""
        if self.ended:
            return "it had ended before"
        deadline = time.monotonic() + limit
        while True:
            # Asked before the pipe is read for the last time, and not waited for there: what the repository's code
            # started may still hold the pipe open.
            ended = self._peer.has_ended()
            for line in self._heard(0 if ended else POLL_SECONDS):
                answer = read(line)
                if self._keys.pop(answer.number, None) != answer.key:
                    raise NoAnswerError("nobody had asked for that")
                self._told[answer.number] = answer
            if number in self._told:
                return self._told.pop(number)
            if ended:
                return self._end()
            if time.monotonic() > deadline:
                self._peer.stop()
                self._end()
                return None

    def _heard(self, seconds: float) -> Iterator[bytes]:
        """What the child says within ``seconds``: whole lines only."""
        answers = self._peer.answers
        if answers.closed:
            time.sleep(seconds)
            return
        with selectors.DefaultSelector() as selector:
            selector.register(answers, selectors.EVENT_READ)
            if not selector.select(seconds):
                return
        chunk = os.read(answers.fileno(), 2**16)
        if not chunk:  # nobody can say anything more
            answers.close()
        *lines, rest = chunk.split(b"\n")
        for line in lines:
            yield bytes(self._received) + line
            self._received.clear()
        self._received += rest
        if len(self._received) > MAX_BYTES:
            raise NoAnswerError(f"more than {MAX_BYTES:,} bytes in a row")

    def _end(self) -> str:
        self.ended = True
        return self._peer.end()
