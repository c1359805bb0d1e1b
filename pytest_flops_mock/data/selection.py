"""Which rows of a data set an SLA asks for."""

from __future__ import annotations

from dataclasses import dataclass

SPLIT = "train"
"""The split that the real mock data provider sends; it knows no other."""


@dataclass(frozen=True)
class Selection:
    """Which rows of a data set are wanted; the real mock data provider knows none but the defaults.

    Attributes:
        split: Name of the split.
        config_name: Name of the configuration, for a data set that has several.
        revision: Branch, tag or commit on the hub.
        max_rows: The split's first rows, at most so many.
    """

    split: str = SPLIT
    config_name: str | None = None
    revision: str | None = None
    max_rows: int | None = None


REAL = Selection()
"""What the real mock data provider sends."""
