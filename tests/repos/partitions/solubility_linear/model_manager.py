# mypy: ignore-errors
"""Linear regression of a continuous target by gradient descent; accuracy is the share of rows within one unit."""

import numpy as np
from data_manager import UNITS, DataManager
from flops_utils.ml_repo_templates import ModelManagerTemplate


class ModelManager(ModelManagerTemplate):
    def __init__(self):
        self.slopes = np.zeros(len(UNITS))
        self.offset = np.array(0.0)

    def set_model_data(self):
        self.numbers, self.goal = DataManager().get_data()

    def get_model(self):
        return self

    def get_model_parameters(self):
        return [self.slopes, self.offset]

    def set_model_parameters(self, parameters):
        self.slopes, self.offset = (np.array(parameter) for parameter in parameters)

    def fit_model(self):
        if not len(self.goal):
            return 0
        for _ in range(20):
            error = self.numbers @ self.slopes + self.offset - self.goal
            step = 0.1 / (1 + np.square(self.numbers).mean())
            self.slopes = self.slopes - step * self.numbers.T @ error / len(error)
            self.offset = np.array(self.offset - step * error.mean())
        return len(self.goal)

    def evaluate_model(self):
        if not len(self.goal):
            return 0.0, 0.0, 0
        error = self.numbers @ self.slopes + self.offset - self.goal
        return float(np.square(error).mean()), float((np.abs(error) < 1).mean()), len(self.goal)
