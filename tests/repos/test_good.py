"""ML repositories with nothing wrong, the examples: no error and no warning, here and in one like the learner's."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from pytest_flops_mock import check_repository

EXAMPLES = Path(__file__).parents[2] / "examples"

GOOD = {
    "scikit-learn": EXAMPLES / "mnist_sklearn" / "mocks" / "mnist_multi.json",
    "NumPy only": EXAMPLES / "mnist_numpy" / "mocks" / "mnist.json",
    "text": EXAMPLES / "reviews_sklearn" / "mocks" / "reviews.json",
    "tabular": EXAMPLES / "patients_sklearn" / "mocks" / "patients.json",
}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow if name in ("text", "tabular") else ()) for name in GOOD]
)
def test_it_passes_here_without_a_warning(name: str) -> None:
    report = check_repository(GOOD[name].parents[1], sla=GOOD[name])
    assert report.errors == report.warnings == (), str(report)
    assert {result.outcome.value for result in report.stages} == {"passed"}


@pytest.mark.skipif(find_spec("torch") is None, reason="PyTorch is not installed; tox run -e pytorch has it")
def test_pytorch_passes_here_without_a_warning() -> None:
    repository = EXAMPLES / "mnist_pytorch"
    report = check_repository(repository, sla=repository / "mocks" / "mnist.json")
    assert report.errors == report.warnings == (), str(report)
    parameters = dict(report.stages[-3].facts)["parameters"]
    assert "()" in parameters, "one of its parameters has no dimensions"


@pytest.mark.slow
@pytest.mark.parametrize("name", GOOD)
@pytest.mark.usefixtures("kept_environments")
def test_it_passes_in_the_learners_environment_without_a_warning(name: str) -> None:
    report = check_repository(GOOD[name].parents[1], sla=GOOD[name], env="learner,current", timeout=120)
    # Where Python 3.10 is not installed, another one stands in for it, which is told.
    assert [finding.code for finding in (*report.errors, *report.warnings)] in ([], ["FM202"]), str(report)
    assert dict(report.environment)["datasets"].startswith("2.")
    assert {result.outcome.value for result in report.stages} == {"passed"}
