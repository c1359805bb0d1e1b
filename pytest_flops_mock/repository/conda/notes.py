"""What is to be said of a ``conda.yaml`` that conda reads: what of it does not reach the image as it is written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from pytest_flops_mock.errors import Problem, listing
from pytest_flops_mock.findings import Finding
from pytest_flops_mock.repository.conda.builder import DELETED
from pytest_flops_mock.repository.conda.document import FILE
from pytest_flops_mock.repository.conda.entries import Entry
from pytest_flops_mock.repository.conda.versions import possible
from pytest_flops_mock.stage import Severity

_OF_MLFLOW = re.compile(r"- mlflow(?![\w.]).*")


def deleted_lines(lines: Mapping[int, str]) -> Iterator[Finding]:
    """Lines that the image builder takes out: those that ask for MLflow, and those that hold the text by chance."""
    for_mlflow = {number: line for number, line in lines.items() if _OF_MLFLOW.fullmatch(line)}
    if for_mlflow:
        yield _told(
            "FM117",
            f"the image builder takes MLflow out of {FILE}",
            min(for_mlflow),
            expected="an image that has MLflow on its own: the aggregator's has the newest, the learner's has none",
            got=listing(f"{line} (line {number})" for number, line in for_mlflow.items()),
            fix="import mlflow only where an aggregator alone needs it; importing it in a learner fails on FLOps",
        )
    for number, line in lines.items():
        if number not in for_mlflow:
            found = _told(
                "FM117",
                f"the image builder takes a line out of {FILE} that asks for something else than MLflow",
                number,
                expected=f"lines without {DELETED!r}, in comments, too",
                got=line,
                fix="take that text out of the line; else the image does not have the package",
            )
            yield replace(found, severity=Severity.WARNING)


def dropped_lists(entries: Iterable[Entry]) -> Iterator[Finding]:
    """Entries of all pip lists but the last."""
    dropped = [entry.written for entry in entries if entry.written.dropped]
    if dropped:
        yield _told(
            "FM116",
            f"of several pip lists in {FILE} conda takes the last",
            dropped[0].line,
            expected="one entry pip: with all packages of pip below it",
            got=f"not installed: {listing(written.text for written in dropped)}",
            fix="put the lists together",
        )


def overruled(entries: Iterable[Entry]) -> Iterator[Finding]:
    """Entries of conda that the pip list replaces, since pip comes afterwards."""
    for entry, other in overruling(entries):
        if other:
            yield _told(
                "FM120",
                f"the pip list in {FILE} replaces conda's {entry.name}",
                entry.written.line,
                expected="one entry for each package",
                got=f"{entry.written.text}, and {other.written.text} (line {other.written.line})",
                nearest=other.written.text,
                fix="keep one of the two; pip comes after conda, so the image has what the pip list says",
            )


def overruling(entries: Iterable[Entry]) -> Iterator[tuple[Entry, Entry | None]]:
    """The entries that count, each with the entry of the pip list, if any, that contradicts it and counts instead."""
    entries = [entry for entry in entries if not entry.written.dropped]
    by_pip: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.written.by_pip and entry.name:
            by_pip.setdefault(entry.name, []).append(entry)
    for entry in entries:
        others = [] if entry.written.by_pip else by_pip.get(entry.name, [])
        yield entry, next((one for one in others if not possible(entry.specifier & one.specifier)), None)


def _told(code: str, message: str, line: int, **parts: str) -> Finding:
    return Finding.of(Problem(message, where=f"{FILE}:{line}", **parts), code=code)
