"""What ``conda.yaml`` asks for, once the image builder has changed it and conda has read it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from packaging.specifiers import SpecifierSet

from pytest_flops_mock.errors import Problem, RepositoryError, listing
from pytest_flops_mock.findings import Finding, findings_of
from pytest_flops_mock.repository.conda.builder import edited
from pytest_flops_mock.repository.conda.document import FILE, refused, written_in
from pytest_flops_mock.repository.conda.entries import PYTHON, Entry, entry_of
from pytest_flops_mock.repository.conda.versions import pinned, possible
from pytest_flops_mock.repository.repository import MLRepository


@dataclass(frozen=True)
class CondaEnvironment:
    """What ``conda.yaml`` asks for.

    Attributes:
        python: The version that its ``python=`` entry pins (``3.10.14``); empty if it pins none.
        requirements: What pip or uv shall install (PEP 508, or the address of a package), in the order of the file.
        python_specifier: All that its entries ask of Python, as versions compare on PyPI (``>=3.9,<3.12``).
        options: Options of its pip list that say where packages are looked for.
        left_out: Entries that have no counterpart outside conda, as they are written; not pip, which uv stands in for.
        lines: The line, from 1, of each package of the requirements (its normalized name) and of Python.
    """

    python: str
    requirements: tuple[str, ...]
    python_specifier: str = ""
    options: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    lines: tuple[tuple[str, int], ...] = ()

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
        RepositoryError: The file cannot be read, is not what conda reads (FM108), or asks for impossible versions (FM109);
            with a problem for each entry.
    """
    entries: list[Entry] = []
    problems: list[Problem] = []
    for written in written_in(edited(repository.text(FILE))):
        found = written if isinstance(written, Problem) else entry_of(written)
        if isinstance(found, Problem):
            problems.append(found)
        else:
            entries.append(found)
    problems += _contradictions(entries)
    if problems:
        raise RepositoryError(*problems)
    return _environment(entries)


def conda_findings(repository: MLRepository) -> tuple[Finding, ...]:
    """All that is wrong with the repository's ``conda.yaml``; nothing if it has none, which another finding tells."""
    if FILE not in repository.paths():
        return ()
    try:
        found = conda_environment(repository)
    except RepositoryError as error:
        return findings_of(error)
    if found.python or found.python_specifier or found.line(PYTHON):
        return ()
    return (
        Finding.of(
            Problem(
                f"{FILE} names no Python",
                where=FILE,
                expected="an entry of dependencies such as python=3.10.14",
                fix="pin the Python that the code was tried with; else the image gets whichever conda has by then",
            ),
            code="FM110",
        ),
    )


def _environment(entries: list[Entry]) -> CondaEnvironment:
    python = [specifier for entry in entries if entry.name == PYTHON and (specifier := str(entry.specifier))]
    return CondaEnvironment(
        python=next(filter(None, map(pinned, python)), ""),
        requirements=tuple(dict.fromkeys(_requirements(entries))),
        python_specifier=",".join(dict.fromkeys(python)),
        options=tuple(entry.written.text for entry in entries if entry.option),
        left_out=tuple(entry.written.text for entry in entries if entry.left_out),
        lines=tuple({entry.name: entry.written.line for entry in reversed(entries) if entry.name}.items()),
    )


def _requirements(entries: list[Entry]) -> Iterator[str]:
    """In order. Where the pip list contradicts conda's entries, the pip list counts: pip comes after conda."""
    by_pip = [entry for entry in entries if entry.written.by_pip]
    for entry in entries:
        overruled = not entry.written.by_pip and any(
            other.name == entry.name and not possible(entry.specifier & other.specifier) for other in by_pip
        )
        if entry.requirement and not overruled:
            yield entry.requirement


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
        if not possible(together):
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
