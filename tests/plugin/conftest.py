"""A small ML project to run pytest on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import datasets
import pyarrow.flight  # noqa: F401
import pytest

# Loaded here, since pytester forgets what an inner run imports, and compiled modules load only once in a process.
import pytest_flops_mock.data.twins.catalogue
import pytest_flops_mock.pipeline  # noqa: F401
from pytest_flops_mock.data.partitioning import SEED, iid_partitions

iid_partitions(datasets.Dataset.from_dict({"x": [1]}), 1, name="loads Flower Datasets", seed=SEED)

REPOSITORY = {
    "conda.yaml": "name: base\ndependencies: [python=3.10]\n",
    "data_manager.py": """
        from flops_utils.ml_repo_building_blocks import load_dataset
        from flops_utils.ml_repo_templates import DataManagerTemplate

        class DataManager(DataManagerTemplate):
            def _prepare_data(self):
                return load_dataset().data.column("label").to_numpy()

            def get_data(self):
                return self._prepare_data()
        """,
    "model_manager.py": """
        from data_manager import DataManager
        from flops_utils.ml_repo_templates import ModelManagerTemplate

        class ModelManager(ModelManagerTemplate):
            def set_model_data(self):
                self.labels = DataManager().get_data()

            def get_model(self): ...
            def get_model_parameters(self): ...
            def set_model_parameters(self, parameters): ...
            def fit_model(self): ...
            def evaluate_model(self): ...
        """,
}


def mock_sla(**configuration: Any) -> dict[str, Any]:
    return {
        "customerID": "Admin",
        "mock_data_configuration": {
            "dataset_name": "mnist",
            "number_of_partitions": 2,
            "data_tag": "mnist",
            **configuration,
        },
    }


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """An ML repository with an SLA, whose root is the rootdir."""
    pytester.makeini("[pytest]\n")
    for name, text in REPOSITORY.items():
        pytester.makefile(Path(name).suffix, **{Path(name).stem: text})
    (pytester.path / "mocks").mkdir()
    (pytester.path / "mocks" / "mnist.json").write_text(json.dumps(mock_sla()), encoding="utf-8")
    return pytester
