"""A client of any ML data server, ours or the real one: every call has a deadline and ends with one clear error."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import Any

import pyarrow as pa
import pyarrow.flight as fl

from pytest_flops_mock.errors import LoadError, Problem, UnreachableError, UploadError, listing
from pytest_flops_mock.flight.access import Access
from pytest_flops_mock.flight.batches import wire_batches
from pytest_flops_mock.flight.columns import check_columns
from pytest_flops_mock.flight.forking import FORKS, immortal
from pytest_flops_mock.flight.messages import ADDITIONS, problem_in
from pytest_flops_mock.flight.requests import DROP_DATASET, ROWS_HEADER
from pytest_flops_mock.flight.store import StoredPartition, without_mark
from pytest_flops_mock.flight.validity import valid

SLOWEST_BYTES_PER_SECOND = 10 * 2**20
"""A deadline grows with what is sent at this rate; loopback is a hundred times faster."""


class MLDataClient:
    """Sends partitions to an ML data server, lists, fetches and drops them. Connects at the first call.

    Args:
        uri: The server's address, ``grpc://HOST:PORT``; with TLS ``grpc+tls://HOST:PORT``.
        timeout: Seconds that one call may take; sending gets more with the size.
        access: The token that the server asks for, if it does, and the CA of its certificate.

    Raises:
        SettingsError: A CA is given, and the address asks for no TLS.

    Example:
        >>> with MLDataServer() as server, MLDataClient(server.uri) as client:
        ...     client.send("tag.0.parquet", pa.table({"x": [1, 2]}))
        2
    """

    def __init__(self, uri: str, *, timeout: float = 60.0, access: Access | None = None) -> None:
        self.uri = uri
        self.timeout = timeout
        self._access = Access() if access is None else access
        self._access.refuse_unless_of_client(uri)
        self._connected: Any = None

    def __enter__(self) -> MLDataClient:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the connection, if there is one."""
        client, self._connected = self._connected, None
        if client is not None:
            FORKS.closed(self)
            client.close()

    def _leave_behind(self) -> None:
        """Count as closed in a process that was forked from the client's own, where the connection goes on."""
        client, self._connected = self._connected, None
        if client is not None:
            immortal(client)

    def send(self, name: str, rows: pa.Table) -> int:
        """Store a table under ``name``. See :meth:`send_batches`."""
        return self.send_batches(name, rows.schema, rows.to_batches(), rows=rows.num_rows, nbytes=rows.nbytes)

    def send_batches(
        self, name: str, schema: pa.Schema, batches: Iterable[pa.RecordBatch], *, rows: int, nbytes: int = 0
    ) -> int:
        """Store rows under ``name`` while they are being made; memory is bounded by the batch.

        The number of rows travels ahead in a call header. Our server publishes the partition only if so many came, and
        confirms it; the real one ignores the header and confirms nothing.

        Args:
            name: File name, ``TAG.DIGEST.parquet``.
            schema: Schema of all batches.
            batches: The rows, in order.
            rows: How many there will be.
            nbytes: About how large they are, for the deadline.

        Returns:
            The number of rows sent.

        Raises:
            UnreachableError: The server is not there, or was gone before it had all.
            UploadError: The server refused the partition, or did not get all of it.
            DataSourceError: A column cannot be stored.
            Exception: Whatever ``batches`` raises, unchanged; our server drops what it got, unless all promised rows came.
        """
        check_columns(schema, name)
        options = self._options(nbytes, headers=[(ROWS_HEADER.encode(), str(rows).encode())])
        with self._upload_errors(name):
            writer, answers = self._client().do_put(fl.FlightDescriptor.for_path(name), schema, options=options)
        sent = 0
        try:
            for batch in wire_batches(_of_one_schema(batches, schema, name)):
                with self._upload_errors(name, writer):
                    writer.write_batch(batch)
                sent += batch.num_rows
            with self._upload_errors(name, writer):
                writer.done_writing()
                answer = answers.read()
                writer.close()
        except BaseException:
            _closing_error(writer)
            raise
        _check_answer(answer, name, rows, sent, self.uri)
        return sent

    def partitions(self, data_tags: Iterable[str] | None = None) -> tuple[StoredPartition, ...]:
        """What the server holds for ``data_tags``, one tag or several; without tags all of it.

        The real server cannot answer without tags.

        Raises:
            LoadError: The server is not there or failed.
        """
        tags = [data_tags] if isinstance(data_tags, str) else data_tags
        criteria = b"" if tags is None else json.dumps({"data_tags": list(tags)}).encode()
        with self._load_errors():
            found = list(self._client().list_flights(criteria, options=self._options()))
        return tuple(replace(part, read=partial(self.fetch, part.name)) for part in map(_stored, found))

    def fetch(self, name: str) -> pa.Table:
        """The rows stored under ``name``, with the schema's metadata.

        Raises:
            LoadError: The server does not hold that name, is not there or failed.
            InvalidRowsError: The server sent rows that contradict themselves.
        """
        with self._load_errors():
            reader = self._client().do_get(fl.Ticket(name.encode()), options=self._options())
            batches = wire_batches(valid((chunk.data for chunk in reader), name))
            return pa.Table.from_batches(batches, schema=reader.schema)

    def drop(self, name: str) -> None:
        """Delete what is stored under ``name``.

        Raises:
            LoadError: The server does not hold that name, is not there or failed.
        """
        with self._load_errors():
            for _ in self._client().do_action(fl.Action(DROP_DATASET, name.encode()), options=self._options()):
                pass

    def _client(self) -> Any:
        FORKS.check()
        if self._connected is None:
            if self._access.ca is not None and (between := self._obstacle()) is not None:
                raise _ApartError(between)  # before gRPC writes raw lines to stderr
            self._connected = fl.connect(self.uri, **self._access.of_client())
            FORKS.opened(self)
        return self._connected

    def _options(self, nbytes: int = 0, headers: Iterable[tuple[bytes, bytes]] = ()) -> Any:
        shown = [*headers, *self._access.headers]
        return fl.FlightCallOptions(timeout=self.timeout + nbytes / SLOWEST_BYTES_PER_SECOND, headers=shown or None)

    @contextmanager
    def _upload_errors(self, name: str, writer: Any = None) -> Iterator[None]:
        try:
            yield
        except _ApartError as error:
            raise UploadError(error.problem) from error
        except _FLIGHT_ERRORS as error:
            # A failed write says no more than that the call ended; why the server ended it shows at close().
            reason = (writer and _closing_error(writer)) or error
            where = f"{name} -> {self.uri}"
            gone = any(isinstance(each, fl.FlightUnavailableError | fl.FlightTimedOutError) for each in (error, reason))
            if gone and (between := self._obstacle(reason)) is not None:
                raise UploadError(between) from reason
            kind = UnreachableError if gone else UploadError
            raise kind(self._problem(reason, "a partition did not reach the ML data server", where)) from reason

    @contextmanager
    def _load_errors(self) -> Iterator[None]:
        try:
            yield
        except _ApartError as error:
            raise LoadError(replace(error.problem, code="FM403")) from error
        except _FLIGHT_ERRORS as error:
            if isinstance(error, fl.FlightUnavailableError) and (between := self._obstacle(error)) is not None:
                raise LoadError(replace(between, code="FM403")) from error
            problem = self._problem(error, "the ML data server did not give what was asked for", self.uri)
            raise LoadError(replace(problem, code="FM403")) from error

    def _obstacle(self, error: BaseException | None = None) -> Problem | None:
        """What of TLS keeps the two apart; nothing after an error that our server has told."""
        if error is not None and problem_in(_said(error)) is not None:
            return None
        from pytest_flops_mock.flight.tls import obstacle

        return obstacle(self.uri, None if self._access.ca is None else str(self._access.ca))

    def _problem(self, error: BaseException, message: str, where: str) -> Problem:
        said = _said(error)
        told = problem_in(said)
        if told is not None:
            return replace(told, where=where)
        if self._connected is None:
            fix = "write the address as grpc://HOST:PORT, or grpc+tls://HOST:PORT"
        elif isinstance(error, fl.FlightUnavailableError):
            fix = "start the server, and check host and port"
        elif isinstance(error, fl.FlightTimedOutError):
            fix = "give the client a longer timeout, or see the server's log"
        else:
            fix = "see the server's log"
        return Problem(message, where=where, got=said, fix=fix)


class _ApartError(Exception):
    """TLS keeps the two sides apart."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


_FLIGHT_ERRORS = (pa.ArrowException, OSError, KeyError)
"""What pyarrow raises for a call that failed; it turns some errors of a server into built-in ones."""


def _stored(info: Any) -> StoredPartition:
    schema, verified = without_mark(info.schema)
    name = info.descriptor.path[0].decode()
    return StoredPartition(name, schema, max(info.total_records, 0), max(info.total_bytes, 0), verified)


def _closing_error(writer: Any) -> BaseException | None:
    """Close an upload that broke, after which our server drops it; why the server ended it, if it did."""
    try:
        writer.close()
    except _FLIGHT_ERRORS as error:
        return error
    return None


def _of_one_schema(batches: Iterable[pa.RecordBatch], schema: pa.Schema, name: str) -> Iterator[pa.RecordBatch]:
    for number, batch in enumerate(batches, start=1):
        if not batch.schema.equals(schema):
            raise UploadError(
                Problem(
                    "the rows of a partition change their schema half-way",
                    where=f"{name}, batch {number}",
                    expected=_columns(schema),
                    got=_columns(batch.schema),
                    fix="give all batches the schema that was announced",
                )
            )
        yield batch


def _columns(schema: pa.Schema) -> str:
    return listing(f"{field.name}: {field.type}" for field in schema)


def _check_answer(answer: Any, name: str, promised: int, sent: int, uri: str) -> None:
    confirmed = sent if answer is None else _confirmed(answer.to_pybytes(), sent)
    if not promised == sent == confirmed:
        raise UploadError(
            Problem(
                "a partition arrived with another number of rows",
                where=f"{name} -> {uri}",
                expected=f"{promised} rows",
                got=f"{sent} sent, {confirmed} confirmed",
                fix="send it again, with the number of rows that there are",
            )
        )


def _confirmed(answer: bytes, sent: int) -> int:
    """The number of rows that our server confirms; another server may say what it likes."""
    try:
        return int(json.loads(answer)["rows"])
    except (ValueError, KeyError, TypeError):
        return sent


def _said(error: BaseException) -> str:
    """What the server said, without gRPC's and Arrow's additions around it."""
    text = str(error)
    for addition in ADDITIONS:
        text = text.partition(addition)[0]
    return re.sub(r"^(Flight|gRPC) returned [\w ]+ error, with message: ", "", text).strip()
