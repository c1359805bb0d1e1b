"""ML repositories as small as they can be, and rows for them."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import datasets
import pyarrow as pa

from pytest_flops_mock import Report

FEATURES = datasets.Features({"image": datasets.Image(), "label": datasets.ClassLabel(names=["cat", "dog"])})

TEMPLATE = """
from flops_utils.ml_repo_templates import ModelManagerTemplate
{imports}

class ModelManager(ModelManagerTemplate):
    def __init__(self):
        {constructor}

    def set_model_data(self):
        {set_model_data}

    def get_model(self):
        return self

    def get_model_parameters(self):
        import numpy
        return [numpy.zeros(1)]

    def set_model_parameters(self, parameters): ...
    def fit_model(self): ...
    def evaluate_model(self): ...
"""

Check = Callable[..., Report]


def rows(labels: list[int]) -> pa.Table:
    """Rows with an image of no content and a label."""
    images = [{"bytes": b"png", "path": None} for _ in labels]
    return pa.table({"image": images, "label": labels}, schema=FEATURES.arrow_schema)


def repository(set_model_data: str, *, imports: str = "", constructor: str = "pass", load: bool = True) -> dict[str, str]:
    """Files of a repository whose ``set_model_data`` has this body, after ``dataset`` was loaded."""
    body = ("from flops_utils.ml_repo_building_blocks import load_dataset\ndataset = load_dataset()\n" if load else "") + (
        textwrap.dedent(set_model_data)
    )
    manager = TEMPLATE.format(
        imports=imports, constructor=constructor, set_model_data=textwrap.indent(body, " " * 8).lstrip()
    )
    return {
        "model_manager.py": manager,
        "data_manager.py": "class DataManager: ...\n",
        "conda.yaml": "name: mine\ndependencies: [python=3.10.14]\n",
    }
