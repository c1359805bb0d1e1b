"""What a repository's ``conda.yaml`` asks of the learner's environment, wherever that is built."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from pytest_flops_mock.errors import Problem, listing
from pytest_flops_mock.findings import Finding
from pytest_flops_mock.learner.environments.failures import no_wheel
from pytest_flops_mock.learner.environments.image import LEARNER_PINS, NEWEST_PYTHON
from pytest_flops_mock.learner.environments.python import OLDEST_PYTHON, dotted, minor
from pytest_flops_mock.learner.environments.unsolved import without
from pytest_flops_mock.repository.conda.document import FILE
from pytest_flops_mock.repository.conda.reader import CondaEnvironment, conda_environment
from pytest_flops_mock.repository.conda.versions import compatible
from pytest_flops_mock.repository.repository import MLRepository


@dataclass(frozen=True)
class AskedFor:
    """What is to be installed.

    Attributes:
        conda: What ``conda.yaml`` asks for.
        requirements: The lines of a requirements file, those of the learner's image included.
        findings: What sets that apart from ``conda.yaml``.
    """

    conda: CondaEnvironment
    requirements: tuple[str, ...]
    findings: tuple[Finding, ...]

    def solved_for(self, version: str) -> str:
        """A newer Python stands in for the pinned one, with the versions of packages that the pinned one would get."""
        pinned = self.conda.python_minor
        return dotted(pinned) if pinned and minor(version) > pinned else ""


def asked_for(repository: MLRepository, *, allow_builds: bool = False) -> AskedFor:
    """What a repository asks for.

    Args:
        repository: The repository.
        allow_builds: Whether packages without a wheel may be built from source.

    Raises:
        ToolError: Sources would have to be built.
        RepositoryError: ``conda.yaml`` cannot be used.
    """
    conda = conda_environment(repository)
    if not allow_builds and conda.sources:
        text, line = conda.sources[0]
        raise no_wheel(text, f"{FILE}:{line}", "the address of a source distribution, or of a Git repository")
    requirements, replaced = _requirements(conda)
    return AskedFor(conda, requirements, (*replaced, *_left_out(conda)))


def allows(conda: CondaEnvironment, version: str) -> bool:
    """Whether ``conda.yaml`` allows a Python of that version."""
    if conda.python_minor:
        return conda.python_minor == minor(version)
    return SpecifierSet(conda.python_specifier).contains(version)


def wanted_python(conda: CondaEnvironment) -> tuple[int, ...]:
    """The Python that conda would choose: the learner's own packages ask for no newer one than ``NEWEST_PYTHON``."""
    if conda.python_minor:
        return conda.python_minor
    specifier = SpecifierSet(conda.python_specifier)
    minors = range(NEWEST_PYTHON[1], OLDEST_PYTHON[1] - 1, -1)
    return next(((3, number) for number in minors if specifier.contains(f"3.{number}.99999")), NEWEST_PYTHON)


def as_built(conda: CondaEnvironment, bound: str, reason: str, missing: tuple[str, ...]) -> Iterator[Finding]:
    """What is to be said of an environment once it is built.

    Args:
        conda: What it was built from.
        bound: The requirement that was added, such as ``pyarrow<26``; or empty.
        reason: What went wrong without.
        missing: Requirements that it lacks, since no package index has them and conda may.
    """
    if bound:
        yield Finding.of(
            Problem(
                f"{bound} was added to the learner's environment",
                where=FILE,
                expected="packages that import together, as conda solves them",
                got=reason,
                fix="nothing: in the image conda takes builds that go together",
            ),
            code="FM207",
        )
    if missing:
        yield Finding.of(without(missing, conda), code="FM209")


def _requirements(conda: CondaEnvironment) -> tuple[tuple[str, ...], tuple[Finding, ...]]:
    """The lines of a requirements file for the learner's image, and what of conda.yaml it replaces."""
    pins = {canonicalize_name(pin.name): pin for pin in map(Requirement, LEARNER_PINS)}
    kept, replaced = [], []
    for text in conda.requirements:
        try:
            name = canonicalize_name(Requirement(text).name)
        except InvalidRequirement:  # an address, which pip and uv take as it is
            kept.append(text)
            continue
        if name in pins and not compatible(text, str(pins[name].specifier)):
            replaced.append(_replaced(text, str(pins[name]), conda.line(name)))
        else:
            kept.append(text)
    return (*conda.options, *kept, *LEARNER_PINS), tuple(replaced)


def _replaced(asked: str, pin: str, line: int) -> Finding:
    return Finding.of(
        Problem(
            f"the learner's image has {pin}, whatever {FILE} says",
            where=f"{FILE}:{line}",
            expected=pin,
            got=asked,
            nearest=pin,
            fix=f"write {pin} into {FILE}: FLOps installs it afterwards, and the check did so, too",
        ),
        code="FM201",
    )


def _left_out(conda: CondaEnvironment) -> Iterator[Finding]:
    if conda.left_out:
        yield Finding.of(
            Problem(
                f"the learner's environment was built without what only conda, or a file beside {FILE}, brings",
                where=FILE,
                expected="packages that pip finds by name or address",
                got=listing(conda.left_out),
                fix="nothing, if the check passes; what is missing here is told as an import that is not installed",
            ),
            code="FM201",
        )
