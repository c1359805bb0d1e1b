# mypy: ignore-errors
"""People of a census: numbers within what people have, and whether they earn much."""

import numpy as np
from flops_utils.ml_repo_building_blocks import load_dataset
from flops_utils.ml_repo_templates import DataManagerTemplate

RANGES = {"age": (0, 100), "education.num": (0, 16), "hours.per.week": (0, 100), "capital.gain": (0, 100_000)}


class DataManager(DataManagerTemplate):
    def _prepare_data(self):
        frame = load_dataset().to_pandas()
        frame = frame[frame["income"].notna()]
        columns = [
            np.clip(frame[name].fillna(low).to_numpy(dtype=float), low, high) / high for name, (low, high) in RANGES.items()
        ]
        return np.column_stack(columns), (frame["income"].str.strip().str.upper() == ">50K").to_numpy(dtype=int)

    def get_data(self):
        return self._prepare_data()
