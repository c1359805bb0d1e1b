"""Ray: started here and stopped again, or a cluster that is there; and its workers, each a host of several learners."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading
from contextlib import suppress
from typing import Any

from .actors import CHILD
from .ray_host import Host, packed, unreached

READY_SECONDS = 240.0
"""For workers to start; a machine may be busy."""

ANSWER_SECONDS = 10.0
REACH_SECONDS = 60.0
LEAVE_SECONDS = 5.0
LONGEST = 41
"""Bytes of the path of Ray's folder for temporary files: sockets below it have long names, and 107 bytes at most."""

SHARED = 2 * 2**30
LEAST_SHARED = 80 * 2**20
"""What Ray takes of shared memory, for parameters on their way."""

QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",
    "RAY_worker_niceness": "0",  # else a machine that does something else as well gives them next to nothing
    "RAY_memory_monitor_refresh_ms": "0",  # memory is bounded by the check itself
}


class WorkersError(Exception):
    """Ray cannot be used.

    Args:
        what: Why.
        where: The node, or whatever else it is about.
    """

    def __init__(self, what: str, where: str = "") -> None:
        super().__init__(what)
        self.where = where


class LostError(Exception):
    """A worker has ended, with all learners in it."""


class StuckError(Exception):
    """A worker does not come to an end with what it does for another learner."""


class Workers:
    """Ray's workers. The constructor starts nothing."""

    def __init__(self) -> None:
        self._hosts: list[Any] = []
        self._locks: list[threading.Lock] = []
        self._places: dict[int, int] = {}
        self._stuck: set[int] = set()

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._hosts)

    def open(self, address: str, nodes: list[int], uris: list[str], config: dict[str, Any]) -> None:
        """Start Ray, or connect to it, and start its workers.

        Args:
            address: Of a cluster; empty for one of our own.
            nodes: The numbers of all learner nodes.
            uris: The addresses that workers must reach.
            config: What all learners have in common.

        Raises:
            WorkersError: That cannot be.
        """
        import ray

        os.environ.update(QUIET)
        before = signal.getsignal(signal.SIGTERM)
        try:
            _connect(address, len(nodes))
        except WorkersError:
            raise
        except BaseException as error:
            raise WorkersError(f"{type(error).__name__}: {error}", address) from error
        finally:
            signal.signal(signal.SIGTERM, signal.SIG_DFL if before is None else before)
        if address:
            _check_reach(uris)
        self._start(nodes, config)
        ray.cloudpickle.unregister_pickle_by_value(_module())

    def shared(self, value: bytes) -> Any:
        """A value that many workers get."""
        import ray

        return ray.put(value)

    def call(self, node: int, do: str, given: Any, seconds: float) -> dict[str, Any]:
        """Let a learner do something, once those are through that share its process and asked before.

        Args:
            node: The number of its node.
            do: See ``ray_host``.
            given: What it needs for that.
            seconds: How long it may take.

        Raises:
            LostError: Its process has ended.
            TimeoutError: It has not come to an end.
            StuckError: Another one has not come to an end.
        """
        import ray

        host = self._places[node]
        with self._locks[host]:
            if host in self._stuck:
                raise StuckError
            try:
                told: dict[str, Any] = ray.get(self._hosts[host].call.remote(node, do, given), timeout=seconds)
            except ray.exceptions.GetTimeoutError:
                self._stuck.add(host)
                raise TimeoutError from None
            except ray.exceptions.RayActorError as error:
                raise LostError(str(error)) from None
        return told

    def close(self) -> None:
        """Stop Ray, or leave the cluster."""
        import ray

        with suppress(Exception):
            ray.get([host.leave.remote() for host in self._hosts], timeout=LEAVE_SECONDS)
        for host in self._hosts:
            ray.kill(host)
        ray.shutdown()

    def _start(self, nodes: list[int], config: dict[str, Any]) -> None:
        import ray

        free = int(ray.available_resources().get("CPU", 0))
        if free < 1:
            raise WorkersError("no processor of the cluster is free")
        start = ray.remote(num_cpus=1, max_restarts=0, max_task_retries=0, scheduling_strategy="SPREAD")(Host)
        child, repository = ray.put(packed(CHILD)), ray.put(packed(config["folder"]))
        self._hosts = [start.remote(child, repository, config) for _ in range(min(free, len(nodes)))]
        self._locks = [threading.Lock() for _ in self._hosts]
        self._places = {node: position % self.count for position, node in enumerate(nodes)}
        try:
            ray.get([host.ready.remote() for host in self._hosts], timeout=READY_SECONDS)
        except ray.exceptions.GetTimeoutError:
            raise WorkersError(f"its workers were not there after {READY_SECONDS:g} s") from None
        except ray.exceptions.RayError as error:
            raise WorkersError(f"a worker cannot be started: {error}") from None


def _module() -> Any:
    import sys

    return sys.modules[Host.__module__]


def _connect(address: str, most: int) -> None:
    import ray

    ray.cloudpickle.register_pickle_by_value(_module())  # workers do not have this package
    common: dict[str, Any] = {"log_to_driver": False, "configure_logging": False}
    if address:
        _check_answers(address)
        ray.init(address=address, **common)
        return
    folder = os.path.join(tempfile.gettempdir(), "r")
    if len(os.fsencode(folder)) > LONGEST:
        raise WorkersError(f"the folder for temporary files has a path of more than {LONGEST} bytes", folder)
    os.mkdir(folder)
    shared = int(shutil.disk_usage("/dev/shm").free * 0.8) if os.path.isdir("/dev/shm") else 0
    if shared < LEAST_SHARED:
        common["_plasma_directory"] = folder
    ray.init(
        address="local",
        include_dashboard=False,
        num_cpus=max(1, min(most, len(os.sched_getaffinity(0)))),
        num_gpus=0,
        object_store_memory=max(LEAST_SHARED, min(shared, SHARED)),
        _temp_dir=folder,
        _node_ip_address="127.0.0.1",
        **common,
    )


def _check_answers(address: str) -> None:
    """Whether there is a server as Ray's are: Ray itself would wait for minutes."""
    import grpc

    with grpc.insecure_channel(address) as channel:
        try:
            grpc.channel_ready_future(channel).result(ANSWER_SECONDS)
        except grpc.FutureTimeoutError:
            raise WorkersError("what listens there does not answer as Ray does", address) from None


def _check_reach(uris: list[str]) -> None:
    """Let each node of the cluster connect to all data servers."""
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    asked = {}
    for node in ray.nodes():
        if node["Alive"]:
            there = NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)
            look = ray.remote(num_cpus=0, max_retries=0, scheduling_strategy=there)(unreached)
            asked[look.remote(uris)] = node["NodeManagerAddress"]
    for answer, name in asked.items():
        try:
            failed = ray.get(answer, timeout=REACH_SECONDS)
        except ray.exceptions.RayError as error:
            raise WorkersError(f"a node of the cluster does not answer: {type(error).__name__}", name) from None
        if failed:
            raise WorkersError(f"the ML data server at {failed[0]} cannot be reached from there: {failed[1]}", name)
