"""uv, which builds an environment like that of FLOps' learner image, and keeps it for the next time."""

from __future__ import annotations

import ast
import errno
import fcntl
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from pytest_flops_mock.errors import Problem, ToolError
from pytest_flops_mock.learner.environments.proof import PROOF_SECONDS, refused_import
from pytest_flops_mock.learner.environments.unsolved import (
    large,
    not_kept,
    not_on_the_index,
    not_proven,
    not_solved,
    requirements_for,
    too_large,
    without,
)
from pytest_flops_mock.repository.conda.document import FILE
from pytest_flops_mock.repository.conda.reader import CondaEnvironment
from pytest_flops_mock.subprocesses import run

CACHE_FORMAT = 2
"""Raise it when environments that lie in a cache must not be used any more."""

MAX_BOUNDS = 8
"""How many bounds on a package are tried that does not import, each one major version lower than the last."""

COMPLETE = ".complete"
"""The file of an environment that is there in full; it says what it needed beside its recipe."""

PIP_SECONDS = 60.0
LOCK_POLL_SECONDS = 0.1

OnWait = Callable[[str], None]
"""Is told in a line what the user waits for."""


def silent(_: str) -> None:
    """Tell nobody."""


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
        missing: Requirements that it lacks, since no package index has them and conda may.
    """

    python: Path
    bound: str = ""
    reason: str = ""
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Uv:
    """uv, run apart from this process' own Python.

    Attributes:
        program: Where it is.
        allow_download: Whether it may download a Python.
        deadline: When it has to come to an end, as ``time.monotonic()`` counts; ``None`` for no limit.
        by_itself: Whether nobody has asked for the environment: then nothing of it may be missing, or large.
        on_wait: Is told what is waited for.
    """

    program: str
    allow_download: bool
    deadline: float | None = None
    by_itself: bool = False
    on_wait: OnWait = silent

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

    def kept(self, recipe: Recipe, cache: Path) -> Built | None:
        """The recipe's environment, if it is in the cache in full."""
        folder = cache.absolute() / recipe.key
        complete, python = folder / COMPLETE, folder / "bin" / "python"
        if not (complete.exists() and python.exists()):
            return None
        needed = json.loads(complete.read_text(encoding="utf-8"))
        return Built(python, **{**needed, "missing": tuple(needed.get("missing", ()))})

    def build(self, recipe: Recipe, cache: Path, conda: CondaEnvironment) -> Built:
        """The recipe's environment, which is built if it is not in the cache in full.

        It is built where it is used, since a virtual environment holds its own path. A file that is written last says that
        it is complete, and what it needed beside the recipe; until then a lock keeps other processes out.

        Args:
            recipe: What it is built from.
            cache: The folder of all environments.
            conda: Where the recipe comes from, to say which line a failure is about.

        Raises:
            subprocess.TimeoutExpired: It is not there when the time is up.
            LearnerEnvironmentError: Its packages go together in no way.
            ToolError: It cannot be had or kept here, which says nothing of the repository.
        """
        folder = cache.absolute() / recipe.key
        try:
            if (built := self.kept(recipe, cache)) is not None:
                return built
            folder.parent.mkdir(parents=True, exist_ok=True)
            with self._locked(folder.with_suffix(".lock")) as lock:
                if (built := self.kept(recipe, cache)) is not None:
                    return built
                self.on_wait(self._announced())
                shutil.rmtree(folder, ignore_errors=True)
                try:
                    needed = self._proven(folder, recipe, conda, lock)
                    (folder / COMPLETE).write_text(json.dumps(needed), encoding="utf-8")
                except BaseException:
                    shutil.rmtree(folder, ignore_errors=True)
                    raise
                built = self.kept(recipe, cache)
                if built is None:
                    raise FileNotFoundError(errno.ENOENT, "it is gone as soon as it is built")
                return built
        except OSError as error:
            raise ToolError(not_kept(folder.parent, error.strerror or str(error))) from error

    def _announced(self) -> str:
        if self.deadline is None:
            return f"building an environment like the learner's from {FILE}; it is kept for the next time"
        seconds = f"for at most {self._left() or 0:.0f} s"
        return f'building an environment like the learner\'s from {FILE} {seconds}; the environment "current" needs none'

    def _proven(self, folder: Path, recipe: Recipe, conda: CondaEnvironment, lock: int) -> dict[str, object]:
        """Install the packages, and lower ones of what does not import; what was needed for that.

        Conda takes builds that go together. On PyPI a package may ask for less than it needs: the newest pyarrow does not
        say which NumPy it was built for.
        """
        recipe, missing = self._install_what_is_there(folder, recipe, conda, lock)
        python = folder / "bin" / "python"
        first = refused = refused_import(python, self._left(PROOF_SECONDS))
        major = int(found[0]) if first is not None and (found := re.match(r"\d+", first.version)) else 0
        for newest in range(major, max(major - MAX_BOUNDS, 0), -1):
            if first is None or refused is None or refused.package != first.package:
                break
            bound = f"{first.package}<{newest}"
            bounded_recipe = replace(recipe, requirements=(*recipe.requirements, bound))
            if self._install(folder, bounded_recipe, lock, anew=False):
                break  # conda.yaml, or Python, asks for one that is not below
            refused = refused_import(python, self._left(PROOF_SECONDS))
            if refused is None:
                return {"bound": bound, "reason": f"{first.package} {first.version}: {first.reason}", "missing": missing}
        if first is not None:
            raise ToolError(not_proven(first))
        return {"missing": missing}

    def _install_what_is_there(
        self, folder: Path, recipe: Recipe, conda: CondaEnvironment, lock: int
    ) -> tuple[Recipe, tuple[str, ...]]:
        """Install the packages; the recipe that was taken, and the requirements that it lacks.

        What conda's part of conda.yaml asks for may be there for conda alone. That is nothing to blame the repository for.
        """
        missing: tuple[str, ...] = ()
        while output := self._install(folder, recipe, lock, anew=not missing):
            absent = requirements_for(not_on_the_index(output), recipe.requirements, conda)
            if not absent:
                raise not_solved(output, conda)
            if self.by_itself:
                raise ToolError(replace(without(absent, conda), got=""))
            missing += absent
            recipe = replace(recipe, requirements=tuple(line for line in recipe.requirements if line not in absent))
        return recipe, missing

    def _install(self, folder: Path, recipe: Recipe, lock: int, *, anew: bool = True) -> str:
        """Install the packages; what uv says if that does not work, else nothing."""
        python, asked, solved = folder / "bin" / "python", folder / "requirements.txt", folder / "solved.txt"
        status, output = 0, ""
        solve = bool(recipe.solved_for) or self.by_itself  # what is large is known before it is downloaded
        if anew:
            status, output = self._run(["venv", "--python", recipe.base, os.fspath(folder)], lock=lock)
        if not status:
            asked.write_text("\n".join(recipe.requirements) + "\n", encoding="utf-8")
        if not status and solve:
            older = ["--python-version", recipe.solved_for] if recipe.solved_for else []
            solving = ["pip", "compile", *older, "--python", os.fspath(python), "--no-header", "--emit-index-url"]
            solving += ["--emit-find-links", "--output-file", os.fspath(solved)]
            status, output = self._run([*solving, os.fspath(asked)], lock=lock)
            if self.by_itself and not status and solved.exists() and (much := large(solved.read_text(encoding="utf-8"))):
                raise ToolError(too_large(much))
        if not status:
            install = ["pip", "install", "--color", "never", "--python", os.fspath(python), "--requirement"]
            status, output = self._run([*install, os.fspath(solved if solve else asked)], lock=lock)
        return (output.replace(f"{folder}{os.sep}", "").strip() or f"exit status {status} of uv") if status else ""

    @contextmanager
    def _locked(self, path: Path) -> Iterator[int]:
        """Holds a lock on a file that stays; yields its descriptor. The system releases it whenever the process ends."""
        with path.open("w") as file:
            waits = False
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if not waits:
                        self.on_wait("waiting for another process that builds the same environment")
                        waits = True
                    if self._left() == 0:
                        raise subprocess.TimeoutExpired("another process that builds it", 0) from None
                    time.sleep(LOCK_POLL_SECONDS)
            yield file.fileno()

    def _left(self, limit: float | None = None) -> float | None:
        """Seconds that are left, at most ``limit``; ``None`` for as many as it takes."""
        if self.deadline is None:
            return limit
        left = max(0.0, self.deadline - time.monotonic())
        return left if limit is None else min(left, limit)

    def _run(self, arguments: list[str], *, errors: int = subprocess.STDOUT, lock: int | None = None) -> tuple[int, str]:
        """Exit status and output of uv. uv holds the lock, too, until it has ended."""
        try:
            ended = run(
                [self.program, *arguments],
                env=self._environment(with_indexes=arguments[0] == "pip"),
                cwd=Path(self.program).parent,  # a pyproject.toml of the current folder would count
                errors=errors,
                timeout=self._left(),
                pass_fds=() if lock is None else (lock,),
            )
        except OSError as error:
            raise ToolError(
                Problem(
                    "uv does not run",
                    where=self.program,
                    expected="a program that this machine runs",
                    got=error.strerror or str(error),
                    fix='pip install "pytest-flops-mock[env]", or take a broken uv from the PATH',
                )
            ) from error
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
    try:
        told = run([sys.executable, "-m", "pip", "config", "list"], env=os.environ, timeout=PIP_SECONDS)
    except subprocess.TimeoutExpired:
        return {}
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
