"""Waiting in the main thread without being deaf to signals."""

from __future__ import annotations

import threading

TICK_SECONDS = 0.2


def wait_heeding_signals(event: threading.Event) -> None:
    """Wait until ``event`` is set, and let signals be handled meanwhile.

    Python handles a signal between two steps of its main thread. One that comes just before that thread blocks is handled
    when it wakes up, so it wakes up now and then.
    """
    while not event.wait(TICK_SECONDS):
        pass
