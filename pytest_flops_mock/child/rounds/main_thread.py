"""Lets the main thread do what other threads ask for: the repository's code may rely on being there, as on FLOps."""

from __future__ import annotations

import queue
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any


class MainThread:
    """What the main thread is asked for."""

    def __init__(self) -> None:
        self._asked: queue.Queue[tuple[Future[Any], Callable[..., Any], tuple[Any, ...]] | None] = queue.Queue()

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """From another thread: what the function returns, or raises, in the main one."""
        future: Future[Any] = Future()
        self._asked.put((future, function, arguments))
        return future.result()

    def wake(self) -> None:
        """From another thread: let the main one look."""
        self._asked.put(None)

    def work(self, seconds: float) -> None:
        """In the main thread: do what is asked for next, if something is within so many seconds."""
        try:
            asked = self._asked.get(timeout=max(0.0, seconds))
        except queue.Empty:
            return
        if asked is not None:
            future, function, arguments = asked
            try:
                future.set_result(function(*arguments))
            except BaseException as error:
                future.set_exception(error)
