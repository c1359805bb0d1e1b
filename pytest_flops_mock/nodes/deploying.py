"""How the data of an MDP SLA come to learner nodes, and what came of it on each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pytest_flops_mock.errors import DataSourceError, Problem, UploadError
from pytest_flops_mock.findings import SentFacts
from pytest_flops_mock.flight.server import MLDataServer
from pytest_flops_mock.nodes.plan import Share
from pytest_flops_mock.partitions.splitting import SEED
from pytest_flops_mock.provider import MockDataProvider, ProviderRun
from pytest_flops_mock.sla.models import MockSLA
from pytest_flops_mock.statistics import SplitStatistics


@dataclass(frozen=True)
class Placed:
    """What one run of the mock data provider stored on one node.

    Attributes:
        node: The node's number.
        run: What it stored; ``None`` if nothing.
        error: What ended the provider before it had sent all; ``None`` if nothing did.
    """

    node: int
    run: ProviderRun | None
    error: UploadError | None = None


@dataclass(frozen=True)
class Deployment:
    """An MDP SLA that was deployed to learner nodes.

    Attributes:
        sla: The SLA.
        share: How its partitions were shared.
        placed: What came of it on each node that it was deployed to.
        statistics: What its partitions hold, those of all nodes together.
    """

    sla: MockSLA
    share: Share
    placed: tuple[Placed, ...]
    statistics: SplitStatistics

    def on(self, node: int) -> Placed | None:
        """What came of it on one node; ``None`` if it was not deployed there."""
        return next((placed for placed in self.placed if placed.node == node), None)

    def sent_to(self, node: int) -> SentFacts | None:
        """What its provider has sent to one node; ``None`` if nothing."""
        placed = self.on(node)
        run = None if placed is None else placed.run
        if run is None:
            return None
        return SentFacts(
            self.sla.origin, run.data_tag, run.dataset_name, run.source, run.origin, run.partitions, run.statistics
        )


def deploy(
    sla: MockSLA, provider: MockDataProvider, share: Share, uris: Sequence[tuple[int, str]], dataset: Any = None
) -> Deployment:
    """Let a mock data provider run for each node.

    Args:
        sla: The MDP SLA, which was judged before.
        provider: Makes the partitions.
        share: How they come to the nodes.
        uris: Numbers and addresses of the nodes.
        dataset: A ``datasets.Dataset`` to send instead of the one that the SLA names.

    Raises:
        DataSourceError: The data cannot be had, split or sent; or there is not one partition for each node.
    """
    if share is Share.ONE_EACH:
        sla = sla.replace(number_of_partitions=len(uris))
        plan = provider.partitioner if provider.partitioner is not None else sla.partitioner
        made = len(provider.split(sla, dataset).plain) if plan is not None else len(uris)
        if made != len(uris):
            raise DataSourceError(
                Problem(
                    f"there is not one partition for each of {len(uris)} learner nodes",
                    where=sla.origin,
                    expected=f"{len(uris)} partitions",
                    got=str(made),
                    fix='deploy to as many nodes as there are partitions, or share="apart"',
                )
            )
    statistics, dealt = provider.deal(sla, [uri for _, uri in uris], apart=share is not Share.SAME, dataset=dataset)
    placed = (Placed(node, run, error) for (node, _), (run, error) in zip(uris, dealt, strict=True))
    return Deployment(sla, share, tuple(placed), statistics)


def leave_stale_data(sla: MockSLA, provider: MockDataProvider, server: MLDataServer, seed: int, dataset: Any = None) -> None:
    """Keep in a server's store what another run of the SLA would have left: other rows, or the same in other partitions.

    They come by a server of their own on the same store, so that faults of the node's are neither met nor counted.
    """
    with MLDataServer(server.store) as before:
        other = MockDataProvider(
            before.uri,
            data=provider.data,
            recordings=provider.recordings,
            drift=provider.drift,
            partitioner=provider.partitioner,
            seed=SEED + 1 + seed,
        )
        other.store(sla, dataset)
