"""uv, which builds an environment like that of FLOps' learner image."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pytest_flops_mock.errors import LearnerEnvironmentError, Problem, ToolError
from pytest_flops_mock.learner.environments.bytecode import compile_all
from pytest_flops_mock.learner.environments.failures import bounded, fault_of_machine, not_installed
from pytest_flops_mock.learner.environments.kept import Built
from pytest_flops_mock.learner.environments.proof import NEEDED, Refused, refused_import
from pytest_flops_mock.learner.environments.seal import (
    Seal,
    make_read_only,
    make_writable,
    remove,
    remove_added,
    sealed,
    unlike_their_record,
)
from pytest_flops_mock.learner.environments.variables import search_path, uv_environment
from pytest_flops_mock.repository.conda.document import FILE
from pytest_flops_mock.repository.conda.reader import CondaEnvironment
from pytest_flops_mock.subprocesses import Ended, run

CACHE_FORMAT = 3
"""Raise it when environments that lie in a cache must not be used any more."""

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
    """

    version: str
    base: str
    requirements: tuple[str, ...]
    solved_for: str = ""
    with_builds: bool = False

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
        limit: Seconds that each of its commands may take; ``None`` for no limit.
    """

    program: str
    allow_download: bool
    allow_builds: bool = False
    limit: float | None = None

    def installed(self) -> dict[str, Path]:
        """Interpreters by version; the first on the user's path counts. Pre-releases and free-threaded ones are left out."""
        ended = self._run(["python", "list", "--only-installed", "--color", "never"], errors=subprocess.PIPE)
        found: dict[str, Path] = {}
        for match in filter(None, map(_INSTALLED.fullmatch, ended.text.splitlines())):
            found.setdefault(".".join(match.group(1, 2, 3)), Path(match[4]))
        if (ended.status or not found) and (machine := fault_of_machine(ended.status, ended.errors)):
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
        return found

    def build(self, folder: Path, recipe: Recipe, conda: CondaEnvironment, lock: int | None = None) -> Built:
        """Build the recipe's environment in an empty folder.

        Where a package does not import, lower versions of it are tried: conda takes builds that go together, and on PyPI
        a package may ask for less than it needs. The newest pyarrow does not say which NumPy it was built for.

        Args:
            folder: Where it is built.
            recipe: What it is built from.
            conda: Where the recipe comes from, to say which line a failure is about.
            lock: A descriptor that uv holds, too, until it has ended.

        Raises:
            LearnerEnvironmentError: It cannot be built.
            ToolError: uv fails, or the environment does not import what the child needs.
        """
        seal = self._installed(folder, recipe, conda, lock)
        python = folder / "bin" / "python"
        first = refused = refused_import(python)
        major = int(found[0]) if first is not None and (found := re.match(r"\d+", first.version)) else 0
        for newest in range(major, max(major - MAX_BOUNDS, 0), -1):
            if first is None or refused is None or refused.package != first.package:
                break
            bound = f"{first.package}<{newest}"
            try:
                bounded_recipe = replace(recipe, requirements=(*recipe.requirements, bound))
                seal = self._installed(folder, bounded_recipe, conda, lock, anew=False)
            except LearnerEnvironmentError:
                break  # conda.yaml, or Python, asks for one that is not below
            refused = refused_import(python)
            if refused is None:
                remove_added(folder, seal)  # what packages write when they are imported
                return Built(sealed(folder, seal), bound, f"{first.package} {first.version}: {first.reason}")
        if first is not None:
            raise ToolError(_not_proven(first))
        remove_added(folder, seal)
        return Built(sealed(folder, seal))

    def _installed(
        self, folder: Path, recipe: Recipe, conda: CondaEnvironment, lock: int | None, *, anew: bool = True
    ) -> Seal:
        """Install the packages, and all once more, past uv's cache, if one is not what it says of itself.

        That needs an empty environment: uv would run its Python, and so the ``.pth`` files of packages.
        """
        if not anew:
            make_writable(folder)
        self._install(folder, recipe, conda, lock, anew=anew)
        if unlike_their_record(folder, sealed(folder)):
            remove(folder)
            self._install(folder, recipe, conda, lock, ["--no-cache"])
        compile_all(folder)
        make_read_only(folder)
        return sealed(folder)

    def _install(
        self,
        folder: Path,
        recipe: Recipe,
        conda: CondaEnvironment,
        lock: int | None,
        options: Sequence[str] = (),
        *,
        anew: bool = True,
    ) -> None:
        if anew:
            ended = self._run(["venv", "--python", recipe.base, os.fspath(folder)], lock=lock)
            self._refuse_failure(ended, folder, recipe, conda)
        python, asked, solved = folder / "bin" / "python", folder / "requirements.txt", folder / "solved.txt"
        asked.write_text("\n".join(recipe.requirements) + "\n", encoding="utf-8")
        common = ["--color", "never", "--python", os.fspath(python)]
        wheels_only = [] if recipe.with_builds else ["--no-build"]
        if recipe.solved_for:
            solving = ["pip", "compile", *common, "--python-version", recipe.solved_for, *wheels_only, "--no-header"]
            ended = self._run([*solving, "--output-file", os.fspath(solved), os.fspath(asked)], lock=lock)
            self._refuse_failure(ended, folder, recipe, conda)
            asked = solved
        install = ["pip", "install", *common, "--requirement", os.fspath(asked)]
        ended = self._run([*install, *wheels_only, *options], lock=lock)
        self._refuse_failure(ended, folder, recipe, conda)

    def _refuse_failure(self, ended: Ended, folder: Path, recipe: Recipe, conda: CondaEnvironment) -> None:
        if ended.status:
            output = ended.text.replace(f"{folder}{os.sep}", "")
            raise not_installed(ended.status, output, recipe.requirements, conda)

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
                timeout=self.limit,
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


def _not_proven(refused: Refused) -> Problem:
    return Problem(
        "the learner's environment was built, and does not import what a check needs",
        where='the environment "learner"',
        expected=f"imports of {', '.join(NEEDED)}",
        got=" ".join(filter(None, (refused.package, refused.version))) + (": " if refused.package else "") + refused.reason,
        fix=f"pin versions in {FILE} that go together, or name a Python of conda's with the same packages",
    )
