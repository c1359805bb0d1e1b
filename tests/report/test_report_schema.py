"""The schema of reports as JSON."""

from __future__ import annotations

import json
from dataclasses import fields
from enum import Enum

import jsonschema  # type: ignore[import-untyped]
import pytest
from standins.schemas import report_schema, validate

from pytest_flops_mock import Finding, Outcome, Problem, Report, Severity, Stage
from pytest_flops_mock.data.choice import DataSource
from pytest_flops_mock.findings import DataFacts, Frame, PartitionFacts, SentFacts, ShownRows, StageResult
from pytest_flops_mock.report.as_json import SCHEMA
from pytest_flops_mock.statistics import PartitionStatistics, SplitStatistics, TargetSummary


def enumerated(kind: type[Enum]) -> list[str]:
    return [member.value for member in kind]


def test_the_schema_knows_what_the_code_knows() -> None:
    schema = report_schema()
    parts = schema["$defs"]
    kinds = {"stage": StageResult, "finding": Finding, "frame": Frame, "data": DataFacts}
    kinds |= {"sent": SentFacts, "partition": PartitionFacts, "statistics": SplitStatistics}
    kinds |= {"partitionStatistics": PartitionStatistics, "target": TargetSummary}
    kinds |= {"rows": ShownRows}
    for name, kind in kinds.items():
        names = {field.name for field in fields(kind)}
        if kind is Finding:  # the parts of its problem stand beside the rest
            names = names - {"problem"} | {field.name for field in fields(Problem)}
        assert set(parts[name]["properties"]) == set(parts[name]["required"]) == names
    whole = json.loads(Report("x").to_json())
    assert set(schema["properties"]) == set(schema["required"]) == set(whole)
    (report,) = whole["reports"]
    assert set(parts["report"]["properties"]) == set(parts["report"]["required"]) == set(report)
    assert schema["properties"]["schema"]["const"] == SCHEMA
    assert parts["stageName"]["enum"] == enumerated(Stage)
    assert parts["stage"]["properties"]["outcome"]["enum"] == enumerated(Outcome)
    assert parts["finding"]["properties"]["severity"]["enum"] == enumerated(Severity)
    assert set(enumerated(DataSource)) <= set(parts["sent"]["properties"]["source"]["enum"])


def test_the_schema_takes_a_full_report_and_refuses_a_broken_one() -> None:
    found = Finding.of(Problem("x"), code="FM603", frames=(Frame("a.py", 1, "f", "g()"),))
    stage = StageResult(Stage.TRAIN, Outcome.FAILED, 1.5, facts=(("loss", "nan"),))
    plain = json.loads(Report("r", stages=(stage,), findings=(found,), ignored=(found,)).to_json())
    validate(plain, report_schema())
    for key in plain:
        with pytest.raises(jsonschema.ValidationError):
            validate({**plain, key: 1}, report_schema())
    (report,) = plain["reports"]
    for key in report:
        with pytest.raises(jsonschema.ValidationError):
            validate({**plain, "reports": [{**report, key: 1}]}, report_schema())
