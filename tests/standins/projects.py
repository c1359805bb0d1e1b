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
        import numpy as np
        from data_manager import DataManager
        from flops_utils.ml_repo_templates import ModelManagerTemplate

        class ModelManager(ModelManagerTemplate):
            # Learns how often each of ten labels occurs.
            def __init__(self):
                self.shares = np.zeros(10)

            def set_model_data(self):
                labels = DataManager().get_data()
                self.rows, self.goal = len(labels), np.bincount(labels, minlength=10) / len(labels)

            def get_model(self):
                return self

            def get_model_parameters(self):
                return [self.shares]

            def set_model_parameters(self, parameters):
                self.shares = np.array(parameters[0])

            def fit_model(self):
                self.shares = (self.shares + self.goal) / 2
                return self.rows

            def evaluate_model(self):
                distance = float(np.abs(self.shares - self.goal).sum())
                return distance, max(0.0, 1 - distance), self.rows

            def fit(self, rows, labels): ...  # it is its own estimator

            def predict(self, rows): ...
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
