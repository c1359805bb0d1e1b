"""What FLOps' image builder changes in ``conda.yaml``, line by line, before conda reads it."""

from __future__ import annotations


def edited(text: str) -> str:
    """The file after the builder's changes. A line that goes is blank here, so that the others keep their numbers.

    The builder takes out the lines that name mlflow. It sets ``name``, too, which nothing here depends on.
    """
    return "\n".join("" if "mlflow" in line else line for line in text.split("\n"))
