"""Files that appear whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from pytest_flops_mock.errors import DataSourceError, Problem

TWIN_ENDING = ".twin.json"
"""Descriptions of the user's own twins end so; they lie beside recorded samples."""


def write_whole(files: Mapping[Path, bytes], what: str, option: str = "--to") -> None:
    """Write files one after another, each in one step; folders are made.

    Args:
        files: Contents by path.
        what: What they are, for the message.
        option: The option that says where.

    Raises:
        DataSourceError: One cannot be written.
    """
    for path, content in files.items():
        aside = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                aside.write_bytes(content)
                os.replace(aside, path)
            finally:
                aside.unlink(missing_ok=True)
        except OSError as error:
            raise DataSourceError(
                Problem(
                    f"{what} cannot be written",
                    where=str(path),
                    expected="a folder that can be written",
                    got=error.strerror or str(error),
                    fix=f"name another place with {option}",
                )
            ) from error
