"""Git. Every call of it goes through here: which settings it has, which environment it sees, and how long it may take.

There are two ways to call it. :func:`git` has the settings of the user, and is for what needs a server. :func:`git_alone`
has nobody's, and is for what has the files of others before it: what they name as a filter, hook or monitor never runs.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from pytest_flops_mock.subprocesses import Ended, run

SETTINGS = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "core.fileMode": "false",
    "core.pager": "cat",
    "fetch.recurseSubmodules": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "safe.bareRepository": "explicit",
    "safe.directory": "*",
    "submodule.recurse": "false",
}
"""Git's settings for each call, whatever its configuration files say: no hook runs, nothing goes on in the background,
rights do not matter, a checkout that belongs to another user is one as well, and a folder that is laid out as a bare
repository is none."""

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
        "GIT_TEMPLATE_DIR",
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

QUIET = {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1"}
"""Variables that make it speak English, and write and fetch nothing when it is only asked."""

PROTOCOLS = ("https", "ssh", "file")
"""How a server may be reached, also after it has sent Git elsewhere."""

ALONE = frozenset(("PATH", "TMPDIR", "TMP", "TEMP", "LD_LIBRARY_PATH", "GIT_EXEC_PATH"))
"""All that Git sees of the environment where it needs no server."""

NOBODYS = {
    "HOME": os.devnull,  # for a Git that does not know the next two
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_ALLOW_PROTOCOL": "none",
}
"""Variables that leave out all settings of the user and the system, and reach nothing."""


def git(*arguments: str, folder: Path | None = None, timeout: float) -> Ended:
    """Run Git with the user's own settings, so that it reaches a server as the user does.

    Args:
        *arguments: The command and its arguments.
        folder: The repository that it works on.
        timeout: Seconds that it may take.

    Raises:
        OSError: Git is not installed.
        subprocess.TimeoutExpired: It did not end in time.
    """
    return _run(arguments, folder, environment(os.environ), timeout)


def git_alone(
    *arguments: str, folder: Path | None = None, timeout: float, variables: Mapping[str, str] | None = None
) -> Ended:
    """Run Git with nobody's settings and without a server.

    Args:
        *arguments: The command and its arguments.
        folder: The folder that it works on. What Git has to read as configuration there must be ours.
        timeout: Seconds that it may take.
        variables: Further variables, such as ``GIT_DIR``.

    Raises:
        OSError: Git is not installed.
        subprocess.TimeoutExpired: It did not end in time.
    """
    return _run(arguments, folder, {**environment_alone(os.environ), **(variables or {})}, timeout)


def environment(inherited: Mapping[str, str]) -> dict[str, str]:
    """What Git sees of this process' environment on its way to a server."""
    kept = {name: value for name, value in inherited.items() if name not in OF_ANOTHER and not name.startswith("GIT_TRACE")}
    return {**kept, **_path(inherited), **NEVER_ASK, **QUIET, "GIT_ALLOW_PROTOCOL": ":".join(PROTOCOLS)}


def environment_alone(inherited: Mapping[str, str]) -> dict[str, str]:
    """What Git sees of this process' environment where it needs no server: no name of a program, and no secret."""
    kept = {name: value for name, value in inherited.items() if name in ALONE}
    return {**kept, **_path(inherited), **NEVER_ASK, **QUIET, **NOBODYS}


def _path(inherited: Mapping[str, str]) -> dict[str, str]:
    """Where programs are looked for; not in the current folder, which may be the repository."""
    folders = inherited.get("PATH", os.defpath).split(os.pathsep)
    return {"PATH": os.pathsep.join(folder for folder in folders if os.path.isabs(folder))}


def _run(arguments: tuple[str, ...], folder: Path | None, variables: Mapping[str, str], timeout: float) -> Ended:
    settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
    place = [] if folder is None else ["-C", os.fspath(folder)]
    return run(["git", "--no-pager", *settings, *place, *arguments], env=variables, timeout=timeout)
