"""A check over learner nodes: one learner for each that has matching data, in turn or side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from pytest_flops_mock.errors import FlopsMockError, Problem, listing
from pytest_flops_mock.findings import Finding, findings_of
from pytest_flops_mock.flight.calls import Call
from pytest_flops_mock.flight.naming import tag_of
from pytest_flops_mock.flight.store import StoredPartition
from pytest_flops_mock.judging.loading import equal_partitions
from pytest_flops_mock.judging.partitions import partition_findings
from pytest_flops_mock.nodes.deploying import Deployment
from pytest_flops_mock.nodes.faults import NodeFault
from pytest_flops_mock.nodes.learners import each_by_learners, one_by_one
from pytest_flops_mock.nodes.report import NodeReport, NodesReport
from pytest_flops_mock.options import CheckOptions
from pytest_flops_mock.pipeline import RepositoryChecker
from pytest_flops_mock.progress import OnEvent
from pytest_flops_mock.report.report import Report
from pytest_flops_mock.sla.files import together_name
from pytest_flops_mock.sla.models import ProjectSLA, TrainingMode

if TYPE_CHECKING:
    from pytest_flops_mock.stages.context import ProjectSLASource, RepositorySource


class Node(Protocol):
    """What a check wants to know of a learner node."""

    @property
    def number(self) -> int:
        """Its number, from 0."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def cluster(self) -> int:
        """The number of its cluster, from 0."""

    @property
    def uri(self) -> str:
        """The address of its ML data server."""

    @property
    def partitions(self) -> tuple[StoredPartition, ...]:
        """What its server holds."""

    @property
    def calls(self) -> tuple[Call, ...]:
        """What its server was asked."""

    @property
    def faults(self) -> tuple[NodeFault, ...]:
        """What is wrong with it."""

    def before_learner(self) -> None:
        """What happens to it between the data's coming and the learner's."""


def check_nodes(
    repository: RepositorySource,
    nodes: Sequence[Node],
    deployments: Sequence[Deployment],
    options: CheckOptions,
    *,
    project_sla: ProjectSLASource | None = None,
    data_tags: Iterable[str] | None = None,
    on_event: OnEvent | None = None,
    at_once: int = 1,
) -> NodesReport:
    """Check a repository on each node that has matching data.

    Args:
        repository: The ML repository.
        nodes: The learner nodes.
        deployments: What was deployed to them.
        options: How the check is done.
        project_sla: The project SLA.
        data_tags: What learners ask for; by default the project SLA's tags, else those of what was deployed.
        on_event: Is told what each learner's check does; one event after another, also of learners side by side.
        at_once: How many learners run side by side, each in a process that is kept for the next node.

    Raises:
        SettingsError: There can be no such number of learners.
        ToolError: A tool that the check needs is missing or fails, or the machine ran out of something.
    """
    project = _project(project_sla)
    tags = _tags(data_tags, project, deployments)
    reports = each_by_learners(
        nodes,
        at_once,
        lambda: RepositoryChecker(repository, on_event=one_by_one(on_event), **options.arguments()),
        lambda node, checker: _of_node(node, checker, deployments, options, project_sla, tags),
    )
    found = [finding for each in deployments for finding in each.sla.findings(project)]
    found += [Finding.of(problem) for problem in _too_few(reports, project, tags)]
    told = tuple(finding for finding in dict.fromkeys(found) if finding.code not in options.ignore)
    return NodesReport(_named(repository, reports), reports, told, tags)


def _of_node(
    node: Node,
    checker: RepositoryChecker,
    deployments: Sequence[Deployment],
    options: CheckOptions,
    project_sla: ProjectSLASource | None,
    tags: tuple[str, ...],
) -> NodeReport:
    node.before_learner()
    matching = tuple(part.name for part in node.partitions if tag_of(part.name) in tags)
    came = _came(node, deployments, options)
    report: Report | None = None
    if matching:
        sent = [facts for each in deployments if (facts := each.sent_to(node.number)) is not None]
        report = checker.check(node.uri, project_sla=project_sla, data_tags=tags, sent=sent)
        report = replace(report, sla=together_name([facts.sla for facts in sent]))
    return NodeReport(
        node.name,
        matching,
        report,
        tuple(finding for finding in came if finding.code not in options.ignore),
        tuple(fault.written for fault in node.faults),
        tuple(str(call) for call in node.calls if call.faults),
        node.cluster,
    )


def _came(node: Node, deployments: Sequence[Deployment], options: CheckOptions) -> list[Finding]:
    """What went wrong when a node's data came, and what its partitions are."""
    found: list[Finding] = []
    for each in deployments:
        placed = each.on(node.number)
        if placed is None:
            continue
        if placed.error is not None:
            found += findings_of(placed.error)
        if placed.run is not None:
            least, most = options.min_rows, options.max_distance
            found += partition_findings(placed.run.statistics, each.sla.origin, min_rows=least, max_distance=most)
            found += equal_partitions(placed.run.partitions)
    return found


def _project(given: ProjectSLASource | None) -> ProjectSLA | None:
    """The project SLA; ``None`` also for one that cannot be read, which each learner's report tells."""
    try:
        return None if given is None else ProjectSLA.load(given)
    except FlopsMockError:
        return None


def _tags(asked: Iterable[str] | None, project: ProjectSLA | None, deployments: Sequence[Deployment]) -> tuple[str, ...]:
    if asked is not None:
        return (asked,) if isinstance(asked, str) else tuple(asked)
    if project is not None:
        return tuple(project.data_tags)
    return tuple(dict.fromkeys(each.sla.data_tag for each in deployments))


def _too_few(nodes: Sequence[NodeReport], project: ProjectSLA | None, tags: Sequence[str]) -> list[Problem]:
    """What the learners of the project, or of each of its clusters, lack."""
    training = None if project is None else project.training_configuration
    if project is None or training is None or training.mode is not TrainingMode.HIERARCHICAL:
        return list(_lacking(nodes, project, tags))
    clusters = {cluster: [node for node in nodes if node.cluster == cluster] for cluster in {node.cluster for node in nodes}}
    return [problem for cluster, its in clusters.items() for problem in _lacking(its, project, tags, f"cluster {cluster}")]


def _lacking(
    nodes: Sequence[NodeReport], project: ProjectSLA | None, tags: Sequence[str], cluster: str = ""
) -> Iterator[Problem]:
    with_data = [node for node in nodes if node.partitions]
    learners = 1 if project is None else max(1, project.training_configuration.min_available_clients)
    if len(with_data) >= learners:
        return
    without = [node.name for node in nodes if not node.partitions]
    origin = "" if project is None else f"{project.origin}: training_configuration.min_available_clients"
    of_nodes = f"{len(nodes)} learner {'node' if len(nodes) == 1 else 'nodes'}" + (f" of {cluster}" if cluster else "")
    more = "deploy the MDP SLA to more nodes"
    if learners > len(nodes):
        more += f"{f' of {cluster}' if cluster else ''}, of which it takes {learners}"
    yield Problem(
        f"{_some(len(with_data), cluster)} data that match, and the project starts {learners} "
        f"{'learner' if learners == 1 else 'learners'}{' in each cluster' if cluster else ''}: "
        "one that finds none ends the project",
        where=origin,
        expected=f"data of {listing(tags)} on {learners} or more of {of_nodes}",
        got=f"none on {listing(without)}" if without else f"on all {len(nodes)}",
        nearest=str(len(with_data)) if with_data else "",
        fix=more + (f", or set min_available_clients to {len(with_data)}" if with_data else ""),
        code="FM024",
    )


def _some(count: int, cluster: str) -> str:
    some = "no learner node" if not count else "1 learner node" if count == 1 else f"{count} learner nodes"
    return f"{some}{f' of {cluster}' if cluster else ''} {'has' if count < 2 else 'have'}"


def _named(repository: RepositorySource, nodes: Sequence[NodeReport]) -> str:
    named = [node.report.repository for node in nodes if node.report is not None]
    return named[0] if named else str(repository) if not hasattr(repository, "keys") else "repository"
