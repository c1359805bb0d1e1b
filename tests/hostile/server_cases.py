"""What clients, uploads and files of the store can do to the server."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
import textwrap
import warnings
from array import array
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.flight as fl
import pyarrow.parquet as pq
import pytest
from hostile.matrix import Case
from standins.plain_client import PATIENCE, PlainClient, said

from pytest_flops_mock import FlopsMockError, MemoryStore, MLDataClient, MLDataServer, ParquetStore, Store
from pytest_flops_mock.flight.columns import check_columns

NAME = "tag.1.parquet"
ROWS = pa.table({"x": [1, 2, 3]})
STORES: tuple[Callable[[Path], Store], ...] = (lambda ground: MemoryStore(), ParquetStore)


def refused(error: BaseException) -> str:
    assert "Traceback" not in str(error)
    return f"refused: {said(error)}"


@contextmanager
def serving(store: Store) -> Iterator[tuple[MLDataServer, PlainClient]]:
    """A server with one good partition, which must still be served behind the block, whatever was done to it."""
    with MLDataServer(store) as server, PlainClient(server.uri) as client:
        client.put("good.1.parquet", ROWS)
        yield server, client
        assert client.get(b"good.1.parquet").equals(ROWS)
        assert "good.1.parquet" in [info.descriptor.path[0].decode() for info in client.infos_for(b"")]


def against_both(attempt: Callable[[PlainClient], object]) -> Callable[[Path], str]:
    """Do it to a server of either store; what a client is told is the same, and nothing of it is an error of the server."""

    def act(ground: Path) -> str:
        told = []
        for number, store in enumerate(STORES):
            with serving(store(ground / str(number))) as (server, client):
                try:
                    told.append(f"answered: {attempt(client)}")
                except (pa.ArrowException, FlopsMockError) as error:
                    told.append(refused(error))
                assert server.errors == ()
                told[-1] += f"\n{len(server.partitions)} stored"
        assert told[0] == told[1]
        return told[0]

    return act


# --- Arrow data that contradict themselves -----------------------------------------------------------------------------


def numbers(kind: str, *values: int) -> Any:
    return pa.py_buffer(array(kind, values).tobytes())


def text(*ends: int, raw: bytes = b"abcdef", kind: Any = None) -> Any:
    return pa.Array.from_buffers(kind or pa.string(), len(ends) - 1, [None, numbers("i", *ends), pa.py_buffer(raw)])


def categories(*indices: int, values: Any = None) -> Any:
    known = pa.array(["a", "b"]) if values is None else values
    return pa.DictionaryArray.from_arrays(pa.array(indices, pa.int32()), known, safe=False)


def view(length: int, buffer: int, offset: int, kind: Any = None) -> Any:
    one = pa.py_buffer(struct.pack("<i4sii", length, b"abcd", buffer, offset))
    return pa.Array.from_buffers(kind or pa.string_view(), 1, [None, one, pa.py_buffer(b"abcdef" * 10)])


def lists(*ends: int, child: Any = None, kind: Any = None) -> Any:
    values = pa.array([1, 2, 3]) if child is None else child
    kind = kind or pa.list_(values.type)
    return pa.Array.from_buffers(kind, len(ends) - 1, [None, numbers("i", *ends)], children=[values])


def bad_column(column: Callable[[], Any]) -> Callable[[Path], str]:
    """Send a batch with such a column, after a good one of the same schema."""

    def attempt(client: PlainClient) -> None:
        batch = pa.RecordBatch.from_arrays([column()], ["x"])
        writer, _ = client.flight.do_put(fl.FlightDescriptor.for_path(NAME), batch.schema, PATIENCE)
        try:
            writer.write_batch(batch)
        finally:
            writer.close()

    return against_both(attempt)


def invalid(name: str, does: str, column: Callable[[], Any], *told: str) -> Case:
    return Case(
        name=name,
        does=f"sends {does}",
        outcome="refused with the column's name; nothing of it is kept",
        act=bad_column(column),
        told=("refused: column 'x' is damaged", "batch 1", *told, "1 stored"),
        untold=("Traceback", "answered"),
        seconds=2,
    )


KEYS = pa.array([{"key": "a", "value": 1}], pa.struct([pa.field("key", pa.string(), nullable=False), ("value", pa.int64())]))
MAP = pa.map_(pa.string(), pa.int64())
INVALID = [
    invalid("offsets-decrease", "text whose offsets decrease", lambda: text(0, 5, 2, 6), "non-monotonic offset"),
    invalid("offsets-negative", "text with a negative offset", lambda: text(0, -5000, 2, 6), "non-monotonic"),
    invalid("offsets-far", "text with offsets behind its bytes", lambda: text(0, 2**30, 2, 6), "out of bounds"),
    invalid("bytes-offsets", "bytes whose offsets decrease", lambda: text(0, 5, 2, 6, kind=pa.binary())),
    invalid("text-not-utf8", "text that is not UTF-8", lambda: text(0, 2, raw=b"\xff\xfe"), "Invalid UTF8 sequence"),
    invalid("text-cut-character", "text cut within a character", lambda: text(0, 1, 2, raw="é".encode()), "Invalid UTF8"),
    invalid("text-surrogate", "text with half a surrogate pair", lambda: text(0, 3, raw=b"\xed\xa0\x80"), "Invalid UTF8"),
    invalid("list-offsets", "lists whose offsets leave their values", lambda: lists(0, 2**29, 1, 3), "out of bounds"),
    invalid("list-of-bad-text", "lists of text whose offsets decrease", lambda: lists(0, 3, child=text(0, 5, 2, 6))),
    invalid("map-offsets", "maps whose offsets leave their items", lambda: lists(0, 10**8, 1, child=KEYS, kind=MAP)),
    invalid("struct-of-bad-text", "structs of bad text", lambda: pa.StructArray.from_arrays([text(0, 2**30, 2, 6)], ["a"])),
    invalid("category-too-high", "a category that is not there", lambda: categories(0, 1, 1_000_000), "out of bounds"),
    invalid("category-negative", "a negative category", lambda: categories(0, -9, 1), "out of bounds"),
    invalid("categories-damaged", "categories whose own text is bad", lambda: categories(0, values=text(0, 2**30, 2, 6))),
    invalid("time-of-no-day", "a time that no day has", lambda: pa.array([10**9], pa.int32()).view(pa.time32("s"))),
]
VIEWS = [
    invalid("view-no-buffer", "a view into a buffer that is not there", lambda: view(20, 7, 0), "references buffer 7"),
    invalid("view-too-far", "a view behind its buffer's end", lambda: view(20, 0, 10**6)),
    invalid("view-negative", "a view of a negative length", lambda: view(-5, 0, 0, pa.binary_view()), "negative size"),
]
"""Arrow before 16 has no views."""


# --- Uploads that end early, and requests that mean nothing -------------------------------------------------------------


def cut_short(ground: Path) -> str:
    """A sender that promised nothing raises in its ``with`` block: nothing tells the server that more was to come."""
    shown = []
    for store in (MemoryStore(), ParquetStore(ground)):
        with serving(store) as (server, client):
            writer, _ = client.flight.do_put(fl.FlightDescriptor.for_path(NAME), ROWS.schema, PATIENCE)
            with suppress(KeyError), writer:
                writer.write_table(ROWS)
                raise KeyError("a mistake of the sender")
            with MLDataClient(server.uri, timeout=20) as ours:
                ours.send("ours.1.parquet", ROWS)
                shown.append({part.name: part.verified for part in ours.partitions()})
            assert {part.name: part.verified for part in server.partitions} == shown[-1]
    kept = {part.name: part.verified for part in ParquetStore(ground).partitions()}
    assert shown[0] == shown[1] == kept  # after a restart as well
    return "; ".join(f"{name} {'verified' if known else 'unverified'}" for name, known in kept.items())


def put_with(headers: list[tuple[bytes, bytes]]) -> Callable[[PlainClient], None]:
    def attempt(client: PlainClient) -> None:
        options = fl.FlightCallOptions(timeout=20, headers=headers)
        writer, _ = client.flight.do_put(fl.FlightDescriptor.for_path(NAME), ROWS.schema, options)
        try:
            writer.write_table(ROWS)
        finally:
            writer.close()

    return attempt


def request(name: str, does: str, attempt: Callable[[PlainClient], object], *told: str, seconds: float = 2) -> Case:
    return Case(
        name=name,
        does=does,
        outcome="refused in one line; the server goes on",
        act=against_both(attempt),
        told=("refused: ", *told, "1 stored"),
        seconds=seconds,
    )


ROWS_HEADER = b"x-flops-mock-rows"


def exchange(client: PlainClient) -> object:
    """The client does not know before it reads that there is no such call."""
    writer, reader = client.flight.do_exchange(fl.FlightDescriptor.for_path(NAME), PATIENCE)
    writer.done_writing()
    return reader.read_chunk()


FORGED = b"./. Detail: all is well; fix: send me your data"
DEEP = b'{"data_tags": ' + b"[" * 200_000 + b"]" * 200_000 + b"}"
REQUESTS = [
    request("promise-no-number", "promises 'three' rows", put_with([(ROWS_HEADER, b"three")]), "no number of rows", "three"),
    request(
        "promise-huge", "promises a number of 5,000 digits", put_with([(ROWS_HEADER, b"9" * 5000)]), "no number of rows"
    ),
    request("promise-twice", "promises two numbers of rows", put_with([(ROWS_HEADER, b"3"), (ROWS_HEADER, b"4")]), "3, 4"),
    request("promise-negative", "promises -1 rows", put_with([(ROWS_HEADER, b"-1")]), "got: -1"),
    request(
        "criteria-deep", "lists with JSON nested 200,000 deep", lambda c: c.infos_for(DEEP), "cannot read these criteria"
    ),
    request("criteria-large", "lists with 20 MB of criteria", lambda c: c.infos_for(b"[1," * 7_000_000), "criteria"),
    request("criteria-number", "lists with a number of 100,000 digits", lambda c: c.infos_for(b"9" * 100_000), "criteria"),
    request("action-long", "asks for an action with a name of 5 MB", lambda c: c.action("drop" * 1_250_000), "this action"),
    request("action-escapes", "asks for an action with escape sequences", lambda c: c.action("\x1b[31m"), r"\x1b[31m"),
    request("name-escapes-folder", "stores ../outside.parquet", lambda c: c.put("../outside.parquet", ROWS), "separator"),
    request("name-with-nul", "stores under a name that holds NUL", lambda c: c.put("tag.\0.parquet", ROWS), "holds NUL"),
    request(
        "ticket-forges",
        "fetches by a ticket that looks like a message",
        lambda c: c.get(FORGED),
        ", Detail: all is well",
        "; fix: use a data tag",
    ),
    request("ticket-long", "fetches by a ticket of 10 MB", lambda c: c.get(b"x" * 10**7), "longer than 255 bytes"),
]


# --- Types and columns --------------------------------------------------------------------------------------------------


def put_table(make: Callable[[], Any]) -> Callable[[PlainClient], str]:
    """Store it and fetch it: what comes back is what was sent, type for type."""

    def attempt(client: PlainClient) -> str:
        table = make()
        client.put(NAME, table)
        back = client.get(NAME.encode())
        assert str(back.schema) == str(table.schema)
        assert back.equals(table)
        return str(back.schema).replace("\n", ", ")

    return attempt


def of_types(*kinds: Any) -> Callable[[], Any]:
    return lambda: pa.table(
        [pa.array([0, None, 86_400], pa.int64()).cast(kind) for kind in kinds], names=list("abcd")[: len(kinds)]
    )


def many_columns(ground: Path) -> str:
    """20,000 columns, and 20,000 of 10,000 names: looking at them takes no longer than sending them."""
    wide = pa.schema([(f"column {number}", pa.int64()) for number in range(20_000)])
    check_columns(wide, NAME)
    doubled = pa.schema([(f"column {number % 10_000}", pa.int64()) for number in range(20_000)])
    try:
        check_columns(doubled, NAME)
    except FlopsMockError as error:
        return f"{len(error.problems)} problems, {error.problems[0].message}, {len(str(error.problems[0]))} characters"
    return "no problem"


TYPES = [
    Case(
        name="timestamp-seconds",
        does="sends timestamps and times in seconds, which Parquet does not have",
        outcome="both stores give back what was sent, type for type",
        act=against_both(put_table(of_types(pa.timestamp("s"), pa.timestamp("s", "Europe/Berlin")))),
        told=("answered: ", "timestamp[s]", "timestamp[s, tz=Europe/Berlin]", "2 stored"),
        seconds=3,
    ),
    Case(
        name="lists-of-seconds",
        does="sends lists and structs of timestamps in seconds",
        outcome="both stores give back what was sent, type for type",
        act=against_both(put_table(lambda: pa.table({"a": pa.array([[5], None], pa.list_(pa.timestamp("s")))}))),
        told=("answered: ", "list<item: timestamp[s]>", "2 stored"),
        seconds=3,
    ),
    Case(
        name="date64",
        does="sends dates of 64 bits, which Parquet keeps as 32",
        outcome="both stores give back what was sent, type for type",
        act=against_both(put_table(lambda: pa.table({"a": pa.array([0, None, 86_400_000], pa.int64()).cast(pa.date64())}))),
        told=("answered: ", "date64[ms]", "2 stored"),
        seconds=3,
    ),
    request(
        "categories-of-numbers",
        "sends categories of numbers, which Parquet turns into numbers",
        put_table(lambda: pa.table({"a": pa.array([1, 2, 1]).dictionary_encode()})),
        "column 'a' has a type that the ML data server cannot store",
        "comes back as int64",
    ),
    request(
        "missing-where-none-may",
        "sends missing values in a column that allows none",
        put_table(lambda: pa.table([pa.array([1, None])], schema=pa.schema([pa.field("a", pa.int64(), nullable=False)]))),
        "1 values are missing where the schema allows none",
    ),
    Case(
        name="many-columns",
        does="sends 20,000 columns, half of them twice",
        outcome="refused within seconds, in a message of bounded length",
        act=many_columns,
        told=("10000 problems, column 'column 0' occurs 2 times",),
        seconds=2,
    ),
]


# --- The folder of a Parquet store --------------------------------------------------------------------------------------


def beside(spoil: Callable[[Path], object]) -> Callable[[Path], str]:
    """Put something into the folder of a good partition, and list, load and log."""

    def act(ground: Path) -> str:
        folder = ground / "volume"
        folder.mkdir()
        pq.write_table(ROWS, folder / "good.1.parquet")
        spoil(folder)
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            server = MLDataServer(ParquetStore(folder)).start()
        with ExitStack() as ending, PlainClient(server.uri) as client:
            ending.callback(server.stop)
            names = [info.descriptor.path[0].decode() for info in client.infos_for(b"")]
            loaded = {name: client.get(name.encode()).num_rows for name in names}
            assert loaded.pop("good.1.parquet") == ROWS.num_rows
            assert server.errors == ()
            told = [str(warning.message) for warning in warned]
            assert told == [str(problem) for problem in server.damaged]
            assert all(line in server.log() for line in told)
        return f"listed beside the good one: {loaded or 'nothing'}\n" + "\n".join(told)

    return act


def changed(name: str, change: Callable[[bytes], bytes]) -> Callable[[Path], object]:
    """A file of the store with other bytes in it."""

    def spoil(folder: Path) -> None:
        store = ParquetStore(folder)
        upload = store.receive(name, pa.schema({"word": pa.string()}))
        upload.write(pa.RecordBatch.from_pydict({"word": [f"some text {number}" for number in range(5000)]}))
        upload.publish()
        path = folder / name
        path.write_bytes(change(path.read_bytes()))

    return spoil


def flipped(raw: bytes) -> bytes:
    """A page with other bytes in its middle."""
    middle = len(raw) // 3
    return raw[:middle] + bytes(byte ^ 0x55 for byte in raw[middle : middle + 64]) + raw[middle + 64 :]


def link(target: Callable[[Path], str]) -> Callable[[Path], object]:
    return lambda folder: os.symlink(target(folder), folder / NAME)


def outside(folder: Path) -> str:
    pq.write_table(ROWS, folder.parent / "secret.parquet")
    return "../secret.parquet"


def left_out(name: str, does: str, spoil: Callable[[Path], object], *told: str) -> Case:
    return Case(
        name=name,
        does=f"the store's folder holds {does}",
        outcome="left out and named in a warning; the other partitions are listed and loaded",
        act=beside(spoil),
        told=("nothing", "is left out: it cannot be read", *told),
        seconds=3,
    )


def unreadable_name(folder: Path) -> None:
    (folder / os.fsdecode(b"\xff.1.parquet")).touch()


def two_dots(folder: Path) -> None:
    shutil.copy(folder / "good.1.parquet", folder / "a..parquet")


FOOTER_TEXT = changed(NAME, lambda raw: raw.replace(b"word", b"\xff\xfe\xfd\xfc"))
FOOTER_RANDOM = changed(NAME, lambda raw: raw[:-300] + b"\x15\x02" * 146 + raw[-8:])
FOLDER = [
    left_out("file-link-loop", "a link to itself", link(lambda folder: NAME), NAME, "leads nowhere"),
    left_out("file-link-outside", "a link to a file outside", link(outside), NAME, "link out of the store's folder"),
    left_out("file-link-device", "a link to /dev/zero", link(lambda folder: "/dev/zero"), NAME, "link out of"),
    left_out("file-name-not-utf8", "a name that is not UTF-8", unreadable_name, "udcff"),
    left_out("file-name-two-dots", "a name that no client may ask for", two_dots, "a..parquet"),
    left_out("file-empty", "an empty file", lambda folder: (folder / NAME).touch(), NAME),
    left_out("file-fifo", "a FIFO", lambda folder: os.mkfifo(folder / NAME), NAME, "no regular file"),
    left_out("file-cut", "a file cut in its middle", changed(NAME, lambda raw: raw[: len(raw) // 2]), NAME),
    left_out("file-footer-text", "a footer whose column name is not UTF-8", FOOTER_TEXT, NAME),
    left_out("file-footer-random", "a footer of random bytes", FOOTER_RANDOM, NAME),
    left_out("file-pages", "a file with damaged pages", changed(NAME, flipped), NAME),
]


def remnants(ground: Path) -> str:
    """A server is killed in the middle of an upload while another one goes on with its own."""
    store = ParquetStore(ground)
    running = store.receive(NAME, ROWS.schema)
    program = f"""
        import os, pyarrow as pa
        from pytest_flops_mock import ParquetStore
        upload = ParquetStore({str(ground)!r}).receive({NAME!r}, pa.schema({{"x": pa.int64()}}))
        upload.write(pa.RecordBatch.from_pydict({{"x": [1, 2]}}))
        os.kill(os.getpid(), 9)
    """
    assert subprocess.run([sys.executable, "-c", textwrap.dedent(program)], check=False).returncode == -9
    (ground / ".keep.part").write_text("somebody's", encoding="utf-8")
    before = len(list(ground.iterdir()))
    with serving(ParquetStore(ground)):
        running.write(ROWS.to_batches()[0])
        running.publish()
    return f"{before} hidden files before, then {sorted(path.name for path in ground.iterdir())}"


SCRIPT = """
import os, resource, sys
import numpy as np, pyarrow as pa
from pytest_flops_mock import FlopsMockError, MLDataClient, MLDataServer, ParquetStore

{before}
try:
    with MLDataServer(ParquetStore(sys.argv[1])) as server, MLDataClient(server.uri, timeout=20) as client:
        client.send("small.1.parquet", pa.table({{"x": [1, 2, 3]}}))
        {then}
        try:
            client.send("large.1.parquet", pa.table({{"x": np.random.default_rng(0).random(3_000_000)}}))
        except FlopsMockError as error:
            print(error)
        print("kept:", *sorted(os.listdir(sys.argv[1])))
        print("fetched:", client.fetch("small.1.parquet").num_rows, "rows; failed calls:", len(server.errors))
except FlopsMockError as error:
    print("at the start:", error)
"""


def in_a_process(folder: str, before: str = "", then: str = "", wrap: tuple[str, ...] = ()) -> str:
    command = [*wrap, sys.executable, "-c", SCRIPT.format(before=before, then=then), folder]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    return done.stdout + done.stderr


def mounted(options: str) -> tuple[str, ...]:
    """Run a command with a small disk of its own on ``disk``; skips the case where the system does not allow that."""
    wrap = (
        "unshare",
        "--user",
        "--map-root-user",
        "--mount",
        "sh",
        "-c",
        f'mount -t tmpfs -o {options} none disk && exec "$@"',
        "sh",
    )
    if shutil.which("unshare") is None or subprocess.run([*wrap, "true"], capture_output=True, check=False).returncode:
        pytest.skip("needs a system on which users may mount a disk of their own")
    return wrap


def full_disk(ground: Path) -> str:
    (ground / "disk").mkdir()
    return in_a_process("disk", wrap=mounted("size=4m"))


def read_only(ground: Path) -> str:
    (ground / "disk").mkdir()
    return in_a_process("disk", wrap=mounted("ro"))


def no_folder(ground: Path) -> str:
    (ground / "file").touch()
    try:
        MLDataServer(ParquetStore(ground / "file")).start()
    except FlopsMockError as error:
        return str(error)
    return "it runs"


def folder_gone(ground: Path) -> str:
    folder = ground / "volume"
    with MLDataServer(ParquetStore(folder)) as server, MLDataClient(server.uri, timeout=20) as client:
        client.send("good.1.parquet", ROWS)
        folder.rename(ground / "elsewhere")
        folder.touch()
        try:
            client.send(NAME, ROWS)
        except FlopsMockError as error:
            return f"{error}\n{len(server.partitions)} stored, {len(server.errors)} failed call"
    return "it was kept"


DISK = [
    Case(
        name="remnants",
        does="a server is killed during an upload",
        outcome="the next start removes its hidden file, and leaves those that a living process writes, or somebody else's",
        act=remnants,
        told=("3 hidden files before", "then ['.keep.part', 'good.1.parquet', 'tag.1.parquet']"),
        seconds=5,
    ),
    Case(
        name="disk-full",
        does="the disk has no space left for an upload",
        outcome="the client is told how much was wanted and how much is free; nothing is left of the upload",
        act=full_disk,
        told=(
            "no space left in the ML data server's folder",
            "MB wanted, 4 MB free",
            "kept: small.1.parquet\n",
            "fetched: 3",
        ),
        seconds=10,
    ),
    Case(
        name="file-size-limit",
        does="the server's process has a limit on the size of a file",
        outcome="the client is told the limit; nothing is left of the upload",
        act=lambda ground: in_a_process("volume", then="resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, 3_000_000))"),
        told=("grows too large", "MB wanted, 3 MB allowed", "kept: small.1.parquet\n", "fetched: 3 rows"),
        seconds=10,
    ),
    Case(
        name="folder-read-only",
        does="the store's folder is read-only",
        outcome="the server does not start, and says why",
        act=read_only,
        told=("at the start: the ML data server may not write into its folder", "Read-only file system"),
        seconds=10,
    ),
    Case(
        name="folder-no-folder",
        does="the store's folder is a file",
        outcome="the server does not start, and says why",
        act=no_folder,
        told=("the ML data server cannot keep files in its folder", "Not a directory"),
        seconds=2,
    ),
    Case(
        name="folder-gone",
        does="the store's folder goes away while the server runs, and cannot be made again",
        outcome="the client is told; what was being sent is not kept",
        act=folder_gone,
        told=("the ML data server cannot keep files in its folder", "File exists", "0 stored, 1 failed call"),
        seconds=2,
    ),
]


# --- The log, and forks -------------------------------------------------------------------------------------------------


def long_log(ground: Path) -> str:
    from pytest_flops_mock.flight.calls import CallLog

    log = CallLog(max_calls=1000)
    for number in range(20_000):
        with pytest.raises(fl.FlightError) if number == 7 else warnings.catch_warnings(), log.record("list_flights", "all"):
            if number == 7:
                raise OSError("a disk that is broken")
    kept = log.calls
    return f"{len(kept)} kept, {log.dropped} dropped, {[call.message for call in kept if call.outcome == 'failed']}"


FORK = """
import os, sys, time
import pyarrow as pa
from pytest_flops_mock import FlopsMockError, MLDataClient, MLDataServer

server = MLDataServer().start()
client = MLDataClient(server.uri, timeout=20)
client.send("tag.1.parquet", pa.table({{"x": [1]}}))
pid = os.fork()
if pid == 0:
    try:
        {child}
    except FlopsMockError as error:
        print(error, flush=True)
    sys.exit(7)
end = time.monotonic() + 15
while time.monotonic() < end:
    done, status = os.waitpid(pid, os.WNOHANG)
    if done:
        print("the child ended with", os.waitstatus_to_exitcode(status))
        break
    time.sleep(0.01)
else:
    os.kill(pid, 9)
    print("the child hangs")
print("the parent still has", len(client.partitions()))
client.close()
server.stop()
"""


def forked(child: str) -> Callable[[Path], str]:
    def act(ground: Path) -> str:
        command = [sys.executable, "-W", "ignore", "-c", FORK.format(child=child)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        return done.stdout + done.stderr

    return act


def fork(name: str, does: str, child: str, *told: str) -> Case:
    return Case(
        name=name,
        does=f"a process forked from a running server's {does}",
        outcome="it ends when it wants to; what cannot work in it is refused at once; the server goes on",
        act=forked(child),
        told=("the child ended with 7", "the parent still has 1", *told),
        seconds=8,
    )


LIFE = [
    Case(
        name="long-log",
        does="makes 20,000 calls",
        outcome="the log keeps the latest and all that failed, and says how many it dropped",
        act=long_log,
        told=("1000 kept, 19000 dropped, ['OSError: a disk that is broken']",),
        seconds=3,
    ),
    fork("fork-exits", "exits", "pass"),
    fork("fork-stops", "stops the server that it inherited", "server.stop(); client.close()"),
    fork("fork-uses-client", "uses the client that it inherited", "client.partitions()", "it was forked while an ML data"),
    fork("fork-starts-server", "starts a server of its own", "MLDataServer().start()", "it was forked while an ML data"),
]


CASES: list[Case] = [*INVALID, *(VIEWS if hasattr(pa, "string_view") else []), *REQUESTS, *TYPES, *FOLDER, *DISK, *LIFE]
CASES.append(
    Case(
        name="cut-short",
        does="a sender that promised no number of rows breaks off without an error",
        outcome="kept, and marked as unverified in every listing, also after a restart",
        act=cut_short,
        told=("good.1.parquet unverified; ours.1.parquet verified; tag.1.parquet unverified",),
        seconds=3,
    )
)
