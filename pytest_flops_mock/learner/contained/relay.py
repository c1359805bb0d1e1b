"""The way from a container without a network to one ML data server, and to nothing else: a Unix socket in a folder."""

from __future__ import annotations

import os
import socket
import threading
from contextlib import suppress
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

CHUNK = 2**16
CONNECT_SECONDS = 10.0
SCHEMES = ("grpc", "grpc+tcp", "grpc+unix")
"""Those without TLS, whose certificates name the server's own address."""


class Relay:
    """Hands on what comes in over a Unix socket to the server that it is set to. The constructor opens nothing.

    Args:
        folder: Where the socket shall lie.
    """

    NAME = "data"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._target: SplitResult | None = None
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()

    def start(self) -> None:
        """Listen; whoever can enter the folder may connect."""
        self._listening = socket.socket(socket.AF_UNIX)
        folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            # The path of a socket may have about 100 bytes, and a folder for temporary files more.
            self._listening.bind(f"/proc/self/fd/{folder}/{self.NAME}")
        finally:
            os.close(folder)
        (self._folder / self.NAME).chmod(0o666)
        self._listening.listen()
        threading.Thread(target=self._accept, name="relay to the ML data server", daemon=True).start()

    def leads_to(self, uri: str) -> bool:
        """Set the server, by its address; whether that can be."""
        target = urlsplit(uri)
        if target.scheme not in SCHEMES:
            return False
        self._target = target
        return True

    def stop(self) -> None:
        """Stop listening, and cut what is open."""
        with self._lock:
            listening, connections = self._listening, [*self._open]
        for each in (listening, *connections):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        listening.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return  # it was stopped
            try:
                far = self._reached()
            except OSError:
                near.close()  # the learner says that the server is not there
                continue
            with self._lock:
                self._open |= {near, far}
            left = [2]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._hand_on, args=(one, other, left), daemon=True).start()

    def _reached(self) -> socket.socket:
        target = self._target
        if target is None:
            raise OSError("no server is known yet")
        if target.scheme == "grpc+unix":
            far = socket.socket(socket.AF_UNIX)
            far.connect(target.path)
            return far
        far = socket.create_connection((target.hostname or "127.0.0.1", target.port or 0), CONNECT_SECONDS)
        far.settimeout(None)
        far.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return far

    def _hand_on(self, one: socket.socket, other: socket.socket, left: list[int]) -> None:
        with suppress(OSError):
            while chunk := one.recv(CHUNK):
                other.sendall(chunk)
        with suppress(OSError):
            other.shutdown(socket.SHUT_WR)
        with self._lock:
            left[0] -= 1
            if left[0] == 0:
                self._open -= {one, other}
                one.close()
                other.close()
