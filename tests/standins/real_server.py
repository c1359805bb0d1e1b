"""A stand-in of FLOps' real ML data server, written from the contract, weaknesses included."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.flight as fl
import pyarrow.parquet as pq


class RealServer(fl.FlightServerBase):  # type: ignore[misc]  # pyarrow has no types
    """Writes each stream into the file that its descriptor names, and never answers a sender.

    Args:
        folder: The volume.
        generator: Whether rows are sent batch by batch from Python, or as one stream of Arrow's.
    """

    def __init__(self, folder: Path, *, generator: bool = False) -> None:
        super().__init__("grpc://127.0.0.1:0")
        self.folder = folder
        self.generator = generator

    @property
    def uri(self) -> str:
        return f"grpc://127.0.0.1:{self.port}"

    def do_put(self, context: Any, descriptor: Any, reader: Any, writer: Any) -> None:
        with pq.ParquetWriter(self.folder / descriptor.path[0].decode(), reader.schema) as file:
            for chunk in reader:
                if chunk.data.num_rows:  # dies on a message of metadata alone
                    file.write_batch(chunk.data)

    def list_flights(self, context: Any, criteria: bytes) -> Iterator[Any]:
        tags = json.loads(criteria.decode())["data_tags"]
        for path in self.folder.iterdir():
            if path.name.split(".")[0] in tags:
                yield self._info(path)

    def get_flight_info(self, context: Any, descriptor: Any) -> Any:
        return self._info(self.folder / descriptor.path[0].decode())

    def do_get(self, context: Any, ticket: Any) -> Any:
        table = pq.read_table(self.folder / ticket.ticket.decode())
        return fl.GeneratorStream(table.schema, table.to_batches()) if self.generator else fl.RecordBatchStream(table)

    def list_actions(self, context: Any) -> list[Any]:
        return [("drop_dataset", "Delete a dataset.")]

    def do_action(self, context: Any, action: Any) -> None:
        if action.type != "drop_dataset":
            raise NotImplementedError
        (self.folder / action.body.to_pybytes().decode()).unlink()

    def _info(self, path: Path) -> Any:
        metadata = pq.read_metadata(path)
        endpoint = fl.FlightEndpoint(path.name.encode(), ["grpc://0.0.0.0:11027"])
        descriptor = fl.FlightDescriptor.for_path(path.name)
        schema: pa.Schema = pq.read_schema(path)
        return fl.FlightInfo(schema, descriptor, [endpoint], metadata.num_rows, metadata.serialized_size)
