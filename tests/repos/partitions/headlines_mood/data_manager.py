# mypy: ignore-errors
"""Headlines about money as counts of hashed words, and their mood from -1 to 1, or 0."""

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
        rows = list(zip(table["sentence"].to_pylist(), table["sentiment_score"].to_pylist()))
        words = np.array([counts_of(text) for text, _ in rows], dtype=float).reshape(-1, WORDS)
        return words, np.clip([score or 0 for _, score in rows], -1, 1).astype(float)

    def get_data(self):
        return self._prepare_data()
