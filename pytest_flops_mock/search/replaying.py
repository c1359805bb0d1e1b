"""A saved partition, sent as it is to the learner's process of a repository: on the way that it went in the search."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_flops_mock.errors import Problem
from pytest_flops_mock.findings import Finding, StageResult
from pytest_flops_mock.flight.client import MLDataClient
from pytest_flops_mock.flight.server import MLDataServer
from pytest_flops_mock.options import CheckArguments, CheckOptions
from pytest_flops_mock.partitions.sample import Population, Sample
from pytest_flops_mock.pipeline import RepositoryChecker
from pytest_flops_mock.progress import OnEvent
from pytest_flops_mock.report.report import Report
from pytest_flops_mock.search.saving import SavedPartition, read_saved
from pytest_flops_mock.search.telling import inner, story
from pytest_flops_mock.search.trying import TAG, Trier
from pytest_flops_mock.stage import Outcome, Stage

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from pytest_flops_mock.stages.context import RepositorySource


def replay_partition(
    path: str | os.PathLike[str] | SavedPartition,
    repository: RepositorySource,
    *,
    on_event: OnEvent | None = None,
    **options: Unpack[CheckArguments],
) -> Report:
    """Whether an ML repository can use a partition that a search has saved. Needs no Hypothesis, no SLA and no data set.

    Args:
        path: The Parquet file.
        repository: The ML repository: its folder, a mapping of file names to texts, or an ``MLRepository``.
        on_event: Is told while the check runs, as by :func:`check_repository`.
        **options: How it is done: the attributes of :class:`CheckOptions`; what is about data and the last stage does not
            matter.

    Returns:
        The report of the stages that came before, and of the stage ``search``.

    Raises:
        SavedPartitionError: The file is gone, was altered, or is something else.
        ToolError: A tool that is needed is missing or fails, or the machine ran out of something: no verdict.

    Example:
        >>> report = replay_partition("tests/flops-found/found_3f2a9c1d04be.parquet", "path/to/repository")
        >>> assert report.ok, report
    """
    saved = path if isinstance(path, SavedPartition) else read_saved(Path(path))
    how = CheckOptions().changed(**options)
    before = how.changed(until=Stage.ENVIRONMENT)
    with (
        RepositoryChecker(repository, on_event=on_event, **before.arguments()) as checker,
        MLDataServer() as server,
        MLDataClient(server.uri) as client,
    ):
        report = checker.check(server.uri, data_tags=[TAG])
        subject = checker.subject
        if report.breaks or subject is None or subject.session is None:
            return report
        rows = Population(saved.facts.dataset_name, saved.rows, saved.facts.label)
        trier = Trier(subject, server, client, rows, how, through=saved.through, limit=how.timeout, deadline=float("inf"))
        began = time.perf_counter()
        outcome = trier(Sample(tuple(range(saved.rows.num_rows))))
        seconds = time.perf_counter() - began
    found = () if outcome.finding is None else (_finding(outcome.finding, saved),)
    counting = tuple(finding for finding in found if finding.code not in how.ignore)
    result = StageResult(
        Stage.SEARCH,
        Outcome.FAILED if counting else Outcome.PASSED,
        seconds,
        facts=(("replayed", saved.path.name), ("partition", saved.facts.text)),
    )
    report = replace(
        report,
        stages=(*report.stages, result),
        findings=(*report.findings, *counting),
        ignored=(*report.ignored, *(finding for finding in found if finding not in counting)),
    )
    return report if how.baseline is None else how.baseline.against(report)


def _finding(cause: Finding, saved: SavedPartition) -> Finding:
    return Finding.of(
        Problem(
            f"fails on the saved partition of {saved.facts.text}: {story(cause)}",
            where=cause.problem.where,
            expected=f"a repository that takes it up to the stage {saved.through.value}",
            got=f"{cause.code} in {cause.stage.value}; when it was saved, {saved.facts.code}",
            fix=cause.problem.fix or "mend the code at that place, or delete the saved test and its file",
            code="FM1005",
        ),
        detail=inner(cause),
        frames=cause.frames,
    )
