"""Where findings are, for tools that show them beside the code: files below one root, which those tools count paths from."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pytest_flops_mock.findings import Finding, Frame
from pytest_flops_mock.stage import Stage

ROOTS = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR")
"""Variables in which GitHub Actions and GitLab CI say where the checkout is."""

_FILE = re.compile(r"(?P<file>[^:\n]*\.(?:py|ya?ml|json))(?::(?P<line>\d+))?(?=$|[: ])", re.MULTILINE)


@dataclass(frozen=True)
class Place:
    """A line of a file.

    Attributes:
        file: Its path from the root, ``/`` between folders.
        line: From 1; 0 where it is about the file as a whole.
    """

    file: str
    line: int = 0


@dataclass(frozen=True)
class Places:
    """What paths are counted from.

    Attributes:
        root: Root of the checkout.
        repository: Folder of the ML repository; ``None`` for a clone, which is gone: nothing in it is below the root.
        folder: Where relative paths of SLAs start.
    """

    root: Path
    repository: Path | None
    folder: Path

    @classmethod
    def of(
        cls,
        environment: Mapping[str, str],
        repository: str | os.PathLike[str] | None,
        folder: str | os.PathLike[str],
    ) -> Places:
        """The places of a run: the root is what the CI says that it is, else ``folder``."""
        root = next((environment[name] for name in ROOTS if environment.get(name)), folder)
        return cls(Path(root), None if repository is None else Path(repository), Path(folder))

    def of_finding(self, finding: Finding) -> Place | None:
        """Where it is; nothing if that is no file, or one outside the root."""
        file, line = location(finding)
        if not file:
            return None
        # An SLA is the user's; all else is the repository's.
        return self.below(self.folder if finding.stage is Stage.SLA else self.repository, file, line)

    def of_frame(self, frame: Frame) -> Place | None:
        """Where a call of a traceback is, likewise."""
        return self.below(self.repository, frame.file, frame.line)

    def of_sla(self, names: str) -> Place | None:
        """The first of some SLAs, as reports name them."""
        file = names.split(" + ", maxsplit=1)[0]
        return self.below(self.folder, file, 0) if file and not file.startswith("<") else None

    def below(self, start: Path | None, file: str, line: int) -> Place | None:
        """A file that is named from ``start``; nothing if it is not below the root."""
        if start is None:
            return None
        path = os.path.normpath(Path(os.path.realpath(start), file))
        try:
            return Place(Path(path).relative_to(os.path.realpath(self.root)).as_posix(), line)
        except ValueError:
            return None


def location(finding: Finding) -> tuple[str, int]:
    """File and line that a finding is about: of its innermost frame, else as ``where`` says; empty and 0 for none."""
    if finding.frames:
        return finding.frames[-1].file, finding.frames[-1].line
    match = _FILE.match(finding.problem.where)
    return (match["file"], int(match["line"] or 0)) if match else ("", 0)
