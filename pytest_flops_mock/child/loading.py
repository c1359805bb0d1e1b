"""Loading partitions as FLOps' learner does. The parent uses it as well, to load without a process."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Iterable
from typing import Any, NamedTuple

from .schemas import differences
from .wide import linear_features

SMALL_CHUNK_BYTES = 2**20


class NoMatchingDataError(Exception):
    """No stored partition has one of the tags."""

    def __init__(self, tags: Iterable[str], names: Iterable[str]) -> None:
        super().__init__("no stored partition has one of the data tags")
        self.tags = list(tags)
        self.names = list(names)


class SchemasDifferError(Exception):
    """Partitions that cannot be one data set."""

    def __init__(self, refused: list[dict[str, Any]]) -> None:
        super().__init__("the partitions' schemas differ")
        self.differences = refused


class Received(NamedTuple):
    """What a learner gets.

    Attributes:
        dataset: The ``datasets.Dataset`` in format ``arrow``.
        parts: Name and number of rows of each partition, in the order in which they came.
        merged: Where the partitions' schemas differ, and are put together all the same; see ``schemas.differences``.
    """

    dataset: Any
    parts: list[tuple[str, int]]
    merged: list[dict[str, Any]]


def load(uri: str, tags: Iterable[str], timeout: float, seed: int | None = None) -> Received:
    """Load all partitions of ``tags`` as the learner does, and close the connection.

    The rows are taken on the connection that is there: the location in a flight's endpoint is not followed. The parts come
    in the server's order, which is arbitrary; with a ``seed`` they are shuffled, so that no one can rely on it.
    """
    import pyarrow.flight as fl

    tags = list(tags)
    options = fl.FlightCallOptions(timeout=timeout)
    client = fl.connect(uri)
    try:
        criteria = json.dumps({"data_tags": tags}).encode()
        parts = []
        for flight in list(client.list_flights(criteria, options=options)):
            if not flight.endpoints:
                raise ValueError("the server lists a partition without an endpoint")
            ticket = flight.endpoints[0].ticket
            parts.append((ticket.ticket.decode(), client.do_get(ticket, options=options).read_all()))
        if not parts:
            raise NoMatchingDataError(tags, _names(client, options))
    finally:
        client.close()
    if seed is not None:
        random.Random(seed).shuffle(parts)
    refused, merged = differences(parts)
    if refused:
        raise SchemasDifferError(refused)
    return Received(_as_dataset(parts), [(name, table.num_rows) for name, table in parts], merged)


def _names(client: Any, options: Any) -> list[str]:
    """All names on the server, for the message; the real server cannot list without tags."""
    try:
        return [flight.descriptor.path[0].decode() for flight in client.list_flights(options=options)]
    except Exception:
        return []


def _as_dataset(parts: list[tuple[str, Any]]) -> Any:
    import datasets
    import pyarrow as pa

    table = pa.concat_tables([part for _, part in parts])
    chunks = max((column.num_chunks for column in table.columns), default=0)
    if chunks > 1 and table.nbytes / chunks < SMALL_CHUNK_BYTES:
        table = table.combine_chunks()
    # Without a fingerprint datasets pickles every chunk to make one (huggingface/datasets#8327).
    # As on FLOps it is the split train, and says so.
    split = {"name": "train", "num_bytes": table.nbytes, "num_examples": table.num_rows}
    info = datasets.DatasetInfo(splits={"train": split})
    with linear_features():
        dataset = datasets.Dataset(table, info=info, split=datasets.Split.TRAIN, fingerprint=uuid.uuid4().hex)
        dataset.set_format("arrow")
    return dataset
