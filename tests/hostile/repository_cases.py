"""Looking at an ML repository must run nothing of it, and end."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from hostile.matrix import Case

from pytest_flops_mock import check_repository

GOOD = Path(__file__).parents[1] / "repos" / "numpy_only"
TAGS = ("mnist",)


def looked_at(change: Callable[[Path], object]) -> Callable[[Path], str]:
    """Change a copy of a good repository, and look at its structure alone."""

    def act(ground: Path) -> str:
        repository = ground / "repository"
        shutil.copytree(GOOD, repository)
        change(repository)
        return str(check_repository(repository, "grpc://127.0.0.1:1", data_tags=TAGS, until="structure"))

    return act


CASES: list[Case] = [
    Case(
        name="binary-source",
        does="a source is no text",
        outcome="an error that names the file",
        act=looked_at(lambda repository: (repository / "data_manager.py").write_bytes(bytes(range(256)))),
        told=("FM103", "data_manager.py"),
        seconds=5,
    ),
]
