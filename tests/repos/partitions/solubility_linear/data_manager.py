# mypy: ignore-errors
"""Molecules: four numbers, in units that make them about 1, and how well they dissolve."""

import numpy as np
from flops_utils.ml_repo_building_blocks import load_dataset
from flops_utils.ml_repo_templates import DataManagerTemplate

UNITS = {"MW": 400, "LogP": 4, "TPSA": 100, "Complexity": 600}


def numbers(column, unit=1):
    """Its values; missing ones and those that no molecule has are put into the range."""
    return np.clip(np.nan_to_num(np.array(column.to_pylist(), dtype=float) / unit), -15, 15)


class DataManager(DataManagerTemplate):
    def _prepare_data(self):
        table = load_dataset().data.table
        table = table.filter(table.column("logS").is_valid())
        columns = [numbers(table.column(name), UNITS.get(name, 1)) for name in UNITS]
        return np.column_stack(columns), numbers(table.column("logS"))

    def get_data(self):
        return self._prepare_data()
