"""Git sees a repository's data and none of its settings, however the repository is laid out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from standins.work_trees import committed, run_git, write

from pytest_flops_mock.errors import ToolError
from pytest_flops_mock.repository.git_folder import GitFolder, plain
from pytest_flops_mock.repository.work_tree import WorkTree, work_tree


def seen(folder: Path) -> WorkTree:
    found = work_tree(folder)
    assert found is not None
    return found


def test_a_linked_work_tree_has_its_own_commit(tmp_path: Path) -> None:
    folder = committed(tmp_path / "r", {"a.py": "old"})
    run_git(folder, "worktree", "add", "--quiet", "-b", "other", str(tmp_path / "linked"))
    linked = write(tmp_path / "linked", {"b.py": "", "new.py": ""})
    run_git(linked, "add", "b.py")
    found = seen(linked)
    assert (found.tracked, found.changed, found.beside) == (("a.py", "b.py"), ("b.py",), (("new.py", "untracked"),))
    assert seen(folder).tracked == ("a.py",)


@pytest.mark.parametrize(
    "arguments", [("--object-format=sha256",), ("--separate-git-dir", "elsewhere")], ids=["sha256", "apart"]
)
def test_other_layouts_are_read(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    folder = write(tmp_path / "r", {"a.py": "", "b.py": ""})
    given = [argument if argument != "elsewhere" else str(tmp_path / "elsewhere") for argument in arguments]
    run_git(tmp_path, "init", "--quiet", *given, str(folder))
    run_git(folder, "add", "a.py")
    run_git(folder, "commit", "--quiet", "-m", "x")
    assert (seen(folder).tracked, seen(folder).beside) == (("a.py",), (("b.py", "untracked"),))


def test_packed_refs_split_indices_and_a_detached_head_are_read(tmp_path: Path) -> None:
    folder = committed(tmp_path / "r", {"a.py": ""})
    run_git(folder, "pack-refs", "--all")
    run_git(folder, "update-index", "--split-index")
    assert (seen(folder).tracked, seen(folder).changed, seen(folder).committed) == (("a.py",), (), True)
    run_git(folder, "checkout", "--quiet", "--detach")
    assert (seen(folder).changed, seen(folder).committed) == ((), True)


def test_objects_borrowed_from_another_repository_are_found(tmp_path: Path) -> None:
    committed(tmp_path / "r", {"a.py": ""})
    run_git(tmp_path, "clone", "--quiet", "--shared", "r", "borrower")
    assert (seen(tmp_path / "borrower").tracked, seen(tmp_path / "borrower").changed) == (("a.py",), ())


def test_a_repository_without_a_work_tree_is_none(tmp_path: Path) -> None:
    folder = committed(tmp_path / "r", {"a.py": ""})
    run_git(folder, "config", "core.bare", "true")
    assert work_tree(folder) is None


def test_what_the_user_ignores_everywhere_is_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = committed(tmp_path / "r", {"a.py": ""})
    write(folder, {"a.log": "", "b.tmp": "", "c.bak": ""})
    write(folder, {".git/info/exclude": "*.tmp\n"})
    home = write(tmp_path / "home", {"mine": "*.log\n", ".gitconfig": "[core]\nexcludesFile = ~/mine\n"})
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    assert dict(seen(folder).beside) == {"a.log": "ignored", "b.tmp": "ignored", "c.bak": "untracked"}
    (home / ".gitconfig").unlink()
    write(home, {".config/git/ignore": "*.bak\n"})
    assert dict(seen(folder).beside) == {"a.log": "untracked", "b.tmp": "ignored", "c.bak": "ignored"}


def test_line_ends_that_git_converts_are_no_change(tmp_path: Path) -> None:
    folder = committed(tmp_path / "r", {"a.py": ""})
    run_git(folder, "config", "core.autocrlf", "true")
    (folder / "b.py").write_bytes(b"b\r\n")
    run_git(folder, "add", "b.py")
    run_git(folder, "commit", "--quiet", "-m", "x")
    os.utime(folder / "b.py", (1, 1))  # so that Git looks into it
    assert seen(folder).changed == ()


def test_filters_of_the_user_do_not_run_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = committed(tmp_path / "r", {"a.py": "a", ".gitattributes": "*.py filter=mine\n"})
    home = write(tmp_path / "home", {".gitconfig": f"[filter \"mine\"]\nclean = touch '{tmp_path}/ran'; cat\n"})
    monkeypatch.setenv("HOME", str(home))
    os.utime(folder / "a.py", (1, 1))
    assert seen(folder).changed == ()
    assert not (tmp_path / "ran").exists()


def test_settings_that_git_cannot_read_are_told_with_their_file(tmp_path: Path) -> None:
    folder = committed(tmp_path / "r", {"a.py": ""})
    write(folder, {".git/config": "[core\n"})
    with pytest.raises(ToolError, match=r"bad config line 1 in file .*/r/\.git/config"):
        work_tree(folder)


def test_what_stands_in_for_a_repository_names_no_program_and_goes_away(tmp_path: Path) -> None:
    folder = committed(tmp_path / "r", {"a.py": ""})
    for name in (
        "core.fsmonitor",
        "core.sshCommand",
        "filter.f.clean",
        "include.path",
        "remote.o.url",
        "extensions.worktreeConfig",
    ):
        run_git(folder, "config", name, "evil")
    with (folder / ".git" / "config").open("a", encoding="utf-8") as file:
        file.write('[core]\n\teol = "lf\\n[alias] evil"\n')
    kept = GitFolder.of_work_tree(folder)
    assert kept is not None
    with plain(kept, lambda: 30.0) as readable:
        assert "evil" not in (readable.folder / "config").read_text(encoding="utf-8")
        assert not (readable.folder / "config").is_symlink()
    assert not readable.folder.exists()
