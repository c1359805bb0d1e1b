"""Whatever a client asks: an answer or one line that says what is wrong, in no time, and the server goes on."""

from __future__ import annotations

import json
import string
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.flight as fl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from standins.plain_client import PATIENCE, PlainClient, said

from pytest_flops_mock import MLDataServer, ParquetStore
from pytest_flops_mock.errors import NameRefusedError
from pytest_flops_mock.flight.messages import MAX_BYTES, problem_in
from pytest_flops_mock.flight.naming import checked_name

ROWS = pa.table({"x": [1, 2, 3]})
AMOUNTS = pytest.mark.parametrize(
    "examples", [50, pytest.param(400, marks=pytest.mark.slow), pytest.param(2000, marks=pytest.mark.exhaustive)]
)
SECONDS = 1.0
"""How long one example may keep a processor busy; a busy machine does not count."""


def fuzzed(examples: int, *strategies: Any) -> Callable[[Callable[..., None]], None]:
    """Run a function on so many examples."""

    def run(check: Callable[..., None]) -> None:
        def timed(values: tuple[Any, ...]) -> None:
            begun = time.process_time()
            check(*values)
            assert time.process_time() - begun < SECONDS

        several = settings(
            derandomize=True,
            database=None,
            max_examples=examples,
            print_blob=True,
        )
        several(given(st.tuples(*strategies))(timed))()

    return run


@contextmanager
def documented() -> Iterator[None]:
    """Errors that a client may get: one line that our client takes apart."""
    try:
        yield
    except fl.FlightServerError as error:
        text = said(error)
        assert problem_in(text) is not None, text
        assert text.isprintable()
        assert len(text.encode()) <= MAX_BYTES


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MLDataServer]:
    """A server with a good partition, which is there afterwards, and nothing is outside its folder."""
    with MLDataServer(ParquetStore(tmp_path / "volume")) as running:
        with PlainClient(running.uri) as client:
            client.put("good.1.parquet", ROWS)
        yield running
        with PlainClient(running.uri) as client:
            assert client.get(b"good.1.parquet").equals(ROWS)
        assert running.errors == ()
        assert running.damaged == ()
        assert [path.name for path in tmp_path.iterdir()] == ["volume"]


@pytest.fixture
def client(server: MLDataServer) -> Iterator[PlainClient]:
    with PlainClient(server.uri) as connected:
        yield connected


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.just("data_tags"), inner),
)
NESTED = st.tuples(st.sampled_from(["[", '{"data_tags":', '{"a":[']), st.integers(1, 200_000)).map(lambda x: x[0] * x[1])
CRITERIA = (
    st.binary()
    | JSON.map(json.dumps).map(str.encode)
    | st.lists(st.text() | JSON).map(lambda tags: json.dumps({"data_tags": tags}).encode())
    | NESTED.map(str.encode)
    | st.integers(1, 10**6).map(lambda count: b"9" * count)
)
CHARACTERS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=300)
NAMES = (
    CHARACTERS
    | st.text(alphabet="./\\ \0\n\x1btag", max_size=20)
    | st.integers(1, 10**6).map(lambda count: "x" * count)
    | st.builds("{}.{}.parquet".format, st.text(string.ascii_letters, min_size=1), st.integers(0, 5))
)
KEYS = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=20).map("x-{}".format)
VALUES = st.integers().map(str) | st.text(string.printable.strip(), max_size=100)
HEADERS = st.lists(st.tuples(st.just("x-flops-mock-rows") | KEYS, VALUES), max_size=4)


def descriptor(kind: str, name: str) -> Any:
    if kind == "command":
        return fl.FlightDescriptor.for_command(name.encode())
    return fl.FlightDescriptor.for_path(*{"path": [name], "none": [], "long": [name, name], "empty": [""]}[kind])


DESCRIPTORS = st.builds(descriptor, st.sampled_from(["path", "path", "command", "none", "long", "empty"]), NAMES)


@AMOUNTS
def test_criteria(client: PlainClient, examples: int) -> None:
    @fuzzed(examples, CRITERIA)
    def check(criteria: bytes) -> None:
        with documented():
            names = [info.descriptor.path[0] for info in client.infos_for(criteria)]
            assert names in ([], [b"good.1.parquet"])


@AMOUNTS
def test_uploads(client: PlainClient, server: MLDataServer, examples: int) -> None:
    @fuzzed(examples, DESCRIPTORS, HEADERS)
    def check(descriptor: Any, headers: list[tuple[str, str]]) -> None:
        before = {part.name for part in server.partitions}
        options = fl.FlightCallOptions(timeout=20, headers=[(key.encode(), value.encode()) for key, value in headers])
        with documented():
            writer, _ = client.flight.do_put(descriptor, ROWS.schema, options)
            try:
                # A write on an upload that is refused already says no more than that; close() says why.
                with suppress(pa.ArrowException, OSError):
                    writer.write_table(ROWS)
            finally:
                writer.close()
            name = descriptor.path[0].decode()
            assert name in {part.name for part in server.partitions}
            if name not in before:
                server.store.drop(name)
        assert {part.name for part in server.partitions} == before


@AMOUNTS
def test_descriptors(client: PlainClient, examples: int) -> None:
    @fuzzed(examples, DESCRIPTORS)
    def check(descriptor: Any) -> None:
        with documented():
            assert client.flight.get_flight_info(descriptor, PATIENCE).total_records == ROWS.num_rows


@AMOUNTS
def test_tickets(client: PlainClient, examples: int) -> None:
    @fuzzed(examples, st.binary() | NAMES.map(str.encode))
    def check(ticket: bytes) -> None:
        with documented():
            assert client.get(ticket).num_rows == ROWS.num_rows


@AMOUNTS
def test_actions(client: PlainClient, examples: int) -> None:
    kinds = st.just("drop_dataset") | CHARACTERS | st.integers(1, 10**6).map(lambda count: "drop_dataset" * count)

    @fuzzed(examples, kinds, st.binary() | NAMES.map(str.encode))
    def check(kind: str, body: bytes) -> None:
        with documented():
            assert body != b"good.1.parquet"
            assert client.action(kind, body) == []


@AMOUNTS
def test_names(tmp_path: Path, examples: int) -> None:
    """A name that is taken is one of a file in the folder itself, in Python's eyes and in the system's."""

    @fuzzed(examples, st.binary() | NAMES | st.text())
    def check(raw: bytes | str) -> None:
        try:
            name = checked_name(raw)
        except NameRefusedError:
            return
        assert name.encode() == (raw if isinstance(raw, bytes) else raw.encode())
        path = tmp_path / name
        assert path.parent == tmp_path
        path.write_bytes(b"")
        assert [entry.name for entry in tmp_path.iterdir()] == [name]
        path.unlink()
