"""Lines that are shown at once, though pytest keeps what tests print: what somebody waits for."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import nullcontext

import pytest


def at_once(config: pytest.Config) -> Callable[[str], None]:
    """Shows a line on the terminal of this run; from a worker of xdist, on its standard error."""

    def show(line: str) -> None:
        capture = config.pluginmanager.get_plugin("capturemanager")
        with nullcontext() if capture is None else capture.global_and_fixture_disabled():
            reporter = config.pluginmanager.get_plugin("terminalreporter")
            if reporter is None or hasattr(config, "workerinput"):
                print(f"flops: {line}", file=sys.stderr, flush=True)
            else:
                reporter.ensure_newline()
                reporter.write_line(f"flops: {line}")
                reporter.flush()

    return show
