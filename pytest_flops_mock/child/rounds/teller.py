"""What an actor tells the zygote, over a pipe of its own."""

from __future__ import annotations

import math
import threading
from typing import Any, Protocol

from ..frames import Places
from ..telling import Answers


class Telling(Protocol):
    """Takes what an actor tells."""

    round: int

    def tell(self, kind: str, **facts: Any) -> None:
        """Take one thing."""

    def doing(self, what: str, method: Any = None) -> None:
        """Take what happens from now on."""

    def idle(self, what: str = "") -> None:
        """Take that the actor waits for others."""


class Teller:
    """Tells facts, and what is about to happen.

    Args:
        descriptor: The end of the actor's pipe.
        folder: The copy of the repository.
    """

    def __init__(self, descriptor: int, folder: str) -> None:
        self._answers = Answers(descriptor)
        self._places = Places(folder)
        self._lock = threading.Lock()
        self._known: dict[str, Any] = {}
        self.round = 0

    def tell(self, kind: str, **facts: Any) -> None:
        """Tell one thing."""
        with self._lock:
            self._answers.send({"tell": kind, **facts})

    def doing(self, what: str, method: Any = None) -> None:
        """Tell what happens from now on; the zygote gives it so much time and no more.

        Args:
            what: In words.
            method: The repository's method that is called.
        """
        place = None
        if method is not None:
            name = getattr(method, "__qualname__", "")
            place = self._known[name] = self._known.get(name) or self._places.of(method)
        self.tell("doing", what=what, round=self.round, idle=False, place=place)

    def idle(self, what: str = "") -> None:
        """Tell that this actor waits for others from now on, as long as it takes, after it has done ``what``."""
        self.tell("doing", what=what, round=self.round, idle=True, place=None)


def number(value: Any) -> Any:
    """A float as JSON has it: what is not finite as text."""
    return value if value is None or math.isfinite(value) else str(float(value))
