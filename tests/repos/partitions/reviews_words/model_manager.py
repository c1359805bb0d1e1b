# mypy: ignore-errors
"""Logistic regression on words, in NumPy alone; it is tested on the rows that it has learned."""

import numpy as np
from data_manager import WORDS, DataManager
from flops_utils.ml_repo_templates import ModelManagerTemplate


class ModelManager(ModelManagerTemplate):
    def __init__(self):
        self.weights = np.zeros(WORDS)
        self.bias = np.zeros(1)

    def set_model_data(self):
        self.words, self.labels = DataManager().get_data()

    def get_model(self):
        return self

    def get_model_parameters(self):
        return [self.weights, self.bias]

    def set_model_parameters(self, parameters):
        self.weights, self.bias = (np.array(parameter) for parameter in parameters)

    def fit_model(self):
        rows = len(self.labels)
        for _ in range(10):
            error = self.chances() - self.labels
            self.weights -= 0.1 * self.words.T @ error / max(rows, 1)
            self.bias -= 0.1 * error.sum() / max(rows, 1)
        return rows

    def evaluate_model(self):
        if not len(self.labels):
            return 0.0, 0.0, 0
        chances = np.clip(self.chances(), 1e-9, 1 - 1e-9)
        loss = -np.log(np.where(self.labels == 1, chances, 1 - chances)).mean()
        return float(loss), float(((chances > 0.5) == self.labels).mean()), len(self.labels)

    def chances(self):
        return 1 / (1 + np.exp(-np.clip(self.words @ self.weights + self.bias, -50, 50)))
