"""The command that runs the same rounds again."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from pytest_flops_mock.options import CheckOptions
from pytest_flops_mock.repository.urls import without_credentials
from pytest_flops_mock.rounds.plan import Mode, RoundsPlan
from pytest_flops_mock.sla.reading import is_json_text

if TYPE_CHECKING:
    from pytest_flops_mock.stages.context import ProjectSLASource, RepositorySource, SLASource


def command_of(
    repository: RepositorySource,
    slas: Sequence[SLASource],
    project_sla: ProjectSLASource | None,
    plan: RoundsPlan,
    options: CheckOptions,
) -> str:
    """The command; empty where the repository or an SLA has no name that a command can say.

    Args:
        repository: The ML repository.
        slas: The MDP SLAs.
        project_sla: The project SLA.
        plan: What ran.
        options: How.
    """
    files = [_path(each) for each in slas]
    project = "" if project_sla is None else _path(project_sla)
    where = without_credentials(os.fspath(repository)) if isinstance(repository, (str, os.PathLike)) else ""
    if not where or not all(files) or (project_sla is not None and not project):
        return ""
    words = ["flops-mock", "rounds", where, *_named("--sla", files), *_named("--project-sla", filter(None, [project]))]
    words += ["--nodes", str(len(plan.nodes)), "--rounds", str(plan.rounds)]
    if plan.mode is Mode.HIERARCHICAL:
        words += ["--clusters", str(len(plan.clusters)), "--cycles", str(plan.cycles)]
    words += ["--seed", str(plan.seed), *_named("--fault", (fault.written for fault in plan.faults))]
    words += [*_changed(options)]
    return shlex.join(words)


def _changed(options: CheckOptions) -> Iterator[str]:
    """Options about data and Python that are not the usual ones."""
    if options.data.value != CheckOptions().data.value:
        yield from ("--data", options.data.value)
    if options.partitioner is not None:
        from pytest_flops_mock.sla.partitioners import written

        yield from ("--partitioner", written(options.partitioner))
    if options.drift is not None:
        yield from ("--drift", options.drift.value)
    if options.env != CheckOptions().env:
        yield from ("--env", options.env[0])


def _named(option: str, values: Iterable[str]) -> Iterator[str]:
    for value in values:
        yield from (option, value)


def _path(source: object) -> str:
    """A path, and no JSON text."""
    if isinstance(source, os.PathLike):
        return str(os.fspath(source))
    return source if isinstance(source, str) and not is_json_text(source) else ""
