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


@pytest.mark.parametrize(
    ("column", "got"),
    [
        (pa.array([{"k": "a"}], pa.struct({"k": pa.dictionary(pa.int8(), pa.string())})), "struct<k: dictionary<"),
        (pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int64())), "map<string, int64"),
        (pa.array([b"ab"], pa.binary(2)), "fixed_size_binary[2]"),
    ],
)
def test_types_without_a_feature_in_2_16_are_told(column: pa.Array, got: str, tmp_path: Path) -> None:
    pq.write_table(pa.table({"y": [1], "x": column}), tmp_path / "x.parquet")
    problem = refused(tmp_path / "x.parquet")
    assert (problem.code, problem.message) == ("FM309", "the mock data provider of FLOps cannot read column 'x'")
    assert (problem.got or "").startswith(got)


def newer(name: str, *arguments: Any) -> pa.DataType:
    """A type of Arrow that not every pyarrow has."""
    if not hasattr(pa, name):
        pytest.skip(f"needs a pyarrow with {name}")
    return getattr(pa, name)(*arguments)


def test_small_decimals_are_told(tmp_path: Path) -> None:
    pq.write_table(pa.table({"x": pa.array([1], newer("decimal32", 5, 2))}), tmp_path / "x.parquet")
    assert refused(tmp_path / "x.parquet").got == "decimal32(5, 2)"


@pytest.mark.parametrize(
    ("kind", "values", "read_as"),
    [
        (("string_view",), ["a", None], "string"),
        (("binary_view",), [b"a", None], "binary"),
        (("list_view", pa.int64()), [[1], [2, 3], None], "list<element: int64>"),
        (("large_list_view", pa.int64()), [[1], [2, 3], None], "list<element: int64>"),
    ],
)
def test_views_are_read_as_what_they_are_views_of(
    kind: tuple[Any, ...], values: list[Any], read_as: str, tmp_path: Path
) -> None:
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"x": pa.array(values, newer(*kind))}), path)
    table = local_splits(path)["train"].data.table
    assert str(table.schema.field("x").type).replace("item", "element") == read_as
    assert table["x"].to_pylist() == values


def test_views_within_lists_and_structs_as_well(tmp_path: Path) -> None:
    inner = pa.struct({"k": pa.list_(newer("string_view"))})
    pq.write_table(pa.table({"x": pa.array([[{"k": ["a"]}], None], pa.list_(inner))}), tmp_path / "x.parquet")
    table = local_splits(tmp_path / "x.parquet")["train"].data.table
    assert "view" not in str(table.schema)
    assert table["x"].to_pylist() == [[{"k": ["a"]}], None]


def test_extension_types_that_pyarrow_15_does_not_know_are_what_they_are_stored_as(tmp_path: Path) -> None:
    newer("json_"), newer("bool8")
    truth = pa.ExtensionArray.from_storage(pa.bool8(), pa.array([1, 0], pa.int8()))
    text = pa.ExtensionArray.from_storage(pa.json_(), pa.array(["{}", "[]"]))
    pq.write_table(pa.table({"truth": truth, "text": text}), tmp_path / "x.parquet")
    table = local_splits(tmp_path / "x.parquet")["train"].data.table
    assert [str(kind) for kind in table.schema.types] == ["int8", "binary"]
    assert table.to_pylist() == [{"truth": 1, "text": b"{}"}, {"truth": 0, "text": b"[]"}]


def test_a_name_that_sounds_like_a_type_is_none(tmp_path: Path) -> None:
    names = {"dictionary<a>": [1], "x": [{"map<": 1, "large_list<": 2, "decimal32(": 3}]}
    pq.write_table(pa.table(names), tmp_path / "x.parquet")
    assert local_splits(tmp_path / "x.parquet")["train"].num_rows == 1


def test_of_text_columns_of_pandas_3_parquet_keeps_what_they_are(tmp_path: Path) -> None:
    pq.write_table(pa.table({"x": pa.array(["a"], pa.large_string())}), tmp_path / "x.parquet")
    assert local_splits(tmp_path / "x.parquet")["train"].data.table.schema.field("x").type == pa.large_string()


CARD = "---\ndataset_info:\n  features:\n  - name: x\n    dtype: string\n  - name: y\n    dtype: int64\n---\n"


def test_what_the_card_describes_is_cast_to_it(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(CARD)
    pq.write_table(pa.table({"x": pa.array(["a"]).dictionary_encode(), "y": [1]}), tmp_path / "one.parquet")
    assert local_splits(tmp_path)["train"][0] == {"x": "a", "y": 1}


def test_what_the_card_describes_and_2_16_cannot_cast_is_told(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(CARD.replace("dtype: string", "sequence: int64"))
    pq.write_table(pa.table({"x": pa.array([[1]], pa.large_list(pa.int64())), "y": [1]}), tmp_path / "one.parquet")
    assert refused(tmp_path).code == "FM309"


def test_a_column_that_the_card_describes_and_a_file_lacks_is_told(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(CARD)
    pq.write_table(pa.table({"x": ["a"]}), tmp_path / "one.parquet")
    assert refused(tmp_path).got == "files whose columns differ: one.parquet lacks y; README.md says which there are"


def test_categories_in_a_later_file_are_cast_to_what_the_first_one_has(tmp_path: Path) -> None:
    pq.write_table(pa.table({"x": ["a"]}), tmp_path / "one.parquet")
    pq.write_table(pa.table({"x": pa.array(["b"]).dictionary_encode()}), tmp_path / "two.parquet")
    assert local_splits(tmp_path)["train"]["x"][:] == ["a", "b"]


def test_later_lists_of_datasets_4_are_what_the_card_says(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(CARD.replace("dtype: string", "sequence: int64"))
    table = pa.table({"x": [[1, 2]], "y": [1]}).replace_schema_metadata(LIST_OF_DATASETS_4)
    pq.write_table(table, tmp_path / "one.parquet")
    assert local_splits(tmp_path)["train"][0] == {"x": [1, 2], "y": 1}


def test_lists_without_metadata_and_features_that_2_16_knows_pass(tmp_path: Path) -> None:
    pq.write_table(pa.table({"x": [[1, 2]]}), tmp_path / "plain.parquet")
    features = datasets.Features({"image": datasets.Image(), "label": datasets.ClassLabel(names=["a"])})
    rows = {"image": [{"bytes": b"\xff", "path": None}], "label": [0]}
    datasets.Dataset.from_dict(rows, features=features).to_parquet(tmp_path / "known.parquet")
    assert local_splits(tmp_path / "plain.parquet")["train"][0] == {"x": [1, 2]}
    assert local_splits(tmp_path / "known.parquet")["train"].features == features
