"""A small ML repository and the SLA of its mock data."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

REPOSITORY = {
    "conda.yaml": "name: base\ndependencies: [python=3.10]\n",
    "data_manager.py": dedent(
        """\
        from flops_utils.ml_repo_building_blocks import load_dataset
        from flops_utils.ml_repo_templates import DataManagerTemplate

        class DataManager(DataManagerTemplate):
            def _prepare_data(self):
                return load_dataset().data.column("label").to_numpy()

            def get_data(self):
                return self._prepare_data()
        """
    ),
    "model_manager.py": dedent(
        """\
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
        """
    ),
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
