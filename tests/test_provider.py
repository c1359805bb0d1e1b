"""One run of the mock data provider."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from standins.projects import mock_sla
from standins.real_server import RealServer

from pytest_flops_mock import (
    FlopsMockError,
    MLDataClient,
    MLDataServer,
    MockDataProvider,
    MockSLA,
    ParquetStore,
    load_partitions,
)
from pytest_flops_mock.partitions.splitting import Partition
from pytest_flops_mock.provider import PROGRESS_AFTER_SECONDS


def numbers(count: int = 10) -> Any:
    return datasets.Dataset.from_dict({"x": list(range(count))})


def test_partitions_are_stored_under_tag_and_digest() -> None:
    with MLDataServer() as server:
        run = MockDataProvider(server.uri).run(mock_sla(), dataset=numbers())
        assert all(re.fullmatch(r"mnist\.[0-9a-f]{32}\.parquet", name) for name in run.names)
        assert [part.rows for part in run.partitions] == [5, 5]
        assert all(40 <= part.bytes < 50 for part in run.partitions)
        assert (run.rows, run.data_tag, run.dataset_name) == (10, "mnist", "mnist")
        assert (run.source, run.origin) == ("memory", "10 rows handed in")
        assert sorted(load_partitions(server.uri, ["mnist"])[:]["x"].to_pylist()) == list(range(10))


def test_the_same_data_are_stored_once_and_the_seed_decides() -> None:
    with MLDataServer() as server:
        first, again = (MockDataProvider(server.uri).run(mock_sla(), dataset=numbers()) for _ in range(2))
        assert first == again
        assert len(server.partitions) == 2
        other = MockDataProvider(server.uri, seed=7).run(mock_sla(), dataset=numbers())
        assert not set(other.names) & set(first.names)


FLOWERS_OWN = """
import os, sys
os.environ["FLWR_TELEMETRY_ENABLED"] = "0"
import datasets
from flwr_datasets import FederatedDataset
datasets.disable_progress_bars()
split = FederatedDataset(dataset=sys.argv[1], partitioners={"train": 3})
for index in range(3):
    split.load_partition(index).to_parquet(f"{sys.argv[2]}/{index}.parquet")
"""


def test_partitions_are_row_by_row_those_that_flower_makes(tmp_path: Path) -> None:
    rows = {"x": list(range(100)), "text": [f"row {n}" for n in range(100)], "list": [[n, n + 1] for n in range(100)]}
    data, theirs = tmp_path / "data", tmp_path / "theirs"
    for folder in (data, theirs):
        folder.mkdir()
    pq.write_table(pa.table(rows), data / "train.parquet")
    environment = {**os.environ, "HF_DATASETS_CACHE": str(tmp_path / "cache"), "HF_HUB_OFFLINE": "1"}
    command = [sys.executable, "-c", FLOWERS_OWN, str(data), str(theirs)]
    subprocess.run(command, capture_output=True, timeout=300, check=True, env=environment)

    with MLDataServer() as server, MLDataClient(server.uri) as client:
        run = MockDataProvider(server.uri).run(mock_sla(dataset_name=str(data), number_of_partitions=3))
        ours = [client.fetch(name).to_pydict() for name in run.names]

    assert run.source == "local"
    assert ours == [pq.read_table(theirs / f"{index}.parquet").to_pydict() for index in range(3)]
    assert sorted(value for part in ours for value in part["x"]) == rows["x"]


def test_values_of_the_sla_can_be_changed() -> None:
    with MLDataServer() as server:
        run = MockDataProvider(server.uri).run(MockSLA.load(mock_sla()), numbers(), number_of_partitions=5, data_tag="t")
        assert [name[:2] for name in run.names] == ["t."] * 5
        with pytest.raises(FlopsMockError, match="nearest   data_tag"):
            MockDataProvider(server.uri).run(mock_sla(), tag="t")


@pytest.mark.parametrize("change", [{"data_tag": ""}, {"data_tag": "a b"}, {"number_of_partitions": 0}, {"data_tag": "a.b"}])
def test_what_the_real_provider_would_die_of_is_refused_before_anything_is_sent(change: dict[str, Any]) -> None:
    with MLDataServer() as server:
        with pytest.raises(FlopsMockError):
            MockDataProvider(server.uri).run(mock_sla(**change), dataset=numbers())
        assert server.calls == ()


def test_whoever_asks_for_it_is_not_its_business() -> None:
    sla = mock_sla()
    del sla["customerID"]
    with MLDataServer() as server:
        assert MockDataProvider(server.uri).run(sla, dataset=numbers()).rows == 10


def test_a_server_that_is_not_there_is_told() -> None:
    with MLDataServer() as gone:
        uri = gone.uri
    with pytest.raises(FlopsMockError, match="start the server, and check host and port"):
        MockDataProvider(uri, timeout=5).run(mock_sla(), dataset=numbers())


def test_a_refused_partition_leaves_no_thread_behind(tmp_path: Path) -> None:
    before = threading.active_count()
    with MLDataServer(ParquetStore(tmp_path / "volume")) as server:
        (tmp_path / "volume").write_text("no folder", encoding="utf-8")
        with pytest.raises(FlopsMockError) as error:
            MockDataProvider(server.uri).run(mock_sla(number_of_partitions=5), dataset=numbers())
    assert threading.active_count() <= before
    assert error.value.problems[0].message == "the ML data server cannot keep files in its folder"
    assert error.value.problems[0].got == "File exists"


def test_a_split_is_asked_for_when_all_of_them_are_handed_in() -> None:
    with MLDataServer() as server, pytest.raises(FlopsMockError) as error:
        MockDataProvider(server.uri).run(mock_sla(), dataset=datasets.DatasetDict(train=numbers()))
    assert str(error.value) == (
        "the data handed in are not a data set that can be split\n"
        "  where     dataset\n"
        "  expected  a datasets.Dataset\n"
        "  got       datasets.DatasetDict\n"
        '  fix       take one split of a DatasetDict, such as data["train"]; '
        "make a Dataset of a table with datasets.Dataset(table)"
    )


def test_data_that_are_no_data_set_are_told() -> None:
    with MLDataServer() as server, pytest.raises(FlopsMockError, match=r"expected  a datasets\.Dataset"):
        MockDataProvider(server.uri).run(mock_sla(), dataset=pa.table({"x": [1]}))


@pytest.mark.parametrize("generator", [False, True])
def test_it_works_against_the_real_server(tmp_path: Path, generator: bool) -> None:
    with RealServer(tmp_path, generator=generator) as server:
        run = MockDataProvider(server.uri).run(mock_sla(number_of_partitions=3))
        assert sorted(path.name for path in tmp_path.iterdir()) == sorted(run.names)
        loaded = load_partitions(server.uri, ["mnist"])
        assert loaded.num_rows == 600
        assert loaded.features["label"].num_classes == 10


def test_large_partitions_are_sent_in_batches(tmp_path: Path) -> None:
    rows = datasets.Dataset.from_dict({"x": [os.urandom(2**19).hex() for _ in range(40)]})
    with MLDataServer(ParquetStore(tmp_path)) as server:
        run = MockDataProvider(server.uri).run(mock_sla(), dataset=rows)
        assert run.rows == 40
        loaded = load_partitions(server.uri, ["mnist"])
    assert sorted(loaded[:]["x"].to_pylist()) == sorted(rows[:]["x"])


SENDS = """
import datasets
from pytest_flops_mock import MLDataServer, MockDataProvider, provider
provider.PROGRESS_AFTER_SECONDS = 0
sla = {"customerID": "a", "mock_data_configuration": {"number_of_partitions": 2, "data_tag": "t"}}
with MLDataServer() as server:
    MockDataProvider(server.uri).run(sla, dataset=datasets.Dataset.from_dict({"x": list(range(10))}))
"""


@pytest.mark.slow
def test_a_progress_bar_is_shown_on_a_terminal_and_nowhere_else() -> None:
    assert PROGRESS_AFTER_SECONDS >= 1
    done = subprocess.run([sys.executable, "-c", SENDS], capture_output=True, text=True, timeout=300, check=True)
    assert done.stderr == ""
    outside, inside = pty.openpty()
    fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    process = subprocess.Popen([sys.executable, "-c", SENDS], stderr=inside)
    os.close(inside)
    shown = b""
    limit = threading.Timer(60, process.kill)
    limit.start()
    try:
        while chunk := os.read(outside, 4096):
            shown += chunk
    except OSError:
        pass  # the other side is closed
    finally:
        os.close(outside)
        limit.cancel()
    assert process.wait(60) == 0
    assert b"sending" in shown


def test_a_twin_has_no_more_rows_than_the_real_data_set() -> None:
    sla = mock_sla(dataset_name="scikit-learn/iris")
    with MLDataServer() as server:
        assert MockDataProvider(server.uri).run(sla).rows == 150
        with pytest.raises(FlopsMockError, match="300"):
            MockDataProvider(server.uri).run(sla, number_of_partitions=300)


def test_every_partition_is_judged_not_the_first_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def with_a_column(partition: Partition, *_: Any, **__: Any) -> Partition:
        """As a drift does that gives a device a column which the others lack."""
        if partition.index == 0:
            return partition
        rows = pa.table({"x": pa.nulls(partition.rows, pa.month_day_nano_interval())})
        return replace(partition, schema=rows.schema, make=lambda: iter(rows.to_batches()))

    monkeypatch.setattr("pytest_flops_mock.mock_data.with_drift", with_a_column)
    with MLDataServer() as server, pytest.raises(FlopsMockError) as error:
        MockDataProvider(server.uri).run(mock_sla(), dataset=numbers())
    assert str(error.value).startswith(
        "column 'x' has a type that the ML data server cannot store\n  where     mnist, partition 1\n"
    )


def test_an_sla_that_was_judged_before_is_stored_without_another_look_at_its_rules() -> None:
    sla = MockSLA.load(mock_sla(data_tag="a.b"))
    with MLDataServer() as server:
        provider = MockDataProvider(server.uri)
        assert provider.store(sla, numbers()).data_tag == "a.b"
        with pytest.raises(FlopsMockError):
            provider.run(sla, numbers())


def test_partitions_are_what_the_partitioner_makes_of_the_rows() -> None:
    rows = numbers().add_column("who", [*"ccabbbbaab"])
    with MLDataServer() as server:
        by_person = {"name": "natural_id", "partition_by": "who"}
        run = MockDataProvider(server.uri).run(
            {"mock_data_configuration": {"data_tag": "m", "partitioner": by_person}}, rows
        )
        assert [part.rows for part in run.partitions] == [3, 5, 2]
        assert run.origin == "10 rows handed in, split by natural_id partition_by=who"
        assert {*load_partitions(server.uri, ["m"])[:]["x"].to_pylist()} == set(range(10))
        sizes = MockDataProvider(server.uri, partitioner="size partition_sizes=1,6").run(mock_sla(), rows)
        assert [part.rows for part in sizes.partitions] == [1, 6]
        assert sizes.origin == "10 rows handed in, split by size partition_sizes=1,6, which leaves 7 of 10 rows"


def test_a_twin_is_made_large_enough_for_the_sizes() -> None:
    with MLDataServer() as server:
        run = MockDataProvider(server.uri, partitioner="size partition_sizes=700,1").run(mock_sla())
        assert [part.rows for part in run.partitions] == [700, 1]


def test_a_partition_without_rows_is_stored() -> None:
    with MLDataServer() as server:
        run = MockDataProvider(server.uri, partitioner="inner_dirichlet partition_sizes=0,5 alpha=1").run(mock_sla())
        assert [part.rows for part in run.partitions] == [0, 5]
        assert len(load_partitions(server.uri, ["mnist"])) == 5


def test_a_partitioner_that_cannot_be_used_is_told_before_anything_runs() -> None:
    with pytest.raises(FlopsMockError, match="nearest   dirichlet"):
        MockDataProvider("grpc://127.0.0.1:1", partitioner="dirichlett alpha=1")
    provider = MockDataProvider("grpc://127.0.0.1:1")
    with pytest.raises(FlopsMockError, match="alpha of dirichlet is not a number above 0"):
        provider.run(mock_sla(partitioner="dirichlet alpha=0"))
    with pytest.raises(FlopsMockError, match="there are sizes for 1 partition, and number_of_partitions is 2"):
        provider.run(mock_sla(partitioner="size partition_sizes=1"))


def test_a_drift_that_there_is_not_is_told_before_anything_runs() -> None:
    with pytest.raises(FlopsMockError, match="nearest   missing"):
        MockDataProvider("grpc://127.0.0.1:1", drift="mising=0.1")


def labelled(count: int = 60) -> Any:
    rows = {"y": [number % 3 for number in range(count)], "x": [float(number) for number in range(count)]}
    features = datasets.Features({"y": datasets.ClassLabel(names=["a", "b", "c"]), "x": datasets.Value("float64")})
    return datasets.Dataset.from_dict(rows, features=features)


def test_a_run_knows_what_its_partitions_hold_after_drift() -> None:
    with MLDataServer() as server, MLDataClient(server.uri) as client:
        provider = MockDataProvider(server.uri, drift="missing=0.5 column=y; lost=0.5 partitions=1")
        run = provider.run(mock_sla(number_of_partitions=3), labelled())
        rows = [client.fetch(name)["y"].to_pylist() for name in run.names]
    statistics = run.statistics
    assert (statistics.label, statistics.classes) == ("y", ("a", "b", "c"))
    for each, part, values in zip(statistics.partitions, run.partitions, rows, strict=True):
        assert each.rows == part.rows == len(values)
        assert dict(each.labels) == {name: values.count(code) for code, name in enumerate("abc") if code in values}
        assert each.unlabelled == dict(each.missing).get("y", 0) == values.count(None)
    assert statistics.whole.rows == run.rows < 60


def test_the_same_is_known_without_a_server() -> None:
    drift = "missing=0.5 column=x partitions=0"
    with MLDataServer() as server:
        run = MockDataProvider(server.uri, drift=drift).run(mock_sla(partitioner="linear"), labelled())
    made = MockDataProvider(drift=drift).split(mock_sla(), labelled(), partitioner="linear")
    assert made.statistics() == made.statistics() == run.statistics
    assert made.origin(run.statistics) == run.origin


def test_partitions_whose_schema_drifted_are_counted_as_far_as_they_have_the_label() -> None:
    drift = "renamed=target column=y partitions=0; type=float64 column=y partitions=1; missing_column=x partitions=2"
    statistics = MockDataProvider(drift=drift).split(mock_sla(number_of_partitions=4), labelled()).statistics()
    assert [each.unlabelled for each in statistics.partitions] == [15, 0, 0, 0]
    assert [off is None for off in statistics.distances] == [True, False, False, False]
    assert statistics.classes == ("a", "b", "c")
    assert sum(count for _, count in statistics.whole.labels) == 45


def test_without_a_label_only_rows_and_gaps_are_counted() -> None:
    rows = datasets.Dataset(pa.table({"y": pa.array(range(400_000), pa.float64())}), fingerprint="rows")
    made = MockDataProvider().split(mock_sla(number_of_partitions=4), rows)
    whole = made.statistics().whole
    assert whole.rows == 400_000
    assert whole.target is None  # nobody said that y is the label
    assert whole.labels == ()
