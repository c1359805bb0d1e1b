"""What the image builder changes in conda.yaml before conda reads it (contract, section 7)."""

from __future__ import annotations

import pytest
from standins.conda import of

from pytest_flops_mock import MLRepository
from pytest_flops_mock.repository.conda.builder import edited
from pytest_flops_mock.repository.conda.reader import conda_environment, conda_findings


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("  - mlflow=2.12.1", ""),
        ("  - mlflow-skinny", ""),
        ("  - scikit-learn  # pinned - mlflow wants it", ""),
        ("- mlflow", "- mlflow"),
        ("  -  mlflow", "  -  mlflow"),
        ("  - 'mlflow'", "  - 'mlflow'"),
        ("  - conda-forge::mlflow=2.12.1", "  - conda-forge::mlflow=2.12.1"),
        (
            "  - scikit-learn=1.4.2  # same version as mlflow logged",
            "  - scikit-learn=1.4.2  # same version as mlflow logged",
        ),
        ("name: mnist", "name: base"),
        ("# its name: mnist # twice", "# its name: base"),
        ("name:", "name:"),
        ("  - gmpy2=2.1", "  - gmpy2=2.1"),
    ],
)
def test_a_line_is_changed_by_what_it_holds_and_by_nothing_else(line: str, left: str) -> None:
    assert edited(line) == left


def test_where_torch_occurs_gmpy2_becomes_torchvision() -> None:
    assert conda_environment(of("pytorch=2.1", "gmpy2=2.1")).requirements == ("torch==2.1.*", "torchvision")
    assert conda_environment(of("gmpy2=2.1")).requirements == ("gmpy2==2.1.*",)


def test_what_goes_is_gone_and_the_other_lines_keep_their_numbers() -> None:
    text = "name: a\ndependencies:\n  - python=3.10\n  - mlflow=2.9=[\n  - pip:\n    - mlflow==2.9\n  - numpy=1.26\n"
    found = conda_environment(MLRepository.of_files({"conda.yaml": text}))
    assert (found.requirements, found.line("numpy")) == (("numpy==1.26.*",), 7)


def test_that_mlflow_goes_is_told_with_what_follows() -> None:
    (finding,) = conda_findings(of("python=3.10", "mlflow=2.12.1", pip=("mlflow-skinny",)))
    assert (finding.code, finding.severity.value, finding.stage.value) == ("FM117", "info", "structure")
    assert str(finding.problem) == (
        "the image builder takes MLflow out of conda.yaml\n"
        "  where     conda.yaml:4\n"
        "  expected  an image that has MLflow on its own: the aggregator's has the newest, the learner's has none\n"
        "  got       - mlflow=2.12.1 (line 4), - mlflow-skinny (line 6)\n"
        "  fix       import mlflow only where an aggregator alone needs it; importing it in a learner fails on FLOps"
    )


def test_a_package_that_goes_by_chance_is_warned_of() -> None:
    (finding,) = conda_findings(of("python=3.10", "scikit-learn  # pinned - mlflow wants it"))
    assert (finding.code, finding.severity.value, finding.problem.where) == ("FM117", "warning", "conda.yaml:4")
    assert finding.message == "the image builder takes a line out of conda.yaml that asks for something else than MLflow"


@pytest.mark.parametrize("line", ["# - mlflow", "numpy  # as mlflow has it", "conda-forge::mlflow=2.12.1"])
def test_nothing_is_told_of_comments_and_of_lines_that_stay(line: str) -> None:
    text = f"name: x\ndependencies:\n  - python=3.10\n  {line if line.startswith('#') else f'- {line}'}\n"
    assert conda_findings(MLRepository.of_files({"conda.yaml": text})) == ()
