"""uv, which builds an environment like that of FLOps' learner image."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pytest_flops_mock.errors import Problem, ToolError
from pytest_flops_mock.learner.environments.bytecode import COMPILE_SECONDS, compile_all
from pytest_flops_mock.learner.environments.downloads import downloading
from pytest_flops_mock.learner.environments.failures import bounded, fault_of_machine
from pytest_flops_mock.learner.environments.kept import Built, Kept, OnWait, found, kept, silent
from pytest_flops_mock.learner.environments.proof import PROOF_SECONDS, refused_import
from pytest_flops_mock.learner.environments.python import dotted, minor
from pytest_flops_mock.learner.environments.seal import (
    Seal,
    make_read_only,
    make_writable,
    remove,
    remove_added,
    sealed,
    unlike_their_record,
)
from pytest_flops_mock.learner.environments.unsolved import (
    large,
    not_on_the_index,
    not_proven,
    not_solved,
    requirements_for,
    too_large,
    without,
)
from pytest_flops_mock.learner.environments.variables import search_path, uv_environment
from pytest_flops_mock.repository.conda.document import FILE
from pytest_flops_mock.repository.conda.reader import CondaEnvironment
from pytest_flops_mock.subprocesses import Ended, run

CACHE_FORMAT = 3
"""Raise it when environments that lie in a cache must not be used any more."""

BUILDING = "building the learner's environment"

MAX_BOUNDS = 8
"""How many bounds on a package are tried that does not import, each one major version lower than the last."""

_INSTALLED = re.compile(r"cpython-(\d+)\.(\d+)\.(\d+)-\S+\s+(.+?)(?: -> .*)?")


def find_uv() -> str:
    """The program uv: that of the extra, else the one on the path."""
    try:
        from uv import find_uv_bin

        return os.fspath(find_uv_bin())
    except (ImportError, FileNotFoundError):
        found = shutil.which("uv", path=os.pathsep.join(search_path(os.environ)))
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
        with_builds: Whether packages without a wheel are built from source.
        platform: Another machine's, for which packages are unpacked (``x86_64-manylinux_2_28``); empty for this one.
    """

    version: str
    base: str
    requirements: tuple[str, ...]
    solved_for: str = ""
    with_builds: bool = False
    platform: str = ""

    @property
    def key(self) -> str:
        """A name for the environment: equal recipes have equal ones on machines of one kind."""
        version = f"{self.version} for {self.solved_for}" if self.solved_for else self.version
        content = json.dumps([CACHE_FORMAT, platform.machine(), version, list(self.requirements), self.with_builds])
        return hashlib.sha256(content.encode()).hexdigest()[:24]


@dataclass(frozen=True)
class Uv:
    """uv, run apart from this process' own Python.

    Attributes:
        program: Where it is.
        allow_download: Whether it may download a Python.
        allow_builds: Whether it may build packages from source, which runs their code.
        deadline: When it has to come to an end, as ``time.monotonic()`` counts; ``None`` for no limit.
        by_itself: Whether nobody has asked for the environment: then nothing of it may be missing, or large.
        on_wait: Is told what is waited for.
    """

    program: str
    allow_download: bool
    allow_builds: bool = False
    deadline: float | None = None
    by_itself: bool = False
    on_wait: OnWait = silent

    def installed(self) -> dict[str, Path]:
        """Interpreters by version; the first on the user's path counts. Pre-releases and free-threaded ones are left out."""
        ended = self._run(["python", "list", "--only-installed", "--color", "never"], errors=subprocess.PIPE)
        pythons: dict[str, Path] = {}
        for match in filter(None, map(_INSTALLED.fullmatch, ended.text.splitlines())):
            pythons.setdefault(".".join(match.group(1, 2, 3)), Path(match[4]))
        if (ended.status or not pythons) and (machine := fault_of_machine(ended.status, ended.errors)):
            raise ToolError(machine)
        if ended.status:
            raise ToolError(
                Problem(
                    "uv cannot tell which Pythons are installed",
                    where=self.program,
                    expected="exit status 0 from uv python list",
                    got=f"exit status {ended.status}\n{bounded(ended.errors.splitlines())}",
                    fix="run uv python list --only-installed to see why, or update uv",
                )
            )
        return pythons

    def kept(self, recipe: Recipe, cache: Path) -> Kept | None:
        """The recipe's environment, if it is in the cache in full, and as it was built."""
        return found(cache.absolute() / recipe.key)

    def build(self, recipe: Recipe, cache: Path, conda: CondaEnvironment) -> Kept:
        """The recipe's environment, which is built if it is not in the cache.

        Args:
            recipe: What it is built from.
            cache: The folder of all environments.
            conda: Where the recipe comes from, to say which line a failure is about.

        Raises:
            subprocess.TimeoutExpired: It is not there when the time is up.
            LearnerEnvironmentError: Its packages go together in no way.
            ToolError: It cannot be had or kept here, which says nothing of the repository.
        """

        def build(folder: Path, lock: int) -> Built:
            self.on_wait(self._announced())
            return self._proven(folder, recipe, conda, lock)

        return kept(cache.absolute() / recipe.key, build, left=self._left, on_wait=self.on_wait)

    def unpack(self, recipe: Recipe, packages: Path, conda: CondaEnvironment) -> tuple[Recipe, tuple[str, ...]]:
        """Unpack the packages of a recipe for another machine; see :meth:`_install_what_is_there`.

        Args:
            recipe: What is asked for; its ``platform`` is not empty.
            packages: The folder that they come into, empty.
            conda: Where the recipe comes from, to say which line a failure is about.

        Raises:
            LearnerEnvironmentError: They go together in no way.
            ToolError: They cannot be had here, which says nothing of the repository.
        """
        return self._install_what_is_there(packages, recipe, conda, None)

    def _announced(self) -> str:
        if self.deadline is None:
            return f"{BUILDING} from {FILE}; it is kept for the next time"
        return f'{BUILDING} from {FILE}, for at most {self._left() or 0:.0f} s; the environment "current" needs none'

    def _tell_downloads(self, output: bytes) -> None:
        if under_way := downloading(output.decode(errors="replace")):
            self.on_wait(f"{BUILDING}: {under_way}")

    def _proven(self, folder: Path, recipe: Recipe, conda: CondaEnvironment, lock: int) -> Built:
        """Install the packages, and lower ones of what does not import; what was needed for that.

        Conda takes builds that go together. On PyPI a package may ask for less than it needs: the newest pyarrow does not
        say which NumPy it was built for.
        """
        recipe, missing = self._install_what_is_there(folder, recipe, conda, lock)
        seal = self._like_records(folder, recipe, conda, lock)
        python = folder / "bin" / "python"
        first = refused = refused_import(python, self._left(PROOF_SECONDS))
        major = int(match[0]) if first is not None and (match := re.match(r"\d+", first.version)) else 0
        for newest in range(major, max(major - MAX_BOUNDS, 0), -1):
            if first is None or refused is None or refused.package != first.package:
                break
            bound = f"{first.package}<{newest}"
            bounded_recipe = replace(recipe, requirements=(*recipe.requirements, bound))
            make_writable(folder)
            if self._install(folder, bounded_recipe, lock) is not None:
                break  # conda.yaml, or Python, asks for one that is not below
            seal = self._like_records(folder, bounded_recipe, conda, lock)
            refused = refused_import(python, self._left(PROOF_SECONDS))
            if refused is None:
                remove_added(folder, seal)  # what packages write when they are imported
                reason = f"{first.package} {first.version}: {first.reason}"
                return Built(sealed(folder, seal), bound, reason, missing)
        if first is not None:
            raise ToolError(not_proven(first))
        remove_added(folder, seal)
        return Built(sealed(folder, seal), missing=missing)

    def _install_what_is_there(
        self, folder: Path, recipe: Recipe, conda: CondaEnvironment, lock: int | None
    ) -> tuple[Recipe, tuple[str, ...]]:
        """Install the packages; the recipe that was taken, and the requirements that it lacks.

        What conda's part of conda.yaml asks for may be there for conda alone. That is nothing to blame the repository for.
        """
        missing: tuple[str, ...] = ()
        if not recipe.platform:
            self._make(folder, recipe, conda, lock)
        while (failed := self._install(folder, recipe, lock)) is not None:
            output = failed.text.replace(f"{folder}{os.sep}", "")
            absent = requirements_for(not_on_the_index(output), recipe.requirements, conda)
            if not absent:
                raise not_solved(failed.status, output, recipe.requirements, conda)
            if self.by_itself:
                raise ToolError(replace(without(absent, conda), got=""))
            missing += absent
            recipe = replace(recipe, requirements=tuple(line for line in recipe.requirements if line not in absent))
        return recipe, missing

    def _like_records(self, folder: Path, recipe: Recipe, conda: CondaEnvironment, lock: int) -> Seal:
        """Install all once more, past uv's cache, if a package is not what it says of itself; then compile it all.

        That needs an empty environment: uv would run its Python, and so the ``.pth`` files of packages.
        """
        if unlike_their_record(folder, sealed(folder)):
            remove(folder)
            self._make(folder, recipe, conda, lock)
            if (failed := self._install(folder, recipe, lock, ["--no-cache"])) is not None:
                raise not_solved(failed.status, failed.text.replace(f"{folder}{os.sep}", ""), recipe.requirements, conda)
        compile_all(folder, self._left(COMPILE_SECONDS))
        make_read_only(folder)
        return sealed(folder)

    def _make(self, folder: Path, recipe: Recipe, conda: CondaEnvironment, lock: int | None) -> None:
        ended = self._run(["venv", "--python", recipe.base, os.fspath(folder)], lock=lock)
        if ended.status:
            raise not_solved(ended.status, ended.text, recipe.requirements, conda)

    def _install(self, folder: Path, recipe: Recipe, lock: int | None, options: Sequence[str] = ()) -> Ended | None:
        """Install the packages; how uv ended if that does not work."""
        python, asked, solved = folder / "bin" / "python", folder / "requirements.txt", folder / "solved.txt"
        asked.write_text("\n".join(recipe.requirements) + "\n", encoding="utf-8")
        common = ["--color", "never", "--python", os.fspath(python)]
        into: list[str] = []
        if recipe.platform:  # this process' Python runs nothing of it
            common = ["--color", "never", "--python", sys.executable, "--python-platform", recipe.platform]
            into = ["--python-version", dotted(minor(recipe.version)), "--target", os.fspath(folder)]
        wheels_only = [] if recipe.with_builds else ["--no-build"]
        if recipe.solved_for or self.by_itself:  # what is large is known before it is downloaded
            older = ["--python-version", recipe.solved_for] if recipe.solved_for else []
            solving = [
                "pip",
                "compile",
                *older,
                *common,
                *wheels_only,
                "--no-header",
                "--emit-index-url",
                "--emit-find-links",
            ]
            ended = self._run([*solving, "--output-file", os.fspath(solved), os.fspath(asked)], lock=lock)
            if ended.status:
                return ended
            if self.by_itself and solved.exists() and (much := large(solved.read_text(encoding="utf-8"))):
                raise ToolError(too_large(much))
            asked = solved
        install = ["pip", "install", *common, *into, "--requirement", os.fspath(asked)]
        ended = self._run([*install, *wheels_only, *options], lock=lock)
        return ended if ended.status else None

    def _left(self, limit: float | None = None) -> float | None:
        """Seconds that are left, at most ``limit``; ``None`` for as many as it takes."""
        if self.deadline is None:
            return limit
        left = max(0.0, self.deadline - time.monotonic())
        return left if limit is None else min(left, limit)

    def _run(self, arguments: list[str], *, errors: int = subprocess.STDOUT, lock: int | None = None) -> Ended:
        """What uv said, and how it ended. uv holds the lock, too, until it has ended."""
        try:
            return run(
                [self.program, *arguments],
                env=uv_environment(
                    allow_download=self.allow_download,
                    allow_builds=self.allow_builds,
                    with_indexes=arguments[0] == "pip",
                ),
                cwd=Path("/"),  # a pyproject.toml of the current folder, or of one that uv lies in, would count
                errors=errors,
                timeout=self._left(),
                pass_fds=() if lock is None else (lock,),
                on_output=self._tell_downloads,
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
