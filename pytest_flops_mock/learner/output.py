"""What a learner's process prints: a file without a name, and the last lines of it as people can read them."""

from __future__ import annotations

import os
import re
from pathlib import Path

from pytest_flops_mock.texts import clean

OUTPUT_LINES = 20
OUTPUT_COLUMNS = 300
OUTPUT_BYTES = 64 * 2**10
"""How much of the end of the output is looked at."""

# In the traces of a crash: frames that are not the repository's (those have relative paths here), and lists of modules.
_OTHERS = re.compile(r"""  File "[/<][^"]*", line \d+ in |  Binary file "|Extension modules: |Thread 0x\w+ .*:$""")


class Output:
    """A file that nobody else can open, since it has no name any more.

    Args:
        folder: The folder in which it is made.
        copy: The folder of the repository's copy, which is left out of what is shown.
    """

    def __init__(self, folder: Path, copy: str) -> None:
        place = folder / "output"
        descriptor = os.open(place, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600)
        self.file = os.fdopen(descriptor, "r+b", buffering=0)
        place.unlink()  # nobody can put anything else there
        self._copy = copy

    @property
    def size(self) -> int:
        """How much was printed so far, in bytes."""
        return os.fstat(self.file.fileno()).st_size

    def since(self, position: int) -> str:
        """The last lines, without what a terminal would not show (progress bars overwrite theirs)."""
        size = self.size
        start = max(position if position <= size else 0, size - OUTPUT_BYTES)  # it may have started afresh
        text = os.pread(self.file.fileno(), OUTPUT_BYTES, start).decode(errors="replace")
        return last_lines(text.replace(f"{self._copy}/", ""))


def last_lines(text: str) -> str:
    """The end of what a process has printed, as it can be shown: without frames of a crash that are not the repository's."""
    lines = [line.rstrip().rpartition("\r")[2] for line in text.rstrip().split("\n")]
    kept = [line for line in map(clean, lines) if not _OTHERS.match(line)][-OUTPUT_LINES:]
    return "\n".join(line if len(line) <= OUTPUT_COLUMNS else line[: OUTPUT_COLUMNS - 1] + "…" for line in kept)
