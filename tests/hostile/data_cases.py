"""What data sets, recordings and descriptions can do."""

from __future__ import annotations

from hostile.matrix import Case

CASES: list[Case] = []
