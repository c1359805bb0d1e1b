# mypy: ignore-errors
"""Handwritten digits as rows of pixels between 0 and 1; a picture that cannot be read is black."""

import io

import numpy as np
from flops_utils.ml_repo_building_blocks import load_dataset
from flops_utils.ml_repo_templates import DataManagerTemplate
from PIL import Image

SIDE = 28


def pixels_of(picture):
    try:
        image = Image.open(io.BytesIO(picture["bytes"])).convert("L").resize((SIDE, SIDE))
    except (OSError, TypeError, ValueError):
        return np.zeros(SIDE * SIDE)
    return np.asarray(image, dtype=np.float64).ravel() / 255


class DataManager(DataManagerTemplate):
    def _prepare_data(self):
        table = load_dataset().data.table
        table = table.filter(table.column("label").is_valid())
        pixels = [pixels_of(picture) for picture in table.column("image").to_pylist()]
        return np.array(pixels).reshape(len(pixels), SIDE * SIDE), table.column("label").to_numpy()

    def get_data(self):
        return self._prepare_data()
