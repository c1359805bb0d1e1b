"""gRPC does not survive a fork (apache/arrow#38617): in a child its objects can be neither used nor taken down.

A child that inherits a server or client leaves them behind as they are, so that it ends when it wants to; new ones are
refused in it, since they would wait for ever. A child that was forked while nothing was open may start its own.
"""

from __future__ import annotations

import ctypes
import os
import weakref
from typing import Any, Protocol

from pytest_flops_mock.errors import Problem, ServerStateError


class Owner(Protocol):
    """Has objects of Arrow Flight while it is open."""

    def _leave_behind(self) -> None:
        """Called in a forked child: count as closed, without a call on what was open."""


class _Forks:
    """What this process has open, and whether it was forked from one that had something open.

    One for the process, since that is what forks.
    """

    def __init__(self) -> None:
        self._owners: weakref.WeakSet[Any] = weakref.WeakSet()
        self._watching = False
        self._unusable = False

    def opened(self, owner: Owner) -> None:
        """Note that ``owner`` has something open."""
        if not self._watching:
            os.register_at_fork(after_in_child=self._forked)
            self._watching = True
        self._owners.add(owner)

    def closed(self, owner: Owner) -> None:
        """Note that it has not any more."""
        self._owners.discard(owner)

    def check(self) -> None:
        """Make sure that Arrow Flight can be used in this process. Raises ServerStateError."""
        if self._unusable:
            raise ServerStateError(
                Problem(
                    "Arrow Flight cannot be used in this process: it was forked while an ML data server or client was open",
                    expected="a process that was forked before, or started afresh",
                    got=f"process {os.getpid()}, a fork",
                    fix='close them before the fork, or start processes with multiprocessing.get_context("spawn")',
                )
            )

    def _forked(self) -> None:
        owners = list(self._owners)
        self._owners.clear()
        self._unusable = self._unusable or bool(owners)
        for owner in owners:
            owner._leave_behind()


FORKS = _Forks()


def immortal(thing: Any) -> None:
    """Never take ``thing`` down, not even when the interpreter ends: its destructor would wait for threads that are gone."""
    # pyarrow has a finalizer on each server, which waits as well; there is no public way to it.
    for finalizer in list(getattr(weakref.finalize, "_registry", ())):
        alive = finalizer.peek()
        if alive is not None and alive[0] is thing:
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(finalizer.detach()))
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(thing))
