"""A client that knows nothing of ours: plain ``pyarrow.flight``, sending what the contract says and no more."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pyarrow.flight as fl

PATIENCE = fl.FlightCallOptions(timeout=20)


class PlainClient:
    """One connection. Every call has a deadline.

    Args:
        uri: Address of the server.
    """

    def __init__(self, uri: str) -> None:
        self.flight: Any = fl.connect(uri)

    def __enter__(self) -> PlainClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.flight.close()

    def put(self, name: str | bytes, table: pa.Table) -> bytes | None:
        """Store a table; what the server answered to it, if it did."""
        writer, answers = self.flight.do_put(fl.FlightDescriptor.for_path(name), table.schema, PATIENCE)
        try:
            writer.write_table(table)
            writer.done_writing()
            answer = answers.read()
        finally:
            writer.close()
        return None if answer is None else bytes(answer.to_pybytes())

    def infos(self, *tags: str) -> list[Any]:
        """The FlightInfos for these tags."""
        return self.infos_for(json.dumps({"data_tags": tags}).encode())

    def infos_for(self, criteria: bytes) -> list[Any]:
        """The FlightInfos for criteria of any bytes."""
        return list(self.flight.list_flights(criteria, PATIENCE))

    def names(self, *tags: str) -> list[str]:
        """The file names under these tags."""
        return [info.descriptor.path[0].decode() for info in self.infos(*tags)]

    def info(self, name: str) -> Any:
        """The FlightInfo of one file."""
        return self.flight.get_flight_info(fl.FlightDescriptor.for_path(name), PATIENCE)

    def get(self, ticket: bytes) -> pa.Table:
        """The rows behind a ticket."""
        return self.flight.do_get(fl.Ticket(ticket), PATIENCE).read_all()

    def action(self, kind: str, body: bytes = b"") -> list[Any]:
        """The results of an action."""
        return list(self.flight.do_action(fl.Action(kind, body), PATIENCE))


def said(error: BaseException) -> str:
    """What the server said, without what pyarrow and gRPC put behind it."""
    return str(error).partition(". Detail:")[0]
