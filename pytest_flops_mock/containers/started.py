"""One container of ours: started with no more rights than its image needs, and removed whatever becomes of this process."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest_flops_mock.containers import watchdog
from pytest_flops_mock.containers.engine import connect, image_on
from pytest_flops_mock.errors import ContainerError, Problem

LABEL = "pytest-flops-mock"
"""Every container of ours has it; its value is the container's own."""

LAST_LINES = 40
"""How many lines of its logs stand in an error."""


@dataclass(frozen=True)
class Asked:
    """What is asked of a container.

    Attributes:
        image: Its image.
        command: Its command line; ``None`` for the image's own.
        environment: Variables that it gets.
        port: The port that is published on this machine's loopback, on a free port; 0 for none.
        folder: A folder of this machine that it sees, and where: ``(folder, path within)``.
    """

    image: str
    command: list[str] | None
    environment: Mapping[str, str]
    port: int = 0
    folder: tuple[Path, str] | None = None


class Started:
    """A container that was started. Made by :func:`start`."""

    def __init__(self, client: Any, container: Any, guard: subprocess.Popen[bytes]) -> None:
        self.client = client
        self.container = container
        self._guard = guard

    def state(self) -> Mapping[str, Any]:
        """What the engine says of it now: ``Status``, ``ExitCode``, ``OOMKilled``."""
        self.container.reload()
        state: Mapping[str, Any] = self.container.attrs["State"]
        return state

    def host_port(self, port: int) -> int:
        """The port of this machine that leads to one of the container's; 0 while there is none."""
        self.container.reload()
        published = self.container.ports.get(f"{port}/tcp") or [{"HostPort": 0}]
        return int(published[0]["HostPort"])

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


def start(asked: Asked) -> Started:
    """Start a container.

    Raises:
        ContainerError: There is no engine or no such image, or the engine cannot start it.
    """
    from docker.errors import DockerException

    client = connect()
    label, guard = f"{LABEL}={uuid.uuid4()}", None
    try:
        image = image_on(client, asked.image)
        guard = _watch(label)
        made = client.containers.create(
            image.id,
            asked.command,
            environment=dict(asked.environment),
            labels=dict([label.split("=")]),
            ports={f"{asked.port}/tcp": ("127.0.0.1", None)} if asked.port else {},
            volumes={} if asked.folder is None else {str(asked.folder[0]): {"bind": asked.folder[1], "mode": "rw"}},
            **_rights(image, asked.folder),
        )
        started = Started(client, made, guard)
        try:
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
        raise ContainerError(
            Problem(
                "the container engine cannot start the container",
                where=asked.image,
                got=str(getattr(error, "explanation", None) or error),
                fix="the engine's own words say why",
            )
        ) from error
    return started


def _rights(image: Any, folder: tuple[Path, str] | None) -> dict[str, Any]:
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
        owner = os.stat(folder[0])
        rights["user"] = f"{owner.st_uid}:{owner.st_gid}"
    return rights


def _watch(label: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, watchdog.__file__, label]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )


def _named(container: Any) -> str:
    tags = container.image.tags
    return f"container {container.name} of {tags[0] if tags else container.image.short_id}"
