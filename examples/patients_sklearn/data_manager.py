"""Measurements of patients: two numbers, one of which may be missing, and a category; the last fifth for testing."""

import numpy as np
from flops_utils.ml_repo_building_blocks import load_dataset
from flops_utils.ml_repo_templates import DataManagerTemplate

WARDS = ("north", "south", "west")


class DataManager(DataManagerTemplate):
    def __init__(self):
        self.training_data, self.testing_data = self._prepare_data()

    def _prepare_data(self):
        frame = load_dataset().to_pandas()
        wards = np.stack([frame["ward"] == ward for ward in WARDS], axis=1)
        pulse = frame["pulse"].fillna(70).to_numpy() / 100
        features = np.column_stack([frame["age"] / 100, pulse, wards]).astype(np.float64)
        labels = frame["ill"].to_numpy()
        end = len(labels) * 4 // 5
        return (features[:end], labels[:end]), (features[end:], labels[end:])

    def get_data(self):
        return self.training_data, self.testing_data
