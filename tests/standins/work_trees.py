"""Folders that are Git work trees."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

from pytest_flops_mock.repository.work_tree import POINTER

LFS_POINTER = f"{POINTER}\noid sha256:{'0' * 64}\nsize 12345\n"


def run_git(folder: Path, *arguments: str) -> None:
    named = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *named, "-C", str(folder), *arguments], check=True, timeout=300, capture_output=True)


def write(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def committed(folder: Path, files: Mapping[str, str]) -> Path:
    """A work tree with these files in its one commit."""
    write(folder, files)
    run_git(folder.parent, "init", "--quiet", str(folder))
    run_git(folder, "add", "--force", ".")
    run_git(folder, "commit", "--quiet", "--message", "x")
    return folder
