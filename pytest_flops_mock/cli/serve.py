"""``flops-mock serve``: an ML data server in the foreground, until it is told to end."""

from __future__ import annotations

import argparse
import json
import os
import secrets
import socket
import sys
import threading
import warnings
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from dataclasses import asdict, replace
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pytest_flops_mock.cli.access import access_of, add_certificate, add_token
from pytest_flops_mock.cli.managing import add_manager, deployed, manager_of
from pytest_flops_mock.cli.providing import add_settings, provider_of, usable
from pytest_flops_mock.cli.shared import COMPATIBLE, AddCommand, show, whole_number
from pytest_flops_mock.errors import FlopsMockError, StoreError, listing
from pytest_flops_mock.texts import clean
from pytest_flops_mock.waiting import wait_heeding_signals

if TYPE_CHECKING:
    from pytest_flops_mock.flight.calls import Call, Totals
    from pytest_flops_mock.flight.server import MLDataServer
    from pytest_flops_mock.manager.jobs import MockJob, ProjectJob
    from pytest_flops_mock.manager.manager import FlopsManager
    from pytest_flops_mock.provider import MockDataProvider, ProviderRun
    from pytest_flops_mock.sla.models import MockSLA

HOST, PORT = "127.0.0.1", 11027
"""Where it listens by default: for this machine alone, at the port of FLOps' ML data server."""

_EXPLAINED = """\
It says "ready" once it listens and the partitions of all SLAs are stored; Ctrl-C, SIGTERM and SIGHUP end it.

exit status:
  0    never: it runs until a signal ends it
  2    wrong use, an SLA that cannot be used, or an address or folder that cannot be had
  129  ended by SIGHUP
  130  ended by Ctrl-C
  141  nobody reads its log any more
  143  ended by SIGTERM
"""


def add(add: AddCommand) -> None:
    """Add the command."""
    command = add(
        "serve",
        help="run an ML data server until it is told to end",
        description="Run an ML data server in the foreground, as a learner's node has one, with the partitions of SLAs.",
        epilog=_EXPLAINED,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    command.set_defaults(run=_run)
    command.add_argument("--host", default=HOST, help=f"address to listen on ({HOST}: this machine alone)")
    command.add_argument("--port", metavar="N", default=str(PORT), help=f"port to listen on, 0 for a free one ({PORT})")
    command.add_argument("--store", metavar="DIR", help="folder that keeps partitions as Parquet files (in memory)")
    command.add_argument(
        "--sla",
        metavar="SLA",
        action="extend",
        nargs="+",
        default=[],
        help="MDP SLAs, the partitions of which are stored first; may be repeated",
    )
    add_settings(command)
    add_token(command, "clients must send")
    add_certificate(command)
    add_manager(command)
    command.add_argument("--log", choices=("text", "json"), help="print each call in a line; json: all that it prints")
    command.add_argument("--stats", action="store_true", help="print what it has done for its clients when it ends")


def _run(given: argparse.Namespace) -> int:
    here = Path.cwd()
    port = whole_number(given.port, "--port", minimum=0)
    provider, access = provider_of(given, here), access_of(given, here)
    slas = {file: usable(file, "--sla", here) for file in given.sla}
    from pytest_flops_mock.flight.parquet_store import ParquetStore
    from pytest_flops_mock.flight.server import MLDataServer

    told = _Told(given.log)
    folder = None if given.store is None else here / Path(given.store).expanduser()
    store = None if folder is None else ParquetStore(folder)
    on_call = told.call if given.log else None
    server = MLDataServer(store, host=given.host, port=port, on_call=on_call, access=access)
    manage = manager_of(given, here, access, told.deployed)
    manager: FlopsManager | None = None
    try:
        _start(server, folder)
        if (access is None or access.token is None) and (
            warning := exposed(given.host, server.port, with_manager=given.manager)
        ):
            print(f"flops-mock: warning: {warning}", file=sys.stderr, flush=True)
        if manage is not None:
            manager = manage(server.uri)
            told.managed(manager.start())
        for problem in server.damaged:
            told.left_out(problem.where, problem.got)
        with closing(_provided(slas, provider, server, on_call)) as provided:
            for file, run in provided:
                told.provided(file, run)
        told.ready(server, folder)
        wait_heeding_signals(told.unheard)
    finally:
        if manager is not None:
            manager.stop()
        server.stop()
        if given.stats and not told.unheard.is_set():
            told.stopped(server.totals)
    told.fail()
    return COMPATIBLE


def exposed(host: str, port: int, *, with_manager: bool = False) -> str:
    """A warning that others than this machine reach a server without a token; empty if they do not.

    Args:
        host: Where it listens.
        port: Likewise.
        with_manager: Whether it can have no token.
    """
    address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][4][0]
    if ip_address(str(address).partition("%")[0]).is_loopback:
        return ""
    does = "reads and deletes the data, and has checks run" if with_manager else "reads and deletes the data"
    fix = "" if with_manager else "pass --token-file FILE, or "
    return f"whoever reaches {host}:{port} {does}, no token asked for; {fix}leave --host at {HOST}"


def _provided(
    slas: Mapping[str, MockSLA],
    provider: Callable[..., MockDataProvider],
    server: MLDataServer,
    on_call: Callable[[Call], None] | None,
) -> Generator[tuple[str, ProviderRun], None, None]:
    """Store the partitions of SLAs, by a door beside the server's, the certificate of which is seldom for this machine."""
    from pytest_flops_mock.flight.access import Access
    from pytest_flops_mock.flight.server import MLDataServer

    access = Access(secrets.token_urlsafe())
    door = MLDataServer(server.store, on_call=on_call, access=access)
    try:
        for file, sla in slas.items():
            if not door.running:
                _start(door, None)
            yield file, provider(door.uri, access=access).store(sla)
    finally:
        door.stop()


def _start(server: MLDataServer, folder: Path | None) -> None:
    """Listen; what is damaged is told by the command, in its own form."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            server.start()
    except StoreError as error:
        raise StoreError(*(replace(problem, where=str(folder)) for problem in error.problems)) from error


class _Told:
    """What the command prints, from all threads: lines for people, or one JSON object in each.

    A log that cannot be written ends the server; it must not end the call that was to be logged.

    Args:
        form: How calls are logged, if they are.
    """

    def __init__(self, form: Literal["text", "json"] | None) -> None:
        self._form = form
        self._lock = threading.Lock()
        self._error: Exception | None = None
        self.unheard = threading.Event()

    def call(self, call: Call) -> None:
        """One call has ended."""
        text = f"{_now()} {call}" + (f"\n{call.trace.rstrip()}" if call.trace else "")
        self._from_thread("call", text, **asdict(call))

    def _from_thread(self, event: str, text: str, **facts: Any) -> None:
        try:
            self._tell(event, text, **facts)
        except (OSError, FlopsMockError) as error:
            self._error = error
            self.unheard.set()

    def left_out(self, file: str, reason: str) -> None:
        """A file of the folder cannot be read."""
        self._tell("left_out", f"{'left out':<10}  {file}: {reason}", file=file, reason=reason)

    def provided(self, file: str, run: ProviderRun) -> None:
        """The partitions of an SLA are stored."""
        text = f"{'provided':<10}  {file}: {_count(len(run.partitions), 'partition')} of {run.data_tag}, {run.origin}"
        self._tell("provided", text, sla=file, data_tag=run.data_tag, origin=run.origin, names=run.names, rows=run.rows)

    def managed(self, manager: FlopsManager) -> None:
        """The FLOps manager listens."""
        text = f"{'manager':<10}  {manager.url}, login at {manager.system_manager_url}"
        self._tell("manager", text, url=manager.url, login_url=manager.system_manager_url)

    def deployed(self, job: MockJob | ProjectJob) -> None:
        """The FLOps manager has deployed what an SLA asks for, or failed."""
        kind, what, facts = deployed(job)
        self._from_thread(kind, f"{kind:<10}  {what}", **facts)

    def ready(self, server: MLDataServer, folder: Path | None) -> None:
        """The server listens and has all that it should begin with."""
        stored = server.partitions
        tags = sorted({partition.name.partition(".")[0] for partition in stored})
        rows, nbytes = sum(part.rows for part in stored), sum(part.bytes for part in stored)
        store = "memory" if folder is None else os.fspath(folder)
        some = f"{_count(len(stored), 'partition')} of {listing(tags, 5)}, {_amount(rows, nbytes)}"
        held = {"partitions": len(stored), "data_tags": tags, "rows": rows, "bytes": nbytes}
        text = f"{'ready':<10}  {server.uri}: {some if stored else 'no partitions'}, in {store}"
        self._tell("ready", text, uri=server.uri, store=store, **held)

    def stopped(self, totals: Totals) -> None:
        """The server has ended."""
        wrong = [f"{n} {how}" for n, how in ((totals.refused, "refused"), (totals.failed, "failed")) if n]
        calls = _count(totals.calls, "call") + (f" ({', '.join(wrong)})" if wrong else "")
        received = _amount(totals.rows_received, totals.bytes_received)
        sent = _amount(totals.rows_sent, totals.bytes_sent)
        self._tell("stopped", f"{'stopped':<10}  {calls}; received {received}; sent {sent}", **asdict(totals))

    def fail(self) -> None:
        """Raise why a line could not be printed, if one could not."""
        if self._error is not None:
            raise self._error

    def _tell(self, event: str, text: str, **facts: Any) -> None:
        line = json.dumps({"time": _now(), "event": event, **facts}) if self._form == "json" else clean(text)
        with self._lock:
            show(line)


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="milliseconds")


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def _amount(rows: int, nbytes: int) -> str:
    from pytest_flops_mock.flight.messages import size

    return f"{_count(rows, 'row')} ({size(nbytes)})"
