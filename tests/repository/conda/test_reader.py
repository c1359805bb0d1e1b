"""What conda.yaml asks for as a whole."""

from __future__ import annotations

import pytest
from standins.conda import findings, of, read

from pytest_flops_mock import MLRepository
from pytest_flops_mock.errors import RepositoryError
from pytest_flops_mock.repository.conda.reader import conda_environment, conda_findings


def test_the_pip_list_comes_after_conda_and_overrules_it() -> None:
    assert read("numpy=1.26", "scipy>=1", pip=("numpy==2.0", "scipy<2")).requirements == (
        "scipy>=1",
        "numpy==2.0",
        "scipy<2",
    )


@pytest.mark.parametrize("spec", ["numpy>=1,!=1.*,<3", "numpy>1.7,<1.8", "numpy>=1.26,<=1.26", "numpy>1.0.post1", "numpy<1"])
def test_narrow_ranges_are_no_contradiction(spec: str) -> None:
    assert conda_findings(of("python=3.10", spec)) == ()


def test_entries_that_exclude_each_other_are_told_once_with_their_lines() -> None:
    (finding,) = conda_findings(of("python=3.10", "python=3.11"))
    assert str(finding.problem) == (
        "entries for python exclude each other\n"
        "  where     conda.yaml:4\n"
        "  expected  one version that meets all of it\n"
        "  got       python=3.10 (line 3), python=3.11 (line 4)\n"
        "  fix       keep the bound that the code was tried with, and take the other out"
    )


def test_all_that_is_wrong_is_told_at_once() -> None:
    repository = of("numpy=", "torch[cuda]", pip=("a=1", "b>=2,<1"))
    found = conda_findings(repository)
    assert [(finding.code, finding.problem.where) for finding in found] == [
        ("FM109", "conda.yaml:3"),
        ("FM108", "conda.yaml:4"),
        ("FM109", "conda.yaml:6"),
        ("FM109", "conda.yaml:7"),
    ]
    with pytest.raises(RepositoryError) as raised:
        conda_environment(repository)
    assert [problem.code for problem in raised.value.problems] == [finding.code for finding in found]


@pytest.mark.parametrize("text", ["name: a", "name: a\ndependencies:\n", "dependencies:\n- numpy"])
def test_a_file_that_names_no_python_is_warned_of(text: str) -> None:
    assert findings(text) == [("FM110", "conda.yaml", "conda.yaml names no Python")]


def test_a_missing_file_is_told_elsewhere() -> None:
    assert conda_findings(MLRepository.of_files({"model_manager.py": ""})) == ()
