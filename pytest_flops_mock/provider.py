"""One run of the mock data provider: an SLA in, partitions stored on an ML data server."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from pytest_flops_mock.codes import CODES
from pytest_flops_mock.data.choice import RECORDINGS, DataChoice, DataSource, data_choice
from pytest_flops_mock.data.loaded import LoadedData, handed_in
from pytest_flops_mock.data.resolving import load, resolve, source_of
from pytest_flops_mock.data.selection import Selection
from pytest_flops_mock.data.twin_source import known_twin
from pytest_flops_mock.errors import DataSourceError, SLAError, UploadError
from pytest_flops_mock.findings import PartitionFacts
from pytest_flops_mock.flight.access import Access
from pytest_flops_mock.flight.client import MLDataClient
from pytest_flops_mock.mock_data import MockData
from pytest_flops_mock.partitions.counting import Counts, Label
from pytest_flops_mock.partitions.drift import drift_by_partition, label_to_drift, refuse_beyond, refuse_together
from pytest_flops_mock.partitions.heterogeneity import statistics_of
from pytest_flops_mock.partitions.sample import Population, population_of
from pytest_flops_mock.partitions.scheme import scheme_of
from pytest_flops_mock.partitions.splitting import SEED, Partition, split, whole
from pytest_flops_mock.sending import Named, Sending, named_ahead, ready_to_send
from pytest_flops_mock.sla.models import MockSLA
from pytest_flops_mock.sla.partitioners import Partitioning
from pytest_flops_mock.sla.partitioning import number_problems, partitioning_of, partitions_asked, rows_needed
from pytest_flops_mock.sla.schemes import Drift, drift_of
from pytest_flops_mock.stage import Severity
from pytest_flops_mock.statistics import SplitStatistics

PROGRESS_AFTER_SECONDS = 2.0


@dataclass(frozen=True)
class ProviderRun:
    """What one run of the mock data provider stored.

    Attributes:
        dataset_name: As the SLA says it.
        data_tag: The tag under which a learner finds the partitions.
        source: ``synthetic``, ``recorded``, ``hub``, ``local`` or ``memory``.
        origin: Where the rows came from and what drift they have, in words.
        partitions: Name, rows, bytes and drift of each partition, in order. Equal partitions have equal names.
        statistics: What the partitions hold, as sent: sizes, labels, what is missing, and how far they differ.
        already: Names of those that the server held before, and that were not sent therefore.
    """

    dataset_name: str
    data_tag: str
    source: str
    origin: str
    partitions: tuple[PartitionFacts, ...]
    statistics: SplitStatistics
    already: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The file names of the partitions, in order."""
        return tuple(partition.name for partition in self.partitions)

    @property
    def rows(self) -> int:
        """Number of rows of all partitions together."""
        return sum(partition.rows for partition in self.partitions)


class MockDataProvider:
    """Does what FLOps' mock data provider does, against any ML data server.

    Loads the split ``train`` of the SLA's data set, shuffles and splits it with Flower Datasets into IID partitions
    (or as the SLA's ``partitioner`` says), and sends each as ``DATA_TAG.DIGEST.parquet``. Rows stream in batches: memory is
    bounded by the batch. With drift, up to two partitions are held in memory.

    Args:
        uri: Address of the ML data server, ``grpc://HOST:PORT`` or ``grpc+tls://HOST:PORT``; needed to send
            and not to :meth:`split`.
        data: Source of data sets named by their hub name: ``synthetic``, ``recorded`` or ``hub``; or one for each, such as
            ``mnist:recorded cifar10:synthetic *:hub``.
        recordings: Folder of recorded samples, and of twins of your own data sets.
        drift: What is wrong with the rows of partitions, whatever their source, in place of what the SLA says: a text such
            as ``missing=0.1 column=age; extra_column=site devices=0.5``, mappings, or a list of them.
        partitioner: How rows are split, in place of what the SLA says: a text such as ``dirichlet alpha=0.3``, a mapping, or
            a list of groups.
        seed: Seed of the shuffle and the partitioner, of synthetic data and of drift; the real provider shuffles with 42.
        timeout: Seconds that one call on the server may take; sending gets more with the size.
        retries: How often a partition is sent again if the server is not there or goes away, with longer and longer waits
            of half a second to eight. It is stored once all the same: its name is made of its content.
        on_wait: Is told in a line what it waits for before it tries again, and an empty text when it does.
        skip_stored: Whether partitions are left out that the server holds already.
        access: The token that the server asks for, if it does, and the CA of its certificate.

    Raises:
        SettingsError: There is no such source of data, no such drift, or no such partitioner; or a CA is given, and the
            address asks for no TLS.
    """

    def __init__(
        self,
        uri: str = "",
        *,
        data: str | DataSource | DataChoice = DataSource.SYNTHETIC,
        recordings: str | os.PathLike[str] = RECORDINGS,
        drift: str | Mapping[str, Any] | Sequence[Any] | Drift | None = None,
        partitioner: str | Mapping[str, Any] | Sequence[Any] | Partitioning | None = None,
        seed: int = SEED,
        timeout: float = 60.0,
        retries: int = 0,
        skip_stored: bool = False,
        access: Access | None = None,
        on_wait: Callable[[str], None] | None = None,
    ) -> None:
        self.uri = uri
        self.data = data_choice(data)
        self.recordings = Path(recordings)
        self.drift = None if drift is None else drift_of(drift)
        self.partitioner = None if partitioner is None else partitioning_of(partitioner)
        self.seed = seed
        self.timeout = timeout
        self.retries = retries
        self.skip_stored = skip_stored
        self.access = access
        if access is not None and uri:
            access.refuse_unless_of_client(uri)
        self.on_wait = on_wait

    def run(
        self, sla: MockSLA | str | os.PathLike[str] | Mapping[str, Any], dataset: Any = None, **changes: Any
    ) -> ProviderRun:
        """Store the partitions that the SLA asks for, if the real provider could.

        Args:
            sla: The MDP SLA: a path, JSON text, a mapping, or one that is loaded already.
            dataset: A ``datasets.Dataset`` to send instead of the one that the SLA names.
            **changes: Other values for keys of the SLA's ``mock_data_configuration``, such as ``dataset_name``.

        Raises:
            SLAError: The SLA cannot be used, or the real provider would die of it.
            DataSourceError: The data set cannot be had, split or sent.
            UploadError: The server is not there or refused a partition; partitions before that one are stored.
        """
        return self.store(usable_sla(sla, **changes), dataset)

    def store(self, sla: MockSLA, dataset: Any = None, look: Callable[[Named], object] | None = None) -> ProviderRun:
        """Store the partitions that the SLA asks for, without a look at its rules; for SLAs that were judged before.

        Args:
            sla: The MDP SLA.
            dataset: A ``datasets.Dataset`` to send instead of the one that the SLA names.
            look: Gets to see each partition before it is sent.

        Raises:
            DataSourceError: The data set cannot be had, split or sent.
            UploadError: The server is not there or refused a partition; partitions before that one are stored.
        """
        made = self._split(sla, dataset)
        with (
            MLDataClient(self.uri, timeout=self.timeout, access=self.access) as client,
            _progress(made.plain) as advance,
            # Closed here also when sending fails: its thread ends with this call, not whenever the error is forgotten.
            closing(named_ahead(made.partitions(), made.label, len(made.plain))) as ready,
        ):
            sending = self._sending(client, sla.data_tag)
            sent = []
            for named in ready:
                if look is not None:
                    look(named)
                sent.append((sending.send(named, advance), named.counts))
        return _run_of(sla, made, sent, tuple(sending.already))

    def deal(
        self, sla: MockSLA, uris: Sequence[str], *, apart: bool = False, dataset: Any = None
    ) -> tuple[SplitStatistics, tuple[tuple[ProviderRun | None, UploadError | None], ...]]:
        """Store the partitions that the SLA asks for on several servers, as one provider for each of them does.

        Args:
            sla: The MDP SLA, which was judged before.
            uris: The servers' addresses.
            apart: Give each server other partitions, in turn; otherwise each gets all of them.
            dataset: A ``datasets.Dataset`` to send instead of the one that the SLA names.

        Returns:
            What the partitions of all servers hold; then for each server what was stored there, if anything, and what ended
            its provider, if anything did: the others go on.

        Raises:
            DataSourceError: The data set cannot be had, split or sent.
        """
        made = self._split(sla, dataset)
        sent: list[list[tuple[PartitionFacts, Counts]]] = [[] for _ in uris]
        counts: list[Counts] = []
        ended: list[UploadError | None] = [None for _ in uris]
        with ExitStack() as stack:
            clients = [stack.enter_context(MLDataClient(uri, timeout=self.timeout, access=self.access)) for uri in uris]
            sendings = [self._sending(client, sla.data_tag) for client in clients]
            ready = stack.enter_context(closing(named_ahead(made.partitions(), made.label, len(made.plain))))
            for number, named in enumerate(ready):
                counts.append(named.counts)
                for index, sending in enumerate(sendings):
                    if ended[index] is None and (not apart or number % len(uris) == index):
                        try:
                            facts = sending.send(named, lambda rows: None)
                            sent[index].append((facts, named.counts))
                        except UploadError as error:
                            ended[index] = error
        statistics = statistics_of(counts)
        origin = made.origin(statistics)
        runs = (
            _run_of(sla, made, stored, tuple(sending.already), origin) if stored else None
            for stored, sending in zip(sent, sendings, strict=True)
        )
        return statistics, tuple(zip(runs, ended, strict=True))

    def split(
        self, sla: MockSLA | str | os.PathLike[str] | Mapping[str, Any], dataset: Any = None, **changes: Any
    ) -> MockData:
        """The partitions that :meth:`run` would store, without a server.

        Args:
            sla: As for :meth:`run`.
            dataset: As for :meth:`run`.
            **changes: As for :meth:`run`.

        Raises:
            SLAError: The SLA cannot be used, or the real provider would die of it.
            DataSourceError: The data set cannot be had or split.
        """
        return self._split(usable_sla(sla, **changes), dataset)

    def population(self, sla: MockSLA) -> Population:
        """The rows that partitions of an SLA are made of, as a learner gets them; up to a bound, see :func:`population_of`.

        Args:
            sla: The MDP SLA.

        Raises:
            DataSourceError: The data set cannot be had.
        """
        data, _, _ = self.to_split(sla)
        return population_of(data, seed=self.seed)

    def to_split(self, sla: MockSLA) -> tuple[LoadedData, Partitioning | None, int | None]:
        """The rows that an SLA splits, how, and into how many; ``None`` for IID, and for as many as the scheme makes.

        Args:
            sla: The MDP SLA.

        Raises:
            DataSourceError: The data set cannot be had.
        """
        plan = sla.partitioner if self.partitioner is None else self.partitioner
        count = partitions_asked(plan, sla.asked_partitions)
        return self._loaded(sla, None, count or 1, 0 if plan is None else rows_needed(plan, count or 1)), plan, count

    def send(self, rows: Any, data_tag: str) -> PartitionFacts:
        """Store one partition as it is: not split, not shuffled, without drift. It may have no rows.

        Args:
            rows: A ``datasets.Dataset``, or an Arrow table.
            data_tag: The tag under which a learner finds it.

        Raises:
            DataSourceError: The real provider could not send these rows, or they are no data set.
            UploadError: The server is not there or refused them.
        """
        named = ready_to_send(whole(handed_in(_as_dataset(rows), "partition")), Label())
        with MLDataClient(self.uri, timeout=self.timeout, access=self.access) as client:
            return self._sending(client, data_tag).send(named, lambda sent: None)

    def source_of(self, dataset_name: str) -> str:
        """Where a data set comes from: ``local`` for a path, else the source that is chosen for it."""
        return source_of(dataset_name, self.data, self.recordings)

    def _sending(self, client: MLDataClient, data_tag: str) -> Sending:
        return Sending(client, data_tag, self.retries, skip_stored=self.skip_stored, on_wait=self.on_wait)

    def _split(self, sla: MockSLA, dataset: Any) -> MockData:
        plan = sla.partitioner if self.partitioner is None else self.partitioner
        drift = (sla.drift or Drift()) if self.drift is None else self.drift
        count = partitions_asked(plan, sla.asked_partitions)
        problems = () if plan is None else tuple(number_problems(plan, sla.asked_partitions, sla.dataset_name, code="FM310"))
        if problems:
            raise DataSourceError(*problems)
        if count is not None:
            refuse_beyond(drift, count, sla.dataset_name)
        data = self._loaded(sla, dataset, count or 1, 0 if plan is None else rows_needed(plan, count or 1))
        to_drift = label_to_drift(drift, data.schema, data.label, data.name)
        partitions = split(data, scheme_of(plan), count, seed=self.seed)
        drifts = drift_by_partition(drift, len(partitions), self.seed, data.name)
        for own in dict.fromkeys(drifts):
            refuse_together(own, data.schema, partitions[drifts.index(own)].where)
        return MockData(data, plan, partitions, drift, drifts, to_drift, self.seed)

    def _loaded(self, sla: MockSLA, dataset: Any, partitions: int, least: int) -> LoadedData:
        if dataset is not None:
            return handed_in(dataset, sla.dataset_name, known_twin(sla.dataset_name, self.recordings).label)
        asked = sla.mock_data_configuration
        selection = Selection(asked.split, asked.config_name, asked.revision, asked.max_rows)
        folder = sla.folder or Path.cwd()
        data = resolve(sla.dataset_name, self.data, self.recordings, folder=folder, selection=selection)
        return load(data, partitions=partitions, least=least, seed=self.seed)


def _as_dataset(rows: Any) -> Any:
    if not isinstance(rows, pa.Table):
        return rows
    from datasets import Dataset

    return Dataset(rows, fingerprint="handed in")


def usable_sla(sla: MockSLA | str | os.PathLike[str] | Mapping[str, Any], **changes: Any) -> MockSLA:
    """An SLA without what the real provider would die of. Who asked for it (the customer) is the manager's business.

    Args:
        sla: As for :meth:`MockDataProvider.run`.
        **changes: As for :meth:`MockDataProvider.run`.

    Raises:
        SLAError: It cannot be used, or the real provider would die of it.
    """
    loaded = MockSLA.load(sla)
    loaded = loaded.replace(**changes) if changes else loaded
    fatal = [p for p in loaded.problems() if CODES[p.code].severity is Severity.ERROR and p.code != "FM009"]
    if fatal:
        raise SLAError(*fatal)
    return loaded


def _run_of(
    sla: MockSLA,
    made: MockData,
    sent: Sequence[tuple[PartitionFacts, Counts]],
    already: tuple[str, ...],
    origin: str | None = None,
) -> ProviderRun:
    stored, statistics = tuple(facts for facts, _ in sent), statistics_of([counts for _, counts in sent])
    origin = made.origin(statistics) if origin is None else origin
    return ProviderRun(sla.dataset_name, sla.data_tag, made.data.source, origin, stored, statistics, already)


@contextmanager
def _progress(partitions: Iterable[Partition]) -> Iterator[Callable[[int], Any]]:
    """A bar of the rows sent: only on a terminal, and only when it takes long."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda rows: None
        return
    from tqdm import tqdm

    total = sum(partition.rows for partition in partitions)
    with tqdm(total=total, desc="sending", unit=" rows", delay=PROGRESS_AFTER_SECONDS, leave=False) as bar:
        yield bar.update
