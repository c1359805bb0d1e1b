"""A saved partition is replayed as it is, on the way that it went in the search, and without Hypothesis."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from standins.found import rows_of
from standins.projects import REPOSITORY

from pytest_flops_mock import Outcome, Report, Stage
from pytest_flops_mock.search.replaying import replay_partition
from pytest_flops_mock.search.saving import Saved, save

ROWS = rows_of(x=[1.5, 2.5], label=[7, 7])


def saved(folder: Path, rows: pa.Table = ROWS, through: Stage = Stage.EVALUATE) -> Saved:
    words = {"text": "2 rows whose labels are {7}", "broke": "ValueError", "code": "FM703", "dataset_name": "mnist"}
    return save(rows, folder, through=through, label="label", **words)


def codes(report: Report) -> list[str]:
    return [finding.code for finding in report.errors]


@pytest.mark.slow
def test_a_partition_that_the_repository_takes_passes_all_its_stages(tmp_path: Path) -> None:
    report = replay_partition(saved(tmp_path).partition, REPOSITORY, env="current")
    assert report.ok, report
    assert report.outcome("search") is Outcome.PASSED
    assert dict(report.stages[-1].facts)["partition"] == "2 rows whose labels are {7}"


@pytest.mark.slow
def test_it_goes_as_far_as_it_went_in_the_search_and_no_farther(tmp_path: Path) -> None:
    ends = REPOSITORY | {
        "model_manager.py": REPOSITORY["model_manager.py"].replace("return self.rows", "raise ValueError(3)")
    }
    assert replay_partition(saved(tmp_path / "a", through=Stage.TRANSFORM).partition, ends, env="current").ok
    whole = saved(tmp_path / "b").partition
    report = replay_partition(whole, ends, env="current")
    assert codes(report) == ["FM1005"]
    assert "FM703 [train] ValueError: 3" in report.errors[0].detail
    ignored = replay_partition(whole, ends, env="current", ignore="FM1005")
    assert (ignored.ok, [finding.code for finding in ignored.ignored]) == (True, ["FM1005"])


@pytest.mark.slow
def test_no_rows_are_the_repositorys_to_take(tmp_path: Path) -> None:
    report = replay_partition(saved(tmp_path, ROWS.slice(0, 0)).partition, REPOSITORY, env="current")
    assert codes(report) == ["FM1005"]
    assert "FM407" not in str(report), "that the data are empty is no news here"


def test_a_repository_that_cannot_be_loaded_is_told_as_such(tmp_path: Path) -> None:
    report = replay_partition(saved(tmp_path).partition, REPOSITORY | {"model_manager.py": "def f(:\n"}, env="current")
    assert codes(report) == ["FM103"]


def test_neither_a_replay_nor_its_fixture_needs_hypothesis() -> None:
    program = "import sys; sys.modules['hypothesis'] = None; import pytest_flops_mock.fixtures.searching"
    program += "; import pytest_flops_mock.search.replaying, pytest_flops_mock.cli.replay"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=300)
