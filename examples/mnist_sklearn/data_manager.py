"""The data of one learner: digits as rows of pixels, split into training and test."""

import io

import numpy as np
from flops_utils.ml_repo_building_blocks import load_dataset
from flops_utils.ml_repo_templates import DataManagerTemplate
from PIL import Image
from sklearn.model_selection import train_test_split


class DataManager(DataManagerTemplate):
    def __init__(self):
        self.training_data, self.testing_data = self._prepare_data()

    def _prepare_data(self):
        dataset = load_dataset()
        # The data set is in Arrow format: columns are Arrow arrays, images are structs with PNG bytes.
        images = dataset.data.column("image").combine_chunks().field("bytes").to_pylist()
        labels = dataset.data.column("label").to_numpy()
        pixels = np.stack([np.asarray(Image.open(io.BytesIO(image)), dtype=np.float32).ravel() for image in images])
        x_train, x_test, y_train, y_test = train_test_split(pixels / 255, labels, test_size=0.2, random_state=0)
        return (x_train, y_train), (x_test, y_test)

    def get_data(self):
        return self.training_data, self.testing_data
