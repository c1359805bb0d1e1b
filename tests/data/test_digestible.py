"""Columns of which the real provider dies. Contract, section 2: the digest is made of the rows as text."""

from __future__ import annotations

from typing import Any

import datasets
import pyarrow as pa
import pytest
from standins.projects import REPOSITORY, mock_sla

from pytest_flops_mock import MLDataServer, MockDataProvider, check_repository
from pytest_flops_mock.data.digestible import check_texts
from pytest_flops_mock.errors import DataSourceError

NOT_TEXT = b"\xff\xd8"
MEDIUM = {"bytes": NOT_TEXT, "path": None}


def provided(values: list[Any], feature: Any) -> int:
    rows = datasets.Dataset.from_dict({"x": values}, features=datasets.Features({"x": feature}))
    with MLDataServer() as server:
        return MockDataProvider(server.uri).run(mock_sla(number_of_partitions=1), dataset=rows).rows


def test_an_array_column_is_refused_in_full() -> None:
    with pytest.raises(DataSourceError) as told:
        provided([[[1, 2], [3, 4]]], datasets.Array2D((2, 2), "int32"))
    assert str(told.value).splitlines() == [
        "the mock data provider of FLOps dies of column 'x': it cannot write it as text, to name the partition",
        "  where     mnist, partition 0",
        "  expected  numbers, text in UTF-8, lists or structs of anything",
        "  got       Array2D of int32",
        "  fix       cast the column to lists of lists, and let get_data() make arrays of them",
    ]
    assert told.value.problems[0].code == "FM308"


@pytest.mark.parametrize("kind", ["binary", "large_binary"])
def test_bytes_that_are_not_utf8_are_refused(kind: str) -> None:
    with pytest.raises(DataSourceError) as told:
        provided([b"text", None, NOT_TEXT], datasets.Value(kind))
    (problem,) = told.value.problems
    assert problem.code == "FM308"
    assert problem.got == f"{kind}, and b'\\xff\\xd8' in it"
    assert "a struct around them" in problem.fix


def test_text_that_is_not_utf8_is_refused() -> None:
    text = pa.array([NOT_TEXT]).view(pa.string())
    with pytest.raises(DataSourceError, match="dies of column 'x'"):
        check_texts(pa.record_batch([text], ["x"]), "mine")


@pytest.mark.parametrize(
    ("value", "feature"),
    [
        (MEDIUM, datasets.Image()),
        ([MEDIUM], datasets.Sequence(datasets.Image())),
        (MEDIUM, {"bytes": datasets.Value("binary"), "path": datasets.Value("string")}),
        ([NOT_TEXT], datasets.Sequence(datasets.Value("binary"))),
        ("grün".encode(), datasets.Value("binary")),
        (None, datasets.Value("binary")),
        ("grün", datasets.Value("large_string")),
        ([[1, 2], [3, 4]], datasets.Sequence(datasets.Sequence(datasets.Value("int32")))),
    ],
)
def test_what_the_real_provider_can_write_as_text_passes(value: Any, feature: Any) -> None:
    """Each was tried with ``datasets`` 2.16, pyarrow 15 and pandas 2."""
    assert provided([value], feature) == 1


def test_a_check_tells_it_at_provide() -> None:
    report = check_repository(REPOSITORY, sla=mock_sla(dataset_name="panitsasi/FedJam"), until="provide")
    (finding,) = report.errors
    assert (finding.code, finding.stage.value) == ("FM308", "provide")
    assert "'timeseries'" in finding.message
