"""The server against a model of it: whatever clients do, in any order, it holds what was sent whole and not dropped."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from pytest_flops_mock import MemoryStore, MLDataClient, MLDataServer, ParquetStore, Store
from pytest_flops_mock.errors import LoadError, UploadError
from pytest_flops_mock.flight.naming import tag_of
from pytest_flops_mock.strategies import ci_profile, flight_names

TAGS = st.sampled_from(["a", "b", "ab"])
NAMES = st.builds("{}.{}.parquet".format, TAGS, st.integers(0, 2)) | flight_names(TAGS)
TABLES = st.lists(st.integers(-9, 9) | st.none(), max_size=5).map(lambda rows: pa.table({"x": pa.array(rows, pa.int64())}))


class BrokeOffError(Exception):
    """The sender's own, half-way."""


class Clients(RuleBasedStateMachine):
    """What clients can do, one after another or at once; ``held`` is what the server should have."""

    def store(self, folder: Path) -> Store:
        return MemoryStore()

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.server = MLDataServer(self.store(Path(self.folder.name) / "volume"))
        self.held: dict[str, pa.Table] = {}

    @initialize()
    def start(self) -> None:
        self.server.start()
        self.client = MLDataClient(self.server.uri)

    def teardown(self) -> None:
        self.client.close()
        self.server.stop()
        self.folder.cleanup()

    @rule(name=NAMES, table=TABLES)
    def put(self, name: str, table: pa.Table) -> None:
        assert self.client.send(name, table) == table.num_rows
        self.held[name] = table

    @rule(name=NAMES, table=TABLES, whole=st.integers(0, 3))
    def put_that_breaks_off(self, name: str, table: pa.Table, whole: int) -> None:
        def batches() -> Iterator[pa.RecordBatch]:
            for _ in range(whole):
                yield from table.to_batches()
            raise BrokeOffError

        with pytest.raises(BrokeOffError):
            self.client.send_batches(name, table.schema, batches(), rows=whole * table.num_rows + 1)

    @rule(name=NAMES, table=TABLES, missing=st.sampled_from([1, -1, 100]))
    def put_of_other_rows_than_promised(self, name: str, table: pa.Table, missing: int) -> None:
        promised = max(table.num_rows + missing, 0)
        if promised != table.num_rows:
            with pytest.raises(UploadError):
                self.client.send_batches(name, table.schema, table.to_batches(), rows=promised)

    @rule(puts=st.dictionaries(NAMES, TABLES, min_size=2, max_size=4))
    def put_at_once(self, puts: dict[str, pa.Table]) -> None:
        def one(name: str) -> list[str]:
            with MLDataClient(self.server.uri) as client:
                client.send(name, puts[name])
                return [partition.name for partition in client.partitions()]

        before = set(self.held)
        with ThreadPoolExecutor(max_workers=len(puts)) as threads:
            for name, seen in zip(puts, threads.map(one, puts), strict=True):
                assert {name, *before} <= set(seen) <= before | puts.keys()
        self.held |= puts

    @rule(name=NAMES, tables=st.lists(TABLES, min_size=2, max_size=3))
    def put_at_once_under_one_name(self, name: str, tables: list[pa.Table]) -> None:
        def one(table: pa.Table) -> int:
            with MLDataClient(self.server.uri) as client:
                return client.send(name, table)

        with ThreadPoolExecutor(max_workers=len(tables)) as threads:
            list(threads.map(one, tables))
        found = self.client.fetch(name)
        assert any(found.equals(table) for table in tables)
        self.held[name] = found

    @rule(name=NAMES)
    def get(self, name: str) -> None:
        if name in self.held:
            assert self.client.fetch(name).equals(self.held[name])
        else:
            with pytest.raises(LoadError):
                self.client.fetch(name)

    @rule(name=NAMES)
    def drop(self, name: str) -> None:
        if name in self.held:
            self.client.drop(name)
            del self.held[name]
        else:
            with pytest.raises(LoadError):
                self.client.drop(name)

    @rule()
    def clear(self) -> None:
        self.server.clear()
        self.held.clear()

    @rule(tags=st.lists(TAGS, max_size=2, unique=True))
    def list_tags(self, tags: list[str]) -> None:
        found = [partition.name for partition in self.client.partitions(tags)]
        assert found == sorted(name for name in self.held if tag_of(name) in tags)

    @invariant()
    def it_holds_what_was_sent_whole(self) -> None:
        if hasattr(self, "client"):
            found = {partition.name: partition.rows for partition in self.client.partitions()}
            assert found == {name: table.num_rows for name, table in self.held.items()}
            assert self.server.errors == ()


class ClientsOfAVolume(Clients):
    """The same with a store on disk."""

    def store(self, folder: Path) -> Store:
        return ParquetStore(folder)


@pytest.mark.parametrize("examples", [6, pytest.param(200, marks=pytest.mark.exhaustive)])
@pytest.mark.parametrize("machine", [Clients, ClientsOfAVolume], ids=["memory", "parquet"])
def test_the_server_is_as_its_model(machine: Any, examples: int) -> None:
    run_state_machine_as_test(
        machine, settings=settings(ci_profile(examples), stateful_step_count=15, phases=[Phase.generate, Phase.shrink])
    )
