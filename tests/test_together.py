"""Several mock data providers send to one learner: what arrives, what is merged, and what no learner can put together."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from standins.projects import REPOSITORY, mock_sla
from test_pipeline import codes, project_sla

from pytest_flops_mock import Report, Severity, check_repository
from pytest_flops_mock.errors import SettingsError


def check(*slas: Any, **options: Any) -> Report:
    return check_repository(REPOSITORY, sla=list(slas), until="transform", **options)


def told(report: Report, code: str) -> str:
    return "\n".join(str(finding.problem) for finding in report.findings if finding.code == code)


@pytest.fixture
def slas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory for SLAs, so that messages name them by short paths."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(name: str, **configuration: Any) -> str:
    Path(name).write_text(json.dumps(mock_sla(**configuration)), encoding="utf-8")
    return name


def test_one_learner_gets_what_all_of_them_send(slas: Path) -> None:
    first, second = put("a.json", max_rows=100), put("b.json", number_of_partitions=3, max_rows=60)
    report = check(first, second)
    assert report.ok, report
    assert codes(report) == []
    assert report.data.rows == 160
    assert [(sent.sla, sent.data_tag, len(sent.partitions)) for sent in report.data.sent] == [
        ("a.json", "mnist", 2),
        ("b.json", "mnist", 3),
    ]
    assert Report.from_json(report.to_json()) == report


@pytest.mark.slow
def test_they_may_send_under_tags_of_their_own(slas: Path) -> None:
    first, second = put("a.json", max_rows=100), put("b.json", data_tag="digits", max_rows=60)
    assert check(first, second).data.rows == 160
    assert check(first, second, project_sla=project_sla(data_tags=["mnist", "digits"])).data.rows == 160
    text = str(check(first, second))
    assert "a.json sent mnist: synthetic twin of mnist, 100 rows, seed 42; 2 partitions under the tag mnist\n" in text
    assert "            160 rows loaded\n" in text


@pytest.mark.slow
def test_one_whose_tag_nobody_asks_for_is_a_warning_since_the_learner_has_the_data_of_the_others(slas: Path) -> None:
    """Contract, section 4: only a learner that finds no data at all ends."""
    first, second = put("a.json", max_rows=100), put("b.json", data_tag="mnits", max_rows=60)
    report = check(first, second, project_sla=project_sla(data_tags=["mnist"]))
    assert report.ok
    assert [finding.code for finding in report.warnings] == ["FM021"]
    assert told(report, "FM021").splitlines() == [
        "no learner gets what this MDP sends, since none asks for its data tag; they train on the data of the other MDPs",
        "  where     b.json: mock_data_configuration.data_tag",
        "  expected  one of the tags that the learner asks for: mnist",
        "  got       'mnits'",
        "  nearest   mnist",
        "  fix       add this tag to the project SLA's data_tags, or leave the SLA out",
    ]
    assert report.data.rows == 100
    assert told(check(first, second, data_tags="mnist"), "FM021") == told(report, "FM021")


@pytest.mark.slow
def test_when_nobody_asks_for_any_of_them_that_is_an_error(slas: Path) -> None:
    first, second = put("a.json", data_tag="a"), put("b.json", data_tag="b")
    report = check(first, second, project_sla=project_sla(data_tags=["mnist"]))
    assert [finding.code for finding in report.errors] == ["FM008", "FM008"]


@pytest.mark.slow
def test_columns_that_differ_are_refused_with_both_sides(slas: Path) -> None:
    """Contract, section 4: several MDPs under one tag must agree on the schema."""
    first, second = put("a.json", max_rows=20), put("b.json", dataset_name="cifar10", max_rows=20)
    report = check(first, second)
    assert [finding.code for finding in report.errors] == ["FM402"]
    (got,) = (line for line in told(report, "FM402").splitlines() if line.startswith("  got"))
    assert "only the first have image, only the others have img" in got or "only the first have img" in got
    assert "(of a.json)" in got
    assert "(of b.json)" in got


@pytest.mark.slow
def test_values_of_another_width_are_refused(slas: Path) -> None:
    Path("narrow.csv").write_text("x,label\n" + "0.5,1\n0.25,0\n" * 20, encoding="utf-8")
    Path("wide.csv").write_text("x,label\n" + "1,1\n2,0\n" * 20, encoding="utf-8")
    report = check(
        put("a.json", dataset_name="./narrow.csv", data_tag="t"), put("b.json", dataset_name="./wide.csv", data_tag="t")
    )
    assert [finding.code for finding in report.errors] == ["FM402"]
    assert "column 'x' is" in told(report, "FM402")


def test_classes_in_another_order_are_merged_and_told_with_both_orders(slas: Path) -> None:
    first, second = put("a.json", max_rows=20), put("b.json", dataset_name="fashion_mnist", max_rows=20)
    report = check(first, second)
    assert report.ok, report
    (finding,) = report.warnings
    assert (finding.code, finding.severity, finding.stage.value) == ("FM408", Severity.WARNING, "load")
    assert "the classes of column 'label' are" in finding.problem.got
    assert "0, 1, 2, 3, 4, 5, 6, 7, 8, 9" in finding.problem.got
    assert "T - shirt / top, Trouser" in finding.problem.got
    assert report.data.rows == 40


@pytest.mark.slow
def test_two_that_send_equal_partitions_overwrite_each_other(slas: Path) -> None:
    report = check(put("a.json", max_rows=100), put("b.json", max_rows=100))
    assert codes(report) == ["FM307"]
    assert "100 of 200 rows are left" in told(report, "FM307")


@pytest.mark.slow
def test_one_that_fails_keeps_no_other_from_sending(slas: Path) -> None:
    report = check(put("a.json", dataset_name="./nowhere.csv"), put("b.json", max_rows=100))
    assert not report.ok
    assert {finding.stage.value for finding in report.errors} == {"provide"}
    assert [len(sent.partitions) for sent in report.data.sent] == [0, 2]


@pytest.mark.slow
def test_a_broken_sla_among_them_is_named(slas: Path) -> None:
    Path("b.json").write_text("{", encoding="utf-8")
    report = check(put("a.json"), "b.json")
    assert [finding.code for finding in report.errors] == ["FM002"]
    assert "b.json" in report.errors[0].problem.where


def test_a_list_without_an_sla_is_refused() -> None:
    with pytest.raises(SettingsError, match="there is nothing to check the repository with"):
        check()
