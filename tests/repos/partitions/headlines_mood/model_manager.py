# mypy: ignore-errors
"""A linear model of the mood; accuracy is the share of rows whose sign is right."""

import numpy as np
from data_manager import WORDS, DataManager
from flops_utils.ml_repo_templates import ModelManagerTemplate


class ModelManager(ModelManagerTemplate):
    def __init__(self):
        self.weights = np.zeros(WORDS)

    def set_model_data(self):
        words, mood = DataManager().get_data()
        held_out = len(mood) // 5
        self.train = words[held_out:], mood[held_out:]
        self.test = (words[:held_out], mood[:held_out]) if held_out else self.train

    def get_model(self):
        return self

    def get_model_parameters(self):
        return [self.weights]

    def set_model_parameters(self, parameters):
        self.weights = np.array(parameters[0])

    def fit_model(self):
        words, mood = self.train
        for _ in range(5):
            error = np.tanh(words @ self.weights) - mood
            self.weights = self.weights - 0.05 * words.T @ error / max(len(error), 1)
        return len(mood)

    def evaluate_model(self):
        if not len(self.train[1]):
            return 0.0, 0.0, 0
        words, mood = self.test
        guess = np.tanh(words @ self.weights)
        loss = float(np.square(guess - mood).sum()) / len(mood)
        return loss, int((np.sign(guess) == np.sign(mood)).sum()) / len(mood), len(mood)
