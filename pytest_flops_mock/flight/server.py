"""The ML data server of FLOps, in this process: what a learner's node runs, for one test.

Speaks the real server's protocol (Arrow Flight): ``do_put`` with a path descriptor stores a partition, ``list_flights``
with ``{"data_tags": [...]}`` finds those of some tags, ``do_get`` with the file name as ticket gives the rows,
``do_action`` ``drop_dataset`` removes one. Beyond the real one, it shows an upload only when it is whole, refuses names
that leave the store, and listens on loopback.
"""

from __future__ import annotations

import json
import os
import socket
import threading
import warnings
import weakref
from collections.abc import Iterator
from contextlib import suppress
from types import TracebackType
from typing import Any

import pyarrow as pa
import pyarrow.flight as fl

from pytest_flops_mock.errors import (
    NameRefusedError,
    Problem,
    RequestRefusedError,
    ServerStateError,
    UploadError,
    nearest,
)
from pytest_flops_mock.flight.batches import wire_batches, with_one_dictionary
from pytest_flops_mock.flight.calls import Call, CallLog, OpenCall
from pytest_flops_mock.flight.columns import check_columns
from pytest_flops_mock.flight.messages import shown
from pytest_flops_mock.flight.naming import checked_name, tag_of
from pytest_flops_mock.flight.store import MemoryStore, Store, StoredPartition

ROWS_HEADER = "x-flops-mock-rows"
"""Call header in which our provider promises the number of rows; the real server ignores it."""

DROP_DATASET = "drop_dataset"
GRACE_SECONDS = 0.5
"""How long calls may go on after ``stop()`` before their connections are cut."""


class MLDataServer:
    """An ML data server for tests: starts in under a millisecond, one for each test isolates truly.

    Use it as a context manager, or call :meth:`start` and :meth:`stop`. The constructor opens nothing.

    Args:
        store: Where partitions are kept; a new ``MemoryStore`` by default.
        host: Address to listen on. Loopback by default; another one makes the data readable to whoever reaches it.
        port: Port to listen on; 0 takes a free one.

    Example:
        >>> with MLDataServer() as server:
        ...     server.uri.startswith("grpc://127.0.0.1:")
        True
    """

    def __init__(self, store: Store | None = None, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.store: Store = MemoryStore() if store is None else store
        self.host = host
        self._wanted_port = port
        self._log = CallLog()
        self._service: _Service | None = None
        self._stop_at_exit: Any = None

    @property
    def running(self) -> bool:
        """Whether it listens."""
        return self._service is not None

    @property
    def port(self) -> int:
        """The port that it listens on. Raises ServerStateError when it does not run."""
        return int(self._running().port)

    @property
    def uri(self) -> str:
        """The address for clients on this machine, ``grpc://HOST:PORT``.

        Raises:
            ServerStateError: It does not run.
        """
        return f"grpc://{_dialled(self.host)}:{self.port}"

    @property
    def calls(self) -> tuple[Call, ...]:
        """What it was asked since it was made or cleared, in order."""
        return self._log.calls

    @property
    def errors(self) -> tuple[Call, ...]:
        """The calls that ended in an error of the server itself (not in the refusal of a client's mistake)."""
        return tuple(call for call in self.calls if call.outcome == "failed")

    @property
    def partitions(self) -> tuple[StoredPartition, ...]:
        """What is stored and whole, sorted by name."""
        return self.store.partitions()

    def start(self) -> MLDataServer:
        """Listen.

        Returns:
            The server itself.

        Raises:
            ServerStateError: It runs already, or it cannot have the address.
        """
        if self._service is not None:
            raise ServerStateError(
                Problem(
                    "the ML data server runs already",
                    where=self.uri,
                    fix="use the running one, or call stop() first",
                )
            )
        _check_address(self.host, self._wanted_port)
        try:
            service = _Service(f"grpc://{_bracketed(self.host)}:{self._wanted_port}", self.store, self._log)
        except (pa.ArrowException, OSError) as error:
            raise _no_address(self.host, self._wanted_port, error) from error
        service.uri = f"grpc://{_dialled(self.host)}:{service.port}"
        self._service = service
        # A server that nobody stopped must not keep the interpreter from ending.
        self._stop_at_exit = weakref.finalize(self, service.end, 4 * GRACE_SECONDS)
        return self

    def stop(self, timeout: float = 5.0) -> None:
        """Stop listening and end open calls; what is stored stays. Does nothing on a server that does not run.

        Calls get half a second to end by themselves, then their connections are cut.

        Args:
            timeout: Most seconds to wait. A handler that still runs then is reported as a ``RuntimeWarning``.
        """
        service, self._service = self._service, None
        if service is None:
            return
        self._stop_at_exit.detach()
        if not service.end(timeout):
            still = "; ".join(str(call) for call in self.calls if call.outcome == "open") or "no call is open"
            warnings.warn(
                f"the ML data server at {service.uri} did not end within {timeout} s: {still}",
                RuntimeWarning,
                stacklevel=2,
            )

    def clear(self) -> None:
        """Forget all partitions and calls."""
        self.store.clear()
        self._log.clear()

    def log(self) -> str:
        """The calls as text, one a line, tracebacks under the failed ones."""
        return "\n".join(f"{call}\n{call.trace}" if call.trace else str(call) for call in self.calls) or "no calls"

    def __enter__(self) -> MLDataServer:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<MLDataServer {self.uri if self.running else 'stopped'}>"

    def _running(self) -> _Service:
        if self._service is None:
            raise ServerStateError(
                Problem("the ML data server does not run", fix="use it in a with block, or call start() first")
            )
        return self._service


class _Service(fl.FlightServerBase):  # type: ignore[misc]  # pyarrow has no types
    """The Flight side: decodes requests, asks the store, logs calls. Listens from its construction on."""

    def __init__(self, location: str, store: Store, log: CallLog) -> None:
        super().__init__(location, middleware={ROWS_HEADER: _RowsHeader()})
        self._store = store
        self._log = log
        self.uri = location
        # Started now, since an interpreter that is about to exit starts no more threads (from 3.12 on).
        self._end_asked = threading.Event()
        self._ending = threading.Thread(target=self._end, name="end of the ML data server", daemon=True)
        self._ending.start()

    def end(self, timeout: float) -> bool:
        """Stop listening and end all calls within ``timeout`` seconds; whether it came to that.

        ``shutdown()`` of Arrow waits for open calls without limit, and a client that stopped reading keeps its call
        open for ever. So it waits on a thread of its own, and after a grace the connections are cut under the calls.
        """
        self._end_asked.set()
        self._ending.join(min(GRACE_SECONDS, timeout))
        if self._ending.is_alive():
            _cut_connections(self.port)
            self._ending.join(max(0.0, timeout - GRACE_SECONDS))
        return not self._ending.is_alive()

    def _end(self) -> None:
        self._end_asked.wait()
        self.shutdown()

    def do_put(self, context: Any, descriptor: Any, reader: Any, writer: Any) -> None:
        with self._log.record("do_put", _shown(descriptor)) as call:
            name = _name(descriptor)
            promised = context.get_middleware(ROWS_HEADER).rows
            check_columns(reader.schema, name)
            upload = self._store.receive(name, reader.schema)
            try:
                for batch in wire_batches(_received(reader, name)):
                    upload.write(batch)
                    call.rows += batch.num_rows
                if context.is_cancelled():
                    raise _broken_off(name, f"the call was cancelled after {call.rows} rows")
                if promised is not None and promised != call.rows:
                    raise _broken_off(name, f"{call.rows} rows of {promised}")
                upload.publish()
            finally:
                upload.discard()
        # Only a sender that promised rows waits for this; others of the protocol get no answer from the real server.
        if promised is not None:
            writer.write(json.dumps({"name": name, "rows": promised}).encode())

    def list_flights(self, context: Any, criteria: bytes) -> Iterator[Any]:
        with self._log.record("list_flights", shown(criteria) or "all") as call:
            tags = _tags(criteria)
            found = [p for p in self._store.partitions() if tags is None or tag_of(p.name) in tags]
            call.rows = sum(partition.rows for partition in found)
            return iter([self._info(partition) for partition in found])

    def get_flight_info(self, context: Any, descriptor: Any) -> Any:
        with self._log.record("get_flight_info", _shown(descriptor)):
            return self._info(self._store.partition(_name(descriptor)))

    def do_get(self, context: Any, ticket: Any) -> Any:
        with self._log.record("do_get", shown(ticket.ticket)) as call:
            name = checked_name(ticket.ticket)
            call.rows = self._store.partition(name).rows
            rows = self._store.read(name)
            # Not a GeneratorStream, which cannot send dictionary columns (apache/arrow#38480).
            return fl.RecordBatchStream(pa.RecordBatchReader.from_batches(rows.schema, _sent(rows, call)))

    def list_actions(self, context: Any) -> list[Any]:
        with self._log.record("list_actions", ""):
            return [fl.ActionType(DROP_DATASET, "Delete the partition whose file name is the body.")]

    def do_action(self, context: Any, action: Any) -> Iterator[Any]:
        body = action.body.to_pybytes() if action.body is not None else b""
        with self._log.record("do_action", shown(f"{action.type} ".encode() + body)):
            if action.type != DROP_DATASET:
                raise RequestRefusedError(
                    Problem(
                        "the ML data server does not know this action",
                        expected=DROP_DATASET,
                        got=action.type,
                        nearest=nearest(action.type, [DROP_DATASET]),
                        fix="ask list_actions for the actions there are",
                    )
                )
            self._store.drop(checked_name(body))
            return iter(())

    def _info(self, partition: StoredPartition) -> Any:
        endpoint = fl.FlightEndpoint(partition.name.encode(), [self.uri])
        descriptor = fl.FlightDescriptor.for_path(partition.name)
        return fl.FlightInfo(partition.schema, descriptor, [endpoint], partition.rows, partition.bytes)


class _RowsHeader(fl.ServerMiddlewareFactory):  # type: ignore[misc]
    """Reads the promised number of rows from each call's headers."""

    def start_call(self, info: Any, headers: dict[str, list[Any]]) -> _PromisedRows:
        values = headers.get(ROWS_HEADER, [])
        return _PromisedRows(int(values[0]) if values and str(values[0]).isdecimal() else None)


class _PromisedRows(fl.ServerMiddleware):  # type: ignore[misc]
    def __init__(self, rows: int | None) -> None:
        super().__init__()
        self.rows = rows


def _sent(rows: pa.RecordBatchReader, call: OpenCall) -> Iterator[pa.RecordBatch]:
    """The batches of an answer. They travel after the handler has returned; an error is the server's all the same."""
    try:
        yield from wire_batches(with_one_dictionary(rows))
    except Exception as error:
        raise call.failed(error) from None


def _received(reader: Any, name: str) -> Iterator[pa.RecordBatch]:
    """The batches of an upload; what breaks them off is the sender's doing, not the server's."""
    try:
        for chunk in reader:
            if chunk.data is not None:
                yield chunk.data
    except (pa.ArrowException, OSError) as error:
        raise _broken_off(name, _first_line(error)) from error


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


def _tags(criteria: bytes) -> frozenset[str] | None:
    """The tags that are asked for; ``None`` for all."""
    if not criteria:
        return None
    try:
        tags = json.loads(criteria)["data_tags"]
    except (ValueError, KeyError, TypeError):
        tags = None
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise RequestRefusedError(
            Problem(
                "the ML data server cannot read these criteria",
                expected='JSON such as {"data_tags": ["mnist"]}, or nothing for all',
                got=shown(criteria),
                fix="send the tags as a list of strings",
            )
        )
    return frozenset(tags)


def _name(descriptor: Any) -> str:
    if descriptor.descriptor_type != fl.DescriptorType.PATH or not descriptor.path:
        raise NameRefusedError(
            Problem(
                "the ML data server wants a path descriptor with the file name as its one element",
                got=_shown(descriptor),
                fix="use FlightDescriptor.for_path(name)",
            )
        )
    return checked_name(descriptor.path[0])


def _shown(descriptor: Any) -> str:
    if descriptor.descriptor_type == fl.DescriptorType.PATH:
        return shown(b"/".join(descriptor.path or [])) or "an empty path"
    return "a descriptor without a path"


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0].partition(". Detail: ")[0]


def _cut_connections(port: int) -> None:
    """Shut down this process' accepted TCP connections on ``port`` (where the system lists open files)."""
    folder = "/dev/fd"
    for name in os.listdir(folder) if os.path.isdir(folder) else ():
        # A duplicate shuts the connection down all the same and leaves Arrow's own descriptor alone.
        with suppress(OSError), socket.fromfd(int(name), socket.AF_INET, socket.SOCK_STREAM) as connection:
            address = connection.getsockname()
            kind = connection.getsockopt(socket.SOL_SOCKET, socket.SO_TYPE)
            listens = connection.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
            if isinstance(address, tuple) and address[1] == port and kind == socket.SOCK_STREAM and not listens:
                connection.shutdown(socket.SHUT_RDWR)


def _check_address(host: str, port: int) -> None:
    """Try the address with a plain socket first: where it fails, gRPC would write raw lines to stderr as well."""
    if not 0 <= port <= 65535:
        raise ServerStateError(
            Problem(
                "there is no such port for the ML data server to listen on",
                expected="a number from 1 to 65535, or 0 for a free port",
                got=str(port),
                fix="use port=0",
            )
        )
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as trial:
            if os.name == "posix":
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except OSError as error:
        raise _no_address(host, port, error) from error


def _no_address(host: str, port: int, error: BaseException) -> ServerStateError:
    return ServerStateError(
        Problem(
            f"the ML data server cannot listen on {host}:{port}",
            expected="an address of this machine and a port that is free",
            got=(getattr(error, "strerror", None) or str(error)),
            fix="use port=0 for a free port, and 127.0.0.1 for this machine alone",
        )
    )


def _dialled(host: str) -> str:
    """The host that reaches a server listening on ``host`` from this machine."""
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, _bracketed(host))


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
