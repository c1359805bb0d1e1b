"""The record of what an ML data server was asked and how it answered: a test's first look when something went wrong."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Literal

import pyarrow.flight as fl

from pytest_flops_mock.errors import FlopsMockError
from pytest_flops_mock.flight.messages import failure, wire_text

Outcome = Literal["open", "ok", "refused", "failed"]


@dataclass(frozen=True)
class Call:
    """One call on the server.

    Attributes:
        method: ``do_put``, ``do_get``, ``list_flights``, ``get_flight_info``, ``do_action`` or ``list_actions``.
        subject: File name, tags or action that it was about.
        outcome: ``ok``; ``refused`` for a client's mistake; ``failed`` for an error of the server; ``open`` meanwhile.
        rows: Number of rows received or offered.
        message: What the client was told, if ``refused``; the error, if ``failed``.
        trace: Traceback of a failed call.
        seconds: How long the handler took.
    """

    method: str
    subject: str
    outcome: Outcome = "open"
    rows: int = 0
    message: str = ""
    trace: str = field(default="", repr=False)
    seconds: float = 0.0

    def __str__(self) -> str:
        rows = f", {self.rows} rows" if self.rows else ""
        said = f": {self.message}" if self.message else ""
        return f"{self.method} {self.subject} -> {self.outcome}{rows} ({self.seconds * 1000:.0f} ms){said}"


class CallLog:
    """Calls in the order in which they began. Safe to use from several threads."""

    def __init__(self) -> None:
        self._calls: list[Call] = []
        self._lock = threading.Lock()

    @property
    def calls(self) -> tuple[Call, ...]:
        """All calls so far."""
        with self._lock:
            return tuple(self._calls)

    def clear(self) -> None:
        """Forget the calls that have ended."""
        with self._lock:
            self._calls = [call for call in self._calls if call.outcome == "open"]

    @contextmanager
    def record(self, method: str, subject: str) -> Iterator[OpenCall]:
        """Log one call; errors leave as Flight errors whose text is fit for the client.

        The client never gets a traceback: it names files of this machine and says nothing to whoever called.
        """
        running = OpenCall(self, Call(method, subject))
        try:
            yield running
            running.end("ok")
        except FlopsMockError as error:
            said = wire_text(error.problems)
            running.end("refused", message=said)
            raise fl.FlightServerError(said) from error
        except BaseException as error:
            raise running.failed(error) from error

    def add(self, call: Call) -> None:
        """Take in a call that begins."""
        with self._lock:
            self._calls.append(call)

    def update(self, old: Call, new: Call) -> None:
        """Replace what is known of one call."""
        with self._lock:
            position = next((i for i, call in enumerate(self._calls) if call is old), None)
            if position is not None:
                self._calls[position] = new


class OpenCall:
    """A call that is being answered; the handler notes rows on it."""

    def __init__(self, log: CallLog, call: Call) -> None:
        self._log = log
        self._call = call
        self._began = time.perf_counter()
        self.rows = 0
        log.add(call)

    def end(self, outcome: Outcome, *, message: str = "", trace: str = "") -> None:
        """Note how the call ended."""
        seconds = time.perf_counter() - self._began
        done = replace(self._call, outcome=outcome, rows=self.rows, message=message, trace=trace, seconds=seconds)
        self._log.update(self._call, done)
        self._call = done

    def failed(self, error: BaseException) -> fl.FlightInternalError:
        """Note an error of the server itself; what to tell the client of it is returned."""
        self.end("failed", message=f"{type(error).__name__}: {error}", trace=traceback.format_exc())
        return fl.FlightInternalError(wire_text([failure(error)]))
