"""Why something cannot be read, in words: ``datasets`` wraps what went wrong in sentences about itself."""

from __future__ import annotations

from pathlib import Path

LFS_POINTER = "a pointer of Git LFS in place of the file; git lfs pull fetches it"

_LFS = b"version https://git-lfs"
"""How such a file starts: https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md"""


class UnfitError(Exception):
    """What is wrong with a file, in words of ours that need no type before them."""


def reason(error: BaseException) -> str:
    """The first line of the deepest cause; of pydantic's errors, the place and what is wrong there."""
    error = causes(error)[-1]
    if isinstance(error, UnfitError):
        return str(error)
    if type(error).__name__ == "ValidationError" and hasattr(error, "errors"):
        first = error.errors()[0]
        return ": ".join(filter(None, [".".join(map(str, first["loc"])), str(first["msg"])]))
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


def causes(error: BaseException) -> list[BaseException]:
    """The error, its cause, the cause's cause and so on."""
    chain = [error]
    while chain[-1].__cause__ is not None:
        chain.append(chain[-1].__cause__)
    return chain


def is_lfs_pointer(path: Path) -> bool:
    """Whether Git has left a pointer in place of the file, as it does where Git LFS is not set up."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(_LFS)) == _LFS
