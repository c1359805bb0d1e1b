"""What a learner loads, as one data set."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Literal

import datasets
import pyarrow as pa
import pyarrow.flight as fl
import pytest
from standins.small import FEATURES, rows

from pytest_flops_mock import FlopsMockError, MLDataClient, MLDataServer, load_partitions
from pytest_flops_mock.child.loading import load
from pytest_flops_mock.judging.loading import load_failures
from pytest_flops_mock.learner.facts import Failure


def test_all_partitions_of_the_tags_are_one_data_set_with_their_features(server: MLDataServer) -> None:
    dataset = load_partitions(server.uri, ["pets"])
    assert dataset.features == FEATURES
    assert dataset.format["type"] == "arrow"
    assert sorted(dataset[:]["label"].to_pylist()) == [0, 0, 1, 1, 1]
    assert load_partitions(server.uri, ["pets", "other"]).num_rows == 6
    assert load_partitions(server.uri, "other").num_rows == 1
    assert dataset.cache_files == []


def test_nothing_that_matches_names_the_nearest_tag(server: MLDataServer) -> None:
    with pytest.raises(FlopsMockError) as error:
        load_partitions(server.uri, ["pet"])
    assert str(error.value) == (
        "no partition on the ML data server matches the data tags; a learner would exit with status 1\n"
        f"  where     {server.uri}\n"
        "  expected  a tag of: other, pets\n"
        "  got       data_tags = ['pet']\n"
        "  nearest   pets\n"
        "  fix       use the MDP SLA's data_tag in the project SLA's data_tags"
    )


def test_an_empty_server_is_told() -> None:
    with MLDataServer() as empty, pytest.raises(FlopsMockError, match="fix       run the mock data provider first"):
        load_partitions(empty.uri, ["pets"])


def test_a_server_that_is_not_there_is_told() -> None:
    with MLDataServer() as gone:
        uri = gone.uri
    with pytest.raises(FlopsMockError) as error:
        load_partitions(uri, ["pets"], timeout=5)
    assert "the learner cannot load the data" in str(error.value)
    assert "fix       start the server, and check host and port" in str(error.value)


OTHER_NAMES = datasets.Features({"image": datasets.Image(), "label": datasets.ClassLabel(names=["dog", "cat"])})


@pytest.mark.parametrize(
    ("table", "difference"),
    [
        (pa.table({"image": ["x"]}), "only the first have label"),
        (
            rows([0]).select(["label", "image"]),
            "the columns are image, label and label, image",
        ),
        (
            rows([0]).set_column(1, "label", pa.array([0], pa.int32())),
            "column 'label' is int64 and int32",
        ),
        (
            rows([0]).cast(pa.schema([rows([0]).schema.field("image"), pa.field("label", pa.int64(), nullable=False)])),
            "values of column 'label' may be missing and may not be missing",
        ),
    ],
    ids=["columns", "order", "type", "nulls"],
)
def test_partitions_that_cannot_be_one_data_set_are_told(table: pa.Table, difference: str) -> None:
    with MLDataServer() as server, MLDataClient(server.uri) as client:
        client.send("p.0.parquet", rows([0, 1]))
        client.send("p.1.parquet", table)
        with pytest.raises(FlopsMockError) as error:
            load_partitions(server.uri, ["p"])
    assert error.value.problems[0].message == "the partitions cannot be one data set"
    assert error.value.problems[0].got == f"{difference}, in p.0.parquet and p.1.parquet"


def test_partitions_whose_classes_have_another_order_are_one_data_set_for_a_learner() -> None:
    """Contract, section 4: whatever was sent is merged; Arrow puts tables together whose metadata differ."""
    with MLDataServer() as server, MLDataClient(server.uri) as client:
        client.send("p.0.parquet", rows([0, 1]))
        client.send("p.1.parquet", rows([0]).replace_schema_metadata(OTHER_NAMES.arrow_schema.metadata))
        received = load(server.uri, ["p"], 30)
    assert received.dataset.features["label"].names == ["cat", "dog"]
    assert received.merged == [
        {
            "texts": ["the classes of column 'label' are cat, dog and dog, cat"],
            "first": ["p.0.parquet"],
            "other": ["p.1.parquet"],
        }
    ]


def test_a_part_without_features_is_no_difference_where_they_say_nothing() -> None:
    plain = datasets.Features({"x": datasets.Value("int64")}).arrow_schema
    with MLDataServer() as server, MLDataClient(server.uri) as client:
        client.send("p.0.parquet", pa.table({"x": [1]}, schema=plain))
        client.send("p.1.parquet", pa.table({"x": [2]}))
        assert load(server.uri, ["p"], 30).merged == []


def test_partitions_with_equal_schemas_are_told_of_once() -> None:
    with MLDataServer() as server, MLDataClient(server.uri) as client:
        client.send("p.0.parquet", rows([0, 1]))
        client.send("p.1.parquet", rows([0]).set_column(1, "label", pa.array(["cat"])))
        client.send("p.2.parquet", rows([0]).select(["image"]))
        client.send("p.3.parquet", rows([1]).set_column(1, "label", pa.array(["dog"])))
        with pytest.raises(FlopsMockError) as error:
            load_partitions(server.uri, ["p"])
    assert [problem.got for problem in error.value.problems] == [
        "column 'label' is int64 and string, in p.0.parquet and p.1.parquet, p.3.parquet",
        "only the first have label, in p.0.parquet and p.2.parquet",
    ]
    assert {problem.code for problem in error.value.problems} == {"FM402"}


class Mute(fl.FlightServerBase):  # type: ignore[misc]  # pyarrow has no types
    """Never answers, until it is told that the test is over."""

    over = threading.Event()

    def list_flights(self, context: object, criteria: bytes) -> list[object]:
        self.over.wait(20)
        return []


def test_a_seed_shuffles_the_parts_the_same_way_each_time() -> None:
    names = [f"pets.{number}.parquet" for number in range(6)]
    with MLDataServer() as server, MLDataClient(server.uri) as client:
        for number, name in enumerate(names):
            client.send(name, pa.table({"x": [number]}))
        (_, listed, _), *shuffled = (load(server.uri, ["pets"], 30, seed) for seed in (None, 42, 42))
    assert [name for name, _ in listed] == names
    (first, parts, _), (second, _, _) = shuffled
    assert sorted(name for name, _ in parts) == names
    assert first["x"].to_pylist() == second["x"].to_pylist() != list(range(6))


def test_a_server_that_does_not_answer_is_told_at_the_time_limit() -> None:
    with Mute("grpc://127.0.0.1:0") as server:
        with pytest.raises(FlopsMockError) as error:
            load_partitions(f"grpc://127.0.0.1:{server.port}", ["t"], timeout=0.3)
        server.over.set()
    (problem,) = error.value.problems
    assert problem.got.startswith("FlightTimedOutError: ")
    assert problem.fix == "look at the server's log for what keeps it, or give the check more time"
    assert "gRPC" not in str(error.value)


class NoEndpoint(fl.FlightServerBase):  # type: ignore[misc]  # pyarrow has no types
    """Lists a partition that nobody could fetch."""

    def list_flights(self, context: object, criteria: bytes) -> object:
        yield fl.FlightInfo(rows([]).schema, fl.FlightDescriptor.for_path("t.0.parquet"), [], -1, -1)


def test_a_partition_without_an_endpoint_is_told() -> None:
    with NoEndpoint("grpc://127.0.0.1:0") as server, pytest.raises(FlopsMockError, match="without an endpoint"):
        load_partitions(f"grpc://127.0.0.1:{server.port}", ["t"], timeout=10)


def test_no_file_is_written(server: MLDataServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cache").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    assert load_partitions(server.uri, ["pets"]).num_rows == 5
    assert [path.name for path in tmp_path.rglob("*")] == ["cache"]


class OneRowChunks(fl.FlightServerBase):  # type: ignore[misc]  # pyarrow has no types
    """Sends a chunk for each row, and names an endpoint where nobody is."""

    def list_flights(self, context: object, criteria: bytes) -> object:
        endpoint = fl.FlightEndpoint(b"t.0.parquet", ["grpc://127.0.0.1:1"])
        yield fl.FlightInfo(rows([]).schema, fl.FlightDescriptor.for_path("t.0.parquet"), [endpoint], -1, -1)

    def do_get(self, context: object, ticket: object) -> object:
        return fl.RecordBatchStream(pa.concat_tables([rows([0])] * 2000))


def test_rows_that_come_one_by_one_are_joined_and_the_endpoints_location_is_not_followed() -> None:
    with OneRowChunks("grpc://127.0.0.1:0") as server:
        dataset = load_partitions(f"grpc://127.0.0.1:{server.port}", ["t"], timeout=10)
    assert dataset.num_rows == 2000
    assert dataset.data.table.column("label").num_chunks == 1


def test_a_difference_is_told_in_full() -> None:
    with MLDataServer() as server, MLDataClient(server.uri) as client:
        client.send("p.0.parquet", rows([0, 1]))
        client.send("p.1.parquet", rows([0]).select(["image"]))
        with pytest.raises(FlopsMockError) as error:
            load_partitions(server.uri, ["p"])
    assert str(error.value) == (
        "the partitions cannot be one data set\n"
        f"  where     {server_uri(error.value)}\n"
        "  expected  equal columns and types in all partitions of the data tags\n"
        "  got       only the first have label, in p.0.parquet and p.1.parquet\n"
        "  fix       give different data sets different data tags, and let each project ask for its own"
    )


def server_uri(error: FlopsMockError) -> str:
    """The address that the message names; the server may be gone by now."""
    where = error.problems[0].where
    assert where.startswith("grpc://127.0.0.1:")
    return where


@pytest.mark.parametrize("uri", ["nonsense", "http://127.0.0.1:1", ""])
def test_an_address_that_is_none_is_told(uri: str) -> None:
    with pytest.raises(FlopsMockError, match="the learner cannot load the data") as error:
        load_partitions(uri, ["pets"], timeout=5)
    assert [problem.code for problem in error.value.problems] == ["FM403"]


@pytest.mark.parametrize(
    ("how", "ending", "expected"),
    [("timeout", "still running after 60 s", "  expected  data within the time limit\n"), ("ended", "signal SIGKILL", "")],
)
def test_an_end_of_the_process_while_loading_is_told(how: Literal["timeout", "ended"], ending: str, expected: str) -> None:
    (finding,) = load_failures(Failure(how, ending=ending, output="killed"), "grpc://here:1", ())
    assert f"{finding.code} {finding.problem}" == (
        "FM404 the learner's process ended while it loaded the data\n"
        "  where     grpc://here:1\n"
        f"{expected}"
        f"  got       {ending}\n"
        "  fix       look at its output, and at the ML data server's call log"
    )
    assert finding.detail == "output:\n    killed"
