"""Waiting in the main thread."""

from __future__ import annotations

import signal
import threading

from pytest_flops_mock.waiting import wait_heeding_signals


def test_a_signal_that_does_not_wake_the_main_thread_is_heard_all_the_same() -> None:
    event, heard = threading.Event(), threading.Event()

    def hear(*_: object) -> None:
        heard.set()
        event.set()

    before = signal.signal(signal.SIGUSR1, hear)
    fallback = threading.Timer(60, event.set)
    fallback.start()
    try:
        threading.Timer(0.1, lambda: signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)).start()
        wait_heeding_signals(event)
        assert heard.is_set()
    finally:
        fallback.cancel()
        signal.signal(signal.SIGUSR1, before)
