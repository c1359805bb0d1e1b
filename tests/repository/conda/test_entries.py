"""An entry of conda.yaml as a requirement."""

from __future__ import annotations

import pytest
from standins.conda import of, read

from pytest_flops_mock.repository.conda.reader import CondaEnvironment, conda_environment, conda_findings


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
        ("'numpy>=1.26=py310*'", "numpy>=1.26"),
        ("'numpy >=1.26,<2 py310*'", "numpy>=1.26,<2"),
        ("numpy==1.26.4=py310h4bfa8fc_0", "numpy==1.26.4"),
    ],
)
def test_a_conda_spec_becomes_a_requirement(spec: str, requirement: str) -> None:
    found = read(spec)
    assert (found.requirements, found.left_out) == ((requirement,), ())


@pytest.mark.parametrize(
    "spec",
    [
        "cudatoolkit=11.8",
        "libgcc-ng",
        "_openmp_mutex=4.5",
        "openssl=1.1.1w",
        "cuda-nvcc",
        "jpeg=9e",
        "r-mass=7.3_58.3",
        "r-base",
    ],
)
def test_what_only_conda_installs_is_left_out(spec: str) -> None:
    assert read(spec) == CondaEnvironment(python="", requirements=(), left_out=(spec,))


def test_pip_is_no_requirement_and_nothing_is_missing_without_it() -> None:
    assert read("pip<=24.0") == CondaEnvironment(python="", requirements=())


@pytest.mark.parametrize(
    ("spec", "requirement"),
    [
        ("numpy=1.24.*|1.26.*", "numpy==1.26.*"),
        ("thing=9e", "thing"),
        ("numpy=1.*.3", "numpy==1.*"),
        ("thing=7.3_58.3", "thing"),
        ("thing>=1.1.1w,<3", "thing<3"),
        ("thing=1.*|2.*", "thing==2.*"),
    ],
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
        "-e .",
        "./wheels/mine-1.0-py3-none-any.whl",
        "git+https://example.org/mine.git@main",
    )
    found = read("python=3.10", pip=pip)
    assert found.requirements == (pip[0], pip[1], pip[5])
    assert found.options == (pip[2],)
    assert found.left_out == pip[3:5]
    assert found.line("scikit-learn") == 6


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
