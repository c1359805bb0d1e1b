"""The command that does a check again, whichever door it came through."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pytest_flops_mock.option_table import OPTIONS
from pytest_flops_mock.options import CheckOptions
from pytest_flops_mock.repository.repository import MLRepository
from pytest_flops_mock.repository.urls import without_credentials
from pytest_flops_mock.sla.files import shown
from pytest_flops_mock.sla.reading import named

UNTOLD = ("show_rows",)
"""Options that no verdict depends on."""


def check_command(
    repository: object, slas: Sequence[object], project_sla: object, options: CheckOptions, *, here: Path | None = None
) -> str:
    """``flops-mock check`` with its arguments; empty where it cannot name the repository or an SLA.

    Args:
        repository: The ML repository, as the user named it.
        slas: The MDP SLAs, likewise.
        project_sla: The project SLA, likewise.
        options: How the check is done.
        here: Where relative paths start.
    """
    folder = here or Path.cwd()
    paths = [_path(sla, folder) for sla in (*slas, *([] if project_sla is None else [project_sla]))]
    where = _repository(repository, folder)
    if not where or not slas or not all(paths):
        return ""
    told = ["flops-mock", "check", where]
    for path in paths[: len(slas)]:
        told += ["--sla", path]
    told += ["--together"] if len(slas) > 1 else []
    told += ["--project-sla", paths[-1]] if project_sla is not None else []
    return shlex.join([*told, *_differing(options, folder)])


def _repository(repository: object, folder: Path) -> str:
    if isinstance(repository, MLRepository):
        return "" if repository.root is None or repository.contents else without_credentials(repository.name)
    if isinstance(repository, str | os.PathLike):
        text = without_credentials(str(os.fspath(repository)))
        return shown(Path(text), folder) if os.path.isabs(text) else text
    return ""


def _path(sla: object, folder: Path) -> str:
    """The file of an SLA; empty for one that is none."""
    name = named(sla)
    return "" if name.startswith("<") or not name.strip() else shown(Path(name), folder)


def _differing(options: CheckOptions, folder: Path) -> Iterator[str]:
    """The options that differ from the usual, as they are typed."""
    usual = CheckOptions()
    for option in OPTIONS:
        value = getattr(options, option.key, None)
        if not {"command", "argument"} <= {*option.doors} or option.key in UNTOLD or value == getattr(usual, option.key):
            continue
        if option.key == "recordings" and value == folder / usual.recordings:
            continue
        yield option.argument
        if option.kind != "flag":
            yield _text(value, folder)


def _text(value: Any, folder: Path) -> str:
    if isinstance(value, Path):
        return shown(value, folder)
    if isinstance(value, tuple) and value and hasattr(value[0], "model_dump"):  # groups of a mixed fleet
        return json.dumps([group.model_dump(mode="json", exclude_unset=True) for group in value])
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    if hasattr(value, "model_dump"):
        from pytest_flops_mock.sla.partitioners import written

        return written(value)
    if isinstance(value, float):
        return f"{value:g}"
    return str(getattr(value, "value", None) or getattr(value, "name", None) or value)
