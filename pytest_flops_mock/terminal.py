"""What a pytest run shows of checks: what one is doing, at once; how texts look there; findings in place of a traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from _pytest._code.code import ExceptionChainRepr
from _pytest._io import TerminalWriter

from pytest_flops_mock.findings import Finding
from pytest_flops_mock.progress import Event, OnEvent, columns, fitting, in_words, unheard
from pytest_flops_mock.report import text
from pytest_flops_mock.report.look import PIPED_WIDTH, Look
from pytest_flops_mock.report.places import location
from pytest_flops_mock.sla.files import shown
from pytest_flops_mock.stage import Stage


class FindingsError(Exception):
    """Fails a test with findings."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(text.blocks(findings))
        self.findings = findings


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
        line = fitting(in_words(event), writer.fullwidth - writer.width_of_current_line - 2)
        with nullcontext() if capture is None else capture.global_and_fixture_disabled():
            # The cursor goes back to where pytest left it.
            print(f"\x1b[K {line}\x1b[{columns(line) + 1}D" if line else "\x1b[K", end="", flush=True)

    return show


def look(config: pytest.Config) -> Look:
    """How texts look that become a part of pytest's own reports, which travel: as wide as the terminal, without colours."""
    width = getattr(config, "workerinput", {}).get("flops_width")
    return Look(width or width_of(config))


def width_of(config: pytest.Config) -> int:
    """How wide this run's terminal is, or what it writes to in place of one."""
    is_wide = config.get_terminal_writer().fullwidth
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    is_known = (reporter is not None and reporter.isatty) or bool(os.environ.get("COLUMNS"))
    return is_wide if is_known else PIPED_WIDTH


def shown_findings(
    excinfo: pytest.ExceptionInfo[BaseException], config: pytest.Config, repository: Path, *, otherwise: Path
) -> Any:
    """Findings in place of a traceback; ``--tb=line`` and the short summary name the user's line and the code.

    Args:
        excinfo: A :class:`FindingsError`.
        config: Says how wide the terminal is.
        repository: The folder in which findings have their files.
        otherwise: The file that those are about which name none.
    """
    representation: Any = excinfo.getrepr(style="value")
    findings: Sequence[Finding] = getattr(excinfo.value, "findings")  # noqa: B009
    lines = look(config).of(text.blocks(findings)).split("\n")
    for entry in representation.reprtraceback.reprentries:
        entry.lines = lines
    crash = representation.reprcrash
    if crash is not None:
        file, line = location(findings[0])
        folder = Path.cwd() if findings[0].stage is Stage.SLA else repository
        path = folder / file if file else otherwise
        crash = replace(crash, path=shown(path, Path.cwd()), lineno=line or 1, message=text.at_a_glance(findings[0]))
        representation = ShownFindings([(trace, crash, told) for trace, _, told in representation.chain])
    return representation


class ShownFindings(ExceptionChainRepr):
    """Findings in place of a traceback, which have colours where they are shown on a terminal."""

    def toterminal(self, tw: TerminalWriter) -> None:
        """Write them."""
        lines = (line for entry in self.reprtraceback.reprentries for line in getattr(entry, "lines", ()))
        tw.line(Look(sys.maxsize, tw.hasmarkup).of("\n".join(lines)))
