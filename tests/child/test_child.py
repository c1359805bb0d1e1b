"""The child stands alone: on Python 3.8, with nothing but the standard library, and with a stand-in for ``flops_utils``."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from pytest_flops_mock import child

CHILD = Path(child.__file__).parent

WITH_FLOWER = {"client.py", "cluster.py", "ray_flower.py", "strategy.py"}
"""What Flower calls in federated rounds; loaded once it is known to be installed."""

FLOWER = {"flwr"}


def test_it_is_written_for_python_3_8_and_imports_nothing_but_the_standard_library() -> None:
    for module in CHILD.rglob("*.py"):
        tree = ast.parse(module.read_text(encoding="utf-8"), feature_version=(3, 8))
        from_others = [node for node in tree.body if isinstance(node, ast.ImportFrom) and not node.level]
        plain = [alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names]
        names = {name.partition(".")[0] for name in [*plain, *(node.module or "" for node in from_others)]}
        assert names <= sys.stdlib_module_names | (FLOWER if module.name in WITH_FLOWER else set()), module
        siblings = {node.level for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert max(siblings, default=0) <= len(module.relative_to(CHILD).parts), module


USE = """
import sys
sys.path[:0] = sys.argv[1:]
from child.standin import provide, provide_flops_utils
provide_flops_utils()
provide("data_loading", load_data_from_ml_data_server=lambda: "the data")
from flops_utils.logging import logger
from flops_utils.ml_repo_building_blocks import load_dataset
from flops_utils.ml_repo_templates import DataManagerTemplate, ModelManagerTemplate
print(load_dataset(), logger.name, DataManagerTemplate.__module__, sorted(ModelManagerTemplate.__abstractmethods__)[0])
"""


def used(*folders: Path) -> str:
    """What a program sees that imports from flops_utils, with these folders on its path."""
    command = [sys.executable, "-I", "-c", USE, str(CHILD.parent), *map(str, folders)]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=300).stdout.strip()


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
