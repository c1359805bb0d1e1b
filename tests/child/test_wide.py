"""Data sets with thousands of columns take time that grows with their number."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from datasets.features import features as library
from standins.projects import REPOSITORY, mock_sla

from pytest_flops_mock import check_repository
from pytest_flops_mock.child.wide import linear_features

COLUMNS = 6_000


def test_features_look_at_each_column_a_few_times(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    needs_decoding = library.require_decoding

    def counted(feature: Any) -> bool:
        asked.append(feature)
        return bool(needs_decoding(feature))

    monkeypatch.setattr(library, "require_decoding", counted)
    with linear_features():
        datasets.Features({str(number): datasets.Value("int8") for number in range(200)})
    assert len(asked) <= 3 * 200


def test_features_are_the_same_and_the_library_is_left_as_it_was() -> None:
    before = datasets.Features.__setitem__
    given = {"a": [datasets.Value("int8")], "image": datasets.Image(), "label": datasets.ClassLabel(names=["x"])}
    with linear_features(), linear_features():
        quick = datasets.Features(given)
        quick["more"] = datasets.Image()
    plain = datasets.Features(given)
    plain["more"] = datasets.Image()
    assert datasets.Features.__setitem__ is before
    assert (quick, quick._column_requires_decoding) == (plain, plain._column_requires_decoding)
    assert type(quick["a"]) is type(plain["a"])


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_six_thousand_columns_are_checked_to_the_end(ending: str, tmp_path: Path) -> None:
    columns = {f"column{number}": np.arange(30) % (number + 2) for number in range(COLUMNS)}
    table = pa.table({**columns, "label": np.arange(30) % 10, "text": ["a", "b", None] * 10})
    path = tmp_path / f"wide.{ending}"
    pyarrow.csv.write_csv(table, path) if ending == "csv" else pq.write_table(table, path)
    report = check_repository(REPOSITORY, sla=mock_sla(dataset_name=str(path)))
    assert not report.errors
    assert {stage.outcome.value for stage in report.stages} == {"passed"}
    assert f"column{COLUMNS - 1}" not in str(report)
    assert len(str(report)) < 4_000


@pytest.mark.slow
def test_a_column_that_is_not_among_six_thousand_is_told_in_a_few_lines(tmp_path: Path) -> None:
    pq.write_table(pa.table({f"column{number}": [1, 2] for number in range(COLUMNS)}), tmp_path / "wide.parquet")
    report = check_repository(REPOSITORY, sla=mock_sla(dataset_name=str(tmp_path / "wide.parquet")))
    (finding,) = report.errors
    assert finding.code == "FM602"
    assert (finding.problem.expected or "").endswith(", and 5988 more")
    assert len(str(report)) < 4_000
