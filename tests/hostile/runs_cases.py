"""Full disks, closed streams, few resources and signals, while ``flops-mock`` or pytest runs."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from hostile.matrix import Case
from standins.processes import until
from standins.projects import REPOSITORY, mock_sla

COMMAND = [sys.executable, "-m", "pytest_flops_mock"]
PYTEST = [
    sys.executable,
    "-m",
    "pytest",
    "-q",
    "-p",
    "no:cacheprovider",
    "--flops-check",
    "--flops-sla=sla.json",
    "--flops-env=current",
]
CHECK = [*COMMAND, "check", ".", "--sla", "sla.json", "--env", "current"]
WRONG_USE = "exit status 2"


def project(ground: Path, **changed: tuple[str, str]) -> None:
    """A good repository and its SLA; ``changed`` replaces a text in the file of a module."""
    for name, text in REPOSITORY.items():
        old, new = changed.get(Path(name).stem, ("", ""))
        (ground / name).write_text(text.replace(old, new) if old else text, encoding="utf-8")
    (ground / "sla.json").write_text(json.dumps(mock_sla(max_rows=20)), encoding="utf-8")
    (ground / "words.py").write_text("# " + "word " * 1000, encoding="utf-8")
    (ground / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")


def in_shell(before: str, command: list[str], after: str = "") -> Callable[[Path], str]:
    """A command in a shell that limits or closes something, and what is left to see of it."""

    def act(ground: Path) -> str:
        project(ground)
        script = f'{before}\nexec "$@" {after}'
        done = subprocess.run(
            ["bash", "-c", script, "bash", *command], capture_output=True, text=True, timeout=120, check=False
        )
        return f"{done.stdout}{done.stderr}\nexit status {done.returncode}\n"

    return act


def interrupted(number: signal.Signals, command: list[str], slow_in: str) -> Callable[[Path], str]:
    """A signal for the command, while the repository's code works where it says."""

    def act(ground: Path) -> str:
        begun = ground / "begun"
        module = "data_manager" if "DataManager" in slow_in else "model_manager"
        waits = f"import pathlib, time; pathlib.Path({str(begun)!r}).touch(); time.sleep(100); "
        indent = " " * (len(slow_in) - len(slow_in.lstrip()))
        project(ground, **{module: (slow_in, f"{indent}{waits}\n{slow_in}")})
        heeding = ["env", "--default-signal=INT", *command]  # what a run in the background ignores, its children would, too
        with subprocess.Popen(heeding, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
            until(lambda: begun.exists() or process.poll() is not None, "the repository's code", 60)
            process.send_signal(number)
            out, _ = process.communicate(timeout=300)
        return f"{out}\nexit status {process.returncode}\n"

    return act


def forgotten(folder: str) -> Callable[[Path], str]:
    """A check while a variable names a folder that is not there."""

    def act(ground: Path) -> str:
        project(ground)
        environment = {**os.environ, folder: str(ground / "nowhere")}
        done = subprocess.run(CHECK, capture_output=True, text=True, timeout=120, check=False, env=environment)
        shutil.rmtree(ground / "nowhere", ignore_errors=True)
        return f"{done.stdout}{done.stderr}\nexit status {done.returncode}\n"

    return act


IMPORT, TRANSFORM, TRAIN, EVALUATE = (
    "import numpy as np\n",
    "        labels = DataManager().get_data()",
    "        self.shares = (self.shares + self.goal) / 2",
    "        distance = float(np.abs(self.shares - self.goal).sum())",
)
RUNNERS = {"pytest": ("pytest", PYTEST), "command": ("`flops-mock check`", CHECK)}
QUICK = {(signal.SIGKILL, "training", "command")}
AT = {"importing": IMPORT, "transforming": TRANSFORM, "training": TRAIN, "evaluating": EVALUATE}

CASES: list[Case] = [
    Case(
        name="output-closed",
        does="standard output is closed (`>&-`)",
        outcome="the check runs, and its exit status is the verdict",
        act=in_shell("", CHECK, ">&-"),
        told=("exit status 0",),
    ),
    Case(
        name="all-streams-closed",
        does="all standard streams are closed",
        outcome="the exit status is the verdict",
        act=in_shell("", [*COMMAND, "explain", "FM602"], ">&- 2>&- <&-"),
        told=("exit status 0",),
    ),
    Case(
        name="output-full",
        does="standard output goes to a full disk (`/dev/full`)",
        outcome="exit status 2 and the reason",
        act=in_shell("", [*COMMAND, "explain", "FM602"], ">/dev/full"),
        told=("the result cannot be written to standard output", "No space left on device", WRONG_USE),
    ),
    Case(
        name="output-and-errors-full",
        does="both outputs go to a full disk",
        outcome="exit status 2",
        act=in_shell("", [*COMMAND, "explain", "FM602"], ">/dev/full 2>/dev/full"),
        told=(WRONG_USE,),
    ),
    Case(
        name="nobody-reads",
        does="the reader of the output ends first (`| head -1`)",
        outcome="no traceback",
        act=in_shell("", [*COMMAND, "explain"], "| head -1"),
        told=("FM",),
    ),
    Case(
        name="few-open-files",
        does="the process may open 12 files (`ulimit -n 12`)",
        outcome="exit status 2 and how to raise the limit; no verdict",
        act=in_shell("ulimit -n 12", CHECK),
        told=("as many files open as it may", "ulimit -n 1024", WRONG_USE),
        untold=("Traceback", "verdict"),
    ),
    Case(
        name="no-space-for-the-copy",
        does="files may have 1 kB, so that the repository's copy does not fit (`ulimit -f`)",
        outcome="exit status 2 and which file; the repository is not blamed",
        act=in_shell("ulimit -f 1", CHECK),
        told=("there is no space left for it", "TMPDIR", WRONG_USE),
        untold=("Traceback", "verdict", "cannot be read"),
    ),
    Case(
        name="no-temporary-folder",
        does="`TMPDIR` names a folder that is not there",
        outcome="another temporary folder is taken",
        act=forgotten("TMPDIR"),
        told=("verdict     compatible", "exit status 0"),
        slow=True,
    ),
    Case(
        name="no-cache-folder",
        does="`XDG_CACHE_HOME` names a folder that is not there",
        outcome="the check runs",
        act=forgotten("XDG_CACHE_HOME"),
        told=("verdict     compatible", "exit status 0"),
        slow=True,
    ),
    *(
        Case(
            name=f"{number.name.lower()}-{doing}-{runner}",
            does=f"{number.name} for {RUNNERS[runner][0]} while the repository is {doing}",
            outcome="no process and no folder is left a second later",
            act=interrupted(number, RUNNERS[runner][1], AT[doing]),
            told=("exit status",),
            slow=(number, doing, runner) not in QUICK,
        )
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
        for doing in AT
        for runner in RUNNERS
    ),
]
