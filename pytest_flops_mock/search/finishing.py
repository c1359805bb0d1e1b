"""What is done with what a search found: how likely it is, saved, and told in the report."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path

from pytest_flops_mock.errors import FlopsMockError, SavedPartitionError
from pytest_flops_mock.options import CheckOptions
from pytest_flops_mock.partitions.sample import Population
from pytest_flops_mock.provider import MockDataProvider
from pytest_flops_mock.search.found import Broken, SearchResult
from pytest_flops_mock.search.likelihood import likelihoods
from pytest_flops_mock.search.options import SearchOptions
from pytest_flops_mock.search.saving import save
from pytest_flops_mock.search.telling import replay_command, search_command, story, told
from pytest_flops_mock.sla.files import shown
from pytest_flops_mock.sla.models import MockSLA


def finished(
    result: SearchResult,
    search: SearchOptions,
    check: CheckOptions,
    *,
    named: str,
    sla: MockSLA,
    population: Population,
) -> SearchResult:
    """The result with likelihoods and with its findings in the report; what was found is saved.

    Args:
        result: What was found.
        search: How it was searched.
        check: How it was checked.
        named: The repository, as a command can name it.
        sla: The MDP SLA.
        population: What the partitions are made of.
    """
    broken = result.broken
    if broken:
        provider = MockDataProvider("", **check.of_provider())
        try:
            data, plan, count = provider.to_split(sla)
            drift = sla.drift if check.drift is None else check.drift
            likely = likelihoods(broken, data, plan, count, "" if drift is None else drift.value)
            broken = tuple(replace(each, likelihood=how) for each, how in zip(broken, likely, strict=True))
        except FlopsMockError:
            pass  # a hub that is gone meanwhile: the rest is known

    def keep(one: Broken) -> str:
        return _kept(one, search, named, population)

    report = replace(result.report, command=search_command(result.report.command, search))
    may_show = check.show_rows in ("any", *(sent.source for sent in report.data.sent))
    return told(replace(result, broken=broken, report=report), search, keep, ignore=check.ignore, show_rows=may_show)


def _kept(broken: Broken, search: SearchOptions, named: str, population: Population) -> str:
    """Where a partition is kept and how it is replayed, in words."""
    if not broken.confirmed:
        return "it is not saved, since a replay passes"
    if search.save is None:
        return f"flops-mock search {shlex.quote(named)} --seed {search.seed} keeps it, with a test that replays it"
    try:
        saved = save(
            broken.partition,
            search.save,
            text=broken.text,
            broke=story(broken.finding),
            code=broken.finding.code,
            through=search.through,
            dataset_name=population.name,
            label=population.label,
        )
    except SavedPartitionError as error:
        problem = error.problems[0]
        return f"{problem.message} ({problem.got})"
    test, partition = (shown(path, Path.cwd()) for path in (saved.test, saved.partition))
    return f"{test} keeps it, to be committed: {replay_command(named, partition)}"
