# mypy: ignore-errors
"""What each hour and weekday adds, learned by gradient descent; accuracy is the share of rows within ten bicycles."""

import numpy as np
from data_manager import HOURS, WEEKDAYS, DataManager
from flops_utils.ml_repo_templates import ModelManagerTemplate

RATE = 0.05


class ModelManager(ModelManagerTemplate):
    def __init__(self):
        self.hours, self.weekdays, self.slope = np.zeros(HOURS), np.zeros(WEEKDAYS), np.zeros(1)

    def set_model_data(self):
        (self.hour, self.weekday, self.warmth), self.rented = DataManager().get_data()

    def get_model(self):
        return self

    def get_model_parameters(self):
        return [self.hours, self.weekdays, self.slope]

    def set_model_parameters(self, parameters):
        self.hours, self.weekdays, self.slope = (np.array(parameter) for parameter in parameters)

    def fit_model(self):
        for _ in range(5):
            error = RATE * (self.forecast() - self.rented)
            mean = error / max(len(error), 1)
            np.subtract.at(self.hours, self.hour, mean)
            np.subtract.at(self.weekdays, self.weekday, mean)
            self.slope -= mean @ self.warmth
        return len(self.rented)

    def evaluate_model(self):
        if not len(self.rented):
            return 0.0, 0.0, 0
        error = np.abs(self.forecast() - self.rented)
        return float(error.mean()), float((error < 0.1).mean()), len(self.rented)

    def forecast(self):
        return self.hours[self.hour] + self.weekdays[self.weekday] + self.slope * self.warmth
