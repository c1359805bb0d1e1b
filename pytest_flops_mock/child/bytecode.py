"""Bytecode of packages, which a fenced process cannot write: without it they would be compiled anew in every check.

A process that is forked before the fence compiles what it is told the paths of. It compiles nothing but sources below given
folders, from what lies there, so that nobody can give it code of another's.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from typing import Any


def start_compiler(folders: Iterable[str]) -> int:
    """Start the process; the file descriptor that takes paths. It ends when that is closed, or with the check.

    Must be called while this process has one thread.

    Args:
        folders: Below which it may compile.
    """
    paths, ours = os.pipe()
    os.set_blocking(ours, False)
    first = os.fork()
    if first == 0:
        try:
            if os.fork() == 0:  # an orphan: whoever waits for all children of this process does not wait for it
                os.closerange(3, paths)
                os.closerange(paths + 1, 256)
                _compile(paths, tuple(os.path.join(os.path.realpath(folder), "") for folder in folders))
        finally:
            os._exit(0)
    os.waitpid(first, 0)
    os.close(paths)
    return ours


def tell_compiler(descriptor: int) -> None:
    """From now on, tell the compiler which sources have no bytecode."""
    from importlib.machinery import SourceFileLoader

    def tell(self: Any, source_path: str, bytecode_path: str, data: bytes) -> None:
        with suppress(OSError, ValueError):  # it has too much to do already: next time
            os.write(descriptor, os.fsencode(source_path) + b"\n")

    loader: Any = SourceFileLoader
    loader._cache_bytecode = tell


def _compile(paths: int, folders: tuple[str, ...]) -> None:
    import py_compile

    with os.fdopen(paths, "rb") as lines:
        for line in lines:
            path = os.path.realpath(os.fsdecode(line.rstrip(b"\n")))
            if path.endswith(".py") and path.startswith(folders):
                try:
                    py_compile.compile(path, doraise=True)
                except Exception:
                    continue
