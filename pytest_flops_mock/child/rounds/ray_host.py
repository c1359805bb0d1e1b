"""What Ray sends to its workers, by value: it brings this folder and the repository with it, and has learners run there.

It is all that Ray's workers know of this project, so it imports nothing of it before it has unpacked that.
"""

from __future__ import annotations

import atexit
import io
import os
import shutil
import socket
import sys
import tarfile
import tempfile
from typing import Any

REACH_SECONDS = 5.0
PACKAGE = "_flops_child"


class Host:
    """A process for several learners.

    Args:
        child: This package, packed.
        repository: The repository, packed.
        config: What all learners have in common.
    """

    def __init__(self, child: bytes, repository: bytes, config: dict[str, Any]) -> None:
        self._folder = os.path.realpath(tempfile.mkdtemp(prefix="flops-learners-"))
        atexit.register(shutil.rmtree, self._folder, ignore_errors=True)
        own = unpacked(child, os.path.join(self._folder, "child"))
        folder = unpacked(repository, os.path.join(self._folder, "repository"))
        _provide(own)
        from _flops_child.rounds.ray_learners import Learners  # type: ignore[import-not-found]

        self._learners = Learners({**config, "folder": folder})

    def ready(self) -> None:
        """Do nothing, once the constructor is through."""

    def call(self, number: int, do: str, given: Any) -> dict[str, Any]:
        """Let a learner do something.

        Args:
            number: Of its node.
            do: ``start``, ``fit`` or ``evaluate``.
            given: What it needs for that.
        """
        told: dict[str, Any] = self._learners.call(number, do, given)
        return told

    def leave(self) -> None:
        """Remove what was unpacked."""
        os.chdir("/")
        shutil.rmtree(self._folder, ignore_errors=True)


def unreached(uris: list[str]) -> list[str]:
    """The first of the addresses that cannot be reached from here, and why; nothing if all can."""
    for uri in uris:
        host, _, port = uri.rpartition("//")[2].partition("/")[0].rpartition(":")
        try:
            socket.create_connection((host.strip("[]"), int(port)), REACH_SECONDS).close()
        except (OSError, ValueError) as error:
            return [uri, str(error)]
    return []


def packed(folder: str) -> bytes:
    """All files of a folder, links as links."""
    packed_ = io.BytesIO()
    with tarfile.open(fileobj=packed_, mode="w") as tar:
        tar.add(folder, ".", filter=lambda each: None if "__pycache__" in each.name else each)
    return packed_.getvalue()


def unpacked(files: bytes, folder: str) -> str:
    """Put packed files into a new folder."""
    os.mkdir(folder)
    trusted = {"filter": "fully_trusted"} if hasattr(tarfile, "fully_trusted_filter") else {}
    with tarfile.open(fileobj=io.BytesIO(files)) as tar:
        tar.extractall(folder, **trusted)  # type: ignore[arg-type]
    return folder


def _provide(folder: str) -> None:
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location(PACKAGE, os.path.join(folder, "__init__.py"), submodule_search_locations=[folder])
    if spec is None:
        raise ImportError(folder)
    sys.modules[PACKAGE] = module_from_spec(spec)
