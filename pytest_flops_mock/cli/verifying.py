"""``flops-mock twin --verify``: whether a repository meets in a twin what it meets in the data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_flops_mock.stage import Outcome, Stage

if TYPE_CHECKING:
    from pytest_flops_mock.report.report import Report

PARTITIONS = 2

MEASURED = ("peak memory", "loss", "accuracy", "examples")
"""Facts of a stage that may differ: a twin has other values, and a repository may leave out some of its rows."""


def verify(repository: Path, data: str, twin: str, *, source: str, rows: int, config: str | None, recordings: Path) -> str:
    """What differs when a repository is run on data and on their twin, in lines; empty if nothing does.

    Args:
        repository: The ML repository.
        data: Name or path of the data.
        twin: Name of the twin.
        source: Where data come from that have a name.
        rows: How many rows of each.
        config: The configuration, if there are several.
        recordings: Folder of descriptions and recorded samples.

    Raises:
        DataSourceError: The data cannot be had.
        ToolError: A check could not be done.
    """
    from pytest_flops_mock.pipeline import RepositoryChecker

    def sla(name: str) -> dict[str, Any]:
        wanted = {"dataset_name": name, "data_tag": "twin", "number_of_partitions": PARTITIONS, "max_rows": rows}
        chosen = {"config_name": config} if config is not None else {}
        return {"customerID": "twin", "mock_data_configuration": {**wanted, **chosen}}

    def report_on(name: str, source: str) -> Report:
        with RepositoryChecker(repository, data=source, recordings=recordings) as checker:
            return checker.check(sla=sla(name))

    return "\n".join(differences(report_on(data, source), report_on(twin, "synthetic")))


def differences(data: Report, twin: Report) -> Iterator[str]:
    """Where the report on a twin differs from that on the data, a line each: how stages ended, and shapes and types.

    Args:
        data: The report on the data.
        twin: The report on their twin.
    """
    if data.outcome(Stage.PROVIDE) is Outcome.FAILED:
        yield f"{Stage.PROVIDE.value}: {_ended(data, Stage.PROVIDE)} on the data, so there is nothing to compare"
        return
    for result in data.stages:
        stage = result.stage
        on_data, on_twin = result.outcome, twin.outcome(stage)
        if on_data is not on_twin:
            yield f"{stage.value}: {_ended(data, stage)} on the data, {_ended(twin, stage)} on the twin"
        elif on_data is Outcome.FAILED and _codes(data, stage) != _codes(twin, stage):
            yield f"{stage.value}: {_codes(data, stage)} on the data, {_codes(twin, stage)} on the twin"
        elif on_data is Outcome.PASSED:
            yield from _facts(data, twin, stage)


def _facts(data: Report, twin: Report, stage: Stage) -> Iterator[str]:
    on_data, on_twin = _compared(data, stage), _compared(twin, stage)
    for name in dict.fromkeys((*on_data, *on_twin)):
        there, here = on_data.get(name, "nothing"), on_twin.get(name, "nothing")
        if there != here:
            yield f"{stage.value}: {name} {there} on the data, {here} on the twin"


def _compared(report: Report, stage: Stage) -> dict[str, str]:
    """The facts of a stage that have to be alike; of what the rows become, the number of rows does not."""
    facts = next((result.facts for result in report.stages if result.stage is stage), ())
    rows_aside = {name: re.sub(r"\(\d+", "(n", text) if stage is Stage.TRANSFORM else text for name, text in facts}
    measured = stage is Stage.EVALUATE  # any number may have any name there
    return {name: "a number" if measured else text for name, text in rows_aside.items() if measured or name not in MEASURED}


def _ended(report: Report, stage: Stage) -> str:
    outcome = report.outcome(stage)
    first = next((finding for finding in report.errors if finding.stage is stage), None)
    told = f" ({first.problem.code} {first.problem.message})" if first is not None and outcome is Outcome.FAILED else ""
    return f"{outcome.value}{told}"


def _codes(report: Report, stage: Stage) -> str:
    return ", ".join(sorted({finding.problem.code for finding in report.errors if finding.stage is stage}))
