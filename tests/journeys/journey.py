"""Ways of new users as shell scripts, each in an empty folder and a fresh virtual environment with this tree's wheel.

A script's first lines are comments on who goes that way; ``# needs: PACKAGE`` among them says what he has installed beside.
``python tests/journeys/journey.py [NAME]`` writes down anew what they show; the difference is for Git to show.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
NAMES = sorted(path.stem for path in HERE.glob("*.sh"))
SECONDS = 600.0

PRELUDE = """
PS4='$ '
trap '{ printf "(exit status %s)\n" "$?"; } 2>/dev/null' ERR
set -x
"""
"""Each command is shown as it is run, and its exit status where it fails."""

CHANGING = (
    (re.compile(r"^(python      ).*$", re.MULTILINE), r"\1…"),
    (re.compile(r"(?<=in this Python \()[^)]*(?=\))"), "…"),
    (re.compile(r"(?<=^info FM201 \[environment\])(.*\n  where .*\n)  expected .*\n  got .*$", re.MULTILINE), r"\1  …"),
    (re.compile(r"\b\d+ MB\b"), "… MB"),
    (re.compile(r"\bunder 0\.\d+ s\b|\b\d+(?:\.\d+)?(?:e-?\d+)? ?s\b(?! )"), "… s"),
    (re.compile(r"\b\d+(?:\.\d+)?(?:e-?\d+)? s(?=[ ,;)]|$)", re.MULTILINE), "… s"),
    (re.compile(r"^platform .*$", re.MULTILINE), "platform …"),
    (re.compile(r"^plugins: .*$", re.MULTILINE), "plugins: …"),
    (re.compile(r"(?<=loss )[\d.e-]+|(?<=accuracy )[\d.e-]+"), "…"),
)
"""What is another one each time, or on each machine: versions and seconds."""


BROKEN = re.compile(r"^(?:stages|python|  expected|  got) .*(?:\n {12}\S.*)+", re.MULTILINE)
"""Lines that are broken at another place when a number in them is longer."""


def built_wheel(folder: Path) -> Path:
    """This tree as it is published."""
    if uv := shutil.which("uv", path=_path()):
        command = [uv, "build", "--quiet", "--wheel", "--out-dir", str(folder), str(ROOT)]
    else:
        command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, timeout=SECONDS)
    (wheel,) = folder.glob("*.whl")
    return wheel


def shown_by(name: str, wheel: Path, folder: Path) -> str:
    """What a script shows, without what is another one each time.

    Args:
        name: Of the script.
        wheel: What is installed.
        folder: An empty one.
    """
    script = (HERE / f"{name}.sh").read_text(encoding="utf-8")
    needs = [word for line in re.findall(r"^# needs: (.*)$", script, re.MULTILINE) for word in line.split()]
    environment, home, place = folder / "venv", folder / "home", folder / "work"
    _install(environment, [str(wheel), *needs])
    home.mkdir()
    place.mkdir()
    kept = {name: os.environ[name] for name in ("LANG", "LC_ALL", "TMPDIR") if name in os.environ}
    variables = {
        **kept,
        "PATH": f"{environment / 'bin'}{os.pathsep}{os.defpath}",
        "HOME": str(home),
        "COLUMNS": "100",
        "PYTHONDONTWRITEBYTECODE": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
    }
    done = subprocess.run(
        ["bash", "-c", PRELUDE + script, name],
        cwd=place,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    text = done.stdout.replace(f"{place}/", "").replace(str(place), "FOLDER").replace(str(folder), "FOLDER")
    text = BROKEN.sub(lambda match: re.sub(r"\n {12}", " ", match[0]), text)
    for pattern, sign in CHANGING:
        text = pattern.sub(sign, text)
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def _install(environment: Path, packages: list[str]) -> None:
    python = environment / "bin" / "python"
    if uv := shutil.which("uv", path=_path()):
        commands = [
            [uv, "venv", "--quiet", "--python", sys.executable, str(environment)],
            [uv, "pip", "install", "--quiet", "--python", str(python), *packages],
        ]
    else:
        commands = [
            [sys.executable, "-m", "venv", str(environment)],
            [str(python), "-m", "pip", "install", "--quiet", *packages],
        ]
    for command in commands:
        subprocess.run(command, check=True, timeout=SECONDS)


def _path() -> str:
    """Where uv may be: beside this Python, too."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])


def main(names: list[str]) -> None:
    """Write down what the scripts show."""
    for name in names or NAMES:
        with tempfile.TemporaryDirectory(prefix="journey-") as temporary:
            folder = Path(temporary)
            (folder / "wheel").mkdir()
            text = shown_by(name, built_wheel(folder / "wheel"), folder)
            (HERE / f"{name}.txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
