"""Full disks, folders without rights, and signals, while the learner's environment is built."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hostile.matrix import Case
from standins.projects import mock_sla
from standins.uv import BUILD
from standins.wheels import offline_packages

GOOD = Path(__file__).parents[2] / "examples" / "mnist_numpy"
IN_A_NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount")
LIMIT_SECONDS = 120


def checked_in_learner(
    shell: str = "", variables: Mapping[str, str] | None = None, *, mounts: bool = False
) -> Callable[[Path], str]:
    """``flops-mock check --env learner`` with the real uv; what it says and its exit status.

    Args:
        shell: What a shell does before; ``$1`` is the folder of the case.
        variables: Set or changed before.
        mounts: Whether the shell mounts something, for which it gets a namespace of its own.
    """

    def act(ground: Path) -> str:
        if mounts and subprocess.run([*IN_A_NAMESPACE, "mount", "-t", "tmpfs", "none", "/mnt"], check=False).returncode:
            pytest.skip("needs a user namespace in which folders can be mounted")
        repository, sla = ground / "repository", ground / "sla.json"
        shutil.copytree(GOOD, repository)
        sla.write_text(json.dumps(mock_sla()), encoding="utf-8")
        for name in ("small", "caches"):
            (ground / name).mkdir()
        command = [sys.executable, "-m", "pytest_flops_mock", "check", str(repository), "--sla", str(sla)]
        with pytest.MonkeyPatch.context() as patch:
            offline_packages(patch, ground)
            patch.setenv("XDG_CACHE_HOME", str(ground / "caches"))
            for name, value in (variables or {}).items():
                patch.setenv(name, value.replace("$1", str(ground)))
            ended = subprocess.run(
                [
                    *(IN_A_NAMESPACE if mounts else ()),
                    "sh",
                    "-c",
                    f'{shell}\nshift; exec "$@"',
                    "sh",
                    ground,
                    *command,
                    "--env",
                    "learner",
                ],
                capture_output=True,
                text=True,
                check=False,
                timeout=LIMIT_SECONDS,
            )
        return f"{ended.stdout}{ended.stderr}\nexit status {ended.returncode}"

    return act


BUILDING = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a run in the background has it ignored
from pathlib import Path
from pytest_flops_mock import MLRepository
from pytest_flops_mock.learner.environments import built
from pytest_flops_mock.learner.environments.choice import learner_python
built.find_uv = lambda: "uv-stand-in"
repository = MLRepository.of_files({"conda.yaml": "name: x\\ndependencies:\\n- python=3.11\\n"})
print(learner_python("learner", repository).executable)
"""


def building(ground: Path, uv: str) -> subprocess.Popen[str]:
    """A process that has an environment built; a script stands in for uv."""
    program = ground / "uv-stand-in"
    listed = "cpython-3.11.7-linux-x86_64-gnu    /pythons/python3.11"
    program.write_text(f'#!/bin/sh\nif [ "$1" = python ]; then echo "{listed}"; exit 0; fi\n{uv}\n', encoding="utf-8")
    program.chmod(0o755)
    code = BUILDING.replace('"uv-stand-in"', repr(str(program)))
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def _two_at_once(ground: Path) -> str:
    uv = f"[ $1 = pip ] && sleep 0.5\n{BUILD}"
    both = [building(ground, uv) for _ in range(2)]
    said = [process.communicate(timeout=LIMIT_SECONDS)[0] for process in both]
    assert said[0] == said[1], said
    return f"{said[0]}{(ground / 'uv-stand-in.log').read_text()}"


def _killed(sent: signal.Signals) -> Callable[[Path], str]:
    def act(ground: Path) -> str:
        begun = ground / "begun"
        uv = f"[ $1 = pip ] && touch {begun} && sleep 1\n{BUILD}"
        with building(ground, uv) as process:
            deadline = time.monotonic() + LIMIT_SECONDS
            while not begun.exists() and time.monotonic() < deadline:
                time.sleep(0.02)
            process.send_signal(sent)
            process.communicate(timeout=LIMIT_SECONDS)
        (environments,) = Path(os.environ["XDG_CACHE_HOME"]).glob("*/environments")
        complete = list(environments.glob("*.json"))
        again, _ = building(ground, BUILD).communicate(timeout=LIMIT_SECONDS)
        return f"complete by then: {len(complete)}\n{again}{(ground / 'uv-stand-in.log').read_text()}"

    return act


NO_VERDICT = ("exit status 2", "flops-mock: ")
SILENT = ("Traceback", "incompatible", "FM204", "FM403")

CASES: list[Case] = [
    Case(
        name="full-disk-for-environments",
        does="the disk on which learners' environments are kept has no space",
        outcome="no verdict, exit status 2, with what to do",
        act=checked_in_learner('mount -t tmpfs -o size=200k none "$1/caches"', mounts=True),
        told=("No space left on device", "make room", *NO_VERDICT),
        untold=SILENT,
        slow=True,
    ),
    Case(
        name="full-disk-for-uv",
        does="the disk of uv's own cache has no space",
        outcome="no verdict, exit status 2, with the folder to name",
        act=checked_in_learner('mount -t tmpfs -o size=12k none "$1/small"', {"UV_CACHE_DIR": "$1/small/uv"}, mounts=True),
        told=("No space left on device", "UV_CACHE_DIR", *NO_VERDICT),
        untold=SILENT,
        slow=True,
    ),
    Case(
        name="no-inodes-for-environments",
        does="the disk on which environments are kept can hold no more files",
        outcome="no verdict, exit status 2",
        act=checked_in_learner('mount -t tmpfs -o nr_inodes=9 none "$1/caches"', mounts=True),
        told=("No space left on device", "make room", *NO_VERDICT),
        untold=SILENT,
        slow=True,
    ),
    Case(
        name="read-only-cache",
        does="the disk on which environments are kept is mounted read-only",
        outcome="no verdict, exit status 2",
        act=checked_in_learner('mount -t tmpfs -o ro none "$1/caches"', mounts=True),
        told=("the learner's environment cannot be kept", "Read-only file system", *NO_VERDICT),
        untold=SILENT,
        slow=True,
    ),
    Case(
        name="home-without-write-access",
        does="nothing can be written in the home folder",
        outcome="no verdict, exit status 2, with the variable that names another folder",
        act=checked_in_learner(variables={"HOME": "/proc", "XDG_CACHE_HOME": ""}),
        told=("the learner's environment cannot be kept", "/proc/.cache", "XDG_CACHE_HOME", *NO_VERDICT),
        untold=SILENT,
        slow=True,
    ),
    Case(
        name="uv-without-write-access",
        does="nothing can be written into uv's own cache",
        outcome="no verdict, exit status 2, with the variable that names another folder",
        act=checked_in_learner('mount -t tmpfs -o ro none "$1/small"', {"UV_CACHE_DIR": "$1/small/uv"}, mounts=True),
        told=("UV_CACHE_DIR", *NO_VERDICT),
        untold=SILENT,
        slow=True,
    ),
    Case(
        name="file-size-limit",
        does="no file may be larger than some kilobytes (ulimit -f)",
        outcome="no verdict, exit status 2",
        act=checked_in_learner("ulimit -f 8"),
        told=NO_VERDICT,
        untold=SILENT,
        slow=True,
    ),
    Case(
        name="cache-that-is-a-file",
        does="XDG_CACHE_HOME names a file",
        outcome="no verdict, exit status 2",
        act=checked_in_learner(variables={"XDG_CACHE_HOME": "$1/sla.json"}),
        told=("the learner's environment cannot be kept", "Not a directory", *NO_VERDICT),
        untold=SILENT,
        slow=True,
    ),
    Case(
        name="two-builds-at-once",
        does="two runs need an environment that is not built yet",
        outcome="one builds it, the other waits and takes it",
        act=_two_at_once,
        told=("bin/python\nvenv\npip\n",),
        slow=True,
    ),
    Case(
        name="build-killed",
        does="pytest is killed with SIGKILL while an environment is built",
        outcome="what is there is not taken; the next run builds it anew",
        act=_killed(signal.SIGKILL),
        told=("complete by then: 0", "bin/python"),
        slow=True,
    ),
    Case(
        name="build-interrupted",
        does="Ctrl-C while an environment is built",
        outcome="nothing is kept; the next run builds it",
        act=_killed(signal.SIGINT),
        told=("complete by then: 0", "bin/python\nvenv\nvenv\npip\n"),
        slow=True,
    ),
]
