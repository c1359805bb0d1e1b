"""Features and data sets that are drawn: all kinds that a learner can get, and rows that the provider takes and sends."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import datasets as hf
import pytest
from standins.draws import SEEDS, drawn, shrunk

from pytest_flops_mock import MLDataClient, MLDataServer, MockDataProvider
from pytest_flops_mock.errors import DataSourceError
from pytest_flops_mock.flight.features import features_of
from pytest_flops_mock.strategies import datasets, features

PEOPLE = hf.Features({"age": hf.Value("int8"), "picture": hf.Image(), "label": hf.ClassLabel(names=["no", "yes"])})
SLA = {"customerID": "Admin", "mock_data_configuration": {"dataset_name": "drawn", "data_tag": "drawn"}}


def rows_of(dataset: hf.Dataset) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = dataset.data.table.to_pylist()
    return rows


@pytest.mark.slow
def test_features_are_of_every_kind() -> None:
    def kinds(feature: Any) -> set[str]:
        if isinstance(feature, dict):
            return {"struct"}.union(*map(kinds, feature.values()))
        if isinstance(feature, list):
            return {"list of structs"} | kinds(feature[0])
        if hasattr(feature, "feature"):
            return {"list of structs" if isinstance(feature.feature, dict) else "list"} | kinds(feature.feature)
        return {getattr(feature, "dtype", type(feature).__name__)} | {type(feature).__name__}

    wanted = {"int64", "string", "bool", "timestamp[s]", "decimal128(10, 2)"}
    wanted |= {"ClassLabel", "Image", "Audio", "Translation", "Array2D", "list", "list of structs", "struct"}

    def has_all(seen: Iterable[frozenset[str]]) -> bool:
        return wanted <= frozenset().union(*seen)

    assert has_all(drawn(features(), lambda found: frozenset(kinds(dict(found))), examples=200, until=has_all))


def test_with_a_label_there_is_one_column_of_classes() -> None:
    def classes(found: hf.Features) -> list[str]:
        return [name for name, feature in found.items() if isinstance(feature, hf.ClassLabel)]

    assert drawn(features(label=True), lambda found: classes(found) == ["label"]).keys() == {True}
    assert drawn(features(label=False), lambda found: classes(found) == []).keys() == {True}


@pytest.mark.parametrize("examples", [30, pytest.param(500, marks=pytest.mark.exhaustive)])
def test_every_data_set_is_sent_by_the_provider_and_comes_back(examples: int) -> None:
    with MLDataServer() as server, MLDataClient(server.uri) as client:

        def check(dataset: hf.Dataset) -> None:
            (name,) = MockDataProvider(server.uri).run(SLA, dataset).names
            table = client.fetch(name)
            assert table.num_rows == dataset.num_rows
            assert features_of(table.schema).keys() == dataset.features.keys()
            assert hf.Dataset(table, fingerprint="back").features == dataset.features

        drawn(datasets(min_rows=1), check, examples=examples)


def test_there_are_up_to_20_rows_and_missing_values_where_there_may_be() -> None:
    def check(dataset: hf.Dataset) -> tuple[int, bool]:
        assert all(row["label"] is not None for row in rows_of(dataset))
        return dataset.num_rows, any(row["age"] is None for row in rows_of(dataset))

    seen = drawn(
        datasets(PEOPLE), check, until=lambda seen: min(seen)[0] == 0 and {False, True} == {each[1] for each in seen}
    )
    assert min(seen)[0] == 0
    assert max(seen)[0] <= 20
    assert {missing for _, missing in seen} == {True, False}
    assert {missing for _, missing in drawn(datasets(PEOPLE, missing=False), check)} == {False}


def test_pictures_can_be_opened_and_are_of_one_size() -> None:
    def sizes(dataset: hf.Dataset) -> int:
        return len({picture.size for picture in dataset[:]["picture"]})

    assert drawn(datasets(PEOPLE, min_rows=2, missing=False), sizes, examples=30).keys() == {1}


def test_the_same_rows_have_the_same_fingerprint() -> None:
    rows = shrunk(datasets(PEOPLE, min_rows=1), lambda _: True, seeds=2, shown=lambda dataset: dataset._fingerprint)
    assert len(rows) == 32


def test_a_column_that_cannot_be_drawn_is_named() -> None:
    with pytest.raises(DataSourceError, match="values of this feature cannot be drawn\n  where     grid"):
        datasets(hf.Features({"grid": hf.Sequence(hf.Array2D((2, 2), "int8"))}))


@SEEDS
def test_features_shrink_to_one_number(seeds: int) -> None:
    def written(found: hf.Features) -> str:
        return str(dict(found)).replace(", id=None", "")

    number = str({"a": hf.Value("int64")}).replace(", id=None", "")
    assert shrunk(features(), lambda _: True, seeds=seeds, shown=written) == number
    label = shrunk(features(label=True), lambda _: True, seeds=seeds, shown=lambda found: tuple(found["label"].names))
    assert len(label) == 2
    assert max(map(len, label)) <= 2, "two classes with short names"


@SEEDS
def test_rows_shrink_to_few_with_plain_values(seeds: int) -> None:
    def plain(dataset: hf.Dataset) -> str:
        return str([{name: value for name, value in row.items() if name != "picture"} for row in rows_of(dataset)])

    def lacks_an_age(dataset: hf.Dataset) -> bool:
        return any(row["age"] is None for row in rows_of(dataset))

    row = {"age": 0, "label": 0}
    assert shrunk(datasets(PEOPLE), lambda _: True, seeds=seeds, shown=plain) == "[]"
    assert shrunk(datasets(PEOPLE), lambda data: data.num_rows > 2, seeds=seeds, shown=plain) == str([row] * 3)
    assert shrunk(datasets(PEOPLE), lacks_an_age, seeds=seeds, shown=plain) == str([{**row, "age": None}])
