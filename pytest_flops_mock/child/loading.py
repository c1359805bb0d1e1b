"""Loading partitions as FLOps' learner does. The parent uses it as well, to load without a process."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from .values import cut
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

    def __init__(self, differences: Iterable[str]) -> None:
        self.differences = list(differences)
        super().__init__("; ".join(self.differences))


def load(uri: str, tags: Iterable[str], timeout: float, seed: int | None = None) -> tuple[Any, list[tuple[str, int]]]:
    """Load all partitions of ``tags`` as the learner does, and close the connection.

    The rows are taken on the connection that is there: the location in a flight's endpoint is not followed. The parts come
    in the server's order, which is arbitrary; with a ``seed`` they are shuffled, so that no one can rely on it.

    Returns:
        The ``datasets.Dataset`` in format ``arrow``, and the name and number of rows of each part.
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
    return _as_dataset(parts), [(name, table.num_rows) for name, table in parts]


def _names(client: Any, options: Any) -> list[str]:
    """All names on the server, for the message; the real server cannot list without tags."""
    try:
        return [flight.descriptor.path[0].decode() for flight in client.list_flights(options=options)]
    except Exception:
        return []


def _as_dataset(parts: list[tuple[str, Any]]) -> Any:
    import datasets
    import pyarrow as pa

    differences = list(_differences(parts))
    if differences:
        raise SchemasDifferError(differences)
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


def _differences(parts: list[tuple[str, Any]]) -> Iterator[str]:
    """How the parts' schemas differ from the first one's, in words; features such as class names included."""
    (first_name, first), rest = parts[0], parts[1:]
    ours, our_features = first.schema, _features(first.schema)
    for name, table in rest:
        theirs, pair = table.schema, f"{first_name} and {name}"
        if ours.names != theirs.names:
            yield f"columns of {pair}: {', '.join(ours.names)} and {', '.join(theirs.names)}"
            continue
        their_features = _features(theirs)
        for index, column in enumerate(ours.names):
            left, right = ours.field(index).type, theirs.field(index).type
            if left != right:
                yield f"type of column {column!r} in {pair}: {left} and {right}"
            elif our_features.get(column) != their_features.get(column):
                yield _feature_difference(column, pair, our_features.get(column), their_features.get(column))


def _feature_difference(column: str, pair: str, left: Any, right: Any) -> str:
    if isinstance(left, dict) and isinstance(right, dict) and left.get("names") and right.get("names"):
        shown = [", ".join(map(str, feature["names"])) for feature in (left, right)]
        return f"class names of column {column!r} in {pair}: {cut(shown[0], 300)} and {cut(shown[1], 300)}"
    shown = [cut(json.dumps(feature), 300) for feature in (left, right)]
    return f"features of column {column!r} in {pair}: {shown[0]} and {shown[1]}"


def _features(schema: Any) -> dict[str, Any]:
    """The features of each column, as the schema's metadata describes them; tolerant as ``datasets`` is."""
    raw = (schema.metadata or {}).get(b"huggingface")
    info = json.loads(raw) if raw else {}
    return (info.get("info") or {}).get("features") or {}
