"""Partitions on their way to an ML data server: named ahead, tried again, left out where it has them."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import pyarrow as pa

from pytest_flops_mock.data.digestible import check_texts, check_types
from pytest_flops_mock.errors import LoadError, UnreachableError
from pytest_flops_mock.findings import PartitionFacts
from pytest_flops_mock.flight.client import MLDataClient
from pytest_flops_mock.flight.columns import check_columns, check_rows
from pytest_flops_mock.flight.digest import ContentDigest
from pytest_flops_mock.flight.naming import partition_name
from pytest_flops_mock.partitions.counting import Counts, Label
from pytest_flops_mock.partitions.splitting import Partition

FIRST_WAIT, LONGEST_WAIT = 0.5, 8.0
"""Seconds before a partition is tried again; each wait is twice as long as the one before."""


@dataclass(frozen=True)
class Named:
    """A partition, ready to be sent: its name comes before its rows, and is made of them."""

    partition: Partition
    counts: Counts
    digest: str
    nbytes: int
    batches: Callable[[], Iterable[pa.RecordBatch]]


def named_ahead(partitions: Iterator[Partition], label: Label, count: int) -> Generator[Named, None, None]:
    """Each partition in order; while one is being sent, a thread makes and names the next, if there is one."""
    if count == 1 and (only := _next(partitions, label)) is not None:
        yield only
        return
    with ThreadPoolExecutor(max_workers=1) as thread:
        following = thread.submit(_next, partitions, label)
        while (ready := following.result()) is not None:
            following = thread.submit(_next, partitions, label)
            yield ready


def _next(partitions: Iterator[Partition], label: Label) -> Named | None:
    partition = next(partitions, None)
    return None if partition is None else ready_to_send(partition, label)


def ready_to_send(partition: Partition, label: Label) -> Named:
    """A partition with its name, if FLOps' provider can name it and an ML data server can keep it."""
    check_types(partition.schema, partition.where)
    check_columns(partition.schema, partition.where)
    batches = _repeatable(partition)
    digest, nbytes, counts = ContentDigest(partition.schema), 0, Counts(label)
    for batch in batches():
        check_rows(batch, partition.where)
        check_texts(batch, partition.where)
        digest.update(batch)
        counts.add(batch)
        nbytes += batch.nbytes
    return Named(partition, counts, digest.hexdigest(), nbytes, batches)


def _repeatable(partition: Partition) -> Callable[[], Iterable[pa.RecordBatch]]:
    """The batches as often as needed. One batch is kept, more are gathered again: memory stays bounded either way."""
    head = list(islice(partition.batches(), 2))
    return partition.batches if len(head) > 1 else lambda: head


class Sending:
    """Sends the partitions of one data tag, in order.

    Args:
        client: The connection.
        data_tag: The tag under which a learner finds them.
        retries: How often each is tried again.
        skip_stored: Whether those are left out that the server holds already.
        on_wait: Is told what it waits for before it tries again; an empty text when it does.
    """

    def __init__(
        self,
        client: MLDataClient,
        data_tag: str,
        retries: int = 0,
        *,
        skip_stored: bool = False,
        on_wait: Callable[[str], None] | None = None,
    ) -> None:
        self._client = client
        self._data_tag = data_tag
        self._retries = retries
        self._skip_stored = skip_stored
        self._on_wait = on_wait
        self._there: dict[str, int] | None = None
        self._stored: set[str] = set()
        self.already: dict[str, None] = {}

    def send(self, named: Named, advance: Callable[[int], Any]) -> PartitionFacts:
        """Send one partition under the name that its content gives it.

        Args:
            named: The partition.
            advance: Is told of each number of rows that were sent.

        Raises:
            UnreachableError: The server is not there, as often as it was tried.
            UploadError: The server refused it.
        """
        name, rows = partition_name(self._data_tag, named.digest), named.partition.rows
        facts = PartitionFacts(name=name, rows=rows, bytes=named.nbytes, drift=named.partition.drift)
        for tries in range(1, self._retries + 2):
            if self._holds(name, rows):
                if tries == 1 and name not in self._stored:  # else it had arrived, and its confirmation was lost
                    self.already[name] = None
                return facts
            try:
                sending = _counted(named.batches(), advance)
                self._client.send_batches(name, named.partition.schema, sending, rows=rows, nbytes=named.nbytes)
                break
            except UnreachableError as error:
                self._there = None
                if tries > self._retries:
                    raise (_tried(error, tries) if self._retries else error) from error
                self._client.close()
                self._wait(min(FIRST_WAIT * 2 ** (tries - 1), LONGEST_WAIT), tries)
        self._stored.add(name)
        return facts

    def _wait(self, seconds: float, tries: int) -> None:
        tell = self._on_wait or (lambda text: None)
        tell(f"{self._client.uri} is not there, or went away: try {tries + 1} of {self._retries + 1} in {seconds:g} s")
        time.sleep(seconds)
        tell("")

    def _holds(self, name: str, rows: int) -> bool:
        """Whether the server holds a partition, whole. One that cannot say what it holds is sent all."""
        if not self._skip_stored:
            return False
        if name in self._stored:
            return True
        if self._there is None:
            try:
                found = self._client.partitions(self._data_tag)
            except LoadError:
                return False
            self._there = {part.name: part.rows for part in found if part.verified}
        return self._there.get(name) == rows


def _tried(error: UnreachableError, tries: int) -> UnreachableError:
    return UnreachableError(*(replace(problem, got=f"{problem.got} ({tries} tries)") for problem in error.problems))


def _counted(batches: Iterable[pa.RecordBatch], advance: Callable[[int], Any]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        yield batch
        advance(batch.num_rows)
