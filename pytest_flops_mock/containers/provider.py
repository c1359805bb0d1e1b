"""The mock data provider in a container, one shot: FLOps' own image, or ours."""

from __future__ import annotations

import ipaddress
import os
import shlex
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from pytest_flops_mock.containers.server import MLDataServerContainer
from pytest_flops_mock.engine.connection import bridge_address
from pytest_flops_mock.engine.started import Asked, Started, start
from pytest_flops_mock.errors import ContainerError, Problem, listing
from pytest_flops_mock.flight.server import MLDataServer
from pytest_flops_mock.flight.store import StoredPartition
from pytest_flops_mock.sla.models import MockSLA

IMAGE = "ghcr.io/oakestra/addon-flops/mock-data-provider:latest"

CARRIED = ("dataset_name", "number_of_partitions", "data_tag")
"""What the provider's command line carries of an SLA."""


@dataclass(frozen=True)
class ContainerRun:
    """What one run of a mock data provider's container did.

    Attributes:
        data_tag: The tag under which a learner finds the partitions.
        partitions: What the server holds under that tag after it, sorted by name.
        log: What the container wrote.
        seconds: How long it ran.
    """

    data_tag: str
    partitions: tuple[StoredPartition, ...]
    log: str
    seconds: float


class MockDataProviderContainer:
    """A mock data provider in a container, which sends what an SLA asks for and ends.

    Args:
        sla: The MDP SLA: a path, JSON text, a mapping, or one that is loaded already. The command line carries the data
            set's name, the number of partitions and the tag, as FLOps' manager writes it, and nothing else.
        server: Where it sends to: an ``MLDataServer(host=bridge_address())`` of this process, or a container.
        image: FLOps' own image by default; ``pytest-flops-mock/mock-data-provider`` is the one of this project's Dockerfile.
        environment: Further variables for it; ours takes the source of data sets as ``FLOPS_DATA``.
        memory: MB of memory that it may have, without swap; ``None`` for no limit, as on FLOps. What needs more is killed.
        timeout: Most seconds that it may run.
    """

    def __init__(
        self,
        sla: MockSLA | str | os.PathLike[str] | Mapping[str, Any],
        server: MLDataServer | MLDataServerContainer,
        *,
        image: str = IMAGE,
        environment: Mapping[str, str] | None = None,
        memory: float | None = None,
        timeout: float = 600.0,
    ) -> None:
        self.sla = sla
        self.server = server
        self.image = image
        self.environment = dict(environment or {})
        self.memory = memory
        self.timeout = timeout

    def run(self) -> ContainerRun:
        """Run it to its end.

        Raises:
            SLAError: The manager would refuse the SLA.
            ServerStateError: The server does not run.
            ContainerError: There is no engine or no such image, the server is out of a container's reach, or the provider
                died or did not end; with its logs.
        """
        sla = MockSLA.load(self.sla)
        _refuse_what_is_not_carried(sla)
        host, port = _seen_from_a_container(self.server)
        variables = {"ML_DATA_SERVER_IP": host, "DATA_MANAGER_PORT": str(port), **self.environment}
        begun = time.monotonic()
        started = start(Asked(self.image, _command(sla), variables, memory=int((self.memory or 0) * 10**6)))
        try:
            _to_its_end(started, self.timeout)
            log = started.log()
        finally:
            started.remove()
        stored = tuple(part for part in self.server.partitions if part.name.partition(".")[0] == sla.data_tag)
        return ContainerRun(sla.data_tag, stored, log, time.monotonic() - begun)


def _command(sla: MockSLA) -> list[str]:
    """As the manager writes it: joined with blanks, and split again by a shell's rules."""
    line = f"poetry run python main.py {sla.dataset_name} {sla.mock_data_configuration.number_of_partitions} {sla.data_tag}"
    try:
        return shlex.split(line)
    except ValueError as error:
        raise ContainerError(
            Problem(
                "FLOps cannot split the mock data provider's command line",
                where=sla.origin,
                got=f"{line} ({error})",
                fix="use a name and a tag without quotes",
            )
        ) from error


def _refuse_what_is_not_carried(sla: MockSLA) -> None:
    told = sla.model_dump(by_alias=True, exclude_unset=True)["mock_data_configuration"]
    if own := [name for name in told if name not in CARRIED]:
        raise ContainerError(
            Problem(
                "the mock data provider's container cannot be told all that the SLA asks for",
                where=sla.origin,
                expected=listing(CARRIED),
                got=listing(own),
                fix="leave these out, or run MockDataProvider in this process",
            )
        )


def _seen_from_a_container(server: MLDataServer | MLDataServerContainer) -> tuple[str, int]:
    if isinstance(server, MLDataServerContainer):
        address = urlsplit(server.inner_uri)
        return str(address.hostname), int(address.port or 0)
    port = server.port
    if server.host in ("0.0.0.0", "::"):
        return bridge_address(), port
    try:
        within = ipaddress.ip_address(server.host).is_loopback
    except ValueError:
        within = server.host == "localhost"
    if within:
        raise ContainerError(
            Problem(
                "the ML data server is out of a container's reach",
                where=server.uri,
                expected="a server that listens on the address of the engine's bridge",
                got="one on loopback",
                fix="MLDataServer(host=bridge_address())",
            )
        )
    return server.host, port


def _to_its_end(started: Started, timeout: float) -> None:
    """Wait for the container; docker-py tells of a time that is up as of a broken connection."""
    end = time.monotonic() + timeout
    while (state := started.state())["Running"]:
        if time.monotonic() > end:
            started.container.kill()
            raise started.failed(
                f"the mock data provider's container did not end within {timeout:g} s", fix="give it a longer timeout"
            )
        time.sleep(0.1)
    if state["ExitCode"]:
        killed = ", killed for want of memory" if state.get("OOMKilled") else ""
        raise started.failed(
            f"the mock data provider's container died (exit status {state['ExitCode']}{killed})",
            fix="its logs say why; partitions that it had sent before are stored",
        )
