"""The whole path in one call: which stages run, which are skipped, and what the report says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from standins.projects import REPOSITORY, mock_sla

from pytest_flops_mock import FlopsMockError, MLDataServer, MockDataProvider, Report, check_repository


def project_sla(**training: Any) -> dict[str, Any]:
    return {
        "customerID": "Admin",
        "ml_repo_url": "https://example.org/repository",
        "ml_model_flavor": "sklearn",
        "training_configuration": {"data_tags": ["mnist"], **training},
    }


def stages(report: Report) -> dict[str, str]:
    return {result.stage.value: result.reason or result.outcome.value for result in report.stages}


def test_a_good_run_passes_all_stages_and_tells_the_data() -> None:
    report = check_repository(REPOSITORY, sla=mock_sla(), project_sla=project_sla())
    assert report.ok, str(report)
    assert report.findings == ()
    assert set(stages(report).values()) == {"passed"}
    assert report.repository == "repository of 3 files"
    assert (report.data.dataset_name, report.data.source, report.data.rows) == ("mnist", "synthetic", 600)
    assert report.data.origin == "synthetic twin of mnist, 600 rows, seed 42"
    assert [partition.rows for partition in report.data.partitions] == [300, 300]
    assert dict(report.data.columns) == {"image": "Image", "label": "ClassLabel of 10"}
    assert [name for name, _ in report.environment] == ["Python", "datasets", "pyarrow", "numpy"]


def test_a_bad_sla_skips_what_needs_it_and_only_that() -> None:
    report = check_repository(REPOSITORY, sla=mock_sla(data_tag="a.b"))
    assert stages(report) == {
        "sla": "failed",
        "structure": "passed",
        "provide": "needs sla",
        "load": "needs provide",
        "transform": "needs load",
    }


def test_both_slas_are_read_before_either_is_told() -> None:
    report = check_repository(REPOSITORY, sla=mock_sla(number_of_partitions="x"), project_sla={})
    wheres = [finding.where for finding in report.errors]
    assert "<mapping>: mock_data_configuration.number_of_partitions" in wheres
    assert "<mapping>: ml_repo_url" in wheres


def test_data_that_cannot_be_had_say_which_source_was_asked() -> None:
    report = check_repository(REPOSITORY, sla=mock_sla(dataset_name="imagenet"))
    assert stages(report)["provide"] == "failed"
    assert [finding.code for finding in report.findings] == ["FM301"]
    assert "data        imagenet: synthetic" in str(report)
    local = check_repository(REPOSITORY, sla=mock_sla(dataset_name="./nowhere.parquet"))
    assert [finding.code for finding in local.findings] == ["FM011", "FM301"]
    assert local.data.source == "local"


def test_a_missing_repository_keeps_neither_provider_nor_load_from_running(tmp_path: Path) -> None:
    report = check_repository(tmp_path / "nowhere", sla=mock_sla())
    assert stages(report) == {
        "sla": "passed",
        "structure": "failed",
        "provide": "passed",
        "load": "passed",
        "transform": "needs structure",
    }
    assert [finding.code for finding in report.findings] == ["FM101"]
    assert report.data.rows == 600


def test_tags_that_do_not_meet_are_told_before_anything_runs() -> None:
    report = check_repository(REPOSITORY, sla=mock_sla(), project_sla=project_sla(data_tags=["mnits"]))
    assert [finding.code for finding in report.errors] == ["FM008"]
    assert stages(report)["provide"] == "needs sla"


def test_the_project_slas_tags_are_what_the_learner_asks_for() -> None:
    with MLDataServer() as server:
        MockDataProvider(server.uri).run(mock_sla(data_tag="first"))
        MockDataProvider(server.uri).run(mock_sla(data_tag="second", number_of_partitions=3))
        report = check_repository(REPOSITORY, server.uri, project_sla=project_sla(data_tags=["first", "second"]))
        assert report.data.rows == 1200
        assert stages(report)["provide"] == "the server's own data"
        assert stages(report)["sla"] == "passed"
        only = check_repository(REPOSITORY, server.uri, data_tags="second")
        assert only.data.rows == 600
        assert stages(only)["sla"] == "no SLA given"


def test_without_data_there_is_nothing_to_check_with() -> None:
    with pytest.raises(FlopsMockError) as error:
        check_repository(REPOSITORY)
    assert str(error.value).startswith("there is nothing to check the repository with\n  expected  an MDP SLA, or ")
    with pytest.raises(FlopsMockError, match="there is no such source of data"):
        check_repository(REPOSITORY, sla=mock_sla(), data="huub")


def test_slas_are_read_from_files(tmp_path: Path) -> None:
    (tmp_path / "mock.json").write_text(json.dumps(mock_sla()), encoding="utf-8")
    (tmp_path / "project.json").write_text(json.dumps(project_sla()), encoding="utf-8")
    assert check_repository(REPOSITORY, sla=tmp_path / "mock.json", project_sla=tmp_path / "project.json").ok
