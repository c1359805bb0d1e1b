"""What conda.yaml asks for, as the image builder and conda read it."""

from __future__ import annotations

import pytest

from pytest_flops_mock import MLRepository
from pytest_flops_mock.errors import RepositoryError
from pytest_flops_mock.repository.conda.reader import CondaEnvironment, conda_environment, conda_findings


def of(*entries: str, pip: tuple[str, ...] = ()) -> MLRepository:
    """A repository whose conda.yaml has these entries; the first is on line 3."""
    lines = [f"  - {entry}" for entry in entries] + (["  - pip:", *(f"    - {entry}" for entry in pip)] if pip else [])
    return MLRepository.of_files({"conda.yaml": "\n".join(["name: mine", "dependencies:", *lines, ""])})


def read(*entries: str, pip: tuple[str, ...] = ()) -> CondaEnvironment:
    return conda_environment(of(*entries, pip=pip))


def findings(text: str) -> list[tuple[str, str, str]]:
    found = conda_findings(MLRepository.of_files({"conda.yaml": text}))
    return [(finding.code, finding.problem.where, finding.message) for finding in found]


@pytest.mark.parametrize(
    ("spec", "requirement"),
    [
        ("numpy", "numpy"),
        ("numpy=*", "numpy"),
        ("numpy=1.26.4", "numpy==1.26.4.*"),
        ("numpy=1.26.*", "numpy==1.26.*"),
        ("numpy==1.26.4", "numpy==1.26.4"),
        ("numpy==1.26.*", "numpy==1.26.*"),
        ("numpy 1.26.4", "numpy==1.26.4"),
        ("numpy 1.26.*", "numpy==1.26.*"),
        ("numpy=1.26.4=py310_0", "numpy==1.26.4"),
        ("numpy 1.26.4 py310_0", "numpy==1.26.4"),
        ("conda-forge::numpy=1.26", "numpy==1.26.*"),
        ("conda-forge/linux-64::numpy=1.26", "numpy==1.26.*"),
        ("numpy>=1.20,<2", "numpy>=1.20,<2"),
        ("numpy >= 1.20 , < 2", "numpy>=1.20,<2"),
        ("numpy>=1.26.*", "numpy>=1.26"),
        ("numpy!=1.25.*", "numpy!=1.25.*"),
        ("NumPy ~=1.26", "numpy~=1.26"),
        ("numpy=2.0rc1", "numpy==2.0rc1"),
        ("\"numpy[version='>=1.20,<2']\"", "numpy>=1.20,<2"),
        ("ruamel.yaml=0.17", "ruamel-yaml==0.17.*"),
        ("pytorch=2.1", "torch==2.1.*"),
        ("pytorch-cpu", "torch"),
        ("py-opencv>=4", "opencv-python-headless>=4"),
        ("librosa=0.10", "librosa==0.10.*"),
    ],
)
def test_a_conda_spec_becomes_a_requirement(spec: str, requirement: str) -> None:
    found = read(spec)
    assert (found.requirements, found.left_out) == ((requirement,), ())


@pytest.mark.parametrize(
    "spec", ["cudatoolkit=11.8", "libgcc-ng", "_openmp_mutex=4.5", "openssl=1.1.1w", "cuda-nvcc", "jpeg=9e"]
)
def test_what_only_conda_installs_is_left_out(spec: str) -> None:
    assert read(spec) == CondaEnvironment(python="", requirements=(), left_out=(spec,))


def test_pip_is_no_requirement_and_nothing_is_missing_without_it() -> None:
    assert read("pip<=24.0") == CondaEnvironment(python="", requirements=())


@pytest.mark.parametrize(
    ("spec", "requirement"),
    [("numpy=1.24.*|1.26.*", "numpy==1.26.*"), ("thing=9e", "thing"), ("numpy=1.*.3", "numpy==1.*")],
)
def test_what_pypi_cannot_say_is_said_loosely_and_noted(spec: str, requirement: str) -> None:
    found = read(spec)
    assert (found.requirements, found.left_out) == ((requirement,), (spec,))


@pytest.mark.parametrize(
    ("spec", "python", "specifier"),
    [
        ("python=3.10.14", "3.10.14", "==3.10.14.*"),
        ("python==3.10.14", "3.10.14", "==3.10.14"),
        ("python 3.10.*", "3.10", "==3.10.*"),
        ("python=3.10.14=h955ad1f_1", "3.10.14", "==3.10.14"),
        ("python>=3.9,<3.12", "", "<3.12,>=3.9"),
        ("python", "", ""),
    ],
)
def test_python_is_told_apart_from_the_requirements(spec: str, python: str, specifier: str) -> None:
    repository = of(spec, "numpy")
    found = conda_environment(repository)
    assert (found.python, found.python_specifier, found.requirements) == (python, specifier, ("numpy",))
    assert (found.line("python"), found.line("numpy"), found.line("scipy")) == (3, 4, 0)
    assert conda_findings(repository) == ()


def test_the_pip_list_is_taken_over_and_its_options_are_noted() -> None:
    pip = (
        "numpy==1.26.4 ; python_version < '4'",
        "Scikit_Learn[tests]~=1.4",
        "--extra-index-url https://example.org/simple",
        "-r requirements.txt",
        "-e .",
        "./wheels/mine-1.0-py3-none-any.whl",
        "git+https://example.org/mine.git@main",
    )
    found = read("python=3.10", pip=pip)
    assert found.requirements == (pip[0], pip[1], pip[6])
    assert found.options == (pip[2],)
    assert found.left_out == pip[3:6]
    assert found.line("scikit-learn") == 6


def test_the_pip_list_comes_after_conda_and_overrules_it() -> None:
    assert read("numpy=1.26", "scipy>=1", pip=("numpy==2.0", "scipy<2")).requirements == (
        "scipy>=1",
        "numpy==2.0",
        "scipy<2",
    )


def test_lines_that_name_mlflow_do_not_exist_for_conda() -> None:
    text = (
        "name: mlflow-env\ndependencies:\n  - python=3.10\n  - mlflow=2.9=[\n  - pip:\n    - mlflow==2.9\n  - numpy=1.26\n"
    )
    found = conda_environment(MLRepository.of_files({"conda.yaml": text}))
    assert (found.requirements, found.line("numpy")) == (("numpy==1.26.*",), 7)


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        ("", "conda.yaml", "conda.yaml is not a mapping"),
        ("- numpy", "conda.yaml:1", "conda.yaml is not a mapping"),
        ("a: [", "conda.yaml:1", "conda.yaml is not YAML: expected the node content, but found '<stream end>'"),
        ("a:\n\t- b", "conda.yaml:2", "conda.yaml is not YAML: found character '\\t' that cannot start any token"),
        ("a\0b", "conda.yaml", "conda.yaml is not YAML: special characters are not allowed"),
        ("[" * 5000, "conda.yaml", "conda.yaml is not YAML: nested too deeply"),
        ("dependencies: numpy", "conda.yaml:1", "dependencies in conda.yaml is not a list"),
        ("name: a\ndependancies:\n- python=3.10", "conda.yaml", "conda.yaml has no dependencies"),
        ("name: a\nname: b\ndependencies:\n- python=3.10", "conda.yaml:2", "the key name occurs twice"),
        ("dependencies:\n- 1.5", "conda.yaml:2", "conda cannot read an entry of dependencies in conda.yaml"),
        ("dependencies:\n-", "conda.yaml:2", "conda cannot read an entry of dependencies in conda.yaml"),
        ("dependencies:\n- [a]", "conda.yaml:2", "conda cannot read an entry of dependencies in conda.yaml"),
        ("dependencies:\n- numpy: 1", "conda.yaml:2", "conda cannot read an entry of dependencies in conda.yaml"),
        ("dependencies:\n- pip: numpy", "conda.yaml:2", "conda cannot read an entry of dependencies in conda.yaml"),
        ("dependencies:\n- torch[cuda]", "conda.yaml:2", "conda cannot read an entry of dependencies in conda.yaml"),
        ("dependencies:\n- a b c d", "conda.yaml:2", "conda cannot read an entry of dependencies in conda.yaml"),
        ("dependencies:\n- pip:\n  - 3", "conda.yaml:3", "conda cannot read an entry of the pip list in conda.yaml"),
    ],
)
def test_what_conda_does_not_read_is_told_with_its_line(text: str, where: str, message: str) -> None:
    assert findings(text) == [("FM108", where, message)]


@pytest.mark.parametrize(
    ("spec", "message", "nearest"),
    [
        ("numpy=1.26.x.y", "numpy=1.26.x.y asks for a version that cannot exist", "numpy=1.26"),
        ("numpy==", "numpy== names no version", "numpy"),
        ("numpy=", "numpy= names no version", "numpy"),
        ("numpy=>1.2", "numpy=>1.2 asks for a version that cannot exist", "numpy>=1.2"),
        ("numpy===1.2", "numpy===1.2 asks for a version that cannot exist", "numpy==1.2"),
        ("numpy~=1", "numpy~=1 asks for a version that cannot exist", "numpy~=1.0"),
        ("numpy=latest", "numpy=latest asks for a version that cannot exist", ""),
        ("numpy>=2,<1", "no version can meet numpy>=2,<1", ""),
        ("numpy<0", "no version can meet numpy<0", ""),
    ],
)
def test_a_version_that_cannot_be_is_told_and_what_comes_closest(spec: str, message: str, nearest: str) -> None:
    (finding,) = conda_findings(of("python=3.10", spec))
    assert (finding.code, finding.problem.where, finding.message) == ("FM109", "conda.yaml:4", message)
    assert finding.problem.nearest == nearest


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


def test_a_conda_spec_below_pip_is_told_with_what_pip_reads() -> None:
    (finding,) = conda_findings(of("python=3.10", pip=("numpy=1.26.4",)))
    assert str(finding.problem) == (
        "numpy=1.26.4 is not a requirement that pip can read\n"
        "  where     conda.yaml:5\n"
        "  expected  a requirement such as numpy==1.26.4 (PEP 508)\n"
        "  got       numpy=1.26.4\n"
        "  nearest   numpy==1.26.4\n"
        "  fix       below pip: a version stands after ==, not after = as for conda"
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
