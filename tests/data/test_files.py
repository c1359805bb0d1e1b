"""Local files are read as the provider's ``datasets`` 2.16 does. Contract, section 2; each was tried with that version."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from standins.projects import REPOSITORY, mock_sla

from pytest_flops_mock import check_repository
from pytest_flops_mock.data.local import local_splits
from pytest_flops_mock.errors import DataSourceError, Problem

LIST_OF_DATASETS_4 = {b"huggingface": json.dumps({"info": {"features": {"x": {"_type": "List", "feature": {}}}}}).encode()}


def read(folder: Path, **files: str) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """Types by column, and the rows, of files by name with ``_`` for the dot."""
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text, encoding="utf-8")
    path = folder if len(files) > 1 else folder / next(iter(files)).replace("_", ".")
    table = local_splits(path)["train"].data.table
    return {field.name: str(field.type) for field in table.schema}, table.to_pylist()


def refused(path: Path) -> Problem:
    with pytest.raises(DataSourceError) as told:
        local_splits(path)
    (problem,) = told.value.problems
    return problem


def test_text_is_string_whatever_pandas_makes_of_it(tmp_path: Path) -> None:
    assert read(tmp_path, x_csv="a,b\nx,1\n,2\n") == (
        {"a": "string", "b": "int64"},
        [{"a": "x", "b": 1}, {"a": None, "b": 2}],
    )


def test_integers_too_large_for_arrow_are_text_with_all_digits(tmp_path: Path) -> None:
    kinds, rows = read(tmp_path, x_csv="a,b\n123456789012345678901234,18446744073709551615\n005,2\n")
    assert kinds == {"a": "string", "b": "uint64"}
    assert [row["a"] for row in rows] == ["123456789012345678901234", "005"]


@pytest.mark.parametrize(
    "text", ['{"a":{"b":1}}\n{"a":{"c":2}}\n', '[{"a":{"b":1}},{"a":{"c":2}}]', '{"a":{"b":1}}\n\n{"a":{"c":2}}']
)
def test_nested_keys_that_vary_are_put_together(text: str, tmp_path: Path) -> None:
    kinds, rows = read(tmp_path, x_json=text)
    assert kinds == {"a": "struct<b: int64, c: int64>"}
    assert rows == [{"a": {"b": 1, "c": None}}, {"a": {"b": None, "c": 2}}]


def test_values_whose_type_varies_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"a":1}\n{"a":"x"}\n')
    assert "changed from number to string in row 1" in refused(path).got


def test_an_object_that_is_no_row_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text("[1,\n 2]")
    assert refused(path).got == "JSON that is neither a list of objects nor one object in each line"


@pytest.mark.parametrize(
    ("first", "second", "got"),
    [
        ("x,y\n1,2\n", "x,z\n1,2\n", "files whose columns differ: two.csv lacks y and also has z; one.csv was read first"),
        ("x,y\n1,2\n", "x,y,z\n1,2,3\n", "files whose columns differ: two.csv also has z; one.csv was read first"),
        ("x,y\n1,2\n", "x\n1\n", "files whose columns differ: two.csv lacks y; one.csv was read first"),
        (
            "x,y\n1,2\n",
            "x,y\n1,a\n",
            "columns whose types differ: in two.csv, y is string, not int64; one.csv was read first",
        ),
    ],
)
def test_files_that_differ_are_named_with_their_columns(first: str, second: str, got: str, tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text(first)
    (tmp_path / "two.csv").write_text(second)
    problem = refused(tmp_path)
    assert problem.message == "the local data set cannot be read"
    assert problem.got.startswith(got)


def test_columns_in_another_order_are_no_difference(tmp_path: Path) -> None:
    _, rows = read(tmp_path, one_csv="x,y\n1,2\n", two_csv="y,x\n4,3\n")
    assert rows == [{"x": 1, "y": 2}, {"x": 3, "y": 4}]


def test_parquet_files_that_differ_are_named_before_they_are_read(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1], "b": [1]}), tmp_path / "one.parquet")
    pq.write_table(pa.table({"a": [1]}), tmp_path / "two.parquet")
    assert refused(tmp_path).got == "files whose columns differ: two.parquet lacks b; one.parquet was read first"


@pytest.mark.parametrize(
    ("table", "got"),
    [
        (pa.table({"x": pa.array(["a"]).dictionary_encode()}), "dictionary<values=string, indices=int32, ordered=0>"),
        (pa.table({"x": pa.array([[1]], pa.large_list(pa.int64()))}), "large_list<element: int64>"),
        (pa.table({"x": [[1, 2]]}).replace_schema_metadata(LIST_OF_DATASETS_4), "feature List"),
    ],
)
def test_what_the_real_provider_cannot_read_is_an_error(table: pa.Table, got: str, tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    pq.write_table(table, path)
    report = check_repository(REPOSITORY, sla=mock_sla(dataset_name=str(path), number_of_partitions=1), until="provide")
    (finding,) = report.errors
    assert (finding.code, finding.stage.value) == ("FM309", "provide")
    assert finding.message == "the mock data provider of FLOps cannot read column 'x'"
    assert (finding.problem.where, finding.problem.got) == (str(path), got)


def test_lists_without_metadata_and_features_that_2_16_knows_pass(tmp_path: Path) -> None:
    pq.write_table(pa.table({"x": [[1, 2]]}), tmp_path / "plain.parquet")
    features = datasets.Features({"image": datasets.Image(), "label": datasets.ClassLabel(names=["a"])})
    rows = {"image": [{"bytes": b"\xff", "path": None}], "label": [0]}
    datasets.Dataset.from_dict(rows, features=features).to_parquet(tmp_path / "known.parquet")
    assert local_splits(tmp_path / "plain.parquet")["train"][0] == {"x": [1, 2]}
    assert local_splits(tmp_path / "known.parquet")["train"].features == features
