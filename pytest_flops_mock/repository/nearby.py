"""What a folder is that is no ML repository, and where the nearest one is."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from pytest_flops_mock.regular import read_regular

ML_FILES = ("model_manager.py", "data_manager.py", "conda.yaml")
"""What FLOps looks for at the root of an ML repository."""

CARRIES_OVER = (
    "the model and its training carry over into ModelManager, the data pipeline into DataManager, dependencies into "
    "conda.yaml; ServerApp, ClientApp and strategy are FLOps' own"
)
"""What of a Flower app is of use on FLOps."""

MAX_FOLDERS = 500
MAX_DEPTH = 3
"""So many folders below are looked into, and so deep."""

MAX_SETTINGS = 1_000_000

_FLOWER = re.compile(r"^[ \t]*\[[ \t]*tool[ \t]*\.[ \t]*flwr[ \t]*\.[ \t]*app\b", re.MULTILINE)


def is_flower_app(folder: Path) -> bool:
    """Whether ``flwr run`` would take the folder for an app: ``pyproject.toml`` has a table ``[tool.flwr.app]``."""
    try:
        text = read_regular(folder / "pyproject.toml", MAX_SETTINGS).decode("utf-8", errors="replace")
    except OSError:
        return False
    return _FLOWER.search(text) is not None


def nearest_repository(folder: Path) -> Path | None:
    """The ML repository that is nearest to a folder: the first above it, else the first below."""
    folder = Path(os.path.abspath(folder))
    return next((found for found in (*folder.parents, *_below(folder)) if _is_one(found)), None)


def _is_one(folder: Path) -> bool:
    return all((folder / name).is_file() for name in ML_FILES[:2])


def _below(folder: Path) -> Iterator[Path]:
    """The folders below, level by level; no hidden ones, and no virtual environments."""
    level, left = [folder], MAX_FOLDERS
    for _ in range(MAX_DEPTH):
        level = [inner for outer in level for inner in _inside(outer)][:left]
        left -= len(level)
        yield from level


def _inside(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            found = sorted(entry.path for entry in entries if entry.is_dir(follow_symlinks=False))
    except OSError:
        return []
    paths = [Path(path) for path in found]
    return [
        path
        for path in paths
        if not path.name.startswith((".", "__")) and path.name != "node_modules" and not (path / "pyvenv.cfg").exists()
    ]
