"""The traps of project SLAs: what the FLOps manager takes, and of which a project dies or learns nothing later.

Nothing here can be tried without FLOps. The tests stand on ``flops-contract.md``, sections 5 ("Aggregator") and 7 ("Project
SLA"), whose lines they quote.
"""

from __future__ import annotations

from typing import Any

import pytest

from pytest_flops_mock.findings import Finding
from pytest_flops_mock.sla.models import ProjectSLA
from pytest_flops_mock.stage import Severity, Stage

EXAMPLES = "https://github.com/Malyuk-A/flops_ml_repo_"


def sla(**changes: Any) -> ProjectSLA:
    good = {
        "customerID": "Admin",
        "ml_repo_url": "https://github.com/someone/flops_ml_repo_mnist_sklearn",
        "ml_model_flavor": "sklearn",
        "training_configuration": {"data_tags": ["mnist"]},
    }
    return ProjectSLA.load({**good, **changes})


def project(**training: Any) -> ProjectSLA:
    return sla(training_configuration={"data_tags": ["mnist"], **training})


def only(project_sla: ProjectSLA, code: str, severity: Severity = Severity.ERROR) -> str:
    findings = project_sla.findings()
    assert [finding.code for finding in findings] == [code]
    assert (findings[0].stage, findings[0].severity) == (Stage.SLA, severity)
    return str(findings[0].problem)


def findings(**changes: Any) -> tuple[Finding, ...]:
    return sla(**changes).findings()


@pytest.mark.parametrize(
    ("key", "consequence"),
    [
        ("training_cycles", "nothing is trained, since no cycle is run with training_cycles below 1"),
        ("training_rounds", "nothing is trained, since no round is run with training_rounds below 1"),
        (
            "min_fit_clients",
            "a round can pass without training, since it needs no learner with min_fit_clients below 1",
        ),
        (
            "min_evaluate_clients",
            "a round can pass without evaluation, since it needs no learner with min_evaluate_clients below 1",
        ),
    ],
)
def test_counts_below_one(key: str, consequence: str) -> None:
    assert only(project(**{key: 0}), "FM010") == (
        f"{consequence}\n"
        f"  where     <mapping>: training_configuration.{key}\n"
        "  expected  1 or more\n"
        "  got       0\n"
        "  nearest   1\n"
        f"  fix       set {key} to 1 or more"
    )


def test_no_learner_started() -> None:
    told = only(project(min_available_clients=0), "FM010")

    assert told.startswith("nothing is trained, since no learner is started with min_available_clients below 1\n")


@pytest.mark.parametrize("key", ["training_cycles", "training_rounds", "min_fit_clients"])
def test_one_is_enough(key: str) -> None:
    assert project(**{key: 1}).findings() == ()


@pytest.mark.parametrize(
    ("key", "code", "consequence"),
    [
        # "Flower samples nobody, each round passes without training, and the project ends "successfully""
        ("min_fit_clients", "FM012", "nothing is trained, and the project ends as if it had worked"),
        # ""min_evaluate_clients" above it: no evaluation, no model saved."
        ("min_evaluate_clients", "FM013", "no round is evaluated, and no model is saved"),
    ],
)
def test_more_learners_needed_than_are_started(key: str, code: str, consequence: str) -> None:
    assert project(min_available_clients=3, **{key: 3}).findings() == ()
    assert only(project(min_available_clients=2, **{key: 3}), code) == (
        f"{consequence}, since {key} is above the number of learners started, and Flower takes none then\n"
        f"  where     <mapping>: training_configuration.{key}\n"
        "  expected  at most min_available_clients, the number of learners that are started: 2\n"
        "  got       3\n"
        "  nearest   2\n"
        f"  fix       set min_available_clients to 3, or {key} to 2"
    )


def test_the_flavor_tensorflow() -> None:
    """ "`flops-utils` knows the flavors `sklearn`, `pytorch` and `keras`; the SLA also accepts `tensorflow`"."""
    assert [flavor for flavor in ("sklearn", "pytorch", "keras") if findings(ml_model_flavor=flavor)] == []
    assert only(sla(ml_model_flavor="tensorflow"), "FM014") == (
        "the aggregator exits with status 1 after all images were built: flops-utils does not know the flavor\n"
        "  where     <mapping>: ml_model_flavor\n"
        "  expected  one of sklearn, pytorch, keras\n"
        '  got       "tensorflow"\n'
        "  nearest   keras\n"
        '  fix       write "keras", and let get_model() return a keras.Model'
    )


def test_no_platform() -> None:
    """ "`supported_platforms: []`: the builder dies of an empty name."."""
    assert findings(supported_platforms=["linux/arm64", "linux/amd64"]) == ()
    assert only(sla(supported_platforms=[]), "FM015") == (
        "the image builder dies of an empty image name, since there is no platform to build for\n"
        "  where     <mapping>: supported_platforms\n"
        "  expected  linux/amd64, linux/arm64, or both\n"
        "  got       an empty list\n"
        '  nearest   ["linux/amd64"]\n'
        "  fix       name the platforms of the worker nodes, or remove the key for linux/amd64"
    )


@pytest.mark.parametrize(
    ("url", "nearest"),
    [
        ("http://github.com/someone/repo", "https://github.com/someone/repo"),
        ("git@github.com:someone/repo.git", "https://github.com/someone/repo"),
        ("ssh://git@github.com/someone/repo", "https://github.com/someone/repo"),
        ("https://github.com/someone/repo.git", "https://github.com/someone/repo"),
        ("https://github.com/someone/repo/", "https://github.com/someone/repo"),
        ("https://github.com/someone/repo/tree/dev", "https://github.com/someone/repo"),
        ("https://github.com/someone/repo@v2", "https://github.com/someone/repo"),
        ("https://www.github.com/someone/my.repo", "https://github.com/someone/my.repo"),
        ("https://token@github.com/someone/repo", "https://github.com/someone/repo"),
        ("https://github.com/someone/repo ", "https://github.com/someone/repo"),
        ("github.com/someone/repo", "https://github.com/someone/repo"),
        ("https://github.com/someone", ""),
        ("https://gitlab.com/someone/repo", ""),
        ("https://github.com.example.org/someone/repo", ""),
        ("", ""),
    ],
)
def test_a_url_that_the_manager_does_not_find(url: str, nearest: str) -> None:
    """ "Only public `https://github.com/OWNER/NAME` works: no other host, no SSH form, no branch or path …"."""
    told = only(sla(ml_repo_url=url), "FM016")
    shown = (
        f'  nearest   {nearest}\n  fix       write "{nearest}"'
        if nearest
        else ("  fix       push the repository to GitHub, and write its address there")
    )
    assert told == (
        "the FLOps manager does not find the ML repository, since it asks GitHub only, for OWNER/NAME\n"
        "  where     <mapping>: ml_repo_url\n"
        "  expected  https://github.com/OWNER/NAME, of a public repository; its default branch is built\n"
        f'  got       "{url}"\n'
        f"{shown}"
    )


def test_capitals_in_the_repositorys_name() -> None:
    """ "image names are made of the URL with the owner in lower case and the repository's name as it is"."""
    assert findings(ml_repo_url="https://github.com/Some-One/my_repo.2") == ()
    assert only(sla(ml_repo_url="https://github.com/Some-One/MyRepo"), "FM017") == (
        "no image can be pushed, since image names contain the repository's name and must have no capitals\n"
        "  where     <mapping>: ml_repo_url\n"
        "  expected  a repository's name without capitals\n"
        '  got       "MyRepo"\n'
        "  nearest   https://github.com/Some-One/myrepo\n"
        '  fix       write "https://github.com/Some-One/myrepo", or rename the repository: GitHub finds it in both ways'
    )


@pytest.mark.parametrize("name", ["mnist_sklearn", "cifar10_keras", "cifar10_pytorch"])
def test_development_base_images_of_flops_own_examples(name: str) -> None:
    """ "works for three URLs of FLOps' own examples"."""
    assert findings(ml_repo_url=f"{EXAMPLES}{name}", use_devel_base_images=True) == ()


def test_development_base_images_of_other_repositories() -> None:
    """ "for any other repository the builder dies of a `KeyError`"."""
    assert findings(use_devel_base_images=False) == ()
    assert only(sla(use_devel_base_images=True), "FM018") == (
        "the image builder dies of a KeyError, since there are development base images for FLOps' own examples only\n"
        "  where     <mapping>: use_devel_base_images\n"
        f"  expected  false, or one of {EXAMPLES}mnist_sklearn, {EXAMPLES}cifar10_keras, {EXAMPLES}cifar10_pytorch "
        'with supported_platforms ["linux/amd64"]\n'
        '  got       true with "https://github.com/someone/flops_ml_repo_mnist_sklearn" and supported_platforms '
        '["linux/amd64"]\n'
        "  nearest   false\n"
        "  fix       set use_devel_base_images to false, or remove it"
    )


@pytest.mark.parametrize("platforms", [["linux/arm64"], ["linux/amd64", "linux/arm64"]])
def test_development_base_images_for_other_platforms(platforms: list[str]) -> None:
    """ "with platforms other than exactly `["linux/amd64"]` the manager answers 400"."""
    example = sla(ml_repo_url=f"{EXAMPLES}mnist_sklearn", use_devel_base_images=True, supported_platforms=platforms)
    told = only(example, "FM018")
    assert told.startswith("the FLOps manager answers 400, since development base images are for one platform only\n")


def test_resource_constraints_are_read_by_nothing() -> None:
    """ "`resource_constraints` is read by nothing."; learners "always ask for 100 MB and 1 vCPU"."""
    assert findings(resource_constraints={"memory": 100, "vcpus": 1, "storage": 0}) == ()
    assert only(sla(resource_constraints={"memory": 500, "vcpus": 2}), "FM019", Severity.INFO) == (
        "resource_constraints change nothing, since no part of FLOps reads them\n"
        "  where     <mapping>: resource_constraints\n"
        "  expected  what every learner and aggregator asks for: 100 MB of memory and 1 vCPU\n"
        "  got       memory 500, vcpus 2\n"
        "  fix       remove them; containers run without limits"
    )
