"""What can be said of an ML repository without running it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_flops_mock import MLRepository
from pytest_flops_mock.learner.structure import METHODS, structure_findings

from .conftest import repository

GOOD = repository("pass")


def told(files: dict[str, str]) -> list[tuple[str, str]]:
    return [(finding.code, finding.message) for finding in structure_findings(MLRepository.of_files(files))]


def test_nothing_is_said_of_a_good_one() -> None:
    assert told(GOOD) == []


@pytest.mark.parametrize(
    ("name", "code"), [("model_manager.py", "FM102"), ("conda.yaml", "FM102"), ("data_manager.py", "FM106")]
)
def test_a_missing_file_is_told_and_where_it_is_instead(name: str, code: str) -> None:
    files = {path: text for path, text in GOOD.items() if path != name}
    assert told(files) == [(code, f"the repository has no {name} at its root")]
    (finding,) = structure_findings(MLRepository.of_files({**files, f"src/{name}": GOOD[name]}))
    assert finding.nearest == f"src/{name}"


def test_a_syntax_error_is_shown_once_with_its_line() -> None:
    files = {
        **GOOD,
        "model_manager.py": "from data_manager import x\n" + GOOD["model_manager.py"],
        "data_manager.py": "x = (\ny = 1",
    }
    (finding,) = structure_findings(MLRepository.of_files(files))
    assert (finding.code, finding.where) == ("FM103", "data_manager.py:1")
    assert finding.message.startswith("data_manager.py is not valid Python: ")
    assert finding.detail == "x = (\n    ^"


def test_a_syntax_error_in_a_module_that_is_imported_is_found_and_in_others_not() -> None:
    broken = {**GOOD, "helpers.py": "def", "scripts/old.py": "print 1"}
    assert told(broken) == []
    assert [code for code, _ in told({**broken, "data_manager.py": "import helpers\nclass DataManager: ..."})] == ["FM103"]


@pytest.mark.parametrize(
    "manager",
    [
        "from elsewhere import ModelManager",
        "from elsewhere import *",
        "from elsewhere import Base\nclass ModelManager(Base): ...",
        "if True:\n    from elsewhere import ModelManager\nelse:\n    ModelManager = None",
        "ModelManager = object",
    ],
)
def test_a_class_that_comes_from_elsewhere_is_left_to_the_run(manager: str) -> None:
    assert told({**GOOD, "model_manager.py": manager}) == []


def test_a_class_of_another_name_is_told() -> None:
    (finding,) = structure_findings(MLRepository.of_files({**GOOD, "model_manager.py": "class ModelManger: ..."}))
    assert (finding.code, finding.message) == ("FM104", "model_manager.py defines no class ModelManager")
    assert finding.nearest == "ModelManger"


@pytest.mark.parametrize("method", METHODS["ModelManager"])
def test_a_method_that_is_missing_is_told(method: str) -> None:
    text = GOOD["model_manager.py"].replace(f"def {method}(", f"def my_{method}(")
    (finding,) = structure_findings(MLRepository.of_files({**GOOD, "model_manager.py": text}))
    assert (finding.code, finding.message) == ("FM104", f"ModelManager has no method {method}")
    assert finding.nearest == f"my_{method}"


def test_several_methods_that_are_missing_are_one_finding() -> None:
    (finding,) = structure_findings(MLRepository.of_files({**GOOD, "model_manager.py": "class ModelManager: ..."}))
    assert finding.message == (
        "ModelManager has no methods set_model_data, get_model, get_model_parameters, set_model_parameters, "
        "fit_model, evaluate_model"
    )


def test_a_method_may_be_assigned() -> None:
    text = "class DataManager:\n    def get_data(self): ...\n    _prepare_data = get_data\n"
    assert told({**GOOD, "data_manager.py": text}) == []


@pytest.mark.parametrize("module", ["main", "context", "data_loading", "strategies"])
def test_a_module_that_the_image_replaces_is_told_when_it_is_used(module: str) -> None:
    files = {**GOOD, f"{module}.py": ""}
    assert told(files) == []
    files["data_manager.py"] = f"import {module}\nclass DataManager: ..."
    assert told(files) == [("FM105", f"{module} is replaced by FLOps' own in the image")]


def test_a_root_module_utils_is_shadowed_and_a_package_is_not() -> None:
    uses = {**GOOD, "data_manager.py": "from utils import x\nclass DataManager: ..."}
    assert told({**uses, "utils.py": "x = 1"}) == [
        ("FM105", "utils.py is shadowed in the image by FLOps' own package utils")
    ]
    assert told({**uses, "utils/__init__.py": "x = 1"}) == []


def test_a_file_may_name_its_encoding_and_one_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    for name, text in GOOD.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "data_manager.py").write_bytes("# coding: latin-1\nclass DataManager: x = 'é'\n".encode("latin-1"))
    assert structure_findings(MLRepository.at(tmp_path)) == ()
    (tmp_path / "data_manager.py").write_bytes(b"class DataManager: x = '\xe9'\n")
    (finding,) = structure_findings(MLRepository.at(tmp_path))
    assert (finding.code, finding.hint) == ("FM103", "save the file in UTF-8")
