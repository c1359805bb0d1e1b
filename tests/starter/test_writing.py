"""Files are written all or none."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from pytest_flops_mock.errors import ToolError
from pytest_flops_mock.starter.planning import NewFile
from pytest_flops_mock.starter.writing import write_all

FILES = (NewFile("a/b/one.txt", "één\n"), NewFile("a/two.txt", "2\n"), NewFile("three.txt", "3\n"))


def lying(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*"))


def test_all_are_written_and_the_folder_is_made(tmp_path: Path) -> None:
    write_all(tmp_path / "new", FILES)
    assert lying(tmp_path) == ["new", "new/a", "new/a/b", "new/a/b/one.txt", "new/a/two.txt", "new/three.txt"]
    assert (tmp_path / "new" / "a" / "b" / "one.txt").read_bytes() == "één\n".encode()


def test_a_file_that_is_there_by_now_stays_and_no_other_is_left(tmp_path: Path) -> None:
    (tmp_path / "three.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ToolError, match=r"a file cannot be written, so none was\n(?s:.*)got       File exists"):
        write_all(tmp_path, FILES)
    assert lying(tmp_path) == ["three.txt"]
    assert (tmp_path / "three.txt").read_text(encoding="utf-8") == "mine"


def test_a_folder_of_the_user_is_not_taken_away(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "three.txt").symlink_to("nowhere")
    with pytest.raises(ToolError):
        write_all(tmp_path, FILES)
    assert lying(tmp_path) == ["a", "three.txt"]


@pytest.mark.parametrize("when", [1, 2, 3])
def test_nothing_is_left_when_it_is_broken_off(when: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = iter(range(1, 4))
    real = os.fdopen

    def interrupted(descriptor: int, *arguments: Any) -> Any:
        if next(opened) == when:
            os.close(descriptor)
            raise KeyboardInterrupt
        return real(descriptor, *arguments)

    monkeypatch.setattr(os, "fdopen", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_all(tmp_path / "new", FILES)
    assert lying(tmp_path) == []


def test_no_link_leads_out_of_the_folder(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    (inside / "a").symlink_to(outside)
    with pytest.raises(ToolError, match="a link that leads out of the folder"):
        write_all(inside, FILES)
    assert lying(outside) == []
