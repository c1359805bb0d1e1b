"""Which files are SLAs, and what is said of those that are not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_flops_mock import FlopsMockError
from pytest_flops_mock.sla.files import matching, mdp_slas, refuse_what_is_no_file, shown


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With two SLAs, files that are none, and a virtual environment with one that does not count."""
    folder = tmp_path / "a [b]"  # brackets are no pattern where they are in the folder's name
    files = {"x.json": True, "deep/er/y.json": True, "z.json": False, "x.txt": True, ".h/x.json": True, "env/x.json": True}
    for name, is_sla in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text('{"mock_data_configuration": {}}' if is_sla else "{}", encoding="utf-8")
    (folder / "env" / "pyvenv.cfg").touch()
    return folder


def test_patterns_name_files_in_order_and_each_once(folder: Path) -> None:
    def slas(*patterns: str) -> list[str]:
        return [shown(path, folder) for path in matching(patterns, folder, "ini flops_sla")]

    assert slas("*.json") == ["x.json", "z.json"]
    assert slas("z.json", "*.json") == ["z.json", "x.json"]
    assert slas("deep/**/*.json", "deep/er/../er/y.json") == ["deep/er/y.json"]
    assert slas(f"{folder.parent}/a*/[x]*.json".replace(" ", "?")) == ["x.json"]


def test_a_pattern_without_a_file_is_told_with_the_slas_that_there_are(folder: Path) -> None:
    with pytest.raises(FlopsMockError) as error:
        list(matching(["deep/*.json"], folder, "--flops-sla"))
    assert str(error.value) == (
        "no SLA file matches the pattern\n"
        "  where     --flops-sla\n"
        "  expected  the path of an MDP SLA, or a pattern such as mocks/*.json\n"
        "  got       deep/*.json\n"
        "  nearest   deep/er/y.json\n"
        f"  fix       MDP SLAs in {folder}: x.json, deep/er/y.json"
    )


def test_slas_are_found_by_the_key_that_only_they_have(folder: Path) -> None:
    assert list(mdp_slas(folder)) == [folder / "x.json", folder / "deep/er/y.json"]
    assert list(mdp_slas(folder, max_files=1)) == [folder / "x.json"]


def test_what_is_no_file_is_told_with_those_that_there_are(folder: Path) -> None:
    refuse_what_is_no_file(folder / "x.json", "MDP", "--sla", here=folder, repository=folder)
    with pytest.raises(FlopsMockError) as error:
        refuse_what_is_no_file(folder / "deep" / "y.json", "MDP", "--sla", here=folder, repository=folder)
    assert str(error.value) == (
        "the MDP SLA is not there\n"
        "  where     --sla\n"
        "  expected  the file of an MDP SLA\n"
        "  got       deep/y.json\n"
        "  nearest   deep/er/y.json\n"
        "  fix       name a file that is there: deep/er/y.json, x.json"
    )
    (folder / "empty").mkdir()
    with pytest.raises(FlopsMockError) as error:
        refuse_what_is_no_file(folder / "empty", "project", "--project-sla", here=folder, repository=folder / "empty")
    assert str(error.value) == (
        "the project SLA is a folder\n"
        "  where     --project-sla\n"
        "  expected  the file of a project SLA\n"
        "  got       empty\n"
        "  fix       flops-mock init empty writes one, and what else a first check needs"
    )
