"""The stage provide tells what the partitions of each SLA hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from standins.projects import REPOSITORY, mock_sla

from pytest_flops_mock import Report, check_repository


def provided(*slas: dict[str, Any], **options: Any) -> Report:
    return check_repository(REPOSITORY, sla=list(slas), until="provide", env="current", **options)


def told(report: Report) -> list[tuple[str, str]]:
    return [(finding.code, finding.problem.where) for finding in report.findings if finding.code.startswith("FM3")]


@pytest.mark.parametrize("data", [{}, {"dataset_name": "scikit-learn/iris"}, {"number_of_partitions": 40}])
def test_there_is_nothing_to_say_of_iid_partitions(data: dict[str, Any]) -> None:
    report = provided(mock_sla(**data))
    assert not told(report)
    assert "Gini" not in str(report)
    (sent,) = report.data.sent
    assert sent.statistics is not None
    assert sent.statistics.is_even
    assert [each.rows for each in sent.statistics.partitions] == [part.rows for part in sent.partitions]


def test_what_partitions_lack_is_told_once_for_each_sla() -> None:
    few = mock_sla(number_of_partitions=5, partitioner="pathological num_classes_per_partition=2")
    report = provided(few, mock_sla(number_of_partitions=3, data_tag="other"), drift="lost=1 partitions=1")
    assert [code for code, _ in told(report)] == ["FM311", "FM312", "FM314", "FM311"]
    assert report.ok
    assert str(report).count("Gini") == 2


@pytest.mark.slow
def test_rows_are_shown_of_data_that_may_be_shown_and_only_if_asked_for(tmp_path: Path) -> None:
    pq.write_table(pa.table({"diagnosis": ["secret"] * 20}), tmp_path / "patients.parquet")
    slas = mock_sla(), mock_sla(dataset_name=str(tmp_path / "patients.parquet"), data_tag="other")
    for choice, columns in (
        (None, []),
        ("none", []),
        ("synthetic", [("image", "label")]),
        ("any", [("image", "label"), ("diagnosis",)]),
    ):
        report = provided(*slas, show_rows=choice)
        assert [sent.shown.columns for sent in report.data.sent if sent.shown is not None] == columns
        assert ("secret" in report.to_json()) == (choice == "any")


@pytest.mark.slow
def test_options_say_from_where_on() -> None:
    skewed = mock_sla(number_of_partitions=5, partitioner="pathological num_classes_per_partition=2")
    assert [code for code, _ in told(provided(skewed, min_rows=10_000, max_distance=0.95))] == ["FM312", "FM313"]
    assert not told(provided(skewed, min_rows=0, max_distance=1, ignore="FM312"))


def test_json_has_the_counts() -> None:
    report = provided(mock_sla(number_of_partitions=2))
    (plain,) = json.loads(report.to_json())["reports"]
    (sent,) = plain["data"]["sent"]
    assert sent["statistics"]["whole"]["labels"] == {str(digit): 60 for digit in range(10)}
    assert Report.from_json(report.to_json()) == report
