"""What the repository's own code can do."""

from __future__ import annotations

from hostile.matrix import Case

CASES: list[Case] = []
