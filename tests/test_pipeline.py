"""The whole path in one call: which stages run, which are skipped, and what the report says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from standins.plain_client import PlainClient
from standins.projects import REPOSITORY, mock_sla

from pytest_flops_mock import FlopsMockError, MLDataClient, MLDataServer, MockDataProvider, Report, check_repository
from pytest_flops_mock.errors import SettingsError


def project_sla(**training: Any) -> dict[str, Any]:
    return {
        "customerID": "Admin",
        "ml_repo_url": "https://github.com/someone/repository",
        "ml_model_flavor": "sklearn",
        "resource_constraints": {"memory": 1000},
        "training_configuration": {"data_tags": ["mnist"], **training},
    }


def stages(report: Report) -> dict[str, str]:
    """How the stages that are about the data ended."""
    told = {result.stage.value: result.reason or result.outcome.value for result in report.stages}
    return {name: told[name] for name in ("sla", "structure", "provide", "load", "transform")}


def codes(report: Report) -> list[str]:
    """What was found, apart from how this Python differs from the learner image's."""
    return [finding.code for finding in report.findings if finding.code != "FM201"]


def test_a_good_run_passes_all_stages_and_tells_the_data() -> None:
    report = check_repository(REPOSITORY, sla=mock_sla(), project_sla=project_sla())
    assert report.ok, str(report)
    assert report.errors == report.warnings == ()
    assert {result.outcome.value for result in report.stages} == {"passed"}
    assert report.repository == "repository of 3 files"
    assert (report.data.dataset_name, report.data.source, report.data.rows) == ("mnist", "synthetic", 600)
    assert report.data.origin == "synthetic twin of mnist, 600 rows, seed 42"
    assert [partition.rows for partition in report.data.partitions] == [300, 300]
    assert dict(report.data.columns) == {"image": "Image", "label": "ClassLabel of 10"}
    assert [name for name, _ in report.environment][:4] == ["Python", "datasets", "pyarrow", "numpy"]


def test_a_bad_sla_skips_what_needs_it_and_only_that() -> None:
    report = check_repository(REPOSITORY, sla=mock_sla(data_tag="a.b"))
    assert stages(report) == {
        "sla": "failed",
        "structure": "passed",
        "provide": "needs sla",
        "load": "needs provide",
        "transform": "needs load",
    }


@pytest.mark.slow
def test_both_slas_are_read_before_either_is_told() -> None:
    report = check_repository(REPOSITORY, sla=mock_sla(number_of_partitions="x"), project_sla={})
    wheres = [finding.problem.where for finding in report.errors]
    assert "<mapping>: mock_data_configuration.number_of_partitions" in wheres
    assert "<mapping>: ml_repo_url" in wheres


@pytest.mark.slow
def test_data_that_cannot_be_had_say_which_source_was_asked() -> None:
    report = check_repository(REPOSITORY, sla=mock_sla(dataset_name="imagenet"))
    assert stages(report)["provide"] == "failed"
    assert codes(report) == ["FM301"]
    assert "data        imagenet: synthetic" in str(report)
    local = check_repository(REPOSITORY, sla=mock_sla(dataset_name="./nowhere.parquet"))
    assert codes(local) == ["FM011", "FM301"]
    assert local.data.source == "local"


@pytest.mark.slow
def test_a_missing_repository_keeps_neither_provider_nor_load_from_running(tmp_path: Path) -> None:
    report = check_repository(tmp_path / "nowhere", sla=mock_sla())
    assert stages(report) == {
        "sla": "passed",
        "structure": "failed",
        "provide": "passed",
        "load": "passed",
        "transform": "needs structure",
    }
    assert codes(report) == ["FM101"]
    assert report.data.rows == 600


def test_tags_that_do_not_meet_are_told_before_anything_runs() -> None:
    report = check_repository(REPOSITORY, sla=mock_sla(), project_sla=project_sla(data_tags=["mnits"]))
    assert [finding.code for finding in report.errors] == ["FM008"]
    assert stages(report)["provide"] == "needs sla"


@pytest.mark.slow
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


@pytest.mark.slow
def test_a_project_sla_that_cannot_be_read_skips_loading_only_where_the_tags_come_from_it() -> None:
    with MLDataServer() as server:
        MockDataProvider(server.uri).run(mock_sla())
        report = check_repository(REPOSITORY, server.uri, project_sla={"customerID": "Admin"})
        assert stages(report) == {
            "sla": "failed",
            "structure": "passed",
            "provide": "the server's own data",
            "load": "needs sla",
            "transform": "needs load",
        }
        tags = check_repository(REPOSITORY, server.uri, project_sla={"customerID": "Admin"}, data_tags=["mnist"])
        assert (stages(tags)["sla"], stages(tags)["load"], stages(tags)["transform"]) == ("failed", "passed", "passed")


def test_files_that_cannot_lie_in_one_folder_are_a_finding() -> None:
    report = check_repository({**REPOSITORY, "x": "", "x/y.py": ""}, sla=mock_sla())
    assert [(finding.code, finding.problem.where) for finding in report.errors] == [
        ("FM101", "repository of 5 files: x/y.py")
    ]
    assert (stages(report)["structure"], stages(report)["load"]) == ("failed", "passed")


def test_a_repository_in_a_folder_passes_and_stays_as_it_is() -> None:
    folder = Path(__file__).parents[1] / "examples" / "mnist_numpy"
    before = {path: path.stat().st_mtime_ns for path in [folder, *folder.rglob("*")]}
    report = check_repository(folder, sla=mock_sla())
    assert report.ok, str(report)
    assert report.errors == report.warnings == ()
    assert report.repository == str(folder)
    assert {path: path.stat().st_mtime_ns for path in [folder, *folder.rglob("*")]} == before


def test_one_thing_is_told_once() -> None:
    with MLDataServer() as server:
        MockDataProvider(server.uri).run(mock_sla())
        twice = check_repository({**REPOSITORY, "x": "", "x/y.py": ""}, server.uri, data_tags=["nothing", "nothing"])
    assert len(twice.findings) == len(set(twice.findings))


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


def test_nothing_to_check_with_is_told_in_full() -> None:
    with pytest.raises(SettingsError) as error:
        check_repository(REPOSITORY, "grpc://127.0.0.1:1")
    assert str(error.value) == (
        "there is nothing to check the repository with\n"
        "  expected  an MDP SLA, or the address of an ML data server and data_tags\n"
        "  got       sla = None, uri = 'grpc://127.0.0.1:1', data_tags = None\n"
        "  fix       pass sla=..., or name one with --flops-sla, ini flops_sla or @pytest.mark.flops_sla(...)"
    )


@pytest.mark.slow
def test_what_both_slas_lack_is_told_once() -> None:
    mock = {"mock_data_configuration": mock_sla()["mock_data_configuration"]}
    project = {key: value for key, value in project_sla().items() if key != "customerID"}
    report = check_repository(REPOSITORY, sla=mock, project_sla=project)
    assert [(finding.code, finding.problem.where) for finding in report.errors] == [("FM009", "<mapping>: customerID")]


@pytest.mark.slow
def test_tags_that_match_nothing_fail_loading_and_skip_only_the_run() -> None:
    with MLDataServer() as server:
        MockDataProvider(server.uri).run(mock_sla())
        report = check_repository(REPOSITORY, server.uri, data_tags=["mnits"])
    assert stages(report) == {
        "sla": "no SLA given",
        "structure": "passed",
        "provide": "the server's own data",
        "load": "failed",
        "transform": "needs load",
    }
    assert [(finding.code, finding.problem.nearest) for finding in report.errors] == [("FM401", "mnist")]


@pytest.mark.slow
def test_a_server_that_is_not_there_is_a_finding_of_the_stage_that_met_it() -> None:
    with MLDataServer() as server:
        gone = server.uri
    sent = check_repository(REPOSITORY, gone, sla=mock_sla())
    assert (codes(sent), stages(sent)["load"]) == (["FM306"], "needs provide")
    loaded = check_repository(REPOSITORY, gone, data_tags=["mnist"])
    assert (codes(loaded), stages(loaded)["transform"]) == (["FM403"], "needs load")


def test_a_repository_at_a_user_who_is_not_there_is_a_finding() -> None:
    report = check_repository("~no-such-user-here/repository", sla=mock_sla())
    assert codes(report) == ["FM101"]
    assert report.repository == "~no-such-user-here/repository"


def test_rows_that_vanish_are_told_with_the_numbers(tmp_path: Path) -> None:
    """Contract, section 2: equal content gives an equal name, so sending twice stores once."""
    table = tmp_path / "equal.csv"
    table.write_text("label\n" + "1\n" * 600)
    sla = mock_sla(dataset_name=str(table), number_of_partitions=3)
    report = check_repository(REPOSITORY, sla=sla, until="load")
    assert report.ok, str(report)
    assert codes(report) == ["FM011", "FM307"]  # a path is local, too
    assert "200 of 600 rows are left" in str(report)
    assert report.data.rows == 200


@pytest.mark.slow
def test_rows_of_an_earlier_run_under_the_tag_are_told() -> None:
    """Contract, section 4: the data server merges by tag whatever was sent."""
    with MLDataServer() as server:
        MockDataProvider(server.uri).run(mock_sla(max_rows=40))
        report = check_repository(REPOSITORY, server.uri, sla=mock_sla(max_rows=600), until="load")
    assert report.ok, str(report)
    assert codes(report) == ["FM405"]
    assert "the learner loaded 40 rows that this run did not send" in str(report)
    assert report.data.rows == 640


def test_a_verdict_that_rests_on_uploads_without_a_promise_says_so() -> None:
    with MLDataServer() as server, PlainClient(server.uri) as foreign, MLDataClient(server.uri) as client:
        client.send("mnist.ours.parquet", pa.table({"label": [1, 2]}))
        foreign.put("mnist.theirs.parquet", pa.table({"label": [3]}))
        assert [part.verified for part in client.partitions()] == [True, False]
        report = check_repository(REPOSITORY, server.uri, data_tags=["mnist"], until="load")
    assert report.ok, str(report)
    assert codes(report) == ["FM409"]
    assert report.data.unverified == ("mnist.theirs.parquet",)
    assert "nobody has promised the number of rows of 1 partition: an upload may have been cut" in str(report)
    assert "mnist.theirs.parquet with 1 row" in str(report)
    assert Report.from_json(report.to_json()).data == report.data


def test_partitions_without_rows_are_an_error_and_nothing_is_trained_on_them() -> None:
    with MLDataServer() as server:
        with MLDataClient(server.uri) as client:
            client.send("mnist.none.parquet", pa.table({"label": pa.array([], pa.int64())}))
        report = check_repository(REPOSITORY, server.uri, data_tags=["mnist"])
    assert codes(report) == ["FM407"]
    assert stages(report)["transform"] == "needs load"
