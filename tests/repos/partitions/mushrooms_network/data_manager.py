# mypy: ignore-errors
"""Mushrooms: what is seen of each, as hashed words; the last fifth for testing, unless there are fewer than five."""

import zlib

import numpy as np
from flops_utils.ml_repo_building_blocks import load_dataset
from flops_utils.ml_repo_templates import DataManagerTemplate

SEEN = ("odor", "bruises", "cap-color", "gill-color", "gill-size")
PLACES = 64


def place(name, value):
    return zlib.crc32(f"{name}={value}".lower().encode()) % PLACES


class DataManager(DataManagerTemplate):
    def _prepare_data(self):
        columns = load_dataset()[:].to_pydict()
        known = [row for row, label in enumerate(columns["poisonous"]) if label is not None]
        features = np.zeros((len(known), PLACES))
        for number, row in enumerate(known):
            features[number, [place(name, columns[name][row]) for name in SEEN]] = 1
        labels = np.array([columns["poisonous"][row] for row in known], dtype=int)
        end = len(labels) - len(labels) // 5
        start = end if end < len(labels) else 0
        return (features[:end], labels[:end]), (features[start:], labels[start:])

    def get_data(self):
        return self._prepare_data()
