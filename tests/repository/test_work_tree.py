"""What a clone of the commit has is in the image; what else lies in the folder is not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from standins.work_trees import LFS_POINTER, committed, run_git, write

from pytest_flops_mock import MLRepository, check_repository
from pytest_flops_mock.errors import ToolError
from pytest_flops_mock.repository.work_tree import work_tree


def test_only_what_git_tracks_is_in_the_image(tmp_path: Path) -> None:
    folder = committed(tmp_path / "r", {"a.py": "", "p/.hidden": "", ".gitignore": "data/\n", "__pycache__/a.pyc": ""})
    write(folder, {"new.py": "", "p/new.py": "", "data/x": "", "staged.py": ""})
    run_git(folder, "add", "staged.py")
    repository = MLRepository.at(folder)
    assert repository.paths() == ("__pycache__/a.pyc", "a.py", "p/.hidden", "staged.py")
    assert {path: repository.absent(path) for path in ("new.py", "p/new.py", "p/../new.py", "data", "data/x")} == {
        "new.py": "untracked",
        "p/new.py": "untracked",
        "p/../new.py": "untracked",
        "data": "ignored",
        "data/x": "ignored",
    }
    assert repository.absent(".gitignore") == "hidden"
    assert [repository.absent(path) for path in ("a.py", "p", "nowhere", "../r", "/etc", "", ".")] == [""] * 7


def test_a_folder_within_a_work_tree_is_seen_from_itself(tmp_path: Path) -> None:
    folder = committed(tmp_path / "r", {"x.py": "", "deep/ml/a.py": "", "deep/ml/b.py": ""}) / "deep" / "ml"
    write(folder, {"a.py": "changed", "new.py": ""})
    found = work_tree(folder)
    assert found is not None
    assert (found.tracked, found.changed, found.beside) == (("a.py", "b.py"), ("a.py",), (("new.py", "untracked"),))


def test_uncommitted_changes_are_checked_as_they_are(tmp_path: Path) -> None:
    folder = committed(tmp_path / "r", {"a.py": "old"})
    write(folder, {"a.py": "new"})
    (folder / "a.py").chmod(0o755)
    assert MLRepository.at(folder).text("a.py") == "new"
    found = work_tree(folder)
    assert found is not None
    assert found.changed == ("a.py",)


def test_rights_alone_are_no_change(tmp_path: Path) -> None:
    folder = committed(tmp_path / "r", {"a.py": "old"})
    (folder / "a.py").chmod(0o755)
    found = work_tree(folder)
    assert found is not None
    assert found.changed == ()


def test_of_a_file_in_git_lfs_the_child_sees_the_pointer(tmp_path: Path) -> None:
    files = {".gitattributes": "*.npz filter=lfs diff=lfs merge=lfs -text\n", "start.npz": LFS_POINTER, "plain.npz": "rows"}
    folder = committed(tmp_path / "r", files)
    (folder / "start.npz").write_bytes(bytes(range(256)))
    repository = MLRepository.at(folder)
    repository.copy_to(tmp_path / "copy")
    assert (tmp_path / "copy" / "start.npz").read_text(encoding="utf-8") == LFS_POINTER
    assert repository.content("start.npz") == LFS_POINTER.encode()
    assert (tmp_path / "copy" / "plain.npz").read_text(encoding="utf-8") == "rows"
    found = work_tree(folder)
    assert found is not None
    assert found.changed == ()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_checkout_of_another_user_is_one_all_the_same(tmp_path: Path) -> None:
    folder = committed(tmp_path / "r", {"a.py": ""})
    write(folder, {"new.py": ""})
    for path in (folder, *folder.rglob("*")):
        os.chown(path, 12345, 12345)
    assert MLRepository.at(folder).paths() == ("a.py",)


def test_git_that_does_not_answer_is_no_verdict(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = committed(tmp_path / "r", {"a.py": ""})
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolError) as raised:
        check_repository(folder, "grpc://127.0.0.1:1", data_tags=["a"], until="structure")
    assert str(raised.value) == (
        "Git cannot say which files FLOps would clone\n"
        f"  where     {folder}\n"
        "  expected  an answer of git ls-files and git status\n"
        "  got       No such file or directory\n"
        "  fix       install Git; or check a copy of the folder without .git, of which all files count"
    )


def test_a_folder_of_that_name_makes_no_work_tree(tmp_path: Path) -> None:
    write(tmp_path / "r", {"a.py": "", ".git/x": ""})
    assert work_tree(tmp_path / "r") is None
    assert MLRepository.at(tmp_path / "r").paths() == ("a.py",)


def test_a_submodule_is_not_cloned(tmp_path: Path) -> None:
    folder = committed(tmp_path / "r", {"a.py": ""})
    committed(folder / "part", {"b.py": ""})
    run_git(folder, "-c", "advice.addEmbeddedRepo=false", "add", "part")
    repository = MLRepository.at(folder)
    assert (repository.paths(), repository.absent("part/b.py")) == (("a.py",), "submodule")


def test_names_of_any_bytes_are_listed(tmp_path: Path) -> None:
    names = (
        "two\nlines.py",
        "?? a.py",
        "## b.py",
        " blank ",
        "-q",
        'quo"te\\',
        "tab\t",
        "\x1b[31m",
        os.fsdecode(b"\xff\xfe.py"),
    )
    folder = committed(tmp_path / "r", dict.fromkeys(names, "x"))
    write(folder, dict.fromkeys((f"new{name}" for name in names), "x"))
    found = work_tree(folder)
    assert found is not None
    assert found.tracked == tuple(sorted(names))
    assert {*found.beside} == {(f"new{name}", "untracked") for name in names}
    assert found.changed == ()
    MLRepository.at(folder).copy_to(tmp_path / "copy")
    assert {*os.listdir(tmp_path / "copy")} == {*names}


def test_a_folder_that_became_a_link_is_not_there(tmp_path: Path) -> None:
    folder = committed(tmp_path / "r", {"a.py": "", "part/a.py": "", "part/b.py": ""})
    (folder / "part").rename(tmp_path / "outside")
    (folder / "part").symlink_to(tmp_path / "outside")
    assert MLRepository.at(folder).paths() == ("a.py",)


def test_a_link_into_the_folder_of_git_leads_nowhere(tmp_path: Path) -> None:
    folder = write(tmp_path / "r", {"a.py": ""})
    run_git(tmp_path, "init", "--quiet", str(folder))
    (folder / "conda.yaml").symlink_to(".git/config")
    assert MLRepository.at(folder).paths() == ("a.py",)
