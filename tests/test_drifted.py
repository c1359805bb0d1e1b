"""Checks of partitions with drift: what the learner and the repository meet, in the words of the report."""

from __future__ import annotations

from typing import Any

import pytest
from standins.projects import REPOSITORY, mock_sla

from pytest_flops_mock import Finding, Report, check_repository
from pytest_flops_mock.errors import SettingsError, SLAError
from pytest_flops_mock.sla.models import MockSLA
from pytest_flops_mock.sla.schemes import drift_of

FIX = (
    "on devices, agree on one schema before data are sent; here, give the drift to all partitions, to see what the "
    "repository makes of it, or to none"
)


def check(until: str = "load", *, option: Any = None, **changes: Any) -> Report:
    sla = mock_sla(**{"max_rows": 60, "number_of_partitions": 3, **changes})
    return check_repository(REPOSITORY, sla=sla, drift=option, until=until)


def found(report: Report) -> list[Finding]:
    return [finding for finding in report.findings if finding.code != "FM201"]  # this Python is not the learner's


def only(report: Report) -> Finding:
    (finding,) = found(report)
    return finding


def test_a_schema_that_some_partitions_have_is_refused_by_the_learner_and_the_drift_is_named() -> None:
    report = check(drift="extra_column=site partitions=1,2; missing=0.1 column=image")
    finding = only(report)
    assert finding.code == "FM402"
    assert finding.problem.message == "the partitions cannot be one data set, since drift gives some of them another schema"
    assert "have site, in" in finding.problem.got
    assert all(part.name in finding.problem.got for part in report.data.partitions)
    assert finding.problem.got.endswith("; drift extra_column=site is in partition 1, partition 2")
    assert finding.problem.fix == FIX
    assert [part.drift for part in report.data.partitions] == [
        "missing=0.1 column=image",
        *["extra_column=site partitions=1,2; missing=0.1 column=image"] * 2,
    ]
    assert Report.from_json(report.to_json()) == report


def test_features_that_some_partitions_have_are_merged_and_the_drift_is_named() -> None:
    report = check(drift="type=int64 column=label partitions=0", until="transform")
    finding = only(report)
    assert report.ok
    assert (finding.code, finding.stage.value) == ("FM408", "load")
    assert finding.problem.got.endswith(
        "; drift type=int64 column=label is in partition 0; which of them comes first is chance"
    )
    assert finding.problem.fix == FIX


@pytest.mark.slow
def test_a_schema_that_all_partitions_have_meets_the_repository() -> None:
    report = check("transform", drift="renamed=digit column=label")
    finding = only(report)
    assert (finding.code, [*dict(report.data.columns)]) == ("FM602", ["image", "digit"])
    assert finding.problem.message == "the repository asks for column 'label', which the data do not have"


@pytest.mark.slow
def test_two_slas_of_one_data_set_differ_by_drift_and_those_of_two_data_sets_by_themselves() -> None:
    one, other = mock_sla(max_rows=40), mock_sla(max_rows=60, drift="extra_column=site")
    finding = only(check_repository(REPOSITORY, sla=[one, other], until="load"))
    assert finding.problem.got.endswith("; drift extra_column=site is in partition 0 of <mapping>, partition 1 of <mapping>")
    elsewhere = mock_sla(dataset_name="scikit-learn/iris", drift="extra_column=site")
    finding = only(check_repository(REPOSITORY, sla=[one, elsewhere], until="load"))
    assert finding.problem.message == "the partitions cannot be one data set"
    assert "drift" not in f"{finding.problem.got} {finding.problem.fix}"


@pytest.mark.slow
def test_a_partition_that_is_empty_is_no_fault_and_one_that_is_left_is_needed() -> None:
    report = check(drift="empty partitions=0,1")
    assert ([finding.code for finding in found(report)], report.data.rows) == (["FM311"], 20)
    (finding,) = check(drift="empty").errors
    assert finding.code == "FM407"
    assert finding.problem.fix == "give the drift to fewer partitions: empty"


@pytest.mark.slow
def test_the_option_counts_in_place_of_the_sla() -> None:
    assert "drift lost=1 partitions=0, which leaves 40" in check("provide", drift="lost=1 partitions=0").data.origin
    assert "drift duplicates=0.5" in check("provide", drift="lost=1", option="duplicates=0.5").data.origin
    assert "drift" not in check("provide", drift="lost=1", option="").data.origin


@pytest.mark.parametrize(
    ("drift", "where", "message"),
    [
        ("mising=0.1", "", "there is no such kind of drift"),
        ({"missing": 2}, "", "missing takes a share from 0 to 1"),
        (["missing=0.1", {"factor": 0}], "[1]", "factor takes a number other than 0"),
        (3, "", "the drift cannot be read"),
    ],
)
def test_a_drift_of_an_sla_that_cannot_be_read_is_told_with_its_key(drift: Any, where: str, message: str) -> None:
    with pytest.raises(SLAError) as error:
        MockSLA.load(mock_sla(drift=drift))
    (problem,) = error.value.problems
    assert (problem.code, problem.message) == ("FM023", message)
    assert problem.where == f"<mapping>: mock_data_configuration.drift{where}"


def test_a_partition_that_the_sla_does_not_have_is_told_without_running() -> None:
    sla = MockSLA.load(mock_sla(number_of_partitions=2, drift="empty partitions=2"))
    (problem,) = sla.problems()
    assert (problem.code, problem.where) == ("FM023", "<mapping>: mock_data_configuration.drift")
    assert problem.message == "there is no partition 2 that could have drift"
    assert (
        not MockSLA.load(mock_sla(drift="empty partitions=2", partitioner="natural_id partition_by=x"))
        .replace(number_of_partitions=3)
        .problems()
    )


def test_an_sla_keeps_its_drift_when_another_value_is_replaced() -> None:
    sla = MockSLA.load(mock_sla(drift=[{"missing": 0.1, "column": "age"}, "empty partitions=0"]))
    assert sla.replace(data_tag="x").drift == sla.drift == drift_of("missing=0.1 column=age; empty partitions=0")
    assert sla.replace(drift=None).drift is None
    assert sla.model_dump()["mock_data_configuration"]["drift"] == "missing=0.1 column=age; empty partitions=0"


def test_a_drift_that_cannot_be_read_is_told_with_its_option() -> None:
    with pytest.raises(SettingsError, match="\n  where     drift\n"):
        check(option="mising=1")
