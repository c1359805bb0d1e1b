"""Many actors in one process, each as if it were alone in it: its random numbers, its modules, what it prints, its time."""

from __future__ import annotations

import os
import random
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import TextIOBase
from typing import Any

from ..arrays import seed_everything

OUTPUT_KEPT = 2**14
DATA = "data_loading"
"""The module that each learner has of its own, and that lies in no file."""


class HungError(BaseException):
    """A step has taken longer than it may. Not an ``Exception``: the repository's code may take that for its own."""


class Own:
    """What an actor would have in a process of its own.

    Args:
        seed: What its random numbers start from.
        folder: The repository's folder: modules of files in it are the actor's own.
        others: Modules that are known to be nobody's own, by name; all actors of a process may share it.
    """

    def __init__(self, seed: int, folder: str, others: dict[str, Any] | None = None) -> None:
        self.output = Tail()
        self._others = {} if others is None else others
        self._seed = seed
        self._folder = folder
        self._states: dict[str, Any] = {}
        self._modules: dict[str, Any] = {}

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Within it, random numbers go on where the actor left them, and modules are those that it has imported."""
        states, modules = _states(), self._taken()
        sys.modules.update(self._modules)
        os.chdir(self._folder)
        self._go_on()
        try:
            with redirect_stdout(self.output), redirect_stderr(self.output):
                yield
        finally:
            self._states, self._modules = _states(), self._taken()
            sys.modules.update(modules)
            _set(states)

    def _go_on(self) -> None:
        """A library that was imported since begins with the actor's seed."""
        now = _states()
        if set(now) - set(self._states):
            seed_everything(self._seed)
        _set(self._states)

    def _taken(self) -> dict[str, Any]:
        """The modules of the repository that are imported now, taken away."""
        taken = {}
        for name, module in list(sys.modules.items()):
            if self._others.get(name, self) is module:
                continue  # there are thousands
            if name == DATA or self._inside(module):
                taken[name] = sys.modules.pop(name)
            else:
                self._others[name] = module
        return taken

    def _inside(self, module: Any) -> bool:
        spec = getattr(module, "__spec__", None)
        places = [getattr(spec, "origin", None), *(getattr(spec, "submodule_search_locations", None) or ())]
        return any(isinstance(place, str) and place.startswith(self._folder + os.sep) for place in places)


class Tail(TextIOBase):
    """Keeps the end of what is printed."""

    def __init__(self) -> None:
        self._kept = ""

    def writable(self) -> bool:
        """As files have it."""
        return True

    def write(self, text: str) -> int:
        """Take what is printed."""
        self._kept = (self._kept + text)[-OUTPUT_KEPT:]
        return len(text)

    def text(self) -> str:
        """What was printed last."""
        return self._kept


class Bound:
    """Lets each step of an actor take so much time and no more, by a signal; C code that hangs does not hear it.

    Args:
        seconds: How much.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.extra = 0.0
        """How much longer it may take, by the plan."""
        self._holds = False

    @contextmanager
    def held(self) -> Iterator[None]:
        """Within it, steps are bounded. In the main thread only, as signals have it."""
        before = signal.signal(signal.SIGALRM, _hung)
        self._holds = True
        try:
            self.step()
            yield
        finally:
            self._holds, self.extra = False, 0.0
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, signal.SIG_DFL if before is None else before)

    def step(self) -> None:
        """A step begins."""
        if self._holds:
            signal.setitimer(signal.ITIMER_REAL, self.seconds + self.extra)


def _hung(*_: Any) -> None:
    raise HungError


def _states() -> dict[str, Any]:
    """Where the random numbers of each library are that is imported."""
    states: dict[str, Any] = {"random": random.getstate()}
    numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    if hasattr(numpy, "random"):
        states["numpy"] = numpy.random.get_state()  # type: ignore[union-attr]
    if hasattr(torch, "get_rng_state"):
        states["torch"] = torch.get_rng_state()  # type: ignore[union-attr]
        if torch.cuda.is_available() and torch.cuda.is_initialized():  # type: ignore[union-attr]
            states["cuda"] = torch.cuda.get_rng_state_all()  # type: ignore[union-attr]
    return states


def _set(states: dict[str, Any]) -> None:
    if "random" in states:
        random.setstate(states["random"])
    if "numpy" in states:
        sys.modules["numpy"].random.set_state(states["numpy"])
    if "torch" in states:
        sys.modules["torch"].set_rng_state(states["torch"])
    if "cuda" in states:
        sys.modules["torch"].cuda.set_rng_state_all(states["cuda"])
