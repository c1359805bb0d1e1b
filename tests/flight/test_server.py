"""Starting, stopping and watching an ML data server."""

from __future__ import annotations

import ast
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.flight as fl
import pytest
from standins.plain_client import PlainClient, said
from standins.processes import child, until

import pytest_flops_mock
from pytest_flops_mock import FlopsMockError, MemoryStore, MLDataClient, MLDataServer

ROWS = pa.table({"x": range(5_000_000)})
LEAVES_A_STREAM_OPEN = """
import sys
import pyarrow.flight as fl
reader = fl.connect(sys.argv[1]).do_get(fl.Ticket(b"t.0.parquet"))
reader.read_chunk()
print("ready", flush=True)
sys.stdin.readline()
import os
os._exit(0)
"""


def told(step: Callable[[], object]) -> str:
    with pytest.raises(FlopsMockError) as error:
        step()
    return str(error.value)


def test_the_constructor_opens_nothing() -> None:
    server = MLDataServer()
    assert repr(server) == "<MLDataServer stopped>"
    assert told(lambda: server.uri) == (
        "the ML data server does not run\n  fix       use it in a with block, or call start() first"
    )


def test_a_second_start_is_told_and_stop_may_be_called_at_any_time() -> None:
    server = MLDataServer()
    server.stop()
    server.start()
    assert told(server.start) == (
        f"the ML data server runs already\n  where     {server.uri}\n  fix       use the running one, or call stop() first"
    )
    server.stop()
    server.stop()
    assert not server.running


def test_what_is_stored_outlives_a_restart() -> None:
    server = MLDataServer()
    for turn in range(2):
        with server, MLDataClient(server.uri) as client:
            assert len(client.partitions()) == turn
            client.send("t.0.parquet", ROWS.slice(0, 1))
    assert len(server.partitions) == 1
    server.clear()
    assert not server.partitions
    assert not server.calls


def test_a_port_in_use_is_told_and_gives_no_noise(capfd: pytest.CaptureFixture[str]) -> None:
    with MLDataServer() as server:
        port = server.port
        assert told(MLDataServer(port=port).start) == (
            f"the ML data server cannot listen on 127.0.0.1:{port}\n"
            "  expected  an address of this machine and a port that is free\n"
            "  got       Address already in use\n"
            "  fix       use port=0 for a free port, and 127.0.0.1 for this machine alone"
        )
    assert capfd.readouterr().err == ""
    with MLDataServer(port=port) as again:
        assert again.port == port


def test_an_address_that_cannot_be_had_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    for host in ("192.0.2.1", "there-is-no-such-host.invalid"):
        text = told(MLDataServer(host=host).start)
        assert text.startswith(
            f"the ML data server cannot listen on {host}:0\n"
            "  expected  an address of this machine and a port that is free\n"
            "  got       "
        )
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("port", [70000, -1])
def test_a_port_that_is_none_is_told(port: int) -> None:
    assert told(MLDataServer(port=port).start) == (
        "there is no such port for the ML data server to listen on\n"
        "  expected  a number from 1 to 65535, or 0 for a free port\n"
        f"  got       {port}\n"
        "  fix       use port=0"
    )


def test_it_listens_on_loopback_only() -> None:
    with MLDataServer() as server, socket.socket() as other:
        assert other.connect_ex(("127.0.0.1", server.port)) == 0
        with socket.socket() as elsewhere:
            assert elsewhere.connect_ex(("127.0.0.2", server.port)) != 0


def test_other_addresses_are_dialled_as_they_can_be() -> None:
    with MLDataServer(host="localhost") as server, PlainClient(server.uri) as plain:
        assert plain.infos() == []
    with MLDataServer(host="0.0.0.0") as server, PlainClient(server.uri) as plain:
        assert server.uri == f"grpc://127.0.0.1:{server.port}"
        assert plain.infos() == []


def test_the_loopback_of_ipv6_is_one_too() -> None:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    with MLDataServer(host="::1") as server, PlainClient(server.uri) as plain:
        assert server.uri.startswith("grpc://[::1]:")
        assert plain.infos() == []


def test_a_server_on_all_interfaces_tells_an_address_that_can_be_dialled() -> None:
    with MLDataServer(host="0.0.0.0") as server, PlainClient(server.uri) as plain, socket.socket() as elsewhere:
        assert server.uri == f"grpc://127.0.0.1:{server.port}"
        assert elsewhere.connect_ex(("127.0.0.2", server.port)) == 0
        plain.put("t.0.parquet", ROWS.slice(0, 1))
        (endpoint,) = plain.info("t.0.parquet").endpoints
        assert [location.uri.decode() for location in endpoint.locations] == [server.uri]


def test_a_port_that_another_program_has_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        assert "Address already in use" in told(MLDataServer(port=other.getsockname()[1]).start)


def test_many_servers_leave_nothing_open() -> None:
    def files() -> int:
        return len(os.listdir("/proc/self/fd"))

    with MLDataServer():
        pass
    before = files()
    for _ in range(50):
        with MLDataServer() as server, MLDataClient(server.uri) as client:
            client.partitions()
    assert files() <= before + 5


def test_a_stream_that_nobody_reads_does_not_hold_up_the_stop() -> None:
    with MLDataServer() as server, MLDataClient(server.uri) as client:
        client.send("t.0.parquet", ROWS)
        reader = fl.connect(server.uri).do_get(fl.Ticket(b"t.0.parquet"))
        began = time.monotonic()
        server.stop()
        assert time.monotonic() - began < 60
        with pytest.raises((pa.ArrowException, OSError)):
            reader.read_all()


def test_neither_does_one_in_another_process() -> None:
    with MLDataServer() as server, MLDataClient(server.uri) as client:
        client.send("t.0.parquet", ROWS)
        with child(LEAVES_A_STREAM_OPEN, server.uri) as other:
            other.ready()
            began = time.monotonic()
            server.stop()
            assert time.monotonic() - began < 60


def test_neither_does_an_upload_that_never_ends() -> None:
    with MLDataServer() as server, PlainClient(server.uri) as plain:
        writer, _ = plain.flight.do_put(fl.FlightDescriptor.for_path("t.0.parquet"), ROWS.schema)
        writer.write_table(ROWS.slice(0, 10))
        began = time.monotonic()
        server.stop()
        assert time.monotonic() - began < 60
        assert server.partitions == ()
        with pytest.raises((pa.ArrowException, OSError)):
            writer.close()


def test_other_sockets_of_the_process_outlive_the_stop() -> None:
    with MLDataServer() as kept, MLDataServer() as server, MLDataClient(kept.uri) as other:
        other.send("t.0.parquet", ROWS)
        with socket.socket(type=socket.SOCK_DGRAM) as datagrams, socket.socket(type=socket.SOCK_DGRAM) as far:
            far.bind(("127.0.0.1", 0))
            far.settimeout(10)
            datagrams.bind(("127.0.0.1", server.port))
            datagrams.connect(far.getsockname())
            with MLDataClient(server.uri) as client:
                client.send("t.0.parquet", ROWS)
            reader = fl.connect(server.uri).do_get(fl.Ticket(b"t.0.parquet"))
            server.stop()
            datagrams.send(b"alive")
            assert far.recv(10) == b"alive"
        assert other.fetch("t.0.parquet").num_rows == len(ROWS)
        with pytest.raises((pa.ArrowException, OSError)):
            reader.read_all()


def test_a_handler_that_does_not_end_is_told_and_not_waited_for() -> None:
    released = threading.Event()

    class Stuck(MemoryStore):
        def partitions(self) -> Any:
            released.wait(120)
            return ()

    server = MLDataServer(Stuck()).start()
    plain = PlainClient(server.uri)

    def ask() -> None:
        with suppress(pa.ArrowException, OSError):
            plain.infos()

    asking = threading.Thread(target=ask)
    asking.start()
    until(lambda: server.calls)
    began = time.monotonic()
    with pytest.warns(RuntimeWarning, match=r"did not end within 1 s: list_flights .* -> open"):
        server.stop(timeout=1)
    assert time.monotonic() - began < 60
    released.set()
    asking.join(20)
    assert not asking.is_alive()


@pytest.mark.slow
def test_a_script_that_stops_nothing_ends_all_the_same() -> None:
    program = """
import pyarrow as pa, pyarrow.flight as fl
from pytest_flops_mock import MLDataClient, MLDataServer
server = MLDataServer().start()
with MLDataClient(server.uri) as client:
    client.send("t.0.parquet", pa.table({"x": range(5_000_000)}))
reader = fl.connect(server.uri).do_get(fl.Ticket(b"t.0.parquet"))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_serve_is_never_called() -> None:
    package = Path(pytest_flops_mock.__file__).parent
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            assert not (isinstance(node, ast.Attribute) and node.attr == "serve"), path


def test_calls_are_logged_in_order_with_what_came_of_them() -> None:
    with MLDataServer() as server, MLDataClient(server.uri) as client:
        client.send("t.0.parquet", ROWS.slice(0, 3))
        client.partitions(["t"])
        with pytest.raises(FlopsMockError):
            client.fetch("t.1.parquet")
    assert [(call.method, call.subject, call.outcome, call.rows) for call in server.calls] == [
        ("do_put", "t.0.parquet", "ok", 3),
        ("list_flights", '{"data_tags": ["t"]}', "ok", 3),
        ("do_get", "t.1.parquet", "refused", 0),
    ]
    assert server.errors == ()
    assert server.log().splitlines()[2].startswith("do_get t.1.parquet -> refused (")


class FullStore(MemoryStore):
    """Has no room."""

    def receive(self, name: str, schema: Any, *, verified: bool = True) -> Any:
        raise OSError(28, "No space left on device", "/secret/folder/file")


def test_an_error_of_the_server_is_kept_with_its_traceback_and_told_in_one_clean_line() -> None:
    with MLDataServer(FullStore()) as server, PlainClient(server.uri) as plain:
        with pytest.raises(fl.FlightInternalError) as error:
            plain.put("t.0.parquet", ROWS.slice(0, 1))
        assert said(error.value).startswith("the ML data server failed; got: OSError: No space left on device")
        assert "secret" not in said(error.value)
    (call,) = server.errors
    assert call.outcome == "failed"
    assert "Traceback" in server.log()
    assert "/secret/folder/file" in server.log()


class BrokenDisk(MemoryStore):
    """Fails while the rows are on their way."""

    def read(self, name: str) -> Any:
        def rows() -> Iterator[pa.RecordBatch]:
            yield from whole
            raise OSError("disk broken")

        whole = super().read(name)
        return pa.RecordBatchReader.from_batches(whole.schema, rows())


def test_an_error_half_way_through_an_answer_is_the_servers_and_told_by_our_client() -> None:
    with MLDataServer(BrokenDisk()) as server, MLDataClient(server.uri) as client:
        client.send("t.0.parquet", ROWS)
        assert told(lambda: client.fetch("t.0.parquet")) == (
            "the ML data server failed\n"
            f"  where     {server.uri}\n"
            "  got       OSError: disk broken\n"
            "  fix       see the server's log, which has the traceback"
        )
        (call,) = server.errors
        assert (call.method, call.outcome) == ("do_get", "failed")
        assert "Traceback" in call.trace
        server.clear()
        assert server.errors == ()
