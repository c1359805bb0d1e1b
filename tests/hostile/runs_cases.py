"""Full disks, closed streams, few resources and signals."""

from __future__ import annotations

from hostile.matrix import Case

CASES: list[Case] = []
