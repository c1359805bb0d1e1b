"""Whole ML repositories to begin with: those of ``examples/``, which the published package has in a folder of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from pytest_flops_mock.errors import Problem, SettingsError, ToolError, listing, nearest

TEMPLATES = {
    "sklearn": "mnist_sklearn",
    "pytorch": "mnist_pytorch",
    "numpy": "mnist_numpy",
    "text": "reviews_sklearn",
    "table": "patients_sklearn",
}
"""The folder of each template."""

OF_FLAVORS = {"sklearn": "sklearn", "pytorch": "pytorch"}
"""The template that is nearest to code of a flavour of MLflow."""


def template(name: str) -> dict[str, str]:
    """The files of a template: text by path.

    Raises:
        SettingsError: There is no such template; it names the nearest one.
        ToolError: The package was installed without them.
    """
    if name not in TEMPLATES:
        raise SettingsError(
            Problem(
                "there is no such template",
                where="--template",
                expected=f"one of: {listing(TEMPLATES)}",
                got=name,
                nearest=nearest(name, TEMPLATES),
                fix="flops-mock init --help says what each of them is",
            )
        )
    folder = _home() / TEMPLATES[name]
    files = {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in _files(folder)}
    if not files:
        raise ToolError(
            Problem(
                "the templates are not there",
                where=os.fspath(folder),
                expected="the files that are installed with pytest-flops-mock",
                fix="install pytest-flops-mock again",
            )
        )
    return files


def _home() -> Path:
    """Where they are installed; in a clone, the examples."""
    installed = Path(__file__).with_name("templates")
    return installed if installed.is_dir() else Path(__file__).parents[2] / "examples"


def _files(folder: Path) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
        yield from (Path(parent, name) for name in sorted(files) if not name.startswith(".") and not name.endswith(".pyc"))
