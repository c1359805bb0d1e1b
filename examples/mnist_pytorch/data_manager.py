"""The data of one learner: pictures as rows of pixels between 0 and 1, the last fifth for testing."""

import io

import numpy as np
from flops_utils.ml_repo_building_blocks import load_dataset
from flops_utils.ml_repo_templates import DataManagerTemplate
from PIL import Image


class DataManager(DataManagerTemplate):
    def __init__(self):
        self.training_data, self.testing_data = self._prepare_data()

    def _prepare_data(self):
        table = load_dataset().data.table
        pictures = table.column("image").combine_chunks().field("bytes").to_pylist()
        pixels = np.stack([np.asarray(Image.open(io.BytesIO(picture)), dtype=np.float32).ravel() for picture in pictures])
        labels = table.column("label").to_numpy()
        end = len(labels) * 4 // 5
        return (pixels[:end] / 255, labels[:end]), (pixels[end:] / 255, labels[end:])

    def get_data(self):
        return self.training_data, self.testing_data
