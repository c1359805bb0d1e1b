"""Waiting in the main thread."""

from __future__ import annotations

import signal
import threading

from pytest_flops_mock.waiting import wait_heeding_signals


def test_a_signal_that_does_not_wake_the_main_thread_is_heard_all_the_same() -> None:
    event, late = threading.Event(), threading.Event()
    before = signal.signal(signal.SIGUSR1, lambda *_: event.set())

    def too_late() -> None:
        late.set()
        event.set()

    fallback = threading.Timer(30, too_late)
    fallback.start()
    try:
        threading.Timer(0.1, lambda: signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)).start()
        wait_heeding_signals(event)
        assert not late.is_set()
    finally:
        fallback.cancel()
        signal.signal(signal.SIGUSR1, before)
