"""Who takes part, as the zygote says: it alone knows which processes live, long before a connection breaks."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from typing import Any


class Waits(Exception):  # noqa: N818 nothing is wrong
    """Fewer clients live than are waited for: FLOps would wait for a day."""

    def __init__(self, round_: int, wanted: int, there: int) -> None:
        super().__init__(round_, wanted, there)
        self.round, self.wanted, self.there = round_, wanted, there


class Attendance:
    """Hears from the zygote how many clients an aggregator has to reckon with.

    Args:
        control: Where the zygote tells.
    """

    def __init__(self, control: int) -> None:
        self.expected = 0
        """How many of its clients live."""
        self.starting = 0
        """How many of them are not ready yet, and may never be."""
        self.came: list[int] = []
        """The rounds with which those that join later were started."""
        self.on_change: Callable[[], None] = _nothing
        self._first = threading.Event()
        threading.Thread(target=self._hear, args=(control,), daemon=True).start()
        self._first.wait()

    def _hear(self, control: int) -> None:
        with os.fdopen(control, "r", encoding="ascii") as lines:
            for line in lines:
                told: dict[str, Any] = json.loads(line)
                self.expected, self.starting, self.came = told["expected"], told["starting"], told["came"]
                self._first.set()
                self.on_change()


def _nothing() -> None:
    pass
