"""The record of what an ML data server was asked and how it answered: a test's first look when something went wrong."""

from __future__ import annotations

import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Literal

import pyarrow.flight as fl

from pytest_flops_mock.errors import FlopsMockError, StoreError
from pytest_flops_mock.flight.messages import failure, wire_text

Outcome = Literal["open", "ok", "refused", "failed", "fault"]

_LASTING = ("failed", "fault")

MAX_CALLS = 5000
"""How many calls a log keeps."""

MAX_TEXT = 20_000
"""How many characters it keeps of an error, and of its traceback."""


@dataclass(frozen=True)
class Call:
    """One call on the server.

    Attributes:
        method: Flight's name of it, such as ``do_put``, ``do_get``, ``list_flights`` or ``do_action``.
        subject: File name, tags or action that it was about.
        outcome: ``ok``; ``refused`` for a client's mistake; ``failed`` for an error of the server; ``fault`` where a fault
            that was asked for has ended it; ``open`` meanwhile.
        rows: Number of rows received or offered.
        bytes: How large these are; 0 for calls that carry none.
        message: What the client was told, if it was refused or had a fault; the error, if ``failed``; files that were left
            out of a listing.
        trace: Traceback of a failed call.
        seconds: How long the handler took.
        faults: The faults that happened in it, as they are written; a call that went well may have some, such as latency.
    """

    method: str
    subject: str
    outcome: Outcome = "open"
    rows: int = 0
    bytes: int = 0
    message: str = ""
    trace: str = field(default="", repr=False)
    seconds: float = 0.0
    faults: tuple[str, ...] = ()

    def __str__(self) -> str:
        rows = f", {self.rows} rows" if self.rows else ""
        faults = f" [{'; '.join(self.faults)}]" if self.faults else ""
        said = f": {self.message}" if self.message else ""
        return f"{self.method} {self.subject} -> {self.outcome}{rows} ({self.seconds * 1000:.0f} ms){faults}{said}"


class RequestedFaultError(Exception):
    """A fault that was asked for ends a call.

    Args:
        kind: The class of Flight's error that the client gets.
        message: What it says.
    """

    def __init__(self, kind: type[Exception], message: str) -> None:
        super().__init__(message)
        self.told = kind(message)


@dataclass(frozen=True)
class Totals:
    """What a server has done, also in calls that its log does not keep any more.

    Attributes:
        calls: How many calls have ended.
        refused: How many of them were a client's mistake.
        failed: How many ended in an error of the server itself.
        rows_received: Number of rows stored.
        bytes_received: How large these were, as Arrow has them.
        rows_sent: Number of rows fetched.
        bytes_sent: How large these were, in the store.
    """

    calls: int = 0
    refused: int = 0
    failed: int = 0
    rows_received: int = 0
    bytes_received: int = 0
    rows_sent: int = 0
    bytes_sent: int = 0

    def changed(self, call: Call, by: int) -> Totals:
        """With ``call`` counted (1), or not any more (-1)."""
        done = by if call.outcome == "ok" else 0
        stored, fetched = done * (call.method == "do_put"), done * (call.method == "do_get")
        return Totals(
            self.calls + by,
            self.refused + by * (call.outcome == "refused"),
            self.failed + by * (call.outcome == "failed"),
            self.rows_received + stored * call.rows,
            self.bytes_received + stored * call.bytes,
            self.rows_sent + fetched * call.rows,
            self.bytes_sent + fetched * call.bytes,
        )


class CallLog:
    """Calls in the order in which they began. Safe to use from several threads.

    Args:
        max_calls: How many calls are kept; the oldest that went well, or were refused, are dropped first.
        on_call: Is told of each call that has ended, in the call's own thread and before the client is; once more of one
            that went well and failed on its way.
    """

    def __init__(self, max_calls: int = MAX_CALLS, on_call: Callable[[Call], None] | None = None) -> None:
        self._max_calls = max_calls
        self._on_call = on_call
        self._totals = Totals()
        self._calls: dict[int, Call] = {}
        self._ended: deque[int] = deque()
        self._failed: deque[int] = deque()
        self._begun = 0
        self._dropped = 0
        self._lock = threading.Lock()

    @property
    def calls(self) -> tuple[Call, ...]:
        """All calls that are kept."""
        with self._lock:
            return tuple(self._calls.values())

    @property
    def dropped(self) -> int:
        """How many calls are not kept any more."""
        with self._lock:
            return self._dropped

    @property
    def totals(self) -> Totals:
        """What all calls that have ended come to."""
        with self._lock:
            return self._totals

    def clear(self) -> None:
        """Forget the calls that have ended."""
        with self._lock:
            self._calls = {number: call for number, call in self._calls.items() if call.outcome == "open"}
            self._ended.clear()
            self._failed.clear()
            self._dropped = 0
            self._totals = Totals()

    @contextmanager
    def record(self, method: str, subject: str) -> Iterator[OpenCall]:
        """Log one call; errors leave as Flight errors whose text is fit for the client.

        The client never gets a traceback: it names files of this machine and says nothing to whoever called.
        """
        running = OpenCall(self, Call(method, subject))
        try:
            yield running
            running.end("ok", message=running.note)
        except RequestedFaultError as fault:
            running.end("fault", message=str(fault))
            raise fault.told from None
        except StoreError as error:
            raise running.failed(error) from error
        except FlopsMockError as error:
            said = wire_text(error.problems)
            running.end("refused", message=said)
            raise fl.FlightServerError(said) from error
        except BaseException as error:
            raise running.failed(error) from error

    def add(self, call: Call) -> int:
        """Take in a call that begins; its number is returned."""
        with self._lock:
            number, self._begun = self._begun, self._begun + 1
            self._calls[number] = call
            self._shorten()
            return number

    def update(self, number: int, call: Call, before: Call | None = None) -> None:
        """Replace what is known of one call, which has ended.

        Args:
            number: Which call.
            call: What is known of it now.
            before: What was said of its end earlier, if that is taken back.
        """
        with self._lock:
            counted = self._totals if before is None else self._totals.changed(before, -1)
            self._totals = counted.changed(call, 1)
            if number in self._calls:
                # A call that was sent whole may still fail on its way.
                (self._failed if call.outcome in _LASTING else self._ended).append(number)
                self._calls[number] = call
        if self._on_call is not None:
            self._on_call(call)

    def _shorten(self) -> None:
        while len(self._calls) > self._max_calls and (self._ended or self._failed):
            spared = bool(self._ended)  # failed calls, and those with faults, come last
            number = (self._ended or self._failed).popleft()
            if not (spared and self._calls[number].outcome in _LASTING):
                del self._calls[number]
                self._dropped += 1


class OpenCall:
    """A call that is being answered; the handler notes rows on it."""

    def __init__(self, log: CallLog, call: Call) -> None:
        self._log = log
        self._call = call
        self._began = time.perf_counter()
        self._ended: Call | None = None
        self.rows = 0
        self.bytes = 0
        self.note = ""
        self.faults: list[str] = []
        self._number = log.add(call)

    def end(self, outcome: Outcome, *, message: str = "", trace: str = "") -> None:
        """Note how the call ended."""
        seconds = time.perf_counter() - self._began
        carried = replace(self._call, rows=self.rows, bytes=self.bytes, faults=tuple(self.faults))
        done = replace(carried, outcome=outcome, message=message, trace=trace, seconds=seconds)
        before, self._ended = self._ended, done
        self._log.update(self._number, done, before)

    def failed(self, error: BaseException) -> fl.FlightInternalError:
        """Note an error of the server itself; what to tell the client of it is returned."""
        message, trace = f"{type(error).__name__}: {error}", traceback.format_exc()
        self.end("failed", message=message[:MAX_TEXT], trace=trace[-MAX_TEXT:])
        problems = error.problems if isinstance(error, StoreError) else (failure(error),)
        return fl.FlightInternalError(wire_text(problems))
