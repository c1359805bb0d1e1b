"""A client of any ML data server, ours or the real one: every call has a deadline and ends with one clear error."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any

import pyarrow as pa
import pyarrow.flight as fl

from pytest_flops_mock.errors import FlopsMockError, LoadError, Problem, UploadError
from pytest_flops_mock.flight.batches import wire_batches
from pytest_flops_mock.flight.columns import check_columns
from pytest_flops_mock.flight.server import DROP_DATASET, ROWS_HEADER
from pytest_flops_mock.flight.store import StoredPartition

SLOWEST_BYTES_PER_SECOND = 10 * 2**20
"""A deadline grows with what is sent at this rate; loopback is a hundred times faster."""


class MLDataClient:
    """Sends partitions to an ML data server, lists, fetches and drops them. The constructor connects to nothing.

    Args:
        uri: The server's address, ``grpc://HOST:PORT``.
        timeout: Seconds that one call may take; sending gets more with the size.

    Example:
        >>> with MLDataServer() as server, MLDataClient(server.uri) as client:
        ...     client.send("tag.0.parquet", pa.table({"x": [1, 2]}))
        2
    """

    def __init__(self, uri: str, *, timeout: float = 60.0) -> None:
        self.uri = uri
        self.timeout = timeout
        self._client: Any = None

    def __enter__(self) -> MLDataClient:
        try:
            self._client = fl.connect(self.uri)
        except pa.ArrowException as error:
            raise self._load_error(error) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()
        self._client = None

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
            UploadError: The server refused the partition, is not there, or did not get all of it.
            DataSourceError: A column cannot be stored.
        """
        check_columns(schema, name)
        options = self._options(nbytes, headers=[(ROWS_HEADER.encode(), str(rows).encode())])
        sent = 0
        with self._upload_errors(name):
            writer, answers = self._client.do_put(fl.FlightDescriptor.for_path(name), schema, options=options)
            try:
                for batch in wire_batches(batches):
                    writer.write_batch(batch)
                    sent += batch.num_rows
                writer.done_writing()
                answer = answers.read()
            except pa.ArrowException:
                # Why the server ended the call shows at close() only; a failed write says no more than that it did.
                _close(writer, quietly=False)
                raise
            except BaseException:
                _close(writer, quietly=True)
                raise
            writer.close()
        _check_answer(answer, name, rows, sent, self.uri)
        return sent

    def partitions(self, data_tags: Iterable[str] | None = None) -> tuple[StoredPartition, ...]:
        """What the server holds for ``data_tags``; without tags all of it (which the real server cannot answer).

        Raises:
            LoadError: The server is not there or failed.
        """
        criteria = b"" if data_tags is None else json.dumps({"data_tags": list(data_tags)}).encode()
        with self._load_errors():
            found = list(self._client.list_flights(criteria, options=self._options()))
        return tuple(
            StoredPartition(
                info.descriptor.path[0].decode(), info.schema, max(info.total_records, 0), max(info.total_bytes, 0)
            )
            for info in found
        )

    def fetch(self, name: str) -> pa.Table:
        """The rows stored under ``name``, with the schema's metadata.

        Raises:
            LoadError: The server does not hold that name, is not there or failed.
        """
        with self._load_errors():
            reader = self._client.do_get(fl.Ticket(name.encode()), options=self._options())
            batches = wire_batches(chunk.data for chunk in reader)
            return pa.Table.from_batches(batches, schema=reader.schema)

    def drop(self, name: str) -> None:
        """Delete what is stored under ``name``.

        Raises:
            LoadError: The server does not hold that name, is not there or failed.
        """
        with self._load_errors():
            for _ in self._client.do_action(fl.Action(DROP_DATASET, name.encode()), options=self._options()):
                pass

    def _options(self, nbytes: int = 0, headers: Iterable[tuple[bytes, bytes]] = ()) -> Any:
        return fl.FlightCallOptions(
            timeout=self.timeout + nbytes / SLOWEST_BYTES_PER_SECOND, headers=list(headers) or None
        )

    @contextmanager
    def _upload_errors(self, name: str) -> Iterator[None]:
        try:
            yield
        except FlopsMockError:
            raise
        except (pa.ArrowException, OSError, KeyError) as error:
            raise UploadError(
                Problem(
                    "a partition did not reach the ML data server",
                    where=f"{name} -> {self.uri}",
                    came=_said(error),
                    hint=_hint(error),
                )
            ) from error

    @contextmanager
    def _load_errors(self) -> Iterator[None]:
        try:
            yield
        except (pa.ArrowException, OSError, KeyError) as error:
            raise self._load_error(error) from error

    def _load_error(self, error: BaseException) -> LoadError:
        return LoadError(
            Problem(
                "the ML data server did not give what was asked for",
                where=self.uri,
                came=_said(error),
                hint=_hint(error),
                code="FM403",
            )
        )


def _close(writer: Any, *, quietly: bool) -> None:
    """Close a broken upload. The server finds rows missing and drops it; its reason is raised unless ``quietly``."""
    with suppress(*([pa.ArrowException] if quietly else [fl.FlightInternalError, fl.FlightUnavailableError])):
        writer.close()


def _check_answer(answer: Any, name: str, promised: int, sent: int, uri: str) -> None:
    confirmed = sent if answer is None else json.loads(answer.to_pybytes())["rows"]
    if not promised == sent == confirmed:
        raise UploadError(
            Problem(
                "a partition arrived with another number of rows",
                where=f"{name} -> {uri}",
                expected=f"{promised} rows",
                came=f"{sent} sent, {confirmed} confirmed",
                hint="send it again, with the number of rows that there are",
            )
        )


def _said(error: BaseException) -> str:
    """What the server said, without gRPC's additions behind it."""
    text = str(error)
    for addition in (". Detail:", ". gRPC client debug context:", "; last error:"):
        text = text.partition(addition)[0]
    return text.replace("Flight returned unavailable error, with message: ", "").strip()


def _hint(error: BaseException) -> str:
    if isinstance(error, fl.FlightUnavailableError):
        return "start the server, and check host and port"
    if isinstance(error, fl.FlightTimedOutError):
        return "give the client a longer timeout, or look at the server's log"
    return "see what the server says above; its call log has the details"
