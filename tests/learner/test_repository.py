"""An ML repository, and the files of it that the image builder would see."""

from __future__ import annotations

import dataclasses
import subprocess
from pathlib import Path

import pytest

from pytest_flops_mock import FlopsMockError, MLRepository


def put(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name, encoding="utf-8")


def test_hidden_files_caches_and_virtual_environments_are_left_out(tmp_path: Path) -> None:
    put(tmp_path, "model_manager.py", "a/b.py", ".hidden", ".git2/x", "__pycache__/x.pyc", "env/pyvenv.cfg", "env/lib/y.py")
    assert MLRepository.at(tmp_path).paths() == ("a/b.py", "model_manager.py")


def test_what_git_ignores_does_not_exist_and_what_is_new_does(tmp_path: Path) -> None:
    put(tmp_path, "model_manager.py", "new.py", "data/big.bin")
    (tmp_path / ".gitignore").write_text("data/\n", encoding="utf-8")
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True, timeout=30)
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
        "  came      nothing there\n"
        "  nearest   my_repository\n"
        "  next      name the folder with --flops-repo, ini flops_repository or as the argument"
    )
    with pytest.raises(FlopsMockError, match="came      a file"):
        MLRepository.at(tmp_path / "file")


@pytest.mark.parametrize("name", ["/etc/x", "../x", "a/../../x", "", "a\0b"])
def test_names_that_lead_out_of_it_are_refused(name: str) -> None:
    with pytest.raises(FlopsMockError, match="would lie outside it"):
        MLRepository.of_files({name: ""})


def test_a_file_that_is_not_there_names_the_nearest() -> None:
    with pytest.raises(FlopsMockError, match=r"nearest   model_manager\.py"):
        MLRepository.of_files({"model_manager.py": ""}).text("model_manger.py")
