"""What can be read of an ML data server, wherever it runs."""

from __future__ import annotations

from typing import Protocol

import pyarrow as pa

from pytest_flops_mock.flight.store import StoredPartition


class DataServer(Protocol):
    """An ML data server as tests see it: the one in this process, or one in a container."""

    @property
    def uri(self) -> str:
        """The address for clients on this machine, ``grpc://HOST:PORT``."""

    @property
    def partitions(self) -> tuple[StoredPartition, ...]:
        """What it holds, sorted by name."""

    def tables(self) -> dict[str, pa.Table]:
        """The rows of each partition, by its name."""

    def clear(self) -> None:
        """Forget all partitions."""
