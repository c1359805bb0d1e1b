# mypy: ignore-errors
"""Rented bicycles: hour and weekday as numbers of rows in tables, the temperature, and how many were rented."""

import numpy as np
from flops_utils.ml_repo_building_blocks import load_dataset
from flops_utils.ml_repo_templates import DataManagerTemplate

HOURS, WEEKDAYS = 24, 7


def numbers(column, instead):
    values = np.array(column.to_pylist(), dtype=float)
    return np.where(np.isfinite(values), values, instead)


class DataManager(DataManagerTemplate):
    def _prepare_data(self):
        table = load_dataset()[:]
        hour = np.clip(numbers(table["hour"], 12), 0, HOURS - 1).astype(int)
        weekday = np.mod(numbers(table["weekday"], 0), WEEKDAYS).astype(int)
        warmth = np.clip(numbers(table["temperature"], 15), -40, 50) / 50
        rented = np.clip(numbers(table["rented"], 0), 0, 1000) / 100
        return (hour, weekday, warmth), rented

    def get_data(self):
        return self._prepare_data()
