"""An upload is visible when it is whole, and then in one step; whatever breaks it off leaves nothing behind."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.flight as fl
import pytest
from standins.plain_client import PlainClient
from standins.processes import Child, child, until

from pytest_flops_mock.errors import UploadError
from pytest_flops_mock.flight.client import MLDataClient
from pytest_flops_mock.flight.parquet_store import ParquetStore
from pytest_flops_mock.flight.requests import ROWS_HEADER
from pytest_flops_mock.flight.server import MLDataServer

NAME = "tag.half.parquet"
ROWS = pa.RecordBatch.from_pydict({"x": [1, 2, 3]})

SENDER = f"""
import os, signal, sys
import pyarrow as pa, pyarrow.flight as fl

uri, way, promised = sys.argv[1:4]
client = fl.connect(uri)
batch = pa.RecordBatch.from_pydict({{"x": [1, 2, 3]}})
options = fl.FlightCallOptions(
    timeout=0.5 if way == "deadline" else 60,
    headers=[(b"{ROWS_HEADER}", promised.encode())] if promised else None,
)
writer, answers = client.do_put(fl.FlightDescriptor.for_path("{NAME}"), batch.schema, options)
if way == "raise":
    with writer:
        writer.write_batch(batch)
        print("ready", flush=True)
        sys.stdin.readline()
        raise KeyError("a mistake of the sender")
writer.write_batch(batch)
print("ready", flush=True)
sys.stdin.readline()
if way == "kill":
    os.kill(os.getpid(), signal.SIGKILL)
elif way == "_exit":
    os._exit(3)
elif way == "exit":
    sys.exit(4)
elif way == "drop":
    del writer, answers
"""
CANCELLING = ["kill", "_exit", "deadline"]
WAYS = [*CANCELLING, "exit", "drop", "raise"]
STATUS = {"kill": -signal.SIGKILL, "_exit": 3, "exit": 4, "raise": 1, "drop": 0, "deadline": 0}


def stores_and(ways: list[str]) -> list[tuple[str, str]]:
    """Which store sees which way: each takes a child, and to the memory store one is as good as another."""
    return [("memory", "kill"), *(("parquet", way) for way in ways)]


def ended(server: MLDataServer) -> bool:
    return bool(server.calls) and all(call.outcome != "open" for call in server.calls)


def die(server: MLDataServer, sender: Child, way: str) -> None:
    """Let a sender that is in the middle of its upload end it in its way."""
    sender.ready()
    until(lambda: server.calls, "the upload")
    if way == "deadline":
        until(lambda: ended(server), "the end of the upload")
    assert sender.go()[0] == STATUS[way]
    until(lambda: ended(server), "the end of the upload")


@pytest.mark.parametrize(("store", "way"), stores_and(WAYS), indirect=["store"])
def test_nothing_is_visible_of_a_promised_upload_that_breaks_off(
    server: MLDataServer, plain: PlainClient, folder: Path, way: str
) -> None:
    with child(SENDER, server.uri, way, "10") as sender:
        die(server, sender, way)

    assert plain.infos_for(b"") == []
    assert server.partitions == ()
    assert not folder.exists() or list(folder.iterdir()) == []
    (call, _) = server.calls
    assert (call.method, call.outcome) == ("do_put", "refused")
    assert call.message.startswith("an upload ended before it was whole; nothing of it is stored; where: " + NAME)


@pytest.mark.parametrize(("store", "way"), stores_and(CANCELLING), indirect=["store"])
def test_nothing_is_visible_of_a_foreign_upload_that_is_cancelled(
    server: MLDataServer, plain: PlainClient, folder: Path, way: str
) -> None:
    with child(SENDER, server.uri, way, "") as sender:
        die(server, sender, way)

    assert plain.infos_for(b"") == []
    assert not folder.exists() or list(folder.iterdir()) == []
    assert server.calls[0].message == (
        "an upload ended before it was whole; nothing of it is stored"
        f"; where: {NAME}; expected: all rows that were promised, of one schema"
        f"; got: the call was cancelled after {server.calls[0].rows} rows; fix: send it again"
    )


def test_a_foreign_upload_that_is_closed_counts_as_whole(server: MLDataServer, plain: PlainClient) -> None:
    with child(SENDER, server.uri, "raise", "") as sender:
        die(server, sender, "raise")

    assert plain.get(NAME.encode()).to_batches() == [ROWS]


@pytest.mark.slow
@pytest.mark.parametrize("store", ["parquet"], indirect=True)
@pytest.mark.parametrize("way", ["os.kill(os.getpid(), signal.SIGKILL)", "os._exit(3)", "sys.exit(4)", "1 / 0"])
def test_our_client_that_dies_while_it_sends_leaves_nothing(
    server: MLDataServer, plain: PlainClient, folder: Path, way: str
) -> None:
    program = f"""
import os, signal, sys
import pyarrow as pa
from pytest_flops_mock.flight.client import MLDataClient

def batches():
    big = pa.RecordBatch.from_pydict({{"x": pa.repeat(1, 2_000_000)}})
    yield big
    yield big
    print("ready", flush=True)
    sys.stdin.readline()
    {way}

with MLDataClient(sys.argv[1]) as client:
    client.send_batches("{NAME}", pa.schema([("x", pa.int64())]), batches(), rows=6_000_000)
"""
    with child(program, server.uri) as sender:
        sender.ready()
        until(lambda: server.calls, "the upload")
        assert sender.go()[0] != 0
    until(lambda: ended(server), "the end of the upload")

    assert plain.infos_for(b"") == []
    assert not folder.exists() or list(folder.iterdir()) == []


def test_an_upload_that_breaks_off_leaves_what_had_its_name(server: MLDataServer, client: MLDataClient) -> None:
    client.send(NAME, pa.table({"x": [7]}))

    with pytest.raises(UploadError):
        client.send_batches(NAME, ROWS.schema, [ROWS], rows=4)

    assert client.fetch(NAME).to_pydict() == {"x": [7]}


@pytest.mark.parametrize(("promised", "got"), [(4, "3 rows of 4"), (2, "3 rows of 2"), (0, "3 rows of 0")])
def test_another_number_of_rows_than_promised_is_refused(
    server: MLDataServer, client: MLDataClient, promised: int, got: str
) -> None:
    with pytest.raises(UploadError) as caught:
        client.send_batches(NAME, ROWS.schema, [ROWS], rows=promised)

    assert str(caught.value) == (
        "an upload ended before it was whole; nothing of it is stored\n"
        f"  where     {NAME} -> {server.uri}\n"
        "  expected  all rows that were promised, of one schema\n"
        f"  got       {got}\n"
        "  fix       send it again"
    )
    assert server.partitions == ()
    assert server.errors == ()


@pytest.mark.parametrize("rows_before", [3, 3_000_000])
def test_rows_that_change_their_schema_half_way(server: MLDataServer, client: MLDataClient, rows_before: int) -> None:
    before = pa.RecordBatch.from_pydict({"x": pa.repeat(1, rows_before)})
    after = pa.RecordBatch.from_pydict({"x": ["three"], "y": [None]})

    with pytest.raises(UploadError) as caught:
        client.send_batches(NAME, before.schema, [before, after], rows=rows_before + 1)

    assert str(caught.value) == (
        "the rows of a partition change their schema half-way\n"
        f"  where     {NAME}, batch 2\n"
        "  expected  x: int64\n"
        "  got       x: string, y: null\n"
        "  fix       give all batches the schema that was announced"
    )
    until(lambda: ended(server))
    assert server.partitions == ()


def test_a_schema_change_that_pyarrow_refuses_to_send(server: MLDataServer, plain: PlainClient) -> None:
    options = fl.FlightCallOptions(timeout=20, headers=[(ROWS_HEADER.encode(), b"4")])
    writer, _ = plain.flight.do_put(fl.FlightDescriptor.for_path(NAME), ROWS.schema, options)

    with pytest.raises(fl.FlightServerError, match="3 rows of 4"), writer:  # noqa: PT012 - what the block does is the point
        writer.write_batch(ROWS)
        with pytest.raises(pa.ArrowInvalid, match="schema"):
            writer.write_batch(pa.RecordBatch.from_pydict({"y": ["four"]}))

    assert server.partitions == ()


class UserError(Exception):
    pass


@pytest.mark.parametrize(
    "error",
    [UserError("mine"), KeyError("mine"), OSError("mine"), pa.ArrowInvalid("mine"), KeyboardInterrupt(), SystemExit(3)],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize("rows_before", [0, 3, 3_000_000])
def test_what_the_batches_raise_reaches_the_user_unchanged(
    server: MLDataServer, client: MLDataClient, error: BaseException, rows_before: int
) -> None:
    def batches() -> Iterator[pa.RecordBatch]:
        yield pa.RecordBatch.from_pydict({"x": pa.repeat(1, rows_before)})
        raise error

    with pytest.raises(type(error)) as caught:
        client.send_batches(NAME, ROWS.schema, batches(), rows=rows_before + 1)

    assert caught.value is error
    until(lambda: ended(server))
    assert server.partitions == ()
    assert client.send(NAME, pa.table({"x": [1]})) == 1


def test_a_deadline_that_expires_while_the_rows_are_made(server: MLDataServer) -> None:
    def batches() -> Iterator[pa.RecordBatch]:
        yield pa.RecordBatch.from_pydict({"x": pa.repeat(1, 3_000_000)})
        until(lambda: ended(server), "the end of the call")
        yield ROWS

    with MLDataClient(server.uri, timeout=0.3) as client, pytest.raises(UploadError) as caught:
        client.send_batches(NAME, ROWS.schema, batches(), rows=3_000_003)

    assert str(caught.value) == (
        "a partition did not reach the ML data server\n"
        f"  where     {NAME} -> {server.uri}\n"
        "  got       Deadline Exceeded\n"
        "  fix       give the client a longer timeout, or see the server's log"
    )
    assert server.partitions == ()


def test_of_two_uploads_at_once_the_one_that_ends_last_stays(server: MLDataServer, folder: Path) -> None:
    both_began = threading.Barrier(2, timeout=20)
    first_is_in = threading.Event()

    def batches(value: int) -> Iterator[pa.RecordBatch]:
        for _ in range(3):
            yield pa.RecordBatch.from_pydict({"x": pa.repeat(value, 1_500_000)})
        both_began.wait()
        if value == 2:
            assert first_is_in.wait(20)
        yield pa.RecordBatch.from_pydict({"x": [value]})

    def send(value: int) -> None:
        with MLDataClient(server.uri, timeout=60) as client:
            client.send_batches(NAME, ROWS.schema, batches(value), rows=4_500_001)
        first_is_in.set()

    with ThreadPoolExecutor(2) as pool, MLDataClient(server.uri, timeout=60) as reader:
        sending = [pool.submit(send, value) for value in (1, 2)]
        assert first_is_in.wait(20)
        between = reader.fetch(NAME)["x"].unique().to_pylist()
        for future in sending:
            future.result(60)
        stored = reader.fetch(NAME)

    assert between in ([1], [2])
    assert (stored.num_rows, stored["x"].unique().to_pylist()) == (4_500_001, [2])
    assert not folder.exists() or [path.name for path in folder.iterdir()] == [NAME]


def test_readers_never_see_a_mixture(server: MLDataServer) -> None:
    rounds = 12
    done = threading.Event()

    def write(value: int) -> None:
        with MLDataClient(server.uri, timeout=20) as client:
            for turn in range(rounds):
                client.send(NAME, pa.table({"x": [value] * (100 * value + turn)}))

    def read() -> int:
        seen = 0
        with MLDataClient(server.uri, timeout=20) as client:
            while not done.is_set() or not seen:
                if not client.partitions():
                    continue
                table = client.fetch(NAME)
                (value,) = table["x"].unique().to_pylist()
                assert 0 <= table.num_rows - 100 * value < rounds
                seen += 1
        return seen

    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        for writer in [pool.submit(write, value) for value in (1, 2)]:
            writer.result(30)
        done.set()
        assert all(reader.result(30) for reader in readers)
    assert server.errors == ()


def test_many_clients_at_once(server: MLDataServer, folder: Path) -> None:
    def work(number: int) -> None:
        with MLDataClient(server.uri, timeout=20) as client:
            for turn in range(5):
                name = f"tag{number}.{turn}.parquet"
                client.send(name, pa.table({"x": [number] * (turn + 1)}))
                assert name in [partition.name for partition in client.partitions([f"tag{number}"])]
                assert client.fetch(name)["x"].to_pylist() == [number] * (turn + 1)
            client.drop(f"tag{number}.0.parquet")

    with ThreadPoolExecutor(16) as pool:
        for future in [pool.submit(work, number) for number in range(16)]:
            future.result(60)

    assert server.errors == ()
    assert len(server.partitions) == 16 * 4
    assert not folder.exists() or len(list(folder.iterdir())) == 16 * 4


def test_a_staged_upload_is_hidden_from_the_listing_and_from_the_folder(folder: Path) -> None:
    store = ParquetStore(folder)
    upload = store.receive(NAME, ROWS.schema)
    upload.write(ROWS)

    (aside,) = folder.iterdir()
    assert aside.name.startswith(".")
    assert store.partitions() == ()
    upload.discard()
    upload.discard()
    assert list(folder.iterdir()) == []
