"""Two HTTP ports and one thread: uvicorn, with an application for each port."""

from __future__ import annotations

import socket
import threading
import traceback
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

import uvicorn

from pytest_flops_mock.errors import Problem, ServerStateError

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


def bound(host: str, port: int, what: str) -> socket.socket:
    """A socket that listens.

    Args:
        host: Address to listen on.
        port: Port; 0 takes a free one.
        what: What will listen, for messages.

    Raises:
        ServerStateError: The address cannot be had.
    """
    try:
        if not 0 <= port <= 65535:  # getaddrinfo() takes what is left of it
            raise OverflowError("there is no such port")
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        found = socket.socket(family, kind, protocol)
        try:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            found.bind(address)
            found.listen(128)
        except OSError:
            found.close()
            raise
    except (OSError, OverflowError) as error:
        raise ServerStateError(
            Problem(
                f"{what} cannot listen on {host}:{port}",
                expected="an address of this machine and a port that is free",
                got=getattr(error, "strerror", None) or str(error),
                fix="use 0 for a free port, or an address such as 127.0.0.2 where the port must be this one",
            )
        ) from error
    return found


class Listening:
    """Answers on sockets, from when it is made until :meth:`stop`.

    Args:
        applications: The sockets, each with what answers there.
        failed: Is told the traceback of an error that no application should have raised.
    """

    def __init__(self, applications: Mapping[socket.socket, Application], failed: Callable[[str], None]) -> None:
        by_port = {each.getsockname()[1]: application for each, application in applications.items()}
        config = uvicorn.Config(
            _Doors(by_port, failed),
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            loop="asyncio",
            http="h11",
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._sockets = list(applications)
        self._thread = threading.Thread(
            target=self._server.run, args=(self._sockets,), name="the FLOps manager", daemon=True
        )
        self._thread.start()

    def stop(self, timeout: float) -> bool:
        """End open requests and close the sockets; whether that came to its end in time."""
        self._server.should_exit = True
        self._thread.join(timeout)
        for each in self._sockets:
            each.close()
        return not self._thread.is_alive()


class _Doors:
    """The application of the port that was called, with and without a slash at the end of the path."""

    def __init__(self, by_port: Mapping[int, Application], failed: Callable[[str], None]) -> None:
        self._by_port = by_port
        self._failed = failed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        path: str = scope["path"]
        if len(path) > 1 and path.endswith("/"):
            scope = {**scope, "path": path[:-1]}
        try:
            await self._by_port[scope["server"][1]](scope, receive, send)
        except Exception:  # its answer is sent by now, and says nothing of it
            self._failed(traceback.format_exc())
