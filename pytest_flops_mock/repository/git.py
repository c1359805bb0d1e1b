"""Git. Every call of it goes through here: which settings it has, which environment it sees, and how long it may take."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from pytest_flops_mock.subprocesses import Ended, run

SETTINGS = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "core.fileMode": "false",
    "safe.directory": "*",
}
"""Git's settings for each call, whatever its configuration files say: no hook runs, rights do not matter, and a checkout
that belongs to another user is one as well."""

OF_ANOTHER = frozenset(
    (
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR",
        "GIT_DIR",
        "GIT_GRAFT_FILE",
        "GIT_IMPLICIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_NAMESPACE",
        "GIT_NO_REPLACE_OBJECTS",
        "GIT_OBJECT_DIRECTORY",
        "GIT_PREFIX",
        "GIT_QUARANTINE_PATH",
        "GIT_REPLACE_REF_BASE",
        "GIT_SHALLOW_FILE",
        "GIT_WORK_TREE",
    )
)
"""Variables that are about one repository. In a Git hook they name the one that is committed to, which is not the one that
Git is asked about. Others stay: they say how Git reaches a server, and with which certificates."""

NEVER_ASK = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",
    "SSH_ASKPASS": "",
    "SSH_ASKPASS_REQUIRE": "never",
    "GCM_INTERACTIVE": "never",
}
"""Variables that keep Git from asking for credentials."""

QUIET = {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}
"""Variables that make it speak English, and write nothing into the repository when it is only asked."""


def git(*arguments: str, folder: Path | None = None, timeout: float) -> Ended:
    """Run Git.

    Args:
        *arguments: The command and its arguments.
        folder: The repository that it works on.
        timeout: Seconds that it may take.

    Raises:
        OSError: Git is not installed.
        subprocess.TimeoutExpired: It did not end in time.
    """
    settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
    place = [] if folder is None else ["-C", os.fspath(folder)]
    return run(["git", *settings, *place, *arguments], env=environment(os.environ), timeout=timeout)


def environment(inherited: Mapping[str, str]) -> dict[str, str]:
    """What Git sees of this process' environment."""
    return {**{name: value for name, value in inherited.items() if name not in OF_ANOTHER}, **NEVER_ASK, **QUIET}
