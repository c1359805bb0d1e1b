"""Loopback addresses for aggregators, one for each server that Flower starts."""

from __future__ import annotations

import random
import socket
import sys

TRIES = 100


def free_addresses(count: int) -> list[str]:
    """Addresses at which nobody listens.

    gRPC lets two servers share a port without an error, so these are on a loopback address of their own where the system
    has more than one; each is tried by a plain bind.

    Args:
        count: How many.
    """
    draw = random.SystemRandom()
    for _ in range(TRIES):
        host = "127.{}.{}.{}".format(*(draw.randint(1, 254) for _ in range(3))) if sys.platform == "linux" else "127.0.0.1"
        sockets = [socket.socket() for _ in range(count)]
        try:
            for each in sockets:
                each.bind((host, 0))
            return [f"{host}:{each.getsockname()[1]}" for each in sockets]
        except OSError:
            continue
        finally:
            for each in sockets:
                each.close()
    raise OSError("no loopback address is free")
