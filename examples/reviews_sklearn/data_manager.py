"""Reviews as counts of hashed words; the last fifth for testing."""

from flops_utils.ml_repo_building_blocks import load_dataset
from flops_utils.ml_repo_templates import DataManagerTemplate
from sklearn.feature_extraction.text import HashingVectorizer

WORDS = 256


class DataManager(DataManagerTemplate):
    def _prepare_data(self):
        columns = load_dataset()[:]
        words = HashingVectorizer(n_features=WORDS).transform(columns["text"].to_pylist())
        labels = columns["label"].to_numpy()
        end = len(labels) * 4 // 5
        return words[:end], words[end:], labels[:end], labels[end:]

    def get_data(self):
        return self._prepare_data()
