"""One container of ours: started with no more rights than its image needs, and removed whatever becomes of this process."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pytest_flops_mock.engine import watchdog
from pytest_flops_mock.engine.connection import CALL_SECONDS, address, connect, image_on
from pytest_flops_mock.errors import ContainerError, Problem

LABEL = "pytest-flops-mock"
"""Every container of ours has it; its value is the container's own."""

Act = Callable[[Any], object]

POLL_SECONDS = 0.05


def nothing(_: Any) -> None:
    """Do nothing with a container."""


LAST_LINES = 40
"""How many lines of its logs stand in an error."""


@dataclass(frozen=True)
class Folder:
    """A folder of this machine that a container sees.

    Attributes:
        here: The folder.
        within: Where the container sees it.
        mode: ``rw`` or ``ro``, where it may not write.
    """

    here: Path
    within: str
    mode: str = "ro"


@dataclass(frozen=True)
class Asked:
    """What is asked of a container.

    Attributes:
        image: Its image.
        command: Its command line; ``None`` for the image's own.
        environment: Variables that it gets.
        port: The port that is published on this machine's loopback, on a free port; 0 for none.
        folder: A folder of this machine that it sees.
        memory: Bytes that it may have; 0 for no limit.
        options: Further keywords of docker-py's ``containers.create``. With some, they say what rights it has; without, it
            has those that its image needs.
        temporary: A folder that goes away with it if this process is killed.
    """

    image: str
    command: list[str] | None
    environment: Mapping[str, str]
    port: int = 0
    folder: Folder | None = None
    memory: int = 0
    options: Mapping[str, Any] = field(default_factory=dict)
    temporary: Path | None = None


class Started:
    """A container that was started. Made by :func:`start`."""

    def __init__(self, tools: Any, container: Any, guard: subprocess.Popen[bytes]) -> None:
        self._tools = tools
        self.client = tools.client
        self.container = container
        self._guard = guard

    def state(self) -> Mapping[str, Any]:
        """What the engine says of it now: ``Status``, ``ExitCode``, ``OOMKilled``."""
        self.container.reload()
        state: Mapping[str, Any] = self.container.attrs["State"]
        return state

    def reached(self, port: int) -> list[str]:
        """Addresses, ``HOST:PORT``, by which this machine may reach a port of the container; none while there is none."""
        self.container.reload()
        published = (self.container.ports.get(f"{port}/tcp") or [{"HostPort": ""}])[0]["HostPort"]
        mode = _mode(self._tools)
        if mode == "bridge_ip":
            return [f"{self._tools.bridge_ip(self.container.id)}:{port}"]
        if not published:
            return []
        if mode == "gateway_ip":
            return [f"{self._tools.gateway_ip(self.container.id)}:{published}"]
        if mode == "docker_host":
            return [f"{self._tools.host()}:{published}"]
        # In a container, the engine may be in the same one, or around it: then both are on one network.
        return [f"127.0.0.1:{published}", *([f"{self.address()}:{port}"] if _in_container() and self.address() else [])]

    def address(self) -> str:
        """The container's own address, for other containers of the engine."""
        self.container.reload()
        settings = self.container.attrs["NetworkSettings"]
        networks = [network["IPAddress"] for network in settings["Networks"].values() if network["IPAddress"]]
        return str(settings.get("IPAddress") or next(iter(networks), ""))

    def log(self) -> str:
        """What it has written to both of its streams."""
        return bytes(self.container.logs()).decode(errors="replace").strip()

    def failed(self, message: str, fix: str, **parts: str) -> ContainerError:
        """An error about it, with the end of its logs."""
        log = self.log().splitlines()
        told = "\n".join(log[-LAST_LINES:]) or "nothing"
        return ContainerError(Problem(message, where=_named(self.container), got=f"its logs say:\n{told}", fix=fix, **parts))

    def remove(self) -> None:
        """End and remove it, with what it kept nowhere else."""
        from docker.errors import NotFound

        try:
            with suppress(NotFound):
                self.container.remove(force=True, v=True)
        finally:
            self.client.close()
            self._guard.kill()
            self._guard.communicate()


@dataclass(frozen=True)
class Outcome:
    """A container that came to its end.

    Attributes:
        status: Its exit status.
        output: What it has written to both of its streams.
    """

    status: int
    output: str


def outcome(asked: Asked, limit: float, fill: Act = nothing, keep: Act = nothing) -> Outcome | None:
    """Run a container to its end, and remove it; ``None`` if it did not end in time.

    Args:
        asked: What is asked of it.
        limit: Seconds that it may take.
        fill: Is given the container (docker-py's) before it starts.
        keep: Is given it once it has ended.

    Raises:
        ContainerError: There is no engine or no such image, or the engine fails.
    """
    from docker.errors import DockerException

    started = start(asked, fill)
    try:
        started.client.api.timeout = CALL_SECONDS + limit  # it may take as long to keep what was made
        end = time.monotonic() + limit
        while (state := started.state())["Running"]:
            if time.monotonic() > end:
                return None
            time.sleep(POLL_SECONDS)
        keep(started.container)
        return Outcome(int(state["ExitCode"]), started.log())
    except (DockerException, OSError) as error:
        raise _refused(asked, error) from error
    finally:
        started.remove()


def start(asked: Asked, fill: Act = nothing) -> Started:
    """Start a container.

    Args:
        asked: What is asked of it.
        fill: Is given the container (docker-py's) before it starts.

    Raises:
        ContainerError: There is no engine or no such image, or the engine cannot start it.
    """
    from docker.errors import DockerException
    from testcontainers.core.labels import create_labels

    tools = connect()
    client = tools.client
    label, guard = f"{LABEL}={uuid.uuid4()}", None
    try:
        image = image_on(client, asked.image)
        guard = _watch(label, asked.temporary)
        made = client.containers.create(
            image.id,
            asked.command,
            environment=dict(asked.environment),
            labels=create_labels(asked.image, dict([label.split("=")])),
            ports=_published(tools, asked.port) if asked.port else {},
            volumes={str(folder.here): {"bind": folder.within, "mode": folder.mode}} if (folder := asked.folder) else {},
            **({"mem_limit": asked.memory, "memswap_limit": asked.memory} if asked.memory else {}),
            **(asked.options or {**_network(tools), **_rights(image, asked.folder)}),
        )
        started = Started(tools, made, guard)
        try:
            fill(made)
            made.start()
        except BaseException:
            started.remove()
            raise
    except BaseException as error:
        client.close()
        if guard is not None:
            guard.kill()
            guard.communicate()
        if not isinstance(error, (DockerException, OSError)):
            raise
        raise _refused(asked, error) from error
    return started


def _refused(asked: Asked, error: BaseException) -> ContainerError:
    return ContainerError(
        Problem(
            "the container engine cannot start the container",
            where=asked.image,
            got=str(getattr(error, "explanation", None) or error),
            fix="the engine's own words say why",
        )
    )


def _mode(tools: Any) -> str:
    """How testcontainers' settings say that containers are reached; empty where they leave it to be found out."""
    from testcontainers.core.config import testcontainers_config

    if told := testcontainers_config.connection_mode_override:
        return str(told.value)
    return "" if tools.host() in ("localhost", "127.0.0.1", "::1") else "docker_host"


def _in_container() -> bool:
    from testcontainers.core.utils import inside_container

    return bool(inside_container())


def _published(tools: Any, port: int) -> dict[str, Any]:
    """On loopback alone, unless that is not where the engine's containers are reached."""
    return {f"{port}/tcp": ("127.0.0.1", None) if _mode(tools) in ("", "bridge_ip") else None}


def _network(tools: Any) -> dict[str, Any]:
    """The network of the container that this process runs in, where it uses the engine of the machine around."""
    from testcontainers.core.docker_client import get_docker_host

    found = None if get_docker_host() else tools.find_host_network()
    return {"network": found} if found else {}


def _rights(image: Any, folder: Folder | None) -> dict[str, Any]:
    """Next to none for an image that runs as a plain user, as ours do; FLOps' own run as root, and are left as they are."""
    user = str((image.attrs.get("Config") or {}).get("User") or "")
    if user.partition(":")[0] in ("", "0", "root"):
        return {}
    rights: dict[str, Any] = {
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges"],
        "read_only": True,
        "tmpfs": {"/tmp": "mode=1777"},
        "pids_limit": 1024,
    }
    if folder is not None:  # what it writes there belongs to whom the folder belongs to
        owner = os.stat(folder.here)
        rights["user"] = f"{owner.st_uid}:{owner.st_gid}"
    return rights


def _watch(label: str, temporary: Path | None) -> subprocess.Popen[bytes]:
    command = [sys.executable, watchdog.__file__, label, *([] if temporary is None else [os.fspath(temporary)])]
    return subprocess.Popen(
        command,
        env={**os.environ, **({"DOCKER_HOST": where} if (where := address()) else {})},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _named(container: Any) -> str:
    tags = container.image.tags
    return f"container {container.name} of {tags[0] if tags else container.image.short_id}"
