"""The container engine (Docker, or what speaks its API): whether there is one, its images, its bridge to this machine.

Which engine that is, and how this machine reaches its containers, is for testcontainers to say: its settings hold here.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pytest_flops_mock.errors import ContainerError, Problem

ANSWER_SECONDS = 10
"""How long an engine may take to say which version it has."""

CALL_SECONDS = 120

DOCKER, PODMAN = "/var/run/docker.sock", "/run/podman/podman.sock"
"""Sockets where nothing names one; without root, Podman's lies below ``XDG_RUNTIME_DIR``."""


@contextmanager
def engine() -> Iterator[Any]:
    """The engine's client (``docker.DockerClient``), closed in the end.

    Raises:
        ContainerError: See :func:`connect`.
    """
    client = connect().client
    try:
        yield client
    finally:
        client.close()


def address() -> str:
    """Where the engine is: as testcontainers' settings, ``DOCKER_HOST`` or Docker's context say, else the first socket.

    Empty if there is none.
    """
    from testcontainers.core.docker_client import get_docker_host

    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    sockets = [DOCKER, *([f"{runtime}/podman/podman.sock"] if os.path.isabs(runtime) else []), PODMAN]
    found = next((f"unix://{path}" for path in sockets if os.path.exists(path)), "")
    return str(get_docker_host() or found)


def connect() -> Any:
    """Testcontainers' client of the engine (``testcontainers.core.docker_client.DockerClient``).

    Raises:
        ContainerError: The extra ``containers`` is not installed, or no engine answers.
    """
    try:
        from docker.errors import DockerException
        from docker.utils import parse_host
        from testcontainers.core.docker_client import DockerClient
    except ImportError as error:
        raise ContainerError(
            Problem(
                "containers need a package that is not installed",
                got=str(error),
                fix='pip install "pytest-flops-mock[containers]"',
            )
        ) from error
    where = address()
    try:
        _knock(parse_host(where or None))
        tools = DockerClient(timeout=ANSWER_SECONDS, environment={**os.environ, **({"DOCKER_HOST": where} if where else {})})
    except (DockerException, OSError, ValueError) as error:
        raise ContainerError(
            Problem(
                "no container engine answers",
                where=where or f"{DOCKER}, and Podman's sockets, since DOCKER_HOST is not set",
                expected="an engine that speaks Docker's API, such as Docker or `podman system service`",
                got=_reason(error),
                fix="start one, or let DOCKER_HOST name its socket, such as unix:///run/docker.sock",
            )
        ) from error
    tools.client.api.timeout = CALL_SECONDS
    return tools


def has_image(client: Any, name: str) -> bool:
    """Whether the engine has an image, so that it need not pull it."""
    from docker.errors import APIError, ImageNotFound

    try:
        client.images.get(name)
    except ImageNotFound:
        return False
    except APIError as error:
        raise _no_image(name, error) from error
    return True


FIX = "check its name, build it (docker build --target ml-data-server), or log in where it is kept"


def image_on(client: Any, name: str, fix: str = FIX) -> Any:
    """An image of the engine's, which pulls it if it has to.

    Args:
        client: The engine's client.
        name: The image's name.
        fix: What is to be done where it cannot be had.

    Raises:
        ContainerError: It is not there, and cannot be pulled.
    """
    from docker.errors import APIError, ImageNotFound

    try:
        return client.images.get(name)
    except ImageNotFound:
        pass
    except APIError as error:
        raise _no_image(name, error, fix) from error
    from testcontainers.core.config import testcontainers_config

    try:
        return client.images.pull(*_name_and_tag(testcontainers_config.hub_image_name_prefix + name))
    except (APIError, ImageNotFound, OSError) as error:
        raise _no_image(name, error, fix) from error


def bridge_address() -> str:
    """This machine's address on the engine's default bridge: containers reach it, other machines do not.

    ``MLDataServer(host=bridge_address())`` is a server in this process that containers can send to.

    Raises:
        ContainerError: No engine answers, or it has no such network.
    """
    with engine() as client:
        from docker.errors import NotFound

        try:
            ranges = client.networks.get("bridge").attrs["IPAM"]["Config"] or [{}]
        except NotFound:
            ranges = [{}]
    # An engine that has started no container yet may leave the gateway out: it is the network's first address.
    if ranges[0].get("Gateway"):
        return str(ranges[0]["Gateway"])
    if ranges[0].get("Subnet"):
        return str(next(ipaddress.ip_network(ranges[0]["Subnet"]).hosts()))
    raise ContainerError(
        Problem(
            "the container engine has no default bridge",
            expected="a network called bridge, as Docker has it",
            fix="give both parts a container: MLDataServerContainer instead of MLDataServer",
        )
    )


def _knock(address: str) -> None:
    """Raise OSError where nobody listens at a Unix socket: docker-py would leave a socket open behind its own error."""
    if address.startswith("http+unix://"):
        with socket.socket(socket.AF_UNIX) as trial:
            trial.settimeout(ANSWER_SECONDS)
            trial.connect(address.removeprefix("http+unix://"))


def _name_and_tag(name: str) -> tuple[str, str | None]:
    """The tag apart: without one, docker-py pulls all there are."""
    repository, _, tag = name.rpartition(":")
    if "@" in name:
        return name, None
    return (repository, tag) if repository and "/" not in tag else (name, "latest")


def _no_image(name: str, error: BaseException, fix: str = FIX) -> ContainerError:
    return ContainerError(
        Problem(
            "the container engine does not have the image, and cannot pull it",
            where=name,
            got=_reason(error),
            fix=fix,
        )
    )


def _reason(error: BaseException) -> str:
    """What the engine says itself, else the last words of what the libraries made of it."""
    explanation = getattr(error, "explanation", None)
    text = str(explanation) if explanation else str(error)
    return text.strip().splitlines()[-1] if text.strip() else type(error).__name__
