"""Other people's files are opened with care."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pytest_flops_mock.opening import kind_inside, open_inside, open_or_link, read_inside


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "secret").write_bytes(b"secret")
    folder = tmp_path / "folder"
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "deep" / "file").write_bytes(b"content")
    return folder


def refusal(folder: Path, path: str) -> str:
    try:
        read_inside(folder, path, 100)
    except OSError as error:
        return error.strerror or ""
    return "read"


@pytest.mark.parametrize("target", ["file", "../deep/file", "er/../file", "../link", "./er/.././file"])
def test_a_link_that_stays_inside_is_followed(folder: Path, target: str) -> None:
    (folder / "link").symlink_to("deep/file")
    (folder / "deep" / "to").symlink_to(target)
    assert read_inside(folder, "deep/to", 100) == b"content"


@pytest.mark.parametrize("target", ["/etc/passwd", "../secret", "deep/../../secret", "deep/er/../../../folder/deep/file"])
def test_a_link_that_leads_out_is_not(folder: Path, target: str) -> None:
    (folder / "to").symlink_to(target)
    assert refusal(folder, "to") == "a link that leads out of the repository"


def test_nor_is_a_folder_that_is_such_a_link(folder: Path) -> None:
    (folder / "out").symlink_to("..")
    assert refusal(folder, "out/secret") == "a link that leads out of the repository"
    with pytest.raises(OSError, match="leads out"):
        open_or_link(folder, "out/secret")


def test_links_in_a_circle_end(folder: Path) -> None:
    (folder / "a").symlink_to("b")
    (folder / "b").symlink_to("a")
    assert refusal(folder, "a") == "links that lead round in a circle"


def test_what_is_no_file_is_told(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    assert refusal(folder, "pipe") == "a pipe, not a file"
    assert refusal(folder, "deep") == "Is a directory"
    assert refusal(folder, "") == "Is a directory"
    assert refusal(folder, "deep/file/x") == "Not a directory"
    assert refusal(folder, "none") == "No such file or directory"


def test_a_file_that_is_too_large_is_told(folder: Path) -> None:
    (folder / "large").write_bytes(b"x" * 1_000)
    assert refusal(folder, "large") == "more than 100 bytes: 1,000"


def test_a_link_is_not_followed_where_it_shall_be_copied(folder: Path) -> None:
    (folder / "to").symlink_to("/etc/passwd")
    assert open_or_link(folder, "to") == "/etc/passwd"


def test_no_descriptor_is_left(folder: Path) -> None:
    (folder / "out").symlink_to("..")
    before = os.listdir("/dev/fd")
    os.close(open_inside(folder, "deep/er/../file"))
    for path in ("out/x", "none", "deep", "deep/none/x", "deep/../../x"):
        refusal(folder, path)
    assert len(os.listdir("/dev/fd")) == len(before)


def test_what_lies_there_has_a_name(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    (folder / "to").symlink_to("pipe")
    kinds = [kind_inside(folder, path) for path in ("pipe", "deep", "to", "deep/file", "none")]
    assert kinds == ["a pipe", "a folder", "", "", ""]
