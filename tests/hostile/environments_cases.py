"""Building and using the learner's environment."""

from __future__ import annotations

from hostile.matrix import Case

CASES: list[Case] = []
