"""Whether the files of an ML repository are still what they were."""

from __future__ import annotations

from pathlib import Path

from pytest_flops_mock import MLRepository
from pytest_flops_mock.repository.marks import changed, marks


def test_files_that_are_others_or_gone_are_named(tmp_path: Path) -> None:
    for name in ("kept", "grown", "gone", "opened"):
        (tmp_path / name).write_text(name)
    repository = MLRepository.at(tmp_path).snapshot()
    before = marks(repository)
    assert changed(before, marks(repository)) == ()
    (tmp_path / "grown").write_text("grown more")
    (tmp_path / "gone").unlink()
    (tmp_path / "opened").chmod(0o777)
    assert changed(before, marks(repository)) == ("gone", "grown", "opened")


def test_files_without_a_folder_do_not_change() -> None:
    assert marks(MLRepository.of_files({"model_manager.py": ""})) == {}
