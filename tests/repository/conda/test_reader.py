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


@pytest.mark.parametrize("text", ["name: a", "name: a\ndependencies:\n", "name: a\ndependencies:\n- numpy"])
def test_a_file_that_names_no_python_is_warned_of(text: str) -> None:
    assert findings(text) == [("FM110", "conda.yaml", "conda.yaml names no Python")]


def test_a_missing_file_is_told_elsewhere() -> None:
    assert conda_findings(MLRepository.of_files({"model_manager.py": ""})) == ()


def told(text: str, **files: str) -> list[tuple[str, str, str, str]]:
    found = conda_findings(MLRepository.of_files({"conda.yaml": text, **files}))
    return [(each.code, each.severity.value, each.problem.where, each.message) for each in found]


START = "name: mine\ndependencies:\n  - python=3.10\n"


def test_of_several_pip_lists_the_last_counts() -> None:
    """Contract, section 6."""
    text = START + "  - pip:\n      - numpy==1.0\n      - scipy\n  - pip:\n      - numpy==2.0\n"
    repository = MLRepository.of_files({"conda.yaml": text})
    assert conda_environment(repository).requirements == ("numpy==2.0",)
    (finding,) = conda_findings(repository)
    assert (finding.code, finding.severity.value, finding.problem.where) == ("FM116", "warning", "conda.yaml:5")
    assert finding.message == "of several pip lists in conda.yaml conda takes the last"
    assert finding.problem.got == "not installed: numpy==1.0, scipy"


def test_a_pin_of_conda_that_the_pip_list_overrules_is_told() -> None:
    (finding,) = conda_findings(of("python=3.10", "numpy=1.26", "scipy", pip=("numpy==2.0", "scipy<2")))
    assert (finding.code, finding.severity.value, finding.problem.where) == ("FM120", "info", "conda.yaml:4")
    assert finding.message == "the pip list in conda.yaml replaces conda's numpy"
    assert finding.problem.got == "numpy=1.26, and numpy==2.0 (line 7)"


@pytest.mark.parametrize("option", ["-r requirements.txt", "-rrequirements.txt", "--requirement=./requirements.txt"])
def test_the_roots_requirements_are_deleted_before_conda_reads_them(option: str) -> None:
    named = option.rpartition("=")[2].removeprefix("-r").strip()
    message = f"the pip list reads {named}, which is not there when the image is built"
    text = f"{START}  - pip:\n    - {option}\n"
    assert told(text, **{"requirements.txt": "numpy"}) == [("FM118", "error", "conda.yaml:5", message)]


def test_another_file_of_requirements_is_read_from_where_conda_yaml_is() -> None:
    text = f"{START}  - pip:\n    - -r docs/needed.txt\n"
    repository = MLRepository.of_files({"conda.yaml": text, "docs/needed.txt": "# ours\nnumpy==1.26.4  # pinned\n\nscipy\n"})
    assert conda_findings(repository) == ()
    assert conda_environment(repository).requirements == ("numpy==1.26.4", "scipy")
    assert [code for code, *_ in told(text)] == ["FM118"]


@pytest.mark.parametrize(
    ("entry", "system"),
    [
        ("vc=14.2=h21ff451_1", "Windows"),
        ("vs2015_runtime=14.27.29016=h5e58377_2", "Windows"),
        ("ucrt=10.0.22621.0", "Windows"),
        ("wincertstore=0.2", "Windows"),
        ("pywin32=305", "Windows"),
        ("m2w64-gcc-libs", "Windows"),
        ("defaults::vc=14", "Windows"),
        ("pyobjc-core", "macOS"),
        ("pip: [pywin32==305]", "Windows"),
    ],
)
def test_a_package_of_another_system_cannot_be_solved(entry: str, system: str) -> None:
    shown = entry.removeprefix("pip: [").removesuffix("]")
    assert told(f"{START}  - {entry}\n") == [("FM119", "error", "conda.yaml:4", f"{shown} is there for {system} alone")]


@pytest.mark.parametrize(
    "entry", ["colorama", "vcrpy", "pip: [\"pywin32; sys_platform == 'win32'\"]", "pip: [wincertstore]"]
)
def test_packages_that_linux_has_or_that_are_asked_for_elsewhere_alone_are_none(entry: str) -> None:
    assert told(f"{START}  - {entry}\n") == []


def test_all_packages_of_one_system_are_one_finding() -> None:
    (finding,) = conda_findings(of("python=3.10", "vc=14", "numpy", "ucrt", pip=("pywin32==305",)))
    assert (finding.code, finding.problem.where) == ("FM119", "conda.yaml:4")
    assert finding.message == "3 packages are there for Windows alone"
    assert finding.problem.got == "vc=14 (line 4), ucrt (line 6), pywin32==305 (line 8)"
