"""What FLOps' image builder changes in ``conda.yaml``, line by line, before conda reads it (contract, section 7)."""

from __future__ import annotations

import re

DELETED = " - mlflow"
"""A line that holds this goes, whatever else it holds."""


def edited(text: str) -> str:
    """The file after the builder's changes. A line that goes is blank here, so that the others keep their numbers."""
    lines = ["" if DELETED in line else re.sub(r"name: .*", "name: base", line) for line in text.split("\n")]
    if "torch" in text:
        lines = [re.sub(r"gmpy2.*", "torchvision", line) for line in lines]
    return "\n".join(lines)


def deleted(text: str) -> dict[int, str]:
    """The lines that go, by their numbers from 1, without blanks around them; not those that are comments."""
    lines = {number: line.strip() for number, line in enumerate(text.split("\n"), 1) if DELETED in line}
    return {number: line for number, line in lines.items() if not line.startswith("#")}
