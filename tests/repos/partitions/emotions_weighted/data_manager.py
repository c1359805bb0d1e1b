# mypy: ignore-errors
"""Messages as counts of hashed words, and the feeling of each."""

import zlib

import numpy as np
from flops_utils.ml_repo_building_blocks import load_dataset
from flops_utils.ml_repo_templates import DataManagerTemplate

WORDS = 256


def counts_of(text):
    places = [zlib.crc32(word.encode()) % WORDS for word in (text or "").lower().split()]
    return np.bincount(places, minlength=WORDS)


class DataManager(DataManagerTemplate):
    def _prepare_data(self):
        table = load_dataset()[:]
        rows = [row for row in zip(table["text"].to_pylist(), table["label"].to_pylist()) if row[1] is not None]
        words = np.array([counts_of(text) for text, _ in rows], dtype=float).reshape(-1, WORDS)
        return words, np.array([label for _, label in rows], dtype=int)

    def get_data(self):
        return self._prepare_data()
