# mypy: ignore-errors
"""A linear forecast; accuracy is the share of rows within half a unit."""

import numpy as np
from data_manager import DataManager
from flops_utils.ml_repo_templates import ModelManagerTemplate


class ModelManager(ModelManagerTemplate):
    def __init__(self):
        self.weights = np.zeros(4)

    def set_model_data(self):
        self.features, self.load = DataManager().get_data()

    def get_model(self):
        return self

    def get_model_parameters(self):
        return [self.weights]

    def set_model_parameters(self, parameters):
        self.weights = np.array(parameters[0])

    def fit_model(self):
        for _ in range(20):
            error = self.features @ self.weights - self.load
            self.weights = self.weights - 0.2 * self.features.T @ error / max(len(error), 1)
        return len(self.load)

    def evaluate_model(self):
        if not len(self.load):
            return 0.0, 0.0, 0
        error = np.abs(self.features @ self.weights - self.load)
        return float(error.mean()), float((error < 0.5).mean()), len(self.load)
