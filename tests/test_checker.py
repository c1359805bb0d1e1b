"""One repository against several data sets, in one process; environments side by side; codes that do not count."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from standins.projects import REPOSITORY, mock_sla
from standins.uv import stand_in_for_uv

from pytest_flops_mock import (
    MLDataClient,
    MLDataServer,
    MLRepository,
    Outcome,
    Report,
    RepositoryChecker,
    Stage,
    check_repository,
)
from pytest_flops_mock.errors import SettingsError

EXAMPLES = Path(__file__).parents[1] / "examples"


def changed(old: str, new: str) -> dict[str, str]:
    assert old in REPOSITORY["model_manager.py"]
    return {**REPOSITORY, "model_manager.py": REPOSITORY["model_manager.py"].replace(old, new, 1)}


def told(report: Report) -> list[str]:
    return [finding.code for finding in (*report.errors, *report.warnings)]


def outcomes(report: Report) -> dict[str, str]:
    return {result.stage.value: result.reason or result.outcome.value for result in report.stages}


def test_a_second_data_set_is_checked_in_the_same_process() -> None:
    files = changed(
        "        distance = float(",
        "        import os; return float(os.getpid()), 0.5, self.rows\n        distance = float(",
    )
    with RepositoryChecker(files) as checker:
        reports = [checker.check(sla=mock_sla(number_of_partitions=count)) for count in (2, 3)]
    assert [told(report) for report in reports] == [[], []]
    assert [len(report.data.partitions) for report in reports] == [2, 3]
    first, second = (dict(report.stages[-1].facts)["loss"] for report in reports)
    assert first == second


@pytest.mark.slow
def test_a_crash_with_one_data_set_does_not_spoil_the_next() -> None:
    files = changed("        return self.rows\n", "        import os; self.rows == 600 and os._exit(1); return self.rows\n")
    with RepositoryChecker(files) as checker:
        crashed = checker.check(sla=mock_sla())
        fine = checker.check(sla=mock_sla(dataset_name=str(EXAMPLES / "patients_sklearn" / "mocks" / "patients.csv")))
    assert told(crashed) == ["FM706"]
    assert outcomes(crashed)["exchange"] == "needs train"
    assert fine.outcome("load") is Outcome.PASSED
    assert told(fine) == ["FM602"], "that data set has other columns"


@pytest.mark.slow
def test_stages_after_a_crash_go_on_in_a_new_process() -> None:
    files = changed("    def evaluate_model", "    fits = 0\n\n    def evaluate_model").copy()
    body = (
        "        type(self).fits += 1\n        import os; type(self).fits == 2 and os._exit(1)\n        return self.rows\n"
    )
    files["model_manager.py"] = files["model_manager.py"].replace("        return self.rows\n", body)
    report = check_repository(files, sla=mock_sla())
    # The second training in a process ends it. Other learners are processes of their own: only a second round is one.
    assert told(report) == ["FM806"]
    assert outcomes(report)["evaluate"] == "passed"


def test_a_failed_aggregator_skips_what_would_fail_the_same_way_and_only_that() -> None:
    report = check_repository(
        changed("        self.shares = np.zeros(10)\n", "        raise ValueError('no')\n"), sla=mock_sla()
    )
    assert told(report) == ["FM503"]
    assert outcomes(report)["load"] == "passed"
    assert {name: reason for name, reason in outcomes(report).items() if reason.startswith("needs")} == {
        "transform": "needs aggregator",
        "train": "needs transform",
        "exchange": "needs train",
        "evaluate": "needs train",
    }
    no_model = check_repository(changed("        return self\n", "        pass\n"), sla=mock_sla())
    assert told(no_model) == ["FM514"]
    assert outcomes(no_model)["evaluate"] == "passed"


def test_data_in_the_constructor_fail_the_aggregator_and_not_the_learner() -> None:
    files = changed(
        "        self.shares = np.zeros(10)\n", "        self.shares = np.zeros(10)\n        DataManager().get_data()\n"
    )
    report = check_repository(files, sla=mock_sla())
    (error,) = report.errors
    assert str(error.problem) == (
        "the repository loads data where the aggregator has none\n"
        "  where     data_manager.py:6 in _prepare_data\n"
        "  expected  ModelManager() works without data and without a server in reach\n"
        "  got       load_dataset() or data_loading, which only a learner has\n"
        "  fix       load the data in set_model_data(), which the aggregator does not call"
    )
    assert [frame.file for frame in error.frames] == ["model_manager.py", "data_manager.py", "data_manager.py"]
    assert outcomes(report)["evaluate"] == "passed"


def test_what_the_repository_does_with_the_data_is_in_the_report() -> None:
    report = check_repository(REPOSITORY, sla=mock_sla())
    facts = {result.stage.value: dict(result.facts) for result in report.stages if result.facts}
    assert facts["aggregator"] == {"parameters": "(10,)", "model": "ModelManager"}
    assert facts["transform"] == {"get_data()": "ndarray (600,) int64"}
    assert (facts["train"]["examples"], facts["train"]["parameters"]) == ("600", "(10,)")
    assert facts["evaluate"].keys() == {"loss", "accuracy", "examples"}
    assert "transform   get_data() ndarray (600,) int64\n" in str(report)


def test_rows_that_get_lost_on_the_way_are_told() -> None:
    files = {**REPOSITORY, "data_manager.py": REPOSITORY["data_manager.py"].replace(".to_numpy()", ".to_numpy()[:580]")}
    report = check_repository(files, sla=mock_sla())
    (transform,) = [result for result in report.stages if result.stage is Stage.TRANSFORM]
    assert dict(transform.facts)["rows lost"] == "20 of 600"


@pytest.mark.slow
def test_what_the_code_printed_is_shown_with_what_is_wrong_with_its_values() -> None:
    files = changed(
        "        return self.rows\n",
        "        print('epoch 1: loss nan'); self.shares = self.shares * np.nan; return self.rows\n",
    )
    (error,) = check_repository(files, sla=mock_sla()).errors
    assert (error.code, error.detail) == ("FM713", "output:\n    epoch 1: loss nan")


def test_codes_that_are_ignored_do_not_count_and_are_named() -> None:
    files = changed("        return self\n", "        pass\n")
    report = check_repository(files, sla=mock_sla(), ignore=["FM514", "FM201"])
    assert report.ok
    assert told(report) == []
    assert {finding.code for finding in report.ignored} == {"FM514", "FM201"}
    assert str(report).endswith(
        "verdict     compatible in this Python; FM201, FM514 ignored; the learner's was not tried: set env to learner"
    )
    assert Report.from_json(report.to_json()) == report


@pytest.mark.slow
def test_an_ignored_failure_does_not_let_through_what_needs_its_work() -> None:
    files = {**REPOSITORY, "data_manager.py": REPOSITORY["data_manager.py"].replace('"label"', '"lable"')}
    report = check_repository(files, sla=mock_sla(), ignore=["FM602"])
    assert (told(report), [finding.code for finding in report.ignored]) == ([], ["FM602"])
    assert outcomes(report)["train"] == "needs transform"
    with MLDataServer() as server:
        nothing = check_repository(REPOSITORY, server.uri, data_tags=["mnist"], ignore=["FM401"])
    assert (told(nothing), outcomes(nothing)["transform"]) == ([], "needs load")


def optimised(folder: Path) -> Path:
    """A Python like this one but for ``assert``, which it leaves out."""
    python = folder / "python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} -O "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    return python


@pytest.mark.slow
def test_environments_that_disagree_are_told_unless_that_is_ignored(tmp_path: Path) -> None:
    files = changed("        return self.rows\n", "        assert False, 'never'\n        return self.rows\n")
    both = f"{optimised(tmp_path)},current"
    report = check_repository(files, sla=mock_sla(), env=both)
    (warning,) = report.warnings
    assert (warning.code, warning.problem.where, warning.problem.got) == (
        "FM203",
        "train",
        "current: failed (FM703 AssertionError: never)",
    )
    ignored = check_repository(files, sla=mock_sla(), env=both, ignore=["FM203"])
    assert (told(ignored), [finding.code for finding in ignored.ignored]) == ([], ["FM203"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ignore": ["FM5144"]}, "there is no such code to ignore\n  where     ignore"),
        ({"until": "trian"}, "there is no such stage\n  where     until"),
        ({"env": ""}, "an environment has no name"),
        ({"data": "huub"}, "there is no such source of data"),
    ],
)
def test_settings_that_mean_nothing_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError) as error:
        check_repository(REPOSITORY, sla=mock_sla(), **options)
    assert str(error.value).startswith(message)
    assert "nearest" in str(error.value)


def test_a_check_may_end_before_the_repository_trains() -> None:
    report = check_repository(REPOSITORY, sla=mock_sla(), until="transform")
    assert [result.stage.value for result in report.stages][-1] == "transform"


def test_a_python_that_is_not_there_fails_its_stage_and_skips_what_needs_it() -> None:
    report = check_repository(REPOSITORY, sla=mock_sla(), env="./nowhere/python")
    assert told(report) == ["FM205"]
    assert outcomes(report)["provide"] == "passed"
    assert outcomes(report)["load"] == outcomes(report)["aggregator"] == "needs environment"


def test_memory_is_a_fact_and_never_a_reason() -> None:
    """Nothing on FLOps reads the project SLA's memory, and containers start without limits."""
    project = {
        "customerID": "Admin",
        "ml_repo_url": "https://github.com/someone/repository",
        "ml_model_flavor": "sklearn",
        "training_configuration": {"data_tags": ["mnist"]},
        "resource_constraints": {"memory": 10},
    }
    report = check_repository(REPOSITORY, sla=mock_sla(), project_sla=project)
    assert told(report) == []
    (train,) = (result for result in report.stages if result.stage is Stage.TRAIN)
    assert dict(train.facts)["peak memory"].endswith(" MB")


@pytest.mark.slow
def test_a_limit_of_memory_ends_in_a_finding() -> None:
    files = changed("        return self.rows\n", "        self.much = np.ones((2**18, 1024)); return self.rows\n")
    report = check_repository(files, sla=mock_sla(), memory=1000)
    (error,) = report.errors
    assert (error.code, error.problem.where) == ("FM706", "model_manager.py:25 in fit_model")
    assert error.problem.expected == "at most 1,000 MB of memory (--flops-memory)"


@pytest.mark.slow
def test_a_repository_gets_the_parts_in_no_order_that_it_could_rely_on() -> None:
    files = changed(
        "        self.rows, self.goal",
        "        assert list(labels) != sorted(labels), 'in order'\n        self.rows, self.goal",
    )
    with MLDataServer() as server, MLDataClient(server.uri) as client:
        for label in range(8):
            client.send(f"mnist.{label}.parquet", pa.table({"label": [label]}))
        report = check_repository(files, server.uri, data_tags=["mnist"], until="transform")
    assert told(report) == []


COLUMN = {
    **REPOSITORY,
    "conda.yaml": (EXAMPLES / "mnist_numpy" / "conda.yaml").read_text(encoding="utf-8"),
    "data_manager.py": REPOSITORY["data_manager.py"].replace(
        '.data.column("label").to_numpy()', '.with_format("numpy")["label"].astype(int)'
    ),
}


@pytest.mark.slow
@pytest.mark.skipif(version("datasets") < "4", reason="needs the datasets that made columns lazy")
def test_a_failure_that_a_newer_version_explains_is_a_warning_where_the_learners_was_not_tried() -> None:
    report = check_repository(COLUMN, sla=mock_sla(), ignore=["FM201", "FM202"])
    (warning,) = report.warnings
    assert (report.ok, warning.code, warning.stage) == (True, "FM603", Stage.TRANSFORM)
    assert warning.message.startswith("fails here, and may work there: AttributeError: 'Column' object")
    assert report.summary.startswith("compatible in this Python (1 warning)")
    assert outcomes(report)["train"] == "needs transform"


def test_the_current_python_is_taken_where_the_learners_cannot_be_built(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    stand_in_for_uv(monkeypatch, tmp_path, "echo 'error: Failed to fetch: x'; exit 1")
    report = check_repository(REPOSITORY, sla=mock_sla(), env="auto")
    assert "FM208" in {finding.code for finding in report.findings}
    assert report.environments == ("current",)
    assert outcomes(report)["evaluate"] == "passed"


@pytest.mark.slow
@pytest.mark.usefixtures("kept_environments")
def test_environments_that_disagree_are_told() -> None:
    """The model case: with ``datasets`` 4 a column is lazy, and has none of the methods that it has in the learner."""
    report = check_repository(MLRepository.of_files(COLUMN), sla=mock_sla(), env="learner,current", ignore=["FM202"])
    assert report.ok, str(report)
    (warning,) = report.warnings
    assert (warning.code, warning.message) == ("FM203", "the environments learner and current disagree")
    assert (warning.problem.where, warning.problem.expected) == ("transform", "learner: passed")
    assert warning.problem.got.startswith("current: failed (FM603 AttributeError: 'Column' object has no attribute 'astype'")
    assert [frame.file for frame in warning.frames] == ["model_manager.py", "data_manager.py", "data_manager.py"]
