"""What a server does wrong on request: which call has which fault, and what becomes of the call.

Which call has a fault is counted, or drawn from a seed by the call's number: never a matter of how fast a machine is. Time
plays a part only where it is the fault.
"""

from __future__ import annotations

import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.flight as fl

from pytest_flops_mock.errors import Problem
from pytest_flops_mock.flight.calls import OpenCall, RequestedFaultError
from pytest_flops_mock.flight.fault_kinds import FaultValue
from pytest_flops_mock.flight.faults import Fault
from pytest_flops_mock.flight.messages import wire_text
from pytest_flops_mock.flight.store import StoredPartition


@dataclass
class _Count:
    """How often a fault could have been, and was; until when it lasts, if it takes time; the rows that it has let in."""

    seen: int = 0
    had: int = 0
    until: float = 0.0
    rows: int = 0


class Faults:
    """The faults of one server. Safe to use from several threads.

    Args:
        faults: What goes wrong.
        clock: The time, for faults that last a while.
    """

    def __init__(self, faults: Sequence[Fault] = (), clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self.become(faults)

    def become(self, faults: Sequence[Fault]) -> None:
        """Have these faults from now on, counted anew."""
        with self._lock:
            self._counted = tuple((fault, _Count()) for fault in faults)
            kept = max((int(fault.value) for fault in faults if fault.kind == "stale"), default=0)
            self._listings: deque[tuple[StoredPartition, ...]] = deque(maxlen=kept)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What goes wrong."""
        return tuple(fault for fault, _ in self._counted)

    def server_begins(self) -> None:
        """Let latency be waited for."""
        self._ended.clear()

    def server_ends(self) -> None:
        """Wait for no latency any more."""
        self._ended.set()

    def begin(self, method: str, call: OpenCall) -> FaultyCall:
        """Decide which faults a call has, and let come true those with which it begins.

        Raises:
            RequestedFaultError: The call ends here.
        """
        having = []
        for index, (fault, count) in enumerate(self._counted):
            if not fault.is_about(method) or not self._has(index, fault, count):
                continue
            if fault.kind == "latency":
                call.faults.append(fault.written)
                self._ended.wait(float(fault.value))
            elif fault.kind == "unavailable":
                raise _happened(fault, call, fl.FlightUnavailableError, "the ML data server is not available")
            elif fault.kind == "refuse":
                said = "the ML data server refuses this call" if fault.value is True else str(fault.value)
                raise _happened(fault, call, fl.FlightServerError, said)
            else:
                having.append((fault, count))
        return FaultyCall(call, tuple(having), self._stale)

    def before_change(self, partitions: Callable[[], tuple[StoredPartition, ...]]) -> None:
        """Remember a listing that a change is about to make stale, where somebody will want it."""
        if self._listings.maxlen:
            listed = partitions()
            with self._lock:
                self._listings.append(listed)

    def _stale(self, changes: int) -> tuple[StoredPartition, ...] | None:
        with self._lock:
            return self._listings[-min(changes, len(self._listings))] if self._listings else None

    def _has(self, index: int, fault: Fault, count: _Count) -> bool:
        lasting = fault.kind == "unavailable" and fault.value is not True
        often = 1 if fault.calls is None and lasting else fault.calls
        with self._lock:
            now = self._clock()
            if now < count.until:
                return True
            count.seen += 1
            if count.seen <= fault.after or (often is not None and count.had >= often):
                return False
            # A number of its own for each call: what other faults draw, or which thread comes first, changes nothing.
            if random.Random(f"{fault.seed} {index} {count.seen}").random() >= fault.probability:
                return False
            count.had += 1
            count.until = now + float(fault.value) if lasting else 0.0
            return True


@dataclass(frozen=True)
class FaultyCall:
    """A call on the server with the faults that come true on its way, if it gets that far."""

    _call: OpenCall
    _having: tuple[tuple[Fault, _Count], ...]
    _stale: Callable[[int], tuple[StoredPartition, ...] | None]

    def received(self, batches: Iterator[pa.RecordBatch], name: str) -> Iterator[pa.RecordBatch]:
        """The rows of an upload, as far as they come.

        Raises:
            RequestedFaultError: The rows end here.
        """
        for fault, count in self._having:
            if fault.kind == "full":
                batches = self._until(fault, max(0, int(fault.value) - count.rows), batches, name)
            elif fault.kind == "break_off":
                batches = self._until(fault, int(fault.value), batches, name)
        return batches

    def stored(self, rows: int) -> None:
        """Count what takes up room."""
        for fault, count in self._having:
            count.rows += rows if fault.kind == "full" else 0

    def sent(self, batches: Iterator[pa.RecordBatch], name: str) -> Iterator[pa.RecordBatch]:
        """The rows of an answer, as far as they go.

        Raises:
            RequestedFaultError: The rows end here.
        """
        wrong = self._of("wrong_schema")
        if wrong is not None:
            batches = (_renamed(batch, wrong.value) for batch in batches)
        end = self._of("break_off")
        return batches if end is None else self._until(end, int(end.value), batches, name)

    @property
    def breaks_off(self) -> bool:
        """Whether its rows may end early."""
        return self._of("break_off") is not None

    def schema(self, schema: pa.Schema) -> pa.Schema:
        """The schema that is told."""
        fault = self._of("wrong_schema")
        wrong = None if fault is None else _wrong(fault.value, schema)
        if fault is None or wrong is None:
            return schema
        self._note(fault)
        return wrong

    def known(self, partition: StoredPartition) -> StoredPartition:
        """A partition as it is described."""
        return replace(partition, schema=self.schema(partition.schema))

    def listed(self, partitions: tuple[StoredPartition, ...]) -> tuple[StoredPartition, ...]:
        """What is listed as stored."""
        fault = self._of("stale")
        stale = None if fault is None else self._stale(int(fault.value))
        if fault is None or stale is None or stale == partitions:
            return partitions
        self._note(fault)
        return stale

    def _until(self, fault: Fault, limit: int, batches: Iterator[pa.RecordBatch], name: str) -> Iterator[pa.RecordBatch]:
        """The rows up to a limit: a full disk takes as many, a stream breaks off with the last of them."""
        full, left = fault.kind == "full", limit
        while left or full:
            batch = next(batches, None)
            if batch is None:
                return  # the rows ended before
            if batch.num_rows > left and full:
                break
            yield batch[:left]
            left -= min(left, batch.num_rows)
        self._call.rows = limit
        if full:
            raise _happened(fault, self._call, fl.FlightInternalError, "no space left in the ML data server's folder", name)
        lost = f"the connection was lost after {limit} rows"
        raise _happened(fault, self._call, fl.FlightUnavailableError, lost, name)

    def _of(self, kind: str) -> Fault | None:
        return next((fault for fault, _ in self._having if fault.kind == kind), None)

    def _note(self, fault: Fault) -> None:
        if fault.written not in self._call.faults:
            self._call.faults.append(fault.written)


def _happened(fault: Fault, call: OpenCall, kind: type[Exception], message: str, where: str = "") -> RequestedFaultError:
    call.faults.append(fault.written)
    fix = "what sends or loads has to bear this; the server does it on request"
    return RequestedFaultError(kind, wire_text([Problem(message, where, got=f"the fault {fault.written}", fix=fix)]))


def _renamed(batch: pa.RecordBatch, column: FaultValue) -> pa.RecordBatch:
    schema = _wrong(column, batch.schema)
    return batch if schema is None else pa.RecordBatch.from_arrays(batch.columns, schema=schema)


def _wrong(column: FaultValue, schema: pa.Schema) -> pa.Schema | None:
    """The schema with another name for a column; ``None`` if it has no such column."""
    names = schema.names
    index = (0 if names else -1) if column is True else schema.get_field_index(str(column))
    if index < 0:
        return None
    name = f"{names[index]}_wrong"
    while name in names:
        name += "_wrong"
    metadata = {key: value for key, value in (schema.metadata or {}).items() if key != b"huggingface"}
    return schema.set(index, schema.field(index).with_name(name)).with_metadata(metadata or None)
