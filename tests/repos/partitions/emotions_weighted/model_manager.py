# mypy: ignore-errors
"""Softmax regression in which rare feelings weigh as much as frequent ones."""

import numpy as np
from data_manager import WORDS, DataManager
from flops_utils.ml_repo_templates import ModelManagerTemplate

CLASSES = 6


class ModelManager(ModelManagerTemplate):
    def __init__(self):
        self.weights = np.zeros((WORDS, CLASSES))

    def set_model_data(self):
        self.words, self.labels = DataManager().get_data()

    def get_model(self):
        return self

    def get_model_parameters(self):
        return [self.weights]

    def set_model_parameters(self, parameters):
        self.weights = np.array(parameters[0])

    def fit_model(self):
        counts = np.bincount(self.labels, minlength=CLASSES)
        share = (1 / np.maximum(counts, 1))[self.labels] / CLASSES
        for _ in range(10):
            error = (self.probabilities() - np.eye(CLASSES)[self.labels]) * share[:, None]
            self.weights = self.weights - 0.5 * self.words.T @ error
        return len(self.labels)

    def evaluate_model(self):
        if not len(self.labels):
            return 0.0, 0.0, 0
        probabilities = self.probabilities()
        loss = -np.log(probabilities[np.arange(len(self.labels)), self.labels] + 1e-12).mean()
        return float(loss), float((probabilities.argmax(axis=1) == self.labels).mean()), len(self.labels)

    def probabilities(self):
        scores = self.words @ self.weights
        powers = np.exp(scores - scores.max(axis=1, keepdims=True)) if len(scores) else scores
        return powers / powers.sum(axis=1, keepdims=True)
