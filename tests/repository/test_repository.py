"""An ML repository, and the files of it that the image builder would see."""

from __future__ import annotations

import dataclasses
import os
import subprocess
from pathlib import Path

import pytest

from pytest_flops_mock import FlopsMockError, MLRepository


def put(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name, encoding="utf-8")


def test_hidden_files_of_the_root_caches_and_virtual_environments_are_left_out(tmp_path: Path) -> None:
    put(tmp_path, "model_manager.py", "a/b.py", ".hidden", ".git2/x", "__pycache__/x.pyc", "env/pyvenv.cfg", "env/lib/y.py")
    put(tmp_path, "a/.hidden", "a/.more/x", "a/__pycache__/b.pyc", "a/.git/HEAD")
    assert MLRepository.at(tmp_path).paths() == ("a/.hidden", "a/.more/x", "a/b.py", "model_manager.py")


def test_where_git_tracks_nothing_all_counts_that_it_does_not_ignore(tmp_path: Path) -> None:
    put(tmp_path, "model_manager.py", "new.py", "data/big.bin")
    (tmp_path / ".gitignore").write_text("data/\n", encoding="utf-8")
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True, timeout=300)
    assert MLRepository.at(tmp_path).paths() == ("model_manager.py", "new.py")


def test_links_that_lead_out_of_it_are_left_out(tmp_path: Path) -> None:
    put(tmp_path, "outside.py", "repository/inside.py")
    (tmp_path / "repository" / "out.py").symlink_to(tmp_path / "outside.py")
    (tmp_path / "repository" / "in.py").symlink_to("inside.py")
    assert MLRepository.at(tmp_path / "repository").paths() == ("in.py", "inside.py")


def test_it_is_copied_byte_for_byte(tmp_path: Path) -> None:
    put(tmp_path / "repository", "a.py")
    (tmp_path / "repository" / "weights").write_bytes(bytes(range(256)))
    repository = MLRepository.at(tmp_path / "repository").with_files({"b/c.py": "new", "a.py": "other"})
    repository.copy_to(tmp_path / "copy")
    assert (tmp_path / "copy" / "weights").read_bytes() == bytes(range(256))
    assert (tmp_path / "copy" / "b" / "c.py").read_text(encoding="utf-8") == "new"
    assert (tmp_path / "copy" / "a.py").read_text(encoding="utf-8") == "other"
    assert (tmp_path / "repository" / "a.py").read_text(encoding="utf-8") == "a.py"


def test_it_is_a_value() -> None:
    repository = MLRepository.of_files({"a.py": "x"})
    changed = repository.with_files({"a.py": "y"})
    assert (repository.text("a.py"), changed.text("a.py")) == ("x", "y")
    assert repository == MLRepository.of({"a.py": "x"})
    with pytest.raises(dataclasses.FrozenInstanceError):
        repository.name = "other"  # type: ignore[misc]


def test_a_folder_that_is_not_there_is_told_with_the_nearest(tmp_path: Path) -> None:
    put(tmp_path, "my_repository/model_manager.py", "file")
    with pytest.raises(FlopsMockError) as error:
        MLRepository.at(tmp_path / "my_repositry")
    assert str(error.value) == (
        "there is no such ML repository\n"
        f"  where     {tmp_path / 'my_repositry'}\n"
        "  expected  a folder with model_manager.py, data_manager.py and conda.yaml\n"
        "  got       nothing there\n"
        "  nearest   my_repository\n"
        "  fix       name the folder with --flops-repo, ini flops_repository or as the argument"
    )
    with pytest.raises(FlopsMockError, match="got       a file"):
        MLRepository.at(tmp_path / "file")


@pytest.mark.parametrize("name", ["/etc/x", "../x", "a/../../x", "", "a\0b"])
def test_names_that_lead_out_of_it_are_refused(name: str) -> None:
    with pytest.raises(FlopsMockError, match="would lie outside it"):
        MLRepository.of_files({name: ""})


def test_a_file_that_is_not_there_names_the_nearest() -> None:
    with pytest.raises(FlopsMockError, match=r"nearest   model_manager\.py"):
        MLRepository.of_files({"model_manager.py": ""}).text("model_manger.py")


def test_a_git_hook_that_runs_the_check_does_not_change_what_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "repository/model_manager.py", "repository/out.bin", "other/x.py")
    (tmp_path / "repository" / ".gitignore").write_text("*.bin\n", encoding="utf-8")
    for name in ("repository", "other"):
        subprocess.run(["git", "init", "-q", str(tmp_path / name)], check=True, timeout=300)
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other" / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path / "other"))
    assert MLRepository.at(tmp_path / "repository").paths() == ("model_manager.py",)


def test_a_folder_that_a_repository_around_it_ignores_is_seen_all_the_same(tmp_path: Path) -> None:
    put(tmp_path, "build/model_manager.py")
    (tmp_path / ".gitignore").write_text("build/\n", encoding="utf-8")
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True, timeout=300)
    assert MLRepository.at(tmp_path / "build").paths() == ("model_manager.py",)


def test_links_inside_it_are_links_in_the_copy_and_others_are_left_out(tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    put(repository, "source/part.py")
    (repository / "parts").symlink_to("source")
    (repository / "part.py").symlink_to("source/part.py")
    (repository / "absolute.py").symlink_to(repository / "source" / "part.py")
    (repository / "broken.py").symlink_to("nowhere.py")
    (repository / "round.py").symlink_to("round.py")
    assert MLRepository.at(repository).paths() == ("part.py", "source/part.py")

    MLRepository.at(repository).copy_to(tmp_path / "copy")

    assert sorted(path.name for path in (tmp_path / "copy").iterdir()) == ["part.py", "parts", "source"]
    (tmp_path / "copy" / "parts" / "part.py").write_text("changed", encoding="utf-8")
    assert (tmp_path / "copy" / "part.py").read_text(encoding="utf-8") == "changed"
    assert (repository / "source" / "part.py").read_text(encoding="utf-8") == "source/part.py"


def test_names_have_one_form_and_contents_are_text() -> None:
    assert MLRepository.of_files({"./a//b.py": "x"}).paths() == ("a/b.py",)
    assert MLRepository.of_files({".hidden": "", "a/.x/b": "", "a.py": ""}).paths() == ("a.py", "a/.x/b")
    with pytest.raises(FlopsMockError) as error:
        MLRepository.of_files({"weights": b"\0"})  # type: ignore[dict-item]
    assert str(error.value) == (
        "the content of a file of the ML repository is not text\n"
        "  where     'weights'\n"
        "  expected  a string\n"
        "  got       bytes\n"
        "  fix       for other files, put the repository into a folder and pass that"
    )


def test_text_that_is_not_utf_8_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "conda.yaml").write_bytes(b"name: caf\xe9")
    with pytest.raises(FlopsMockError, match="got       byte 0xE9 at offset 9"):
        MLRepository.at(tmp_path).text("conda.yaml")
    assert MLRepository.at(tmp_path).content("conda.yaml") == b"name: caf\xe9"


def test_a_pipe_in_the_folder_does_not_hang_the_copy(tmp_path: Path) -> None:
    put(tmp_path, "repository/model_manager.py")
    os.mkfifo(tmp_path / "repository" / "pipe")
    MLRepository.at(tmp_path / "repository").copy_to(tmp_path / "copy")
    assert [path.name for path in (tmp_path / "copy").iterdir()] == ["model_manager.py"]


def test_a_path_text_or_mapping_stands_for_a_repository(tmp_path: Path) -> None:
    put(tmp_path, "model_manager.py")
    here = MLRepository.at(tmp_path)
    assert MLRepository.of(tmp_path) == MLRepository.of(str(tmp_path)) == MLRepository.of(here) == here
    assert MLRepository.of({"a.py": ""}).name == "repository of 1 file"


def test_the_home_of_a_user_who_is_not_there_is_told() -> None:
    with pytest.raises(FlopsMockError) as error:
        MLRepository.at("~no-such-user-here/repository")
    (problem,) = error.value.problems
    assert (problem.message, problem.got) == ("there is no such ML repository", "nothing there")
    assert problem.where == "~no-such-user-here/repository"


def test_a_name_that_leads_out_is_told_in_full() -> None:
    with pytest.raises(FlopsMockError) as error:
        MLRepository.of_files({"a.py": ""}).with_files({"../x.py": ""})
    assert str(error.value) == (
        "a file of the ML repository would lie outside it\n"
        "  where     '../x.py'\n"
        "  expected  a relative path such as model_manager.py\n"
        "  fix       take leading / and .. out of the name"
    )


def test_a_virtual_environment_is_left_out_where_git_does_not_ignore_it(tmp_path: Path) -> None:
    put(tmp_path, "model_manager.py", "my env/pyvenv.cfg", "my env/lib/x.py", "my env 2/y.py")
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True, timeout=300)
    assert MLRepository.at(tmp_path).paths() == ("model_manager.py", "my env 2/y.py")


def test_a_tracked_file_that_was_deleted_is_no_file(tmp_path: Path) -> None:
    put(tmp_path, "model_manager.py", "gone.py")
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True, timeout=300)
    subprocess.run(["git", "-C", str(tmp_path), "add", "."], check=True, timeout=300)
    (tmp_path / "gone.py").unlink()
    assert MLRepository.at(tmp_path).paths() == ("model_manager.py",)


def test_a_snapshot_keeps_its_list_of_files_and_others_see_changes(tmp_path: Path) -> None:
    put(tmp_path, "model_manager.py")
    here = MLRepository.at(tmp_path)
    snapshot = here.snapshot()
    put(tmp_path, "new.py")
    (tmp_path / "model_manager.py").write_text("changed", encoding="utf-8")

    assert (here.paths(), snapshot.paths()) == (("model_manager.py", "new.py"), ("model_manager.py",))
    assert snapshot.text("model_manager.py") == "changed"
    assert snapshot.with_files({"more.py": ""}).paths() == ("model_manager.py", "more.py")
    assert snapshot == here
    snapshot.copy_to(tmp_path / "copy")
    assert [path.name for path in (tmp_path / "copy").iterdir()] == ["model_manager.py"]


def test_two_files_that_cannot_lie_in_one_folder_are_told_before_anything_is_copied(tmp_path: Path) -> None:
    put(tmp_path, "repository/part/a.py")
    repository = MLRepository.at(tmp_path / "repository").with_files({"part": "", "model_manager.py": ""})
    with pytest.raises(FlopsMockError) as error:
        repository.refuse_unreadable()
    assert str(error.value) == (
        "a file of the ML repository cannot be read\n"
        f"  where     {tmp_path / 'repository'}: part/a.py\n"
        "  expected  a file, of text in UTF-8 where it is code\n"
        "  got       part, which is a file and not a folder\n"
        "  fix       the files there are: model_manager.py, part, part/a.py"
    )
    with pytest.raises(FlopsMockError, match=r"repository: part"):
        repository.copy_to(tmp_path / "copy")


def test_a_file_that_went_away_since_the_snapshot_is_told(tmp_path: Path) -> None:
    put(tmp_path, "model_manager.py", "gone.py")
    repository = MLRepository.at(tmp_path).snapshot()
    repository.refuse_unreadable()
    (tmp_path / "gone.py").unlink()
    for look in (repository.refuse_unreadable, lambda: repository.copy_to(tmp_path / "copy")):
        with pytest.raises(FlopsMockError, match="got       No such file or directory"):
            look()
