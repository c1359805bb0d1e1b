"""What each call on the ML data server does: decodes the request, asks the store, logs. Listens once it is constructed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
import pyarrow.flight as fl

from pytest_flops_mock.errors import Problem, RequestRefusedError, UploadError, listing
from pytest_flops_mock.flight.access import MIDDLEWARE, Access, Gate
from pytest_flops_mock.flight.batches import has_dictionaries, wire_batches, with_one_dictionary
from pytest_flops_mock.flight.calls import CallLog, OpenCall, RequestedFaultError
from pytest_flops_mock.flight.columns import check_columns
from pytest_flops_mock.flight.faulting import Faults, FaultyCall
from pytest_flops_mock.flight.messages import first_line, shown
from pytest_flops_mock.flight.naming import checked_name, tag_of
from pytest_flops_mock.flight.requests import (
    DROP_DATASET,
    ROWS_HEADER,
    check_action,
    described,
    name_in,
    promised_rows,
    tags_in,
)
from pytest_flops_mock.flight.store import Store, StoredPartition, marked
from pytest_flops_mock.flight.validity import valid


class Service(fl.FlightServerBase):  # type: ignore[misc]  # pyarrow has no types
    """The Flight side of an ML data server."""

    def __init__(
        self, location: str, store: Store, log: CallLog, faults: Faults | None = None, access: Access | None = None
    ) -> None:
        access = Access() if access is None else access
        gate = {} if access.token is None else {MIDDLEWARE: Gate(access, log)}
        super().__init__(location, middleware={**gate, ROWS_HEADER: _RowsHeader()}, **access.of_server())
        self._store = store
        self._log = log
        self._faults = Faults() if faults is None else faults
        self.uri = location

    def do_put(self, context: Any, descriptor: Any, reader: Any, writer: Any) -> None:
        """Store a partition, if it is whole."""
        with self._answering("do_put", described(descriptor)) as (call, faulty):
            name = name_in(descriptor)
            promised = promised_rows(context.get_middleware(ROWS_HEADER).values)
            check_columns(reader.schema, name)
            # Whether a sender that promised nothing has sent all cannot be told.
            upload = self._store.receive(name, reader.schema, verified=promised is not None)
            try:
                for batch in wire_batches(valid(faulty.received(_received(reader, name), name), name)):
                    upload.write(batch)
                    call.rows += batch.num_rows
                    call.bytes += batch.nbytes
                if context.is_cancelled():
                    raise _broken_off(name, f"the call was cancelled after {call.rows} rows")
                if promised is not None and promised != call.rows:
                    raise _broken_off(name, f"{call.rows} rows of {promised}")
                self._faults.before_change(self._store.partitions)
                upload.publish()
                faulty.stored(call.rows)
            finally:
                upload.discard()
        # Only a sender that promised rows waits for this; others of the protocol get no answer from the real server.
        if promised is not None:
            writer.write(json.dumps({"name": name, "rows": promised}).encode())

    def list_flights(self, context: Any, criteria: bytes) -> Iterator[Any]:
        """Those partitions that have one of the tags."""
        with self._answering("list_flights", shown(criteria) or "all") as (call, faulty):
            tags = tags_in(criteria)
            found = [p for p in faulty.listed(self._store.partitions()) if tags is None or tag_of(p.name) in tags]
            call.rows = sum(partition.rows for partition in found)
            damaged = self._store.damaged()
            call.note = f"left out: {listing((problem.where for problem in damaged), 5)}" if damaged else ""
            return iter([self._info(faulty.known(partition)) for partition in found])

    def get_flight_info(self, context: Any, descriptor: Any) -> Any:
        """What is known of one partition."""
        with self._answering("get_flight_info", described(descriptor)) as (_, faulty):
            return self._info(faulty.known(self._store.partition(name_in(descriptor))))

    def do_exchange(self, context: Any, descriptor: Any, reader: Any, writer: Any) -> None:
        """Nothing that FLOps' server does, either; without this the client would get a traceback."""
        with self._answering("do_exchange", described(descriptor)):
            raise RequestRefusedError(
                Problem(
                    "the ML data server does not answer do_exchange",
                    expected="do_put to store a partition, do_get to fetch one",
                    got=described(descriptor),
                    fix="use do_put and do_get",
                )
            )

    def do_get(self, context: Any, ticket: Any) -> Any:
        """The rows of one partition."""
        with self._answering("do_get", shown(ticket.ticket)) as (call, faulty):
            name = checked_name(ticket.ticket)
            found = self._store.partition(name)
            call.rows, call.bytes = found.rows, found.bytes
            rows = self._store.read(name)
            # Not a GeneratorStream, which cannot send dictionary columns (apache/arrow#38480).
            schema, batches = faulty.schema(rows.schema), faulty.sent(wire_batches(with_one_dictionary(rows)), name)
            if faulty.breaks_off and not has_dictionaries(schema):
                return fl.GeneratorStream(schema, _sent(batches, call))  # which keeps the class of an error
            return fl.RecordBatchStream(pa.RecordBatchReader.from_batches(schema, _sent(batches, call)))

    def list_actions(self, context: Any) -> list[Any]:
        """The one action there is."""
        with self._answering("list_actions", ""):
            return [fl.ActionType(DROP_DATASET, "Delete the partition whose file name is the body.")]

    def do_action(self, context: Any, action: Any) -> Iterator[Any]:
        """Remove a partition."""
        body = action.body.to_pybytes() if action.body is not None else b""
        with self._answering("do_action", shown(f"{action.type[:100]} ".encode() + body)):
            check_action(action.type)
            self._faults.before_change(self._store.partitions)
            self._store.drop(checked_name(body))
            return iter(())

    @contextmanager
    def _answering(self, method: str, subject: str) -> Iterator[tuple[OpenCall, FaultyCall]]:
        """Log one call, and let it have its faults."""
        with self._log.record(method, subject) as call:
            yield call, self._faults.begin(method, call)

    def _info(self, partition: StoredPartition) -> Any:
        endpoint = fl.FlightEndpoint(partition.name.encode(), [self.uri])
        descriptor = fl.FlightDescriptor.for_path(partition.name)
        return fl.FlightInfo(marked(partition), descriptor, [endpoint], partition.rows, partition.bytes)


class _RowsHeader(fl.ServerMiddlewareFactory):  # type: ignore[misc]
    """Keeps what each call's headers promise; an error here would not reach the client."""

    def start_call(self, info: Any, headers: dict[str, list[Any]]) -> _PromisedRows:
        return _PromisedRows(headers.get(ROWS_HEADER, []))


class _PromisedRows(fl.ServerMiddleware):  # type: ignore[misc]
    def __init__(self, values: list[Any]) -> None:
        super().__init__()
        self.values = values


def _sent(batches: Iterator[pa.RecordBatch], call: OpenCall) -> Iterator[pa.RecordBatch]:
    """The batches of an answer. They travel after the handler has returned; an error is the server's all the same."""
    try:
        yield from batches
    except RequestedFaultError as fault:
        call.end("fault", message=str(fault))
        raise fault.told from None
    except Exception as error:
        raise call.failed(error) from None


def _received(reader: Any, name: str) -> Iterator[pa.RecordBatch]:
    """The batches of an upload; what breaks them off is the sender's doing, not the server's."""
    try:
        for chunk in reader:
            if chunk.data is not None:
                yield chunk.data
    except (pa.ArrowException, OSError) as error:
        raise _broken_off(name, first_line(error)) from error


def _broken_off(name: str, got: str) -> UploadError:
    return UploadError(
        Problem(
            "an upload ended before it was whole; nothing of it is stored",
            where=name,
            expected="all rows that were promised, of one schema",
            got=got,
            fix="send it again",
        )
    )
