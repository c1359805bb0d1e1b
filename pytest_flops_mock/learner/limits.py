"""What the repository's code may take of this machine."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

SHARE_OF_GROUP = 0.8
"""Most that is taken of the memory of a container, whose kernel would end this process as well."""


@dataclass(frozen=True)
class Limits:
    """Bounds for the child with all that it starts; whoever goes beyond one is ended.

    Attributes:
        memory: Bytes of resident memory, without files that are mapped.
        processes: How many processes there may be.
        threads: How many threads, in all of them.
        files: How many files each may have open; opening more is an error in the repository's code.
        output: Bytes of what is printed; beyond them only its end stays.
    """

    memory: int
    processes: int
    threads: int
    files: int = 2**16
    output: int = 256 * 2**20

    @classmethod
    def of_machine(cls, memory: int | None = None) -> Limits:
        """What this machine can give: ``memory``, or half of what it has; and far more processes than workers are of use."""
        processors = os.cpu_count() or 1
        return cls(memory or default_memory(), max(512, 8 * processors), max(8192, 64 * processors))

    def plain(self) -> Mapping[str, int]:
        """As the watchdog takes them."""
        return asdict(self)

    def told(self, over: str) -> tuple[str, str]:
        """What was allowed and what was taken, in words.

        Args:
            over: The kind and the number, as the watchdog tells it.
        """
        kind, _, number = over.partition(" ")
        if kind == "memory":
            return f"at most {self.memory / 10**6:,.0f} MB of memory (--flops-memory)", f"{int(number) / 10**6:,.0f} MB"
        return f"at most {getattr(self, kind):,} {kind}", f"{int(number):,} {kind}"


def default_memory() -> int:
    """Half of the machine's memory, or most of the container's, whichever is less."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    for file in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        with suppress(OSError, ValueError):
            machine = min(machine, int(int(Path(file).read_text(encoding="ascii")) * SHARE_OF_GROUP))
    return machine
