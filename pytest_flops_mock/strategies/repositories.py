"""ML repositories with one seeded defect, or none, and what the check says of it."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import note
from hypothesis import strategies as st

from pytest_flops_mock.repository.repository import MLRepository
from pytest_flops_mock.stage import Stage

_CONDA = """\
name: softmax
channels:
  - conda-forge
dependencies:
  - python=3.10.14
  - pip<=24.0
  - numpy=1.26.4
  - pillow=10.4.0
"""

_DATA = '''\
"""Pictures of one learner as rows of pixels between 0 and 1; the last fifth is for testing."""

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
        pixels = np.array([np.asarray(Image.open(io.BytesIO(picture))).ravel() / 255 for picture in pictures])
        labels = table.column("label").to_numpy()
        end = len(labels) * 4 // 5
        return (pixels[:end], labels[:end]), (pixels[end:], labels[end:])

    def get_data(self):
        return self.training_data, self.testing_data
'''

_MODEL = '''\
"""Softmax regression in NumPy, for pictures of 28 by 28 pixels in ten classes."""

import numpy as np
from data_manager import DataManager
from flops_utils.ml_repo_templates import ModelManagerTemplate


class ModelManager(ModelManagerTemplate):
    def __init__(self):
        self.weights = np.zeros((28 * 28, 10))
        self.bias = np.zeros(10)

    def set_model_data(self):
        (self.x_train, self.y_train), (self.x_test, self.y_test) = DataManager().get_data()

    def get_model(self):
        return self

    def get_model_parameters(self):
        return [self.weights, self.bias]

    def set_model_parameters(self, parameters):
        self.weights, self.bias = (np.array(parameter) for parameter in parameters)

    def fit_model(self):
        goal = np.eye(10)[self.y_train]
        for _ in range(20):
            error = (self._probabilities(self.x_train) - goal) / len(goal)
            self.weights = self.weights - self.x_train.T @ error
            self.bias = self.bias - error.sum(axis=0)
        return len(self.y_train)

    def evaluate_model(self):
        probabilities = self._probabilities(self.x_test)
        right = probabilities[np.arange(len(self.y_test)), self.y_test]
        accuracy = np.mean(probabilities.argmax(axis=1) == self.y_test)
        return float(-np.log(right + 1e-12).mean()), float(accuracy), len(self.y_test)

    def _probabilities(self, pixels):
        scores = pixels @ self.weights + self.bias
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)
'''


@dataclass(frozen=True)
class Defect:
    """One thing that is wrong with a repository.

    Attributes:
        name: What it is, in words.
        code: The code of the one finding that a check has.
        stage: The stage that finds it.
        file: The file that is changed.
        old: What stands there in the good repository.
        new: What stands there instead.
    """

    name: str
    code: str
    stage: Stage
    file: str
    old: str
    new: str


@dataclass(frozen=True)
class SeededRepository:
    """An ML repository of which is known what is wrong.

    Attributes:
        repository: The repository, for the data set ``mnist`` and others of its form.
        defect: Its one defect; ``None`` if it is good.
    """

    repository: MLRepository
    defect: Defect | None = None


def _model(name: str, code: str, stage: Stage, old: str, new: str) -> Defect:
    return Defect(name, code, stage, "model_manager.py", old, new)


DEFECTS = (
    _model("a method is missing", "FM104", Stage.STRUCTURE, "def evaluate_model(", "def evaluate("),
    _model("a syntax error", "FM103", Stage.STRUCTURE, "def fit_model(self):", "def fit_model(self)"),
    Defect("conda.yaml is no YAML", "FM108", Stage.STRUCTURE, "conda.yaml", "dependencies:\n", "dependencies: [numpy\n"),
    _model(
        "a package is not installed",
        "FM501",
        Stage.AGGREGATOR,
        "import numpy as np\n",
        "import numpy as np\nimport absent\n",
    ),
    _model(
        "parameters are a tuple",
        "FM511",
        Stage.AGGREGATOR,
        "return [self.weights, self.bias]",
        "return self.weights, self.bias",
    ),
    Defect("a column has another name", "FM602", Stage.TRANSFORM, "data_manager.py", 'column("label")', 'column("labels")'),
    Defect(
        "the data manager fails",
        "FM603",
        Stage.TRANSFORM,
        "data_manager.py",
        "        end = len(labels)",
        "        end = 1 // 0 * len(labels)",
    ),
    _model("no examples are counted", "FM711", Stage.TRAIN, "return len(self.y_train)", "return 0"),
    _model(
        "training ends in NaN",
        "FM713",
        Stage.TRAIN,
        "        return len(self.y_train)",
        "        self.bias = self.bias * np.nan\n        return len(self.y_train)",
    ),
    _model(
        "what is set is ignored",
        "FM817",
        Stage.EXCHANGE,
        "        self.weights, self.bias = (np.array(parameter) for parameter in parameters)",
        "        pass",
    ),
    _model("the accuracy is a float32", "FM911", Stage.EVALUATE, "float(accuracy)", "np.float32(accuracy)"),
    _model("evaluation gives two values", "FM910", Stage.EVALUATE, "float(accuracy), len(self.y_test)", "float(accuracy)"),
)
"""All that are seeded, in the order of the stages that find them."""


def ml_repositories() -> st.SearchStrategy[SeededRepository]:
    """ML repositories for the data set ``mnist``, in NumPy alone: good ones, and those with exactly one defect.

    A check of one with a defect has the finding ``defect.code`` and no other error, and every stage of the check finds one
    of them. They shrink to the good repository.

    Example:
        >>> @given(seeded=ml_repositories())
        ... def test_own_tool(seeded):
        ...     assert looks_good(seeded.repository) == (seeded.defect is None)
    """
    return st.sampled_from((None, *DEFECTS)).map(_with)


def _with(defect: Defect | None) -> SeededRepository:
    files = {"conda.yaml": _CONDA, "data_manager.py": _DATA, "model_manager.py": _MODEL}
    if defect is not None:
        note(f"defect: {defect.name}")
        files[defect.file] = files[defect.file].replace(defect.old, defect.new)
    return SeededRepository(MLRepository.of_files(files), defect)
