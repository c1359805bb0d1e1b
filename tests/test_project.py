"""What is published: the wheel's contents, the version, the changelog."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import pytest_flops_mock

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
def test_the_wheel_holds_the_package_and_nothing_else(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path), str(ROOT)]
    subprocess.run(command, check=True, timeout=300)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        meta = f"pytest_flops_mock-{pytest_flops_mock.__version__}.dist-info"
        entry_points = archive.read(f"{meta}/entry_points.txt").decode()
    sources = {path.relative_to(ROOT).as_posix() for path in (ROOT / "pytest_flops_mock").rglob("*.py")}
    facts = {path.relative_to(ROOT).as_posix() for path in (ROOT / "pytest_flops_mock").rglob("*.twin.json")}
    assert len(facts) == 41
    assert names - {name for name in names if name.startswith(meta)} == {*sources, *facts, "pytest_flops_mock/py.typed"}
    assert f"{meta}/licenses/LICENSE" in names
    assert "[pytest11]\nflops_mock = pytest_flops_mock.plugin" in entry_points


def test_the_version_is_the_one_of_the_project_file() -> None:
    assert f'version = "{pytest_flops_mock.__version__}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_no_text_names_a_path_of_one_machine() -> None:
    told = subprocess.run(["git", "ls-files", "-z"], capture_output=True, text=True, cwd=ROOT, timeout=30, check=False)
    if told.returncode:
        pytest.skip("not a Git checkout")
    private = ("/" + "work/", "/" + "root/", "/" + "home/")
    for name in filter(None, told.stdout.split("\0")):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert not [place for place in private if place in text], name
