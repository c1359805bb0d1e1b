"""How a Python differs from that of the learner's image."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from pytest_flops_mock.errors import Problem, RepositoryError
from pytest_flops_mock.findings import Finding
from pytest_flops_mock.learner.environments.image import LEARNER_MAJORS, LEARNER_PINS
from pytest_flops_mock.learner.environments.python import LEARNER, dotted, minor
from pytest_flops_mock.repository.conda.reader import conda_environment
from pytest_flops_mock.repository.repository import MLRepository

COMPARED = ("flwr", "pillow")
"""Pinned packages whose versions are compared: those that ML repositories use."""


def pinned_requirements(repository: MLRepository) -> tuple[Requirement, ...]:
    """What ``conda.yaml`` asks for in certain versions, but for what FLOps' own pins decide."""
    try:
        asked = conda_environment(repository).requirements
    except RepositoryError:  # told by the stage that looks at the structure
        return ()
    own = {canonicalize_name(Requirement(pin).name) for pin in LEARNER_PINS} | {*LEARNER_MAJORS}
    found = []
    for text in asked:
        with suppress(InvalidRequirement):  # an address
            requirement = Requirement(text)
            if requirement.specifier and requirement.marker is None and canonicalize_name(requirement.name) not in own:
                found.append(requirement)
    return tuple(found)


def difference_findings(
    versions: Mapping[str, str],
    repository: MLRepository,
    installed: Callable[[Iterable[str]], Mapping[str, str]],
) -> tuple[Finding, ...]:
    """What sets a Python apart from the learner's image, as one finding of severity ``info``; none if nothing does.

    Args:
        versions: ``Python`` and the packages of the learner's process, with their versions.
        repository: Whose ``conda.yaml`` pins the image's Python and packages.
        installed: The versions that the Python has of packages, by the names that they are asked for with.
    """
    differing = list(_differing({name.casefold(): version for name, version in versions.items()}, _pin(repository)))
    pins = pinned_requirements(repository)
    have = installed([pin.name for pin in pins]) if pins else {}
    for pin in pins:
        version = have.get(pin.name, "")
        if not (version and pin.specifier.contains(version, prereleases=True)):
            differing.append((f"{pin.name} {version}" if version else f"no {pin.name}", str(pin)))
    if not differing:
        return ()
    return (
        Finding.of(
            Problem(
                "the check runs in a Python that differs from the learner's image",
                where="the environment of the check",
                expected=", ".join(image for _, image in differing),
                got=", ".join(here for here, _ in differing),
                fix=f'what works here can fail there, and the other way round; check in the environment "{LEARNER}", too',
            ),
            code="FM201",
        ),
    )


def _differing(have: Mapping[str, str], pin: tuple[int, ...]) -> Iterator[tuple[str, str]]:
    """What is here, and what the image has instead."""
    python = have.get("python", "")
    if pin and python and minor(python) != pin:
        yield f"Python {python}", f"Python {dotted(pin)}"
    for name, major in LEARNER_MAJORS.items():
        if name in have and have[name].partition(".")[0] != major:
            yield f"{name} {have[name]}", f"{name} {major}.x"
    for pinned in map(Requirement, LEARNER_PINS):
        version = have.get(pinned.name, "")
        if pinned.name in COMPARED and not (version and pinned.specifier.contains(version, prereleases=True)):
            yield f"{pinned.name} {version}" if version else f"no {pinned.name}", str(pinned)


def _pin(repository: MLRepository) -> tuple[int, ...]:
    try:
        return conda_environment(repository).python_minor
    except RepositoryError:  # told by the stage that looks at the structure
        return ()
