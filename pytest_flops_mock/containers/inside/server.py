"""``main.py`` of the image of the ML data server: serves its volume until SIGTERM or SIGINT."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Mapping

from pytest_flops_mock.errors import FlopsMockError
from pytest_flops_mock.flight.parquet_store import ParquetStore
from pytest_flops_mock.flight.server import MLDataServer
from pytest_flops_mock.waiting import wait_heeding_signals

VOLUME = "/ml_data_server_volume"
"""Where the real server keeps its files."""

PORT = 11027


def main(environment: Mapping[str, str] = os.environ, volume: str = VOLUME) -> int:
    """Serve until a signal; the exit status.

    Args:
        environment: ``DATA_MANAGER_PORT`` names another port than 11027.
        volume: The folder of the files.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):  # as a container's first process it has no handlers of the system
        signal.signal(number, lambda *_: stop.set())
    try:
        # A container's own addresses are behind the engine, which publishes the port where it is told to.
        server = MLDataServer(ParquetStore(volume), host="0.0.0.0", port=port_of(environment))
        with server:
            print(f"the ML data server listens on port {server.port} and keeps its files in {volume}", flush=True)
            wait_heeding_signals(stop)
            print(server.log(), flush=True)
    except (FlopsMockError, ValueError) as error:
        print(f"ml-data-server: {error}", file=sys.stderr, flush=True)
        return 1
    print("the ML data server has stopped", flush=True)
    return 0


def port_of(environment: Mapping[str, str]) -> int:
    """The port that the real images' variable names.

    Raises:
        ValueError: It is no number.
    """
    told = environment.get("DATA_MANAGER_PORT", str(PORT))
    if not told.isdecimal():
        raise ValueError(f"DATA_MANAGER_PORT is no port: {told!r}")
    return int(told)
