"""What fails since it is in the folder and not in the image never leads to the advice to install anything."""

from __future__ import annotations

from pathlib import Path

import pytest
from standins.small import repository
from standins.work_trees import committed, write

from pytest_flops_mock import Report, check_repository

IGNORE = {".gitignore": "ignored/\n*.bin\n"}


def checked(folder: Path, imports: str = "", constructor: str = "pass", **beside: str) -> Report:
    committed(folder, {**repository("pass", imports=imports, constructor=constructor), **IGNORE, "parts/__init__.py": ""})
    write(folder, beside)
    return check_repository(folder, "grpc://127.0.0.1:1", data_tags=["a"], until="aggregator")


@pytest.mark.parametrize(
    ("line", "path", "name"),
    [
        ("import helpers", "helpers.py", "helpers"),
        ("from helpers.deep import thing", "helpers/deep.py", "helpers"),
        ("import parts.more", "parts/more.py", "parts.more"),
        ("from parts import more", "parts/more.py", "parts.more"),
        ("from helpers import thing", "helpers/__init__.py", "helpers"),
    ],
)
@pytest.mark.slow
def test_an_import_of_what_is_untracked(line: str, path: str, name: str, tmp_path: Path) -> None:
    report = checked(tmp_path / "r", line, **{path: "thing = 1\n"})
    (finding,) = [each for each in report.errors if each.stage.value == "aggregator"]
    assert (finding.code, finding.message) == ("FM501", f"the repository imports {name}, which Git does not track")
    assert finding.problem.got == f"{path} is in the folder, and not in the image that FLOps builds"
    assert finding.problem.fix == f"git add {path}, and commit it"
    assert "pip" not in str(report)


@pytest.mark.slow
def test_an_import_of_what_is_ignored(tmp_path: Path) -> None:
    report = checked(tmp_path / "r", "import ignored.part", **{"ignored/part.py": ""})
    (finding,) = [each for each in report.errors if each.stage.value == "aggregator"]
    assert (finding.code, finding.message) == ("FM501", "the repository imports ignored, which Git ignores")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "path", "said"),
    [
        ("open('weights.npz')", "weights.npz", "which Git does not track"),
        ("__import__('numpy').load('ignored/w.npy')", "ignored/w.npy", "which Git ignores"),
        ("open(__import__('os').path.abspath('w.bin'))", "w.bin", "which Git ignores"),
        ("open('.env')", ".env", "which is hidden at the root"),
    ],
)
def test_opening_what_is_not_in_the_image(code: str, path: str, said: str, tmp_path: Path) -> None:
    report = checked(tmp_path / "r", constructor=code, **{path: "x"})
    (finding,) = [each for each in report.errors if each.stage.value == "aggregator"]
    assert (finding.code, finding.message) == ("FM503", f"the repository opens {path}, {said}")
    assert finding.frames[-1].file == "model_manager.py"


@pytest.mark.slow
def test_what_is_nowhere_is_told_as_before(tmp_path: Path) -> None:
    first = checked(tmp_path / "a", "import not_there").errors[-1]
    assert (first.code, first.message) == ("FM501", "the repository imports not_there, which is not installed")
    second = checked(tmp_path / "b", constructor="open('not_there.npz')").errors[-1]
    assert second.message == "FileNotFoundError: [Errno 2] No such file or directory: 'not_there.npz'"
