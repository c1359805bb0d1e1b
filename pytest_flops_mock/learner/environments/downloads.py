"""What uv downloads, read from what it says meanwhile."""

from __future__ import annotations

import re

_BEGUN = re.compile(r"^\s*Downloading (\S+) \((\d+(?:\.\d+)?)\s?([KMGT])iB\)", re.MULTILINE)
_DONE = re.compile(r"^\s*Downloaded (\S+)", re.MULTILINE)
_MEGABYTES = {"K": 1024 / 10**6, "M": 1024**2 / 10**6, "G": 1024**3 / 10**6, "T": 1024**4 / 10**6}

MAX_NAMES = 3
"""How many are named at once."""


def downloading(output: str) -> str:
    """The packages under way, the largest first, as in ``torch, 190 MB; scipy, 37 MB``; empty if uv names none.

    Args:
        output: All that uv has written so far. It names those of a megabyte and more.
    """
    sizes = {name: float(size) * _MEGABYTES[unit] for name, size, unit in _BEGUN.findall(output)}
    for name in _DONE.findall(output):
        sizes.pop(name, None)
    largest = sorted(sizes.items(), key=lambda each: -each[1])
    more = f"; {len(largest) - MAX_NAMES} more" if len(largest) > MAX_NAMES else ""
    return "; ".join(f"{name}, {max(1, round(size)):,} MB" for name, size in largest[:MAX_NAMES]) + more
