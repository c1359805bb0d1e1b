"""What becomes of the files on their way into the image (contract, sections 4 and 6)."""

from __future__ import annotations

from pathlib import Path

import pytest
from standins.small import repository
from standins.work_trees import LFS_POINTER, committed, run_git, write

from pytest_flops_mock import MLRepository
from pytest_flops_mock.repository.image import image_findings
from pytest_flops_mock.repository.structure import structure_findings

GOOD = repository("pass")


def told(folder: Path) -> list[tuple[str, str, str, str]]:
    found = image_findings(MLRepository.at(folder))
    return [(each.code, each.severity.value, each.stage.value, each.message) for each in found]


def test_nothing_is_said_of_what_is_committed(tmp_path: Path) -> None:
    folder = committed(tmp_path / "r", {**GOOD, "docs/Dockerfile": "", "deep/requirements.txt": "", "a/.env": ""})
    (folder / "link.py").symlink_to("data_manager.py")
    run_git(folder, "add", "link.py")
    run_git(folder, "commit", "--quiet", "--message", "link")
    write(folder, {"notes.txt": ""})
    assert told(folder) == []
    assert image_findings(MLRepository.of_files(GOOD)) == ()


def test_what_differs_from_the_commit_is_counted_and_named(tmp_path: Path) -> None:
    folder = committed(tmp_path / "r", {**GOOD, "gone.py": ""})
    write(folder, {"data_manager.py": "x", "new.py": ""})
    run_git(folder, "add", "new.py")
    (folder / "gone.py").unlink()
    (finding,) = image_findings(MLRepository.at(folder))
    assert (finding.code, finding.severity.value, finding.stage.value) == ("FM112", "info", "structure")
    assert str(finding.problem) == (
        "3 files differ from the last commit, which is what FLOps builds\n"
        f"  where     {folder}\n"
        "  expected  files as they are in the commit\n"
        "  got       data_manager.py, gone.py, new.py\n"
        "  fix       commit the changes before you deploy; the check took the files as they are"
    )


def test_before_the_first_commit_that_is_what_is_told(tmp_path: Path) -> None:
    write(tmp_path / "r", GOOD)
    run_git(tmp_path, "init", "--quiet", "r")
    message = ("FM112", "info", "structure", "nothing is committed yet, and FLOps builds what is")
    assert told(tmp_path / "r") == [message]
    run_git(tmp_path / "r", "add", ".")
    assert told(tmp_path / "r") == [message]


@pytest.mark.parametrize("target", ["nowhere.py", "/etc/hosts", "../outside.py", "ignored.py", "link.py"])
@pytest.mark.parametrize("link", ["link.py", ".hidden.py"])
def test_a_link_that_leads_nowhere_in_a_clone_is_an_error(link: str, target: str, tmp_path: Path) -> None:
    folder = committed(tmp_path / "r", {**GOOD, ".gitignore": "ignored.py\n"})
    write(tmp_path, {"outside.py": "", "r/ignored.py": ""})
    (folder / link).symlink_to(link if target == "link.py" else target)
    run_git(folder, "add", link)
    run_git(folder, "commit", "--quiet", "--message", "link")
    assert told(folder) == [("FM113", "error", "structure", f"the link {link} leads nowhere in a clone")]


@pytest.mark.parametrize("name", ["requirements.txt", "Dockerfile"])
def test_a_file_at_the_root_that_replaces_flops_own_is_an_error(name: str) -> None:
    (finding,) = image_findings(MLRepository.of_files({**GOOD, name: ""}))
    assert (finding.code, finding.severity.value, finding.problem.where) == ("FM114", "error", name)
    assert finding.message == f"the repository's {name} replaces FLOps' own while the image is built"


@pytest.mark.parametrize(("code", "severity"), [("open('w/start.npz')", "warning"), ("", "info")])
def test_files_in_git_lfs_are_told_and_warned_of_where_the_code_names_them(code: str, severity: str, tmp_path: Path) -> None:
    attributes = {".gitattributes": "*.npz filter=lfs -text\n"}
    folder = committed(tmp_path / "r", {**GOOD, **attributes, "w/start.npz": LFS_POINTER, "use.py": code})
    (folder / "w" / "start.npz").write_bytes(b"the content")
    message = "1 file is in Git LFS, which the image builder lacks"
    assert told(folder) == [("FM115", severity, "structure", message)]


def test_a_pointer_on_the_disk_is_one_without_git_as_well(tmp_path: Path) -> None:
    write(tmp_path, {**GOOD, "start.npz": LFS_POINTER})
    assert [code for code, *_ in told(tmp_path)] == ["FM115"]


def test_a_file_that_must_be_there_and_is_not_in_git_is_told_so(tmp_path: Path) -> None:
    folder = committed(tmp_path / "r", {name: text for name, text in GOOD.items() if name != "conda.yaml"})
    write(folder, {"conda.yaml": GOOD["conda.yaml"]})
    (finding,) = structure_findings(MLRepository.at(folder))
    assert (finding.code, finding.message) == ("FM102", "the repository has no conda.yaml at its root")
    assert finding.problem.got == "it is in the folder, but untracked in Git"
    assert finding.problem.fix == "git add conda.yaml, and commit it"
