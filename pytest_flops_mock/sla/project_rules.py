"""The traps of a project SLA: values that the FLOps manager takes, and of which a project dies or learns nothing later."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pytest_flops_mock.errors import Problem, listing
from pytest_flops_mock.sla.parsing import shown

if TYPE_CHECKING:
    from pytest_flops_mock.sla.models import ProjectSLA

_COUNTS = {
    "training_cycles": "nothing is trained, since no cycle is run",
    "training_rounds": "nothing is trained, since no round is run",
    "min_available_clients": "nothing is trained, since no learner is started",
    "min_fit_clients": "a round can pass without training, since it needs no learner",
    "min_evaluate_clients": "a round can pass without evaluation, since it needs no learner",
}
_UNMET = {
    "min_fit_clients": ("FM012", "nothing is trained, and the project ends as if it had worked"),
    "min_evaluate_clients": ("FM013", "no round is evaluated, and no model is saved"),
}
_FLAVORS = ("sklearn", "pytorch", "keras")  # those of flops-utils
_GITHUB = re.compile(r"https://github\.com/[\w-]+/(?P<name>[\w.-]+)", re.ASCII)
# The same repository in the ways that other tools take.
_ALIKE = re.compile(
    r"(?:\w+://|git@)?(?:[\w.-]+@)?(?:www\.)?github\.com(?::\d+)?[/:](?P<owner>[\w-]+)/(?P<name>[\w.-]+?)(?:\.git)?(?:[/@?#].*)?",
    re.ASCII | re.IGNORECASE,
)
_WITH_BASE_IMAGES = tuple(
    f"https://github.com/Malyuk-A/flops_ml_repo_{name}" for name in ("mnist_sklearn", "cifar10_keras", "cifar10_pytorch")
)
_PLATFORM = "linux/amd64"


def traps(sla: ProjectSLA) -> Iterator[Problem]:
    """What fails later, or changes nothing."""
    yield from _url(sla)
    yield from _flavor(sla)
    yield from _base_images(sla)
    yield from _platforms(sla)
    yield from _counts(sla)
    yield from _clients(sla)
    yield from _resources(sla)


def _url(sla: ProjectSLA) -> Iterator[Problem]:
    url, where = sla.ml_repo_url, f"{sla.origin}: ml_repo_url"
    found = _GITHUB.fullmatch(url)
    if found is None or found["name"].endswith(".git"):
        alike = _ALIKE.fullmatch(url.strip())
        closest = f"https://github.com/{alike['owner']}/{alike['name']}" if alike else ""
        yield Problem(
            message="the FLOps manager does not find the ML repository, since it asks GitHub only, for OWNER/NAME",
            where=where,
            expected="https://github.com/OWNER/NAME, of a public repository; its default branch is built",
            got=shown(url),
            nearest=closest,
            fix=f"write {shown(closest)}" if closest else "push the repository to GitHub, and write its address there",
            code="FM016",
        )
    elif found["name"] != found["name"].lower():
        closest = url.removesuffix(found["name"]) + found["name"].lower()
        yield Problem(
            message="no image can be pushed, since image names contain the repository's name and must have no capitals",
            where=where,
            expected="a repository's name without capitals",
            got=shown(found["name"]),
            nearest=closest,
            fix=f"write {shown(closest)}, or rename the repository: GitHub finds it in both ways",
            code="FM017",
        )


def _flavor(sla: ProjectSLA) -> Iterator[Problem]:
    if sla.ml_model_flavor.value not in _FLAVORS:
        yield Problem(
            message="the aggregator exits with status 1 after all images were built: flops-utils does not know the flavor",
            where=f"{sla.origin}: ml_model_flavor",
            expected=f"one of {listing(_FLAVORS)}",
            got=shown(sla.ml_model_flavor.value),
            nearest="keras",
            fix='write "keras", and let get_model() return a keras.Model',
            code="FM014",
        )


def _base_images(sla: ProjectSLA) -> Iterator[Problem]:
    if not sla.use_devel_base_images:
        return
    platforms = [platform.value for platform in sla.supported_platforms]
    unknown = sla.ml_repo_url not in _WITH_BASE_IMAGES
    if unknown or platforms != [_PLATFORM]:
        yield Problem(
            message=(
                "the image builder dies of a KeyError, since there are development base images for FLOps' own examples only"
                if platforms == [_PLATFORM]
                else "the FLOps manager answers 400, since development base images are for one platform only"
            ),
            where=f"{sla.origin}: use_devel_base_images",
            expected=f"false, or one of {listing(_WITH_BASE_IMAGES)} with supported_platforms {shown([_PLATFORM])}",
            got=f"true with {shown(sla.ml_repo_url)} and supported_platforms {shown(platforms)}",
            nearest="false",
            fix="set use_devel_base_images to false, or remove it",
            code="FM018",
        )


def _platforms(sla: ProjectSLA) -> Iterator[Problem]:
    if not sla.supported_platforms:
        yield Problem(
            message="the image builder dies of an empty image name, since there is no platform to build for",
            where=f"{sla.origin}: supported_platforms",
            expected="linux/amd64, linux/arm64, or both",
            got="an empty list",
            nearest=shown([_PLATFORM]),
            fix="name the platforms of the worker nodes, or remove the key for linux/amd64",
            code="FM015",
        )


def _counts(sla: ProjectSLA) -> Iterator[Problem]:
    for key, consequence in _COUNTS.items():
        value: int = getattr(sla.training_configuration, key)
        if value < 1:
            yield Problem(
                message=f"{consequence} with {key} below 1",
                where=f"{sla.origin}: training_configuration.{key}",
                expected="1 or more",
                got=str(value),
                nearest="1",
                fix=f"set {key} to 1 or more",
                code="FM010",
            )


def _clients(sla: ProjectSLA) -> Iterator[Problem]:
    training = sla.training_configuration
    started = max(training.min_available_clients, 1)  # a lower value is FM010's matter
    for key, (code, consequence) in _UNMET.items():
        needed: int = getattr(training, key)
        if needed > started:
            yield Problem(
                message=f"{consequence}, since {key} is above the number of learners started, and Flower takes none then",
                where=f"{sla.origin}: training_configuration.{key}",
                expected=f"at most min_available_clients, the number of learners that are started: {started}",
                got=str(needed),
                nearest=str(started),
                fix=f"set min_available_clients to {needed}, or {key} to {started}",
                code=code,
            )


def _resources(sla: ProjectSLA) -> Iterator[Problem]:
    given = sla.resource_constraints
    plain = type(given)()
    changed = [key for key in type(given).model_fields if getattr(given, key) != getattr(plain, key)]
    if changed:
        yield Problem(
            message="resource_constraints change nothing, since no part of FLOps reads them",
            where=f"{sla.origin}: resource_constraints",
            expected=f"what every learner and aggregator asks for: {plain.memory} MB of memory and {plain.vcpus} vCPU",
            got=listing(f"{key} {getattr(given, key)}" for key in changed),
            fix="remove them; containers run without limits",
            code="FM019",
        )
