"""The ML data server of FLOps, in this process: what a learner's node runs, for one test.

Speaks the real server's protocol (Arrow Flight): ``do_put`` with a path descriptor stores a partition, ``list_flights``
with ``{"data_tags": [...]}`` finds those of some tags, ``do_get`` with the file name as ticket gives the rows,
``do_action`` ``drop_dataset`` removes one. Beyond the real one, it shows an upload only when it is whole, refuses names
that leave the store, and listens on loopback.
"""

from __future__ import annotations

import os
import socket
import threading
import warnings
import weakref
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import Any

import pyarrow as pa

from pytest_flops_mock.errors import Problem, ServerStateError
from pytest_flops_mock.flight.access import Access
from pytest_flops_mock.flight.calls import Call, CallLog, Totals
from pytest_flops_mock.flight.faulting import Faults
from pytest_flops_mock.flight.faults import Fault, faults_of
from pytest_flops_mock.flight.forking import FORKS, immortal
from pytest_flops_mock.flight.service import Service
from pytest_flops_mock.flight.store import MemoryStore, Store, StoredPartition

GRACE_SECONDS = 0.5
"""How long calls may go on after ``stop()`` before their connections are cut."""


class MLDataServer:
    """An ML data server for tests: starts in under a millisecond, one for each test isolates truly.

    Use it as a context manager, or call :meth:`start` and :meth:`stop`. The constructor opens nothing.

    Args:
        store: Where partitions are kept; a new ``MemoryStore`` by default.
        host: Address to listen on. Loopback by default; another one makes the data readable to whoever reaches it.
        port: Port to listen on; 0 takes a free one.
        faults: What it does wrong, for tests of what sends to it and loads from it: a text such as
            ``latency=0.2 call=do_put calls=3; break_off=100``, mappings, faults, or a list of them.
        on_call: Is told of each call that has ended, in a thread of the server; it must not raise.
        access: The token that clients must send, and the certificate of a server that speaks TLS; by default neither. A
            learner of FLOps sends no token and speaks no TLS.

    Raises:
        SettingsError: There is no such fault, or what ``access`` has is a client's.

    Example:
        >>> with MLDataServer() as server:
        ...     server.uri.startswith("grpc://127.0.0.1:")
        True
    """

    def __init__(
        self,
        store: Store | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        faults: str | Fault | Mapping[str, Any] | Sequence[Any] = (),
        on_call: Callable[[Call], None] | None = None,
        access: Access | None = None,
    ) -> None:
        self.store: Store = MemoryStore() if store is None else store
        self.host = host
        self._wanted_port = port
        self._log = CallLog(on_call=on_call)
        self._access = Access() if access is None else access
        self._access.refuse_unless_of_server()
        self._faults = Faults(faults_of(faults))
        self._service: Service | None = None
        self._end: _Ending | None = None
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
        """The address for clients on this machine, ``grpc://HOST:PORT``; with TLS ``grpc+tls://HOST:PORT``.

        Raises:
            ServerStateError: It does not run.
        """
        return self._address(_dialled(self.host), self.port)

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
        """What is stored and whole, sorted by name; ``verified`` says whether its sender has promised the rows.

        ``server.partitions[0].dataset()`` is a ``datasets.Dataset`` of one's rows.
        """
        return tuple(replace(part, read=partial(self._rows, part.name)) for part in self.store.partitions())

    def tables(self) -> dict[str, pa.Table]:
        """The rows of each partition, by its name; all of them in memory at once."""
        return {part.name: self._rows(part.name) for part in self.store.partitions()}

    def _rows(self, name: str) -> pa.Table:
        return self.store.read(name).read_all()

    @property
    def damaged(self) -> tuple[Problem, ...]:
        """What is in the store and cannot be read, and is in no listing therefore; ``where`` is the file's name."""
        return self.store.damaged()

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What it does wrong on request. Other ones can be set at any time, and are counted from then on."""
        return self._faults.faults

    @faults.setter
    def faults(self, faults: str | Fault | Mapping[str, Any] | Sequence[Any]) -> None:
        self._faults.become(faults_of(faults))

    @property
    def dropped_calls(self) -> int:
        """How many of the oldest calls the log does not keep any more."""
        return self._log.dropped

    @property
    def totals(self) -> Totals:
        """What it has done since it was made or cleared, in numbers."""
        return self._log.totals

    def start(self) -> MLDataServer:
        """Listen.

        Returns:
            The server itself.

        Raises:
            ServerStateError: It runs already, it cannot have the address, or this process was forked from one with an open
                server.
            StoreError: The store can keep nothing: its folder is read-only, or its disk is full.
        """
        FORKS.check()
        if self._service is not None:
            raise ServerStateError(
                Problem(
                    "the ML data server runs already",
                    where=self.uri,
                    fix="use the running one, or call stop() first",
                )
            )
        _check_address(self.host, self._wanted_port)
        self.store.open()
        for problem in self.store.damaged():
            warnings.warn(str(problem), RuntimeWarning, stacklevel=2)
        try:
            address = self._address(_bracketed(self.host), self._wanted_port)
            service = Service(address, self.store, self._log, self._faults, self._access)
        except (pa.ArrowException, OSError) as error:
            raise _no_address(self.host, self._wanted_port, error) from error
        self._faults.server_begins()
        service.uri = self._address(_dialled(self.host), service.port)
        self._service = service
        # A server that nobody stopped must not keep the interpreter from ending.
        self._end = _Ending(service)
        self._stop_at_exit = weakref.finalize(self, self._end, 4 * GRACE_SECONDS)
        FORKS.opened(self)
        return self

    def stop(self, timeout: float = 5.0) -> None:
        """Stop listening and end open calls; what is stored stays. Does nothing on a server that does not run.

        Calls get half a second to end by themselves, then their connections are cut.

        Args:
            timeout: Most seconds to wait. A handler that still runs then is reported as a ``RuntimeWarning``.
        """
        (service, self._service), (end, self._end) = (self._service, None), (self._end, None)
        if service is None or end is None:
            return
        self._stop_at_exit.detach()
        FORKS.closed(self)
        self._faults.server_ends()
        if not end(timeout):
            still = "; ".join(str(call) for call in self.calls if call.outcome == "open") or "no call is open"
            warnings.warn(
                f"the ML data server at {service.uri} did not end within {timeout} s: {still}",
                RuntimeWarning,
                stacklevel=2,
            )

    def clear(self) -> None:
        """Forget all partitions and calls, and count faults anew."""
        self.store.clear()
        self._log.clear()
        self._faults.become(self.faults)

    def restart(self) -> None:
        """Stop and listen again on the same port: calls are cut, what is stored stays.

        Raises:
            ServerStateError: It does not run, or another program has taken the port meanwhile.
        """
        wanted, self._wanted_port = self._wanted_port, self.port
        try:
            self.stop()
            self.start()
        finally:
            self._wanted_port = wanted

    def _leave_behind(self) -> None:
        """Count as stopped in a process that was forked from the server's own, where it goes on."""
        service, self._service, self._end = self._service, None, None
        if service is not None:
            self._stop_at_exit.detach()
            immortal(service)

    def log(self) -> str:
        """The calls as text, one a line, tracebacks under the failed ones, and the files that are left out."""
        dropped = [f"{self.dropped_calls} earlier calls are not kept"] if self.dropped_calls else []
        calls = [f"{call}\n{call.trace}" if call.trace else str(call) for call in self.calls] or ["no calls"]
        return "\n".join([*dropped, *calls, *map(str, self.damaged)])

    def __enter__(self) -> MLDataServer:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<MLDataServer {self.uri if self.running else 'stopped'}>"

    def _address(self, host: str, port: int) -> str:
        return f"{self._access.scheme}://{host}:{port}"

    def _running(self) -> Service:
        FORKS.check()
        if self._service is None:
            raise ServerStateError(
                Problem("the ML data server does not run", fix="use it in a with block, or call start() first")
            )
        return self._service


class _Ending:
    """Ends a service in bounded time.

    ``shutdown()`` of Arrow waits for open calls without limit, and a client that stopped reading keeps its call open for
    ever. So it waits on a thread of its own, and after a grace the connections are cut under the calls.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        # Started now, since an interpreter that is about to exit starts no more threads (from 3.12 on).
        self._asked = threading.Event()
        self._thread = threading.Thread(target=self._shut_down, name="end of the ML data server", daemon=True)
        self._thread.start()

    def __call__(self, timeout: float) -> bool:
        """Stop listening and end all calls within ``timeout`` seconds; whether it came to that."""
        self._asked.set()
        self._thread.join(min(GRACE_SECONDS, timeout))
        if self._thread.is_alive():
            _cut_connections(self._service.port)
            self._thread.join(max(0.0, timeout - GRACE_SECONDS))
        return not self._thread.is_alive()

    def _shut_down(self) -> None:
        self._asked.wait()
        self._service.shutdown()


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
