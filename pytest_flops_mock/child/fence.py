"""Which files the repository's code may write and read, as the kernel sees to it (Landlock, Linux 5.19 and later).

It holds for this process and all that it starts, for good. Beside files it keeps the code from looking into processes that
are not its own, and since Linux 6.12 from sending them signals. https://docs.kernel.org/userspace-api/landlock.html
"""

from __future__ import annotations

import os
import struct
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

# Numbers of the kernel's interface, the same on all processors.
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
PR_SET_NO_NEW_PRIVS = 38
PATH_BENEATH = 1
WRITE_FILE, READ_FILE, TRUNCATE = 1 << 1, 1 << 2, 1 << 14
REMOVE_AND_MAKE = sum(1 << bit for bit in range(4, 13))
REFER = 1 << 13
SCOPES = 0b11
OLDEST = 2
"""Before, no file could be moved from one folder to another."""

DEVICES = ("null", "zero", "full", "random", "urandom", "tty", "ptmx", "pts", "shm", "dri", "kfd", "nvidia-caps")
"""What programs write to below ``/dev``: shared memory, terminals and graphics cards included."""

HIDDEN_ELSEWHERE = ("/run/user", "/run/secrets", "/run/credentials")


def close_fence(writable: Iterable[str], homes: Iterable[str]) -> str:
    """Let nothing be written but below the folders ``writable``, and hidden files of the home folders not be read.

    Must be called while this process has one thread. Names of files stay visible.

    Args:
        writable: Folders.
        homes: The user's home folders.

    Returns:
        Why that cannot be; empty if it is done.
    """
    if sys.platform != "linux":
        return "this system has no Landlock"
    try:
        import ctypes

        call = ctypes.CDLL(None, use_errno=True)
        return _closed(call, ctypes.get_errno, tuple(writable), tuple(homes))
    except (ImportError, OSError, AttributeError) as error:
        return str(error)


def _closed(call: Any, errno: Callable[[], int], writable: tuple[str, ...], homes: tuple[str, ...]) -> str:
    version = call.syscall(CREATE_RULESET, None, 0, 1)
    if version < OLDEST:
        return (
            "this kernel has no Landlock" if version < 0 else f"this kernel has Landlock {version}, and {OLDEST} is needed"
        )
    change = WRITE_FILE | REMOVE_AND_MAKE | REFER | (TRUNCATE if version > 2 else 0)
    on_files = READ_FILE | WRITE_FILE | (change & TRUNCATE)
    attributes = struct.pack("=QQQ", change | READ_FILE, 0, SCOPES if version > 5 else 0)
    ruleset = call.syscall(CREATE_RULESET, attributes, (8, 8, 8, 16, 16, 24)[min(version, 6) - 1], 0)
    if ruleset < 0:
        return os.strerror(errno())

    def allow(descriptor: int, rights: int) -> None:
        call.syscall(ADD_RULE, ruleset, PATH_BENEATH, struct.pack("=Qi", rights, descriptor), 0)

    def allow_below(path: str, rights: int, follow: int = os.O_NOFOLLOW) -> None:
        try:
            descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC | follow)
        except OSError:
            return  # there is nothing
        try:
            allow(descriptor, rights if os.path.isdir(path) else rights & on_files)
        finally:
            os.close(descriptor)

    for path in writable:
        allow_below(path, change | READ_FILE, follow=0)
    for path in ("/proc/self", *(f"/dev/{name}" for name in (*DEVICES, *_graphics()))):
        allow_below(path, change | READ_FILE, follow=0)
    allow(2, on_files)  # the output, which lies in no folder; /dev/stderr opens it
    hidden = set(_hidden(homes))
    for path in _around("/", hidden):
        allow_below(path, READ_FILE)
    for path in _needed(homes):
        allow_below(path, READ_FILE, follow=0)
    if call.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or call.syscall(RESTRICT_SELF, ruleset, 0):
        return os.strerror(errno())
    os.close(ruleset)
    return ""


def _hidden(homes: Iterable[str]) -> Iterator[str]:
    """What is not to be read: settings, keys and tokens."""
    yield from HIDDEN_ELSEWHERE
    for home in homes:
        try:
            names = os.listdir(home)
        except OSError:
            continue
        yield from (os.path.join(home, name) for name in names if name.startswith("."))


def _around(folder: str, hidden: set[str]) -> Iterator[str]:
    """Files and folders that are all there is below ``folder`` but for what is hidden."""
    if folder in hidden:
        return
    inside = folder.rstrip("/") + "/"
    if not any(path.startswith(inside) for path in hidden):
        yield folder
        return
    try:
        names = os.listdir(folder)
    except OSError:  # it may be passed through, and not listed
        names = sorted({path[len(inside) :].partition("/")[0] for path in hidden if path.startswith(inside)})
    for name in names:
        yield from _around(inside + name, hidden)


def _needed(homes: tuple[str, ...]) -> Iterator[str]:
    """Where Python, its packages and programs are, be it in a hidden folder; and what uv's links lead to."""
    executable = os.path.realpath(sys.executable)
    found = [sys.prefix, sys.base_prefix, sys.exec_prefix, os.path.dirname(os.path.dirname(executable)), *sys.path]
    found.append(os.path.dirname(os.path.abspath(__file__)))
    for name in ("PATH", "LD_LIBRARY_PATH"):
        found += os.environ.get(name, "").split(os.pathsep)
    found += [os.path.join(home, ".cache", "uv") for home in homes]
    for path in map(os.path.realpath, filter(os.path.isabs, found)):
        if not any(f"{home}/".startswith(path.rstrip("/") + "/") for home in homes):
            yield path


def _graphics() -> list[str]:
    try:
        return [name for name in os.listdir("/dev") if name.startswith("nvidia")]
    except OSError:
        return []
