"""Reports as JSON, and back. ``docs/report.schema.json`` describes the form."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pytest_flops_mock.errors import Problem
from pytest_flops_mock.findings import (
    DataFacts,
    Finding,
    Frame,
    PartitionFacts,
    SentFacts,
    ShownRow,
    ShownRows,
    ShownValue,
    StageResult,
)
from pytest_flops_mock.stage import Outcome, Severity, Stage
from pytest_flops_mock.statistics import PartitionStatistics, SplitStatistics, TargetSummary
from pytest_flops_mock.texts import clean

if TYPE_CHECKING:
    from pytest_flops_mock.report.report import Report

SCHEMA = "pytest-flops-mock/report/2"
"""The version of the JSON form; a change that breaks readers raises the number."""

SIZES = ("size_variation", "size_gini")


def written(reports: Iterable[Report], indent: int | None = 2, *, ascii_only: bool = False) -> str:
    """One report or many as JSON text, in the same form.

    Args:
        reports: What to write, in order.
        indent: How far each level is indented; ``None`` for one line.
        ascii_only: Whether to escape other letters, for a stream whose encoding does not have them.
    """
    reports = list(reports)
    plain = {
        "schema": SCHEMA,
        "verdict": "compatible" if all(report.ok for report in reports) else "incompatible",
        "reports": [_report(report) for report in reports],
    }
    return json.dumps(cleaned(plain), indent=indent, ensure_ascii=ascii_only)


def parsed(text: str) -> list[dict[str, Any]]:
    """The attributes of each report that :func:`written` wrote.

    Raises:
        ValueError: The text is not JSON, or no report of this schema.
    """
    try:
        plain = json.loads(text)
    except RecursionError as error:
        raise ValueError(f"not a report of schema {SCHEMA}: nested too deeply") from error
    if not isinstance(plain, dict) or plain.get("schema") != SCHEMA:
        raise ValueError(f"not a report of schema {SCHEMA}")
    try:
        return [_attributes(report) for report in _of_type(plain["reports"], list)]
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"a broken report of schema {SCHEMA}: {type(error).__name__}: {error}") from error


def schema_of(text: str) -> str:
    """The schema that a JSON text says that it has; empty if it says none."""
    try:
        plain = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    return str(plain.get("schema", "")) if isinstance(plain, dict) else ""


def _report(report: Report) -> dict[str, Any]:
    return {
        "verdict": report.verdict,
        "repository": report.repository,
        "stages": [{**asdict(result), "facts": dict(result.facts)} for result in report.stages],
        "findings": [plain_finding(finding) for finding in report.findings],
        "ignored": [plain_finding(finding) for finding in report.ignored],
        "data": {
            **asdict(report.data),
            "columns": dict(report.data.columns),
            "sent": [{**asdict(sent), "statistics": _statistics(sent)} for sent in report.data.sent],
        },
        "environment": dict(report.environment),
        "environments": list(report.environments),
        "sla": report.sla,
        "baseline": report.baseline,
        "known": [plain_finding(finding) for finding in report.known],
        "gone": [plain_finding(finding) for finding in report.gone],
        "command": report.command,
    }


def plain_statistics(statistics: SplitStatistics) -> dict[str, Any]:
    """What partitions hold, as JSON values: counts by class and by column."""
    whole, *partitions = (
        {**asdict(each), "labels": dict(each.labels), "missing": dict(each.missing)}
        for each in (statistics.whole, *statistics.partitions)
    )
    return {**asdict(statistics), "classes": list(statistics.classes), "partitions": partitions, "whole": whole}


def _statistics(sent: SentFacts) -> dict[str, Any] | None:
    return None if sent.statistics is None else plain_statistics(sent.statistics)


def _attributes(plain: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "repository": _of_type(plain["repository"], str),
        "stages": tuple(map(_stage_result, plain["stages"])),
        "findings": tuple(map(_finding, plain["findings"])),
        "data": _data(plain["data"]),
        "environment": tuple(plain["environment"].items()),
        "ignored": tuple(map(_finding, plain["ignored"])),
        "environments": tuple(_of_type(name, str) for name in plain["environments"]),
        **{name: _of_type(plain.get(name, ""), str) for name in ("sla", "baseline", "command")},
        **{name: tuple(map(_finding, plain.get(name, ()))) for name in ("known", "gone")},
    }


def cleaned(plain: Any) -> Any:
    """JSON values whose texts can be shown."""
    if isinstance(plain, str):
        return clean(plain)
    if isinstance(plain, dict):
        return {clean(name): cleaned(value) for name, value in plain.items()}
    return [cleaned(value) for value in plain] if isinstance(plain, (list, tuple)) else plain


def plain_finding(finding: Finding) -> dict[str, Any]:
    """One object: the parts of the problem stand beside the rest."""
    plain = asdict(finding)
    return {**plain.pop("problem"), **plain}


def _finding(plain: Mapping[str, Any]) -> Finding:
    parts = Problem.__dataclass_fields__
    return Finding(
        Problem(**{name: _of_type(plain[name], str) for name in parts}),
        Severity(plain["severity"]),
        Stage(plain["stage"]),
        _of_type(plain["detail"], str),
        tuple(Frame(**frame) for frame in plain["frames"]),
        _of_type(plain.get("exception", ""), str),
        _rows(plain.get("rows")),
    )


def _stage_result(plain: Mapping[str, Any]) -> StageResult:
    facts = tuple((name, _of_type(text, str)) for name, text in plain["facts"].items())
    return StageResult(Stage(plain["stage"]), Outcome(plain["outcome"]), plain["seconds"], plain["reason"], facts)


def _data(plain: Mapping[str, Any]) -> DataFacts:
    return DataFacts(
        sent=tuple(map(_sent, plain["sent"])),
        columns=tuple(plain["columns"].items()),
        rows=_of_type(plain["rows"], int),
        unverified=tuple(_of_type(name, str) for name in plain["unverified"]),
    )


def _sent(plain: Mapping[str, Any]) -> SentFacts:
    partitions = tuple(PartitionFacts(**partition) for partition in plain["partitions"])
    texts = {name: _of_type(plain[name], str) for name in ("sla", "data_tag", "dataset_name", "source", "origin")}
    statistics = plain.get("statistics")
    split = None if statistics is None else _split(statistics)
    return SentFacts(**texts, partitions=partitions, statistics=split, shown=_rows(plain.get("shown")))


def _rows(plain: Mapping[str, Any] | None) -> ShownRows | None:
    if plain is None:
        return None
    rows = tuple(ShownRow(_of_type(row["name"], str), tuple(map(_value, row["values"]))) for row in plain["rows"])
    columns = tuple(_of_type(name, str) for name in plain["columns"])
    return ShownRows(columns, rows, _of_type(plain["left_out"], int), _of_type(plain["more_columns"], int))


def _value(plain: Mapping[str, Any] | None) -> ShownValue | None:
    if plain is None:
        return None
    wave = tuple(float(_of_type(point, int | float)) for point in plain["wave"])
    return ShownValue(_of_type(plain["text"], str), _of_type(plain["picture"], str), wave)


def _split(plain: Mapping[str, Any]) -> SplitStatistics:
    return SplitStatistics(
        label=_of_type(plain["label"], str),
        classes=tuple(_of_type(name, str) for name in plain["classes"]),
        partitions=tuple(map(_partition, plain["partitions"])),
        whole=_partition(plain["whole"]),
        **{name: plain[name] for name in SIZES},
    )


def _partition(plain: Mapping[str, Any]) -> PartitionStatistics:
    values = {name: plain[name] for name in PartitionStatistics.__dataclass_fields__}
    values |= {name: tuple(plain[name].items()) for name in ("labels", "missing")}
    values["target"] = None if plain["target"] is None else TargetSummary(**plain["target"])
    return PartitionStatistics(**values)


def _of_type(value: Any, kind: Any) -> Any:
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} is no {getattr(kind, '__name__', kind)}")
    return value
