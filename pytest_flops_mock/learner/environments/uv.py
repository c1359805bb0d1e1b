"""uv, which builds an environment like that of FLOps' learner image, and keeps it for the next time."""

from __future__ import annotations

import ast
import fcntl
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from pytest_flops_mock.errors import LearnerEnvironmentError, Problem, ToolError
from pytest_flops_mock.learner.environments.image import LEARNER_PINS
from pytest_flops_mock.learner.environments.proof import NEEDED, Refused, refused_import
from pytest_flops_mock.repository.conda.document import FILE
from pytest_flops_mock.repository.conda.reader import CondaEnvironment
from pytest_flops_mock.subprocesses import run

CACHE_FORMAT = 2
"""Raise it when environments that lie in a cache must not be used any more."""

MAX_BOUNDS = 8
"""How many bounds on a package are tried that does not import, each one major version lower than the last."""

PIP_SECONDS = 60.0
REASON_LINES = 12
REASON_COLUMNS = 300

_FROM_PIP = {
    "UV_DEFAULT_INDEX": ("PIP_INDEX_URL", "UV_INDEX_URL"),
    "UV_INDEX": ("PIP_EXTRA_INDEX_URL", "UV_EXTRA_INDEX_URL"),
    "UV_FIND_LINKS": ("PIP_FIND_LINKS", ""),
    "SSL_CERT_FILE": ("PIP_CERT", ""),
}
"""uv reads nothing of pip's. What pip is told of where packages are is handed on, unless uv was told itself (by the variable
in front, or its older name behind)."""

_NOT_FOR_UV = ("VIRTUAL_ENV", "CONDA_PREFIX", "UV_PYTHON", "UV_SYSTEM_PYTHON", "UV_PROJECT_ENVIRONMENT")
_INSTALLED = re.compile(r"cpython-(\d+)\.(\d+)\.(\d+)-\S+\s+(.+?)(?: -> .*)?")


def find_uv() -> str:
    """The program uv: that of the extra, else the one on the path."""
    try:
        from uv import find_uv_bin

        return os.fspath(find_uv_bin())
    except (ImportError, FileNotFoundError):
        found = shutil.which("uv")
    if found:
        return found
    raise ToolError(
        Problem(
            "uv, which builds the learner's environment, is not installed",
            where='the environment "learner"',
            expected="the package uv, or the program uv on the PATH",
            got="neither",
            nearest='the environment "current" needs none',
            fix='pip install "pytest-flops-mock[env]"',
        )
    )


@dataclass(frozen=True)
class Recipe:
    """What an environment is built from.

    Attributes:
        version: The version of its Python.
        base: What uv is told of that Python: the path of one that is installed, or a version to download.
        requirements: The lines of a requirements file.
        solved_for: An older Python than ``version`` whose versions of packages it gets; empty for its own.
    """

    version: str
    base: str
    requirements: tuple[str, ...]
    solved_for: str = ""

    @property
    def key(self) -> str:
        """A name for the environment: equal recipes have equal ones on machines of one kind."""
        version = f"{self.version} for {self.solved_for}" if self.solved_for else self.version
        content = json.dumps([CACHE_FORMAT, platform.machine(), version, list(self.requirements)])
        return hashlib.sha256(content.encode()).hexdigest()[:24]


@dataclass(frozen=True)
class Built:
    """An environment that was built, and imports what the child needs.

    Attributes:
        python: Its interpreter.
        bound: The requirement that it needed for that, such as ``pyarrow<26``; empty if it needed none.
        reason: What went wrong without.
    """

    python: Path
    bound: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Uv:
    """uv, run apart from this process' own Python.

    Attributes:
        program: Where it is.
        allow_download: Whether it may download a Python.
        limit: Seconds that each of its commands may take; ``None`` for no limit.
    """

    program: str
    allow_download: bool
    limit: float | None = None

    def installed(self) -> dict[str, Path]:
        """Interpreters by version; the first on the user's path counts. Pre-releases and free-threaded ones are left out."""
        status, output = self._run(["python", "list", "--only-installed", "--color", "never"], errors=subprocess.DEVNULL)
        if status:
            raise ToolError(
                Problem(
                    "uv cannot tell which Pythons are installed",
                    where=self.program,
                    expected="exit status 0 from uv python list",
                    got=f"exit status {status}",
                    fix="run uv python list --only-installed to see why, or update uv",
                )
            )
        found: dict[str, Path] = {}
        for match in filter(None, map(_INSTALLED.fullmatch, output.splitlines())):
            found.setdefault(".".join(match.group(1, 2, 3)), Path(match[4]))
        return found

    def build(self, recipe: Recipe, cache: Path, conda: CondaEnvironment) -> Built:
        """The recipe's environment, which is built if it is not in the cache in full.

        It is built where it is used, since a virtual environment holds its own path. A file that is written last says that
        it is complete, and what it needed beside the recipe; until then a lock keeps other processes out.

        Args:
            recipe: What it is built from.
            cache: The folder of all environments.
            conda: Where the recipe comes from, to say which line a failure is about.

        Raises:
            LearnerEnvironmentError: It cannot be built.
            ToolError: It cannot be kept, no package index is in reach, or it does not import what the child needs.
        """
        folder = cache.absolute() / recipe.key
        complete, python = folder / ".complete", folder / "bin" / "python"
        if complete.exists() and python.exists():
            return Built(python, **json.loads(complete.read_text(encoding="utf-8")))
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            with _locked(folder.with_suffix(".lock")) as lock:
                if not (complete.exists() and python.exists()):
                    shutil.rmtree(folder, ignore_errors=True)
                    try:
                        needed = self._proven(folder, recipe, conda, lock)
                        complete.write_text(json.dumps(needed), encoding="utf-8")
                    except BaseException:
                        shutil.rmtree(folder, ignore_errors=True)
                        raise
        except OSError as error:
            raise ToolError(
                Problem(
                    "the learner's environment cannot be kept",
                    where=os.fspath(folder.parent),
                    expected="a folder that can be written, with room for some gigabytes",
                    got=error.strerror or str(error),
                    fix="make room, or name another folder for caches in XDG_CACHE_HOME",
                )
            ) from error
        return Built(python, **json.loads(complete.read_text(encoding="utf-8")))

    def _proven(self, folder: Path, recipe: Recipe, conda: CondaEnvironment, lock: int) -> dict[str, str]:
        """Install the packages, and lower ones of what does not import; what was needed for that.

        Conda takes builds that go together. On PyPI a package may ask for less than it needs: the newest pyarrow does not
        say which NumPy it was built for.
        """
        self._install(folder, recipe, conda, lock)
        python = folder / "bin" / "python"
        first = refused = refused_import(python)
        major = int(found[0]) if first is not None and (found := re.match(r"\d+", first.version)) else 0
        for newest in range(major, max(major - MAX_BOUNDS, 0), -1):
            if first is None or refused is None or refused.package != first.package:
                break
            bound = f"{first.package}<{newest}"
            try:
                bounded_recipe = replace(recipe, requirements=(*recipe.requirements, bound))
                self._install(folder, bounded_recipe, conda, lock, anew=False)
            except LearnerEnvironmentError:
                break  # conda.yaml, or Python, asks for one that is not below
            refused = refused_import(python)
            if refused is None:
                return {"bound": bound, "reason": f"{first.package} {first.version}: {first.reason}"}
        if first is not None:
            raise ToolError(_not_proven(first))
        return {}

    def _install(self, folder: Path, recipe: Recipe, conda: CondaEnvironment, lock: int, *, anew: bool = True) -> None:
        python, asked, solved = folder / "bin" / "python", folder / "requirements.txt", folder / "solved.txt"
        status, output = 0, ""
        if anew:
            status, output = self._run(["venv", "--python", recipe.base, os.fspath(folder)], lock=lock)
        if not status:
            asked.write_text("\n".join(recipe.requirements) + "\n", encoding="utf-8")
        if not status and recipe.solved_for:
            solving = ["pip", "compile", "--python-version", recipe.solved_for, "--python", os.fspath(python), "--no-header"]
            status, output = self._run([*solving, "--output-file", os.fspath(solved), os.fspath(asked)], lock=lock)
        if not status:
            install = ["pip", "install", "--color", "never", "--python", os.fspath(python), "--requirement"]
            status, output = self._run([*install, os.fspath(solved if recipe.solved_for else asked)], lock=lock)
        if status:
            raise _not_solved(output.replace(f"{folder}{os.sep}", ""), conda)

    def _run(self, arguments: list[str], *, errors: int = subprocess.STDOUT, lock: int | None = None) -> tuple[int, str]:
        """Exit status and output of uv. uv holds the lock, too, until it has ended."""
        ended = run(
            [self.program, *arguments],
            env=self._environment(with_indexes=arguments[0] == "pip"),
            cwd=Path(self.program).parent,  # a pyproject.toml of the current folder would count
            errors=errors,
            timeout=self.limit,
            pass_fds=() if lock is None else (lock,),
        )
        return ended.status, ended.text

    def _environment(self, *, with_indexes: bool = True) -> dict[str, str]:
        """This process' environment, with proxies and credentials for indexes, but without what concerns its Python."""
        passed = {
            name: value for name, value in os.environ.items() if not name.startswith("PYTHON") and name not in _NOT_FOR_UV
        }
        pip = _pip_settings() if with_indexes else {}
        for name, (pips, older) in _FROM_PIP.items():
            if name not in passed and older not in passed and pip.get(pips):
                passed[name] = ",".join(pip[pips].split()) if name == "UV_FIND_LINKS" else pip[pips]
        passed.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")  # as pip: the best version of all indexes
        passed.setdefault("UV_NATIVE_TLS", "true")  # as pip: the certificates that this machine trusts
        passed["UV_PYTHON_DOWNLOADS"] = "automatic" if self.allow_download else "never"
        passed["PATH"] = os.pathsep.join(search_path(passed))
        return passed


def _pip_settings() -> dict[str, str]:
    """Pip's settings in this Python, from variables and configuration files, by the names of its variables."""
    told = run([sys.executable, "-m", "pip", "config", "list"], env=os.environ, timeout=PIP_SECONDS)
    found = {}
    for section, key, value in re.findall(r"^([\w:]+)\.([\w-]+)=(.+)$", told.text, re.MULTILINE):
        if section in ("global", "install", ":env:"):
            found[f"PIP_{key.upper().replace('-', '_')}"] = " ".join(str(ast.literal_eval(value)).split())
    return found


def search_path(environ: Mapping[str, str]) -> Iterator[str]:
    """The path on which uv looks for Pythons, with pyenv's own instead of its shims, which only work where pyenv allows."""
    pyenv = Path(environ.get("PYENV_ROOT") or "~/.pyenv").expanduser()
    yield from (entry for entry in environ.get("PATH", "").split(os.pathsep) if Path(entry) != pyenv / "shims")
    yield os.fspath(Path(sys.base_prefix, "bin"))
    yield from sorted(os.fspath(path) for path in pyenv.glob("versions/*/bin"))


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    """Holds a lock on a file that stays; yields its descriptor. The system releases it whenever the process ends."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()


def _not_proven(refused: Refused) -> Problem:
    return Problem(
        "the learner's environment was built, and does not import what a check needs",
        where='the environment "learner"',
        expected=f"imports of {', '.join(NEEDED)}",
        got=" ".join(filter(None, (refused.package, refused.version))) + (": " if refused.package else "") + refused.reason,
        fix=f"pin versions in {FILE} that go together, or name a Python of conda's with the same packages",
    )


def _not_solved(output: str, conda: CondaEnvironment) -> LearnerEnvironmentError | ToolError:
    """Why uv cannot build the environment, in its own words."""
    lines = [line.rstrip() for line in output.splitlines() if line.strip()]
    start = next((index for index, line in enumerate(lines) if line.lstrip().startswith("error:")), None)
    reason = bounded(lines[-REASON_LINES:] if start is None else lines[start:])
    named = [(_position(name, reason), line) for name, line in conda.lines]
    about = min(((position, line) for position, line in named if position >= 0), default=(0, 0))[1]
    unreached = re.search(r"Failed to fetch|error sending request|client error|timed out", reason) is not None
    if "was not found in the" in reason:
        fix = f"PyPI has no package of that name; if conda has it, check with a Python of conda's, else fix {FILE}"
    elif unreached:
        fix = 'uv reached no package index; UV_DEFAULT_INDEX names another one, and the environment "current" needs none'
    elif "No solution found" in reason:
        fix = f"change the versions in {FILE} so that they go together; FLOps' image asks for them all"
    else:
        fix = f"a package cannot be installed with pip; pin another version of it in {FILE}"
    return (ToolError if unreached else LearnerEnvironmentError)(
        Problem(
            "the learner's environment cannot be built",
            where=f"{FILE}:{about}" if about else FILE,
            expected=f"versions that go together, and with FLOps' own: {', '.join(LEARNER_PINS)}",
            got=reason,
            fix=fix,
        )
    )


def _position(name: str, reason: str) -> int:
    """Where ``reason`` first names a package; -1 if it does not."""
    found = re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", reason)
    return found.start() if found else -1


def bounded(lines: list[str]) -> str:
    """The first lines as text, each cut to a bounded length, and how many more there are."""
    shown = [line if len(line) <= REASON_COLUMNS else line[: REASON_COLUMNS - 1] + "…" for line in lines]
    rest = len(shown) - REASON_LINES
    return "\n".join(shown[:REASON_LINES] + ([f"(and {rest} more lines)"] if rest > 0 else []))
