"""The ML data server in a container: FLOps' own image, or ours."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa

from pytest_flops_mock.containers.inside.server import PORT, VOLUME
from pytest_flops_mock.engine.started import Asked, Folder, Started, start
from pytest_flops_mock.errors import ContainerError, Problem, ServerStateError
from pytest_flops_mock.flight.client import MLDataClient
from pytest_flops_mock.flight.store import StoredPartition

IMAGE = "ghcr.io/oakestra/addon-flops/ml-data-server:latest"

LISTED = f"import json, os; print(json.dumps(sorted(n for n in os.listdir({VOLUME!r}) if n[0] != '.')))"
EMPTIED = f"import os; os.chdir({VOLUME!r}); [os.remove(n) for n in os.listdir() if n[0] != '.' and not os.path.isdir(n)]"
"""Run in the container: FLOps' server lists nothing without tags, and cannot list a volume with one damaged file."""


class MLDataServerContainer:
    """An ML data server in a container, published on this machine's loopback.

    Use it as a context manager, or call :meth:`start` and :meth:`stop`. The constructor opens nothing. It is ready when it
    has answered a Flight call; a port of a container is open long before.

    Args:
        image: FLOps' own image by default; ``pytest-flops-mock/ml-data-server`` is the one of this project's Dockerfile.
        volume: A folder of this machine that it keeps its files in; by default a volume that goes with the container.
        environment: Further variables for it.
        memory: MB of memory that it may have, without swap; ``None`` for no limit, as on FLOps. What needs more is killed.
        timeout: Most seconds until it answers, without the time for pulling the image.

    Example:
        with MLDataServerContainer() as server:
            MockDataProvider(server.uri).run("mocks/mnist.json")
            assert len(server.partitions) == 3
    """

    def __init__(
        self,
        image: str = IMAGE,
        *,
        volume: str | os.PathLike[str] | None = None,
        environment: Mapping[str, str] | None = None,
        memory: float | None = None,
        timeout: float = 60.0,
    ) -> None:
        self.image = image
        self.volume = None if volume is None else Path(volume).absolute()
        self.environment = dict(environment or {})
        self.memory = memory
        self.timeout = timeout
        self._started: Started | None = None
        self._uri = ""

    @property
    def running(self) -> bool:
        """Whether it was started and not stopped."""
        return self._started is not None

    @property
    def uri(self) -> str:
        """The address for clients on this machine, ``grpc://HOST:PORT``. Raises ServerStateError when it does not run."""
        self._running()
        return self._uri

    @property
    def inner_uri(self) -> str:
        """The address for other containers of the engine. Raises ServerStateError when it does not run."""
        return f"grpc://{self._running().address()}:{PORT}"

    @property
    def container(self) -> Any:
        """The container itself, a ``docker.models.containers.Container``."""
        return self._running().container

    @property
    def partitions(self) -> tuple[StoredPartition, ...]:
        """What it holds, sorted by name.

        Raises:
            ServerStateError: It does not run.
            LoadError: It cannot list its files.
        """
        tags = sorted({name.partition(".")[0] for name in self._names()})
        with self._client() as client:
            found = client.partitions(tags)
        return tuple(sorted(found, key=lambda part: part.name))

    def tables(self) -> dict[str, pa.Table]:
        """The rows of each partition, by its name; all of them in memory at once."""
        with self._client() as client:
            return {part.name: client.fetch(part.name) for part in self.partitions}

    def clear(self) -> None:
        """Forget all partitions."""
        self._run(EMPTIED)

    def log(self) -> str:
        """What it has written to standard output and standard error."""
        return self._running().log()

    def start(self) -> MLDataServerContainer:
        """Start it, and wait until it answers.

        Returns:
            The server itself.

        Raises:
            ServerStateError: It runs already.
            ContainerError: There is no engine or no such image, the container ended at once, or it does not answer.
        """
        if self._started is not None:
            raise ServerStateError(
                Problem("the ML data server's container runs already", where=self._uri, fix="use it, or call stop() first")
            )
        if self.volume is not None and not self.volume.is_dir():
            raise ContainerError(
                Problem(
                    "the volume of an ML data server is no folder",
                    where=os.fspath(self.volume),
                    expected="a folder that is there, since an engine would make it as root",
                    fix="make it first",
                )
            )
        folder = None if self.volume is None else Folder(self.volume, VOLUME, "rw")
        started = start(Asked(self.image, None, self.environment, PORT, folder, int((self.memory or 0) * 10**6)))
        try:
            self._uri = _answering(started, self.timeout)
        except BaseException:
            started.remove()
            raise
        self._started = started
        return self

    def stop(self, timeout: float = 3.0) -> None:
        """Let it end by itself and remove it; what is in ``volume`` stays. Does nothing when it does not run.

        Args:
            timeout: Seconds after which it is killed; FLOps' own image does not heed the signal.
        """
        started, self._started = self._started, None
        if started is not None:
            try:
                if started.state()["Running"]:
                    started.container.stop(timeout=int(timeout))
            finally:
                started.remove()

    def __enter__(self) -> MLDataServerContainer:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<MLDataServerContainer {self.image} {self._uri if self.running else 'stopped'}>"

    def _client(self) -> MLDataClient:
        return MLDataClient(self.uri, timeout=60)

    def _names(self) -> list[str]:
        return [str(name) for name in json.loads(self._run(LISTED))]

    def _run(self, code: str) -> str:
        started = self._running()
        status, output = started.container.exec_run(["python", "-c", code])
        if status:
            text = bytes(output or b"").decode(errors="replace").strip()
            raise started.failed(
                "the ML data server's volume cannot be looked into", fix="see its logs", expected=f"an answer, not: {text}"
            )
        return bytes(output).decode()

    def _running(self) -> Started:
        if self._started is None:
            raise ServerStateError(
                Problem("the ML data server's container does not run", fix="use it in a with block, or call start() first")
            )
        return self._started


def _answering(started: Started, timeout: float) -> str:
    """The address, once a Flight call was answered there."""
    end, last = time.monotonic() + timeout, "no port was published"
    while time.monotonic() < end:
        state = started.state()
        if state["Status"] in ("exited", "dead"):
            killed = ", killed for want of memory" if state.get("OOMKilled") else ""
            raise started.failed(
                f"the ML data server's container ended at once (exit status {state['ExitCode']}{killed})",
                fix="its logs say why; an image of another program ends like this, too",
            )
        for where in started.reached(PORT):
            uri = f"grpc://{where}"
            try:
                _ask(uri)
                return uri
            except (pa.ArrowException, OSError) as error:
                last = str(error).splitlines()[0]
        time.sleep(0.1)
    raise started.failed(
        f"the ML data server's container does not answer within {timeout:g} s",
        fix="its logs say what it does; give it a longer timeout",
        expected=f"an answer of Arrow Flight on port {PORT}, not: {last}",
    )


def _ask(uri: str) -> None:
    import pyarrow.flight as fl

    with fl.connect(uri) as client:
        list(client.list_actions(fl.FlightCallOptions(timeout=2)))
