"""A Python like that of the learner's image, with the packages that FLOps would install from ``conda.yaml``."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.specifiers import SpecifierSet

from pytest_flops_mock.errors import Problem, ToolError, listing
from pytest_flops_mock.findings import Finding
from pytest_flops_mock.learner.environments.asked_for import allows, as_built, asked_for, wanted_python
from pytest_flops_mock.learner.environments.image import NEWEST_PYTHON
from pytest_flops_mock.learner.environments.kept import Kept, OnWait, silent, user_cache
from pytest_flops_mock.learner.environments.python import LEARNER, OLDEST_PYTHON, LearnerPython, dotted, minor
from pytest_flops_mock.learner.environments.uv import Recipe, Uv, find_uv
from pytest_flops_mock.repository.conda.document import FILE
from pytest_flops_mock.repository.conda.reader import CondaEnvironment
from pytest_flops_mock.repository.repository import MLRepository

ALLOWING = ("automatic", "auto", "true", "1")
"""Values of ``UV_PYTHON_DOWNLOADS`` that let uv download a Python."""


def built_python(
    repository: MLRepository,
    *,
    cache: Path | None = None,
    also: Sequence[str] = (),
    on_wait: OnWait = silent,
    allow_builds: bool = False,
) -> LearnerPython:
    """The learner's Python, built when it is first asked for.

    uv downloads packages, but a Python that is not installed only where ``UV_PYTHON_DOWNLOADS`` is ``automatic``.

    Args:
        repository: Whose ``conda.yaml`` it is built from.
        cache: Where environments are kept; by default the user's cache folder.
        also: Packages that are installed beside those of the image.
        on_wait: Is told what is waited for.
        allow_builds: Whether packages without a wheel may be built from source, which runs their code.

    Raises:
        LearnerEnvironmentError: It cannot be built (FM204).
        ToolError: What builds it is missing or fails, or a package has no wheel; that says nothing of the repository.
        RepositoryError: ``conda.yaml`` cannot be used.
    """
    plan = planned(repository, also=also, on_wait=on_wait, allow_builds=allow_builds)
    return plan.python(plan.uv.build(plan.recipe, cache or user_cache(), plan.conda))


@dataclass(frozen=True)
class Plan:
    """How a repository's environment would be built.

    Attributes:
        uv: What builds it.
        recipe: What it is built from.
        conda: What ``conda.yaml`` asks for.
        findings: What sets it apart from that.
    """

    uv: Uv
    recipe: Recipe
    conda: CondaEnvironment
    findings: tuple[Finding, ...]

    def python(self, built: Kept) -> LearnerPython:
        """The Python of the environment that was built so."""
        shown = f"{LEARNER} (Python {dotted(minor(self.recipe.version))})"
        told = (*self.findings, *as_built(self.conda, built.bound, built.reason, built.missing), *_damage(built))
        return LearnerPython(built.python, LEARNER, shown, told, built.missing)


def planned(
    repository: MLRepository,
    limit: float | None = None,
    *,
    by_itself: bool = False,
    also: Sequence[str] = (),
    on_wait: OnWait = silent,
    allow_builds: bool = False,
) -> Plan:
    """How the repository's environment would be built.

    Args:
        repository: Whose ``conda.yaml`` it is built from.
        limit: Seconds from now that all of it may take; ``None`` for no limit.
        by_itself: Whether nobody has asked for it; see :class:`Uv`.
        also: Packages that are installed beside those of the image: another environment, with a key of its own.
        on_wait: Is told what is waited for.
        allow_builds: Whether packages without a wheel may be built from source.

    Raises:
        subprocess.TimeoutExpired: The time is up.
        ToolError: uv is missing or fails, there is no Python, or sources would have to be built.
        RepositoryError: ``conda.yaml`` cannot be used.
    """
    asked = asked_for(repository, allow_builds=allow_builds)
    allow_download = os.environ.get("UV_PYTHON_DOWNLOADS", "") in ALLOWING
    deadline = None if limit is None else time.monotonic() + limit
    uv = Uv(find_uv(), allow_download, allow_builds, deadline, by_itself, on_wait)
    installed = uv.installed()
    version, base = _chosen(asked.conda, installed, allow_download)
    requirements = (*asked.requirements, *also)
    recipe = Recipe(version, base, requirements, solved_for=asked.solved_for(version), with_builds=allow_builds)
    return Plan(uv, recipe, asked.conda, (*_other_python(asked.conda, version, installed), *asked.findings))


def _damage(found: Kept) -> Iterator[Finding]:
    if found.damage:
        yield Finding.of(
            Problem(
                "the learner's environment was damaged, and is as it was built again",
                where=os.fspath(found.python.parents[1]),
                expected="files as they were when it was built",
                got=listing(found.damage),
                fix="nothing now; code that ran in it, or somebody else, has changed it since",
            ),
            code="FM210",
        )


def _chosen(conda: CondaEnvironment, installed: Mapping[str, Path], allow_download: bool) -> tuple[str, str]:
    """The version of the Python that is closest to what conda.yaml asks for, and what uv shall be told of it."""
    usable = [version for version in installed if minor(version) >= OLDEST_PYTHON]
    specifier = SpecifierSet(conda.python_specifier)
    if wanted := conda.python_minor:
        fitting = [version for version in usable if minor(version) == wanted]
    else:
        fitting = [version for version in usable if specifier.contains(version)]
        fitting = [version for version in fitting if minor(version) <= NEWEST_PYTHON] or fitting
        wanted = wanted_python(conda)
    if not fitting and allow_download:
        return dotted(wanted), dotted(wanted)
    if not usable:
        raise ToolError(
            Problem(
                "no Python is installed that the learner's environment could be built with",
                where=f"{FILE}:{line}" if (line := conda.line("python")) else FILE,
                expected=f"Python {dotted(wanted)}, or another one from {dotted(OLDEST_PYTHON)} on",
                got=f"installed: {listing(installed)}",
                fix=f"uv python install {dotted(wanted)}",
            )
        )
    exact = [version for version in fitting if version == conda.python]
    best = min(exact or fitting or usable, key=lambda version: (_distance(minor(version), wanted), _newest_first(version)))
    return best, os.fspath(installed[best])


def _other_python(conda: CondaEnvironment, version: str, installed: Iterable[str]) -> Iterator[Finding]:
    """A warning if conda.yaml does not allow the Python."""
    if allows(conda, version) or version.count(".") < 2:  # the latter was downloaded as wanted
        return
    wanted = dotted(conda.python_minor) if conda.python_minor else conda.python_specifier
    line = conda.line("python")
    yield Finding.of(
        Problem(
            f"Python {wanted} of {FILE} is not installed; the check runs in Python {version}",
            where=f"{FILE}:{line}" if line else FILE,
            expected=f"Python {conda.python or conda.python_specifier}",
            got=f"installed: {listing(installed)}",
            nearest=version,
            fix=f"uv python install {wanted if conda.python else dotted(NEWEST_PYTHON)}, "
            "or set UV_PYTHON_DOWNLOADS=automatic",
        ),
        code="FM202",
    )


def _distance(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    return abs((one[0] - other[0]) * 100 + one[1] - other[1])


def _newest_first(version: str) -> list[int]:
    return [-int(number) for number in version.split(".")]
