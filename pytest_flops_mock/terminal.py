"""What a check is doing, shown at once on the terminal of a pytest run, though pytest keeps what tests print."""

from __future__ import annotations

import os
from contextlib import nullcontext

import pytest

from pytest_flops_mock.progress import Event, OnEvent, columns, fitting, in_words, unheard


def at_once(config: pytest.Config) -> OnEvent:
    """Shows what is going on in what is left of the terminal's current line, and takes it away again.

    Shows nothing where the run writes to no terminal, and nothing from a worker of xdist, which has none.
    """
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    is_shown = reporter is not None and reporter.isatty and not hasattr(config, "workerinput")
    if not is_shown or os.environ.get("TERM") == "dumb":
        return unheard

    def show(event: Event) -> None:
        writer, capture = config.get_terminal_writer(), config.pluginmanager.get_plugin("capturemanager")
        text = fitting(in_words(event), writer.fullwidth - writer.width_of_current_line - 2)
        with nullcontext() if capture is None else capture.global_and_fixture_disabled():
            # The cursor goes back to where pytest left it.
            print(f"\x1b[K {text}\x1b[{columns(text) + 1}D" if text else "\x1b[K", end="", flush=True)

    return show
