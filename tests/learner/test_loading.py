"""What a learner loads, as one data set."""

from __future__ import annotations

import datasets
import pyarrow as pa
import pyarrow.flight as fl
import pytest

from pytest_flops_mock import FlopsMockError, MLDataClient, MLDataServer, load_partitions

from .conftest import FEATURES, rows


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
        "  came      data_tags = ['pet']\n"
        "  nearest   pets\n"
        "  next      use the MDP SLA's data_tag in the project SLA's data_tags"
    )


def test_an_empty_server_is_told() -> None:
    with MLDataServer() as empty, pytest.raises(FlopsMockError, match="next      run the mock data provider first"):
        load_partitions(empty.uri, ["pets"])


def test_a_server_that_is_not_there_is_told() -> None:
    with MLDataServer() as gone:
        uri = gone.uri
    with pytest.raises(FlopsMockError) as error:
        load_partitions(uri, ["pets"], timeout=5)
    assert "the learner cannot load the data" in str(error.value)
    assert "next      start the server, and check host and port" in str(error.value)


OTHER_NAMES = datasets.Features({"image": datasets.Image(), "label": datasets.ClassLabel(names=["dog", "cat"])})


@pytest.mark.parametrize(
    ("table", "difference"),
    [
        (pa.table({"image": ["x"]}), "columns of p.0.parquet and p.1.parquet: image, label and image"),
        (
            rows([0]).select(["label", "image"]),
            "columns of p.0.parquet and p.1.parquet: image, label and label, image",
        ),
        (
            rows([0]).set_column(1, "label", pa.array([0], pa.int32())),
            "type of column 'label' in p.0.parquet and p.1.parquet: int64 and int32",
        ),
        (
            rows([0]).replace_schema_metadata(OTHER_NAMES.arrow_schema.metadata),
            "class names of column 'label' in p.0.parquet and p.1.parquet: cat, dog and dog, cat",
        ),
    ],
    ids=["columns", "order", "type", "class names"],
)
def test_partitions_that_cannot_be_one_data_set_are_told(table: pa.Table, difference: str) -> None:
    with MLDataServer() as server, MLDataClient(server.uri) as client:
        client.send("p.0.parquet", rows([0, 1]))
        client.send("p.1.parquet", table)
        with pytest.raises(FlopsMockError) as error:
            load_partitions(server.uri, ["p"])
    assert error.value.problems[0].message == "the partitions cannot be one data set"
    assert error.value.problems[0].came == difference


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
