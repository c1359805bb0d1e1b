"""The file that runs in the learner's process, without a process: how it describes exceptions, and what it provides."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pytest_flops_mock.child import probe
from pytest_flops_mock.learner.process import PROBE


def described(error: BaseException) -> dict[str, Any]:
    """The facts about an exception, after their way over the pipe."""
    facts: dict[str, Any] = json.loads(json.dumps(probe._Learner("/nowhere").described(error)))
    return facts


class UnprintableError(Exception):
    def __str__(self) -> str:
        raise KeyboardInterrupt


class BrokenMeta(type):
    @property
    def __name__(cls) -> str:  # type: ignore[override]
        raise RuntimeError


class BrokenError(Exception, metaclass=BrokenMeta):
    pass


class BrokenCauseError(Exception):
    @property
    def __cause__(self) -> BaseException:  # type: ignore[override]
        raise RuntimeError


class BrokenNameError(ImportError):
    @property
    def name(self) -> str:  # type: ignore[override]
        raise RuntimeError


class GroupError(Exception):
    """As an ExceptionGroup of Python 3.11 is."""

    exceptions = (ValueError("inside"), TypeError("also inside"))


def test_causes_that_go_round_in_a_circle_are_told_once() -> None:
    first, second = ValueError("first"), RuntimeError("second")
    first.__cause__, second.__cause__ = second, first
    facts = described(first)
    assert (facts["text"], [cause["text"] for cause in facts["causes"]]) == ("first", ["second"])


def test_a_long_chain_of_causes_is_cut() -> None:
    error = ValueError("0")
    for number in range(1, 50):
        later = ValueError(str(number))
        later.__cause__, error = error, later
    assert len(described(error)["causes"]) < 20


def test_the_first_member_of_a_group_is_its_cause() -> None:
    assert [cause["text"] for cause in described(GroupError())["causes"]] == ["inside"]


@pytest.mark.parametrize(
    ("error", "kind", "text"),
    [
        (ValueError(), "ValueError", ""),
        (KeyError("image"), "KeyError", "image"),
        (KeyError(("a", 1)), "KeyError", "('a', 1)"),
        (KeyError(), "KeyError", ""),
        (ValueError("lone \udcff"), "ValueError", "lone \\udcff"),
        (OSError(2, "No such file", "/nowhere/data.csv"), "FileNotFoundError", "[Errno 2] No such file: 'data.csv'"),
        (UnprintableError(), "UnprintableError", "(its text cannot be shown: KeyboardInterrupt)"),
        (BrokenError(), "Exception", "(cannot be shown: RuntimeError)"),
        (BrokenNameError("x"), "Exception", "(cannot be shown: RuntimeError)"),
        (BrokenCauseError("x"), "BrokenCauseError", "x"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_exception_becomes_facts_that_can_be_written(error: BaseException, kind: str, text: str) -> None:
    facts = described(error)
    assert (facts["type"], facts["text"]) == (kind, text)
    str(facts).encode()


def test_only_a_text_can_be_the_name_of_a_column() -> None:
    assert described(KeyError("image"))["key_is_text"]
    assert not described(KeyError(0))["key_is_text"]
    assert not described(KeyError())["key_is_text"]


def test_what_an_exception_says_is_cut_where_it_is_very_long() -> None:
    assert len(described(ValueError("x" * 10_000_000))["text"]) == probe.MAX_CHARACTERS


@pytest.mark.parametrize(("code", "told"), [(None, None), (0, 0), ("no data", "no data"), ([1], "[1]")])
def test_the_status_of_an_exit_is_told(code: object, told: object) -> None:
    assert described(SystemExit(code))["code"] == told


def test_it_is_written_for_python_3_8_and_imports_nothing_but_the_standard_library() -> None:
    source = PROBE.read_text(encoding="utf-8")
    tree = ast.parse(source, feature_version=(3, 8))
    modules = {
        name.partition(".")[0]
        for node in tree.body
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
    }
    assert modules <= sys.stdlib_module_names
    assert "pytest_flops_mock" not in source


USE = """
import sys
sys.path[:0] = sys.argv[1:]
import probe
probe._provide_flops_utils()
probe._provide("data_loading", load_data_from_ml_data_server=lambda: "the data")
from flops_utils.logging import logger
from flops_utils.ml_repo_building_blocks import load_dataset
from flops_utils.ml_repo_templates import DataManagerTemplate, ModelManagerTemplate
print(load_dataset(), logger.name, DataManagerTemplate.__module__, sorted(ModelManagerTemplate.__abstractmethods__)[0])
"""


def used(*folders: Path) -> str:
    """What a program sees that imports from flops_utils, with these folders on its path."""
    command = [sys.executable, "-I", "-c", USE, str(PROBE.parent), *map(str, folders)]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=30).stdout.strip()


def test_where_flops_utils_is_installed_it_is_used_and_where_not_its_names_are_there_all_the_same(tmp_path: Path) -> None:
    package = tmp_path / "flops_utils"
    (package / "ml_repo_building_blocks").mkdir(parents=True)
    (package / "ml_repo_building_blocks" / "__init__.py").write_text(
        "def load_dataset():\n    import data_loading\n    return 'real ' + data_loading.load_data_from_ml_data_server()\n"
    )
    (package / "logging.py").write_text("import logging\nlogger = logging.getLogger('real')\n")
    (package / "ml_repo_templates.py").write_text(
        "class DataManagerTemplate: ...\nclass ModelManagerTemplate: __abstractmethods__ = ['real']\n"
    )

    assert used(tmp_path) == "real the data real flops_utils.ml_repo_templates real"
    assert used() == "the data logger flops_utils.ml_repo_templates evaluate_model"
