"""Several learner nodes, each with an ML data server of its own, in this process."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from pytest_flops_mock.flight.calls import Call
from pytest_flops_mock.flight.parquet_store import ParquetStore
from pytest_flops_mock.flight.server import MLDataServer
from pytest_flops_mock.flight.store import StoredPartition
from pytest_flops_mock.nodes.checking import check_nodes
from pytest_flops_mock.nodes.deploying import Deployment, deploy, leave_stale_data
from pytest_flops_mock.nodes.faults import RESTARTS, STALE_DATA, NodeFault, node_faults_of, of_server
from pytest_flops_mock.nodes.plan import NodesPlan, Share, share_of
from pytest_flops_mock.nodes.report import NodesReport
from pytest_flops_mock.options import CheckArguments, CheckOptions
from pytest_flops_mock.progress import OnEvent
from pytest_flops_mock.provider import MockDataProvider, usable_sla
from pytest_flops_mock.sla.models import MockSLA

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from pytest_flops_mock.stages.context import ProjectSLASource, RepositorySource, SLASource


class LearnerNode:
    """One learner node: its ML data server, and what is wrong with it.

    Attributes:
        number: Its number, from 0.
        server: Its ML data server.
        faults: What is wrong with it.
        cluster: The number of its cluster, from 0.
    """

    def __init__(self, number: int, server: MLDataServer, faults: tuple[NodeFault, ...] = (), cluster: int = 0) -> None:
        self.number = number
        self.server = server
        self.faults = faults
        self.cluster = cluster

    @property
    def name(self) -> str:
        """What reports call it, such as ``node 0``."""
        return f"node {self.number}"

    @property
    def uri(self) -> str:
        """The address of its server. Raises ServerStateError when it does not run."""
        return self.server.uri

    @property
    def partitions(self) -> tuple[StoredPartition, ...]:
        """What its server holds."""
        return self.server.partitions

    @property
    def calls(self) -> tuple[Call, ...]:
        """What its server was asked."""
        return self.server.calls

    def has(self, name: str) -> NodeFault | None:
        """The fault of that name, if it has it."""
        return next((fault for fault in self.faults if fault.name == name), None)

    def before_learner(self) -> None:
        """Restart its server, if that is what is wrong with it."""
        if self.has(RESTARTS) is not None:
            self.server.restart()

    def __repr__(self) -> str:
        return f"<LearnerNode {self.number} {self.server!r}>"


class LearnerNodes:
    """Several learner nodes on this machine: to deploy MDP SLAs to, and to check an ML repository over all of them.

    Use it as a context manager; the constructor opens nothing. ``nodes[0]`` is the first node.

    Args:
        count: How many nodes.
        faults: What is wrong with which, by name: a text such as ``slow=0.2 node=1; fills_up=500 node=2``, texts by the
            numbers of nodes (``{1: "stale_data"}``), or a list of such. See :class:`NodeFault`.
        clusters: How many clusters they are in, which counts where the project SLA's mode is ``hierarchical``: in order, and
            as many in each, or one more in the first ones.
        folder: Keep partitions in files, each node's in a folder of its own below this one; by default in memory.
        on_report: Is told each report of a check.
        **options: How data are provided and checks are done: the attributes of :class:`CheckOptions`.

    Raises:
        SettingsError: There can be no such number of nodes or clusters, or no such fault, or an option means nothing.

    Example:
        >>> with LearnerNodes(3) as nodes:
        ...     nodes.provide("mocks/mnist.json", share="one_each")
        ...     report = nodes.check(".", project_sla="projects/mnist.json")
    """

    def __init__(
        self,
        count: int = 3,
        *,
        faults: str | Mapping[Any, Any] | Iterable[Any] = (),
        clusters: int = 1,
        folder: str | os.PathLike[str] | None = None,
        on_report: Callable[[NodesReport], object] | None = None,
        **options: Unpack[CheckArguments],
    ) -> None:
        self.plan = NodesPlan(count, node_faults_of(faults), clusters)
        self.options = CheckOptions().changed(**options)
        self._on_report = on_report
        self._nodes = tuple(self._node(number, folder) for number in range(count))
        self._deployments: list[Deployment] = []
        self._stack = ExitStack()

    def _node(self, number: int, folder: str | os.PathLike[str] | None) -> LearnerNode:
        faults = self.plan.of_node(number)
        store = None if folder is None else ParquetStore(Path(folder) / f"node-{number}")
        return LearnerNode(
            number, MLDataServer(store, faults=of_server(faults, number)), faults, self.plan.cluster_of(number)
        )

    def __enter__(self) -> LearnerNodes:
        with ExitStack() as stack:
            for node in self._nodes:
                stack.enter_context(node.server)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.__exit__(kind, error, trace)

    def __len__(self) -> int:
        return len(self._nodes)

    def __iter__(self) -> Iterator[LearnerNode]:
        return iter(self._nodes)

    def __getitem__(self, number: int) -> LearnerNode:
        return self._nodes[number]

    @property
    def deployments(self) -> tuple[Deployment, ...]:
        """What was deployed, in order."""
        return tuple(self._deployments)

    def provide(
        self,
        sla: SLASource,
        *,
        to: int | Iterable[int] | None = None,
        share: str | Share = Share.SAME,
        dataset: Any = None,
        **changes: Any,
    ) -> Deployment:
        """Deploy an MDP SLA: a mock data provider runs for each node. One that fails keeps no other from its node.

        Args:
            sla: The MDP SLA: a path, JSON text, a mapping, or one that is loaded already.
            to: Numbers of the nodes; by default all.
            share: ``same``: all partitions on each node, as on FLOps when a user deploys to each. ``apart``: others on each
                node, in turn. ``one_each``: as many partitions as nodes, and one on each.
            dataset: A ``datasets.Dataset`` to send instead of the one that the SLA names.
            **changes: Other values for keys of the SLA's ``mock_data_configuration``, such as ``dataset_name``.

        Returns:
            What came of it on each node.

        Raises:
            SettingsError: There is no such node, or no such way to share.
            SLAError: The SLA cannot be used, or the real provider would die of it.
            DataSourceError: The data cannot be had, split or sent.
        """
        numbers, way = self.plan.numbers(to, "to"), share_of(share)
        judged: MockSLA = usable_sla(sla, **changes)
        provider = MockDataProvider(**self.options.of_provider())
        for node in map(self.__getitem__, numbers):
            if (stale := node.has(STALE_DATA)) is not None:
                leave_stale_data(judged, provider, node.server, stale.seed + node.number, dataset)
        deployment = deploy(judged, provider, way, [(number, self[number].uri) for number in numbers], dataset)
        self._deployments.append(deployment)
        return deployment

    def check(
        self,
        repository: RepositorySource,
        *,
        project_sla: ProjectSLASource | None = None,
        data_tags: Iterable[str] | None = None,
        on_event: OnEvent | None = None,
        at_once: int = 1,
        **options: Unpack[CheckArguments],
    ) -> NodesReport:
        """Check an ML repository with a learner for each node that has matching data.

        Args:
            repository: The ML repository: its folder, a mapping of file names to texts, or an ``MLRepository``.
            project_sla: The project SLA, whose ``min_available_clients`` is held against the nodes that have matching data,
                in mode ``hierarchical`` against those of each cluster.
            data_tags: What learners ask for; by default the project SLA's tags, else those of what was deployed.
            on_event: Is told what each learner's check does.
            at_once: How many learners run side by side. By default they run in turn, in one kept process; the report is the
                same, and they do not slow each other down.
            **options: How the check is done, beside what the nodes were made with.

        Returns:
            A report for each node, and which of them break.

        Raises:
            SettingsError: An option is unknown, or has a value that means nothing, as ``at_once`` may.
            ToolError: A tool that the check needs is missing or fails, or the machine ran out of something.
        """
        report = check_nodes(
            repository,
            self._nodes,
            self._deployments,
            self.options.changed(**options),
            project_sla=project_sla,
            data_tags=data_tags,
            on_event=on_event,
            at_once=at_once,
        )
        if self._on_report is not None:
            self._on_report(report)
        return report

    def clear(self) -> None:
        """Forget all partitions, calls and deployments, and count faults anew."""
        self._deployments.clear()
        for node in self._nodes:
            node.server.clear()

    def __repr__(self) -> str:
        return f"<LearnerNodes {list(self._nodes)!r}>"
