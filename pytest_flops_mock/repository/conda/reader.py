"""What ``conda.yaml`` asks for, once the image builder has changed it and conda has read it."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from packaging.specifiers import SpecifierSet

from pytest_flops_mock.errors import Problem, RepositoryError, listing, nearest
from pytest_flops_mock.findings import Finding, findings_of
from pytest_flops_mock.repository.conda import notes
from pytest_flops_mock.repository.conda.builder import deleted, edited
from pytest_flops_mock.repository.conda.document import (
    FILE,
    MAX_ENTRIES,
    Written,
    of_length,
    refused,
    too_much,
    written_in,
)
from pytest_flops_mock.repository.conda.entries import PYTHON, Entry, entry_of, file_named_by, lines_of, too_many
from pytest_flops_mock.repository.conda.notes import overruling
from pytest_flops_mock.repository.conda.versions import MAX_COMPARISONS, pinned, possible
from pytest_flops_mock.repository.repository import MLRepository

MAX_SAME = 10
"""How often conda's entries, and those of the pip list, may name one package."""

DELETED_BEFORE = "requirements.txt"
"""The file at the root that FLOps deletes before conda runs."""


@dataclass(frozen=True)
class CondaEnvironment:
    """What ``conda.yaml`` asks for.

    Attributes:
        python: The version that its ``python=`` entry pins (``3.10.14``); empty if it pins none.
        requirements: What pip or uv shall install (PEP 508, or the address of a package), in the order of the file.
        python_specifier: All that its entries ask of Python, as versions compare on PyPI (``>=3.9,<3.12``).
        options: Options of its pip list that say where packages are looked for.
        sources: Addresses that are no wheels', and their lines: code of theirs runs when they are installed.
        left_out: Entries that have no counterpart outside conda, as they are written; not pip, which uv stands in for.
        lines: The line, from 1, of each package of the requirements (its normalized name) and of Python.
        by_pip: The normalized names of the packages that its pip list asks for.
    """

    python: str
    requirements: tuple[str, ...]
    python_specifier: str = ""
    options: tuple[str, ...] = ()
    sources: tuple[tuple[str, int], ...] = ()
    left_out: tuple[str, ...] = ()
    lines: tuple[tuple[str, int], ...] = ()
    by_pip: tuple[str, ...] = ()

    @property
    def python_minor(self) -> tuple[int, ...]:
        """``(3, 10)`` of the pin ``python=3.10.14``; empty for a range, and for a pin without a minor version."""
        return tuple(int(part) for part in self.python.split(".")[:2]) if "." in self.python else ()

    def line(self, name: str) -> int:
        """The line of a package, by its normalized name; 0 if the file does not name it."""
        return dict(self.lines).get(name, 0)


def conda_environment(repository: MLRepository) -> CondaEnvironment:
    """What the repository's ``conda.yaml`` asks for.

    Raises:
        RepositoryError: The file cannot be read, is not what conda reads (FM108), or asks for what cannot be (FM109,
            FM118, FM119); with a problem for each entry.
    """
    entries, problems = _read(repository)
    if problems:
        raise RepositoryError(*problems)
    return _environment(entries)


def conda_findings(repository: MLRepository) -> tuple[Finding, ...]:
    """All that is wrong with the repository's ``conda.yaml``; nothing if it has none, which another finding tells."""
    if FILE not in repository.paths():
        return ()
    try:
        entries, problems = _read(repository)
        lines = deleted(repository.text(FILE))
    except RepositoryError as error:
        return findings_of(error)
    wrong = tuple(Finding.of(problem) for problem in problems)
    return (
        *wrong,
        *notes.deleted_lines(lines),
        *notes.dropped_lists(entries),
        *notes.overruled(entries),
        *_no_python(entries, wrong),
    )


def _no_python(entries: list[Entry], wrong: tuple[Finding, ...]) -> Iterator[Finding]:
    if not wrong and all(entry.name != PYTHON for entry in entries):
        yield Finding.of(
            Problem(
                f"{FILE} names no Python",
                where=FILE,
                expected="an entry of dependencies such as python=3.10.14",
                fix="pin the Python that the code was tried with; else the image gets whichever conda has by then",
            ),
            code="FM110",
        )


def _read(repository: MLRepository) -> tuple[list[Entry], list[Problem]]:
    """What the entries ask for, and what is wrong with the file; an entry that reads a file gives what that says."""
    entries: list[Entry] = []
    problems: list[Problem] = []
    same: Counter[tuple[bool, str]] = Counter()
    files = _Files(repository, frozenset(repository.paths()))
    for count, found in enumerate(_all_written(repository, files)):
        if count == MAX_ENTRIES:
            problems.append(too_much(f"more than {MAX_ENTRIES:,} entries", f"{MAX_ENTRIES:,} entries", 0))
            break
        entry = found if isinstance(found, Problem) else entry_of(found)
        if isinstance(entry, Problem):
            problems.append(entry)
            continue
        same[entry.written.by_pip, entry.name] += bool(entry.name)
        if same[entry.written.by_pip, entry.name] <= MAX_SAME:
            entries.append(entry)
        elif same[entry.written.by_pip, entry.name] == MAX_SAME + 1:
            problems.append(too_many(entry.written, entry.name))
    problems = [*_together(problems), *_contradictions(entry for entry in entries if not entry.written.dropped)]
    return entries, problems


def _all_written(repository: MLRepository, files: _Files) -> Iterator[Written | Problem]:
    for written in written_in(edited(repository.text(FILE))):
        for line in [written] if isinstance(written, Problem) else lines_of(written):
            yield from [line] if isinstance(line, Problem) else _with_files(line, files)


@dataclass
class _Files:
    """Files of requirements, each read once."""

    repository: MLRepository
    paths: frozenset[str]
    lines: dict[str, list[str]] = field(default_factory=dict)

    def of(self, path: str) -> list[str]:
        if path not in self.lines:
            lines = lines_of(Written(self.repository.text(path), 0, by_pip=True))
            self.lines[path] = [line.text for line in lines]
        return self.lines[path]


def _together(problems: list[Problem]) -> Iterator[Problem]:
    """One problem for all packages of one system: an export from there has many."""
    systems: dict[str, list[Problem]] = {}
    for problem in problems:
        if problem.code == "FM119":
            systems.setdefault(problem.got, []).append(problem)
    for problem in problems:
        same = systems.get(problem.got, []) if problem.code == "FM119" else []
        if len(same) < 2:
            yield problem
        elif problem is same[0]:
            system = problem.got.rpartition(" ")[2]
            names = (
                f"{each.message.partition(' is there for ')[0]} (line {each.where.rpartition(':')[2]})" for each in same
            )
            yield replace(problem, message=f"{len(same)} packages are there for {system} alone", got=listing(names))


def _with_files(written: Written, files: _Files) -> list[Written | Problem]:
    """An entry, or those of the file of requirements that it reads; its path is relative to conda.yaml."""
    named = file_named_by(written)
    if not named or "://" in named or written.dropped:
        return [written]
    path = posixpath.normpath(named)
    if path == DELETED_BEFORE or path not in files.paths:
        gone = path == DELETED_BEFORE
        return [
            refused(
                "FM118",
                f"the pip list reads {named}, which is not there when the image is built",
                written.line,
                expected="requirements in the list itself, or in a file that the repository has under another name",
                got=f"FLOps deletes the root's {path} before" if gone else "no such file in the repository",
                nearest="" if gone else nearest(path, sorted(name for name in files.paths if name.endswith(".txt"))),
                fix=f"write what {named} says below pip:",
            )
        ]
    if not written.text.startswith(("-r", "--requirement")):
        return [written]
    return [of_length(replace(written, text=line)) for line in files.of(path)]


def _environment(entries: list[Entry]) -> CondaEnvironment:
    entries = [entry for entry in entries if not entry.written.dropped]
    python = [specifier for entry in entries if entry.name == PYTHON and (specifier := str(entry.specifier))]
    return CondaEnvironment(
        python=next(filter(None, map(pinned, python)), ""),
        requirements=tuple(dict.fromkeys(_requirements(entries))),
        python_specifier=",".join(dict.fromkeys(python)),
        options=tuple(entry.written.text for entry in entries if entry.option),
        sources=tuple((entry.written.text, entry.written.line) for entry in entries if entry.source),
        left_out=tuple(entry.written.text for entry in entries if entry.left_out),
        lines=tuple({entry.name: entry.written.line for entry in reversed(entries) if entry.name}.items()),
        by_pip=tuple(dict.fromkeys(entry.name for entry in entries if entry.name and entry.written.by_pip)),
    )


def _requirements(entries: list[Entry]) -> Iterator[str]:
    """In order. Where the pip list contradicts conda's entries, the pip list counts: pip comes after conda."""
    yield from (entry.requirement for entry, other in overruling(entries) if entry.requirement and other is None)


def _contradictions(entries: Iterable[Entry]) -> Iterator[Problem]:
    """Packages of which no version can meet all that conda's entries, or those of the pip list, ask for."""
    groups: dict[tuple[bool, str], list[Entry]] = {}
    for entry in entries:
        if entry.name and ";" not in entry.requirement:
            groups.setdefault((entry.written.by_pip, entry.name), []).append(entry)
    for (_, name), group in sorted(groups.items(), key=lambda item: item[0][0]):
        together = SpecifierSet()
        for entry in group:
            together &= entry.specifier
        if len(together) > MAX_COMPARISONS:
            yield too_many(group[-1].written, name)
        elif not possible(together):
            several, last = len(group) > 1, group[-1].written
            asked = [f"{one.written.text} (line {one.written.line})" if several else one.written.text for one in group]
            yield refused(
                "FM109",
                f"entries for {name} exclude each other" if several else f"no version can meet {last.text}",
                last.line,
                expected="one version that meets all of it",
                got=listing(asked),
                fix="keep the bound that the code was tried with, and take the other out",
            )
