"""Repositories that are good but for one thing: ``examples/mnist_numpy`` with one change, and what the check says of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from pytest_flops_mock import MLDataServer, MLRepository, MockDataProvider, Severity, check_repository

GOOD = MLRepository.at(Path(__file__).parents[2] / "examples" / "mnist_numpy")


@dataclass(frozen=True)
class Defect:
    """One seeded defect.

    Attributes:
        file: The file that is changed.
        old: The text in it that is replaced; empty for the whole file.
        new: What stands there instead.
        code: The code of the one finding.
        stage: The stage that finds it.
        message: What the finding says.
        severity: How bad it is.
        more: Further changes that the defect needs: file, old and new text.
    """

    file: str
    old: str
    new: str
    code: str
    stage: str
    message: str
    severity: Severity = Severity.ERROR
    more: tuple[tuple[str, str, str], ...] = ()


def model(old: str, new: str, code: str, stage: str, message: str, *, more: tuple[tuple[str, str, str], ...] = ()) -> Defect:
    return Defect("model_manager.py", old, new, code, stage, message, more=more)


def warned(defect: Defect) -> Defect:
    return replace(defect, severity=Severity.WARNING)


SET = "        self.weights, self.bias = (np.array(parameter) for parameter in parameters)\n"
GET = "        return [self.weights, self.bias]\n"
FIT = "        return len(self.y_train)\n"
EVALUATE = "        return float(-np.log(right + 1e-12).mean()), float(accuracy), len(self.y_test)\n"
IMPORT = "import numpy as np\n"
SETS_TWO = (("model_manager.py", SET, SET.replace("in parameters)", "in parameters[:2])")),)

DEFECTS = {
    "a method is missing": model(
        "    def evaluate_model(self):",
        "    def evaluate(self):",
        "FM104",
        "structure",
        "ModelManager has no method evaluate_model",
    ),
    "the class has another name": model(
        "class ModelManager(", "class ModelManger(", "FM104", "structure", "model_manager.py defines no class ModelManager"
    ),
    "a syntax error": model(
        "def fit_model(self):",
        "def fit_model(self)",
        "FM103",
        "structure",
        "model_manager.py is not valid Python: expected ':'",
    ),
    "a method wants more than it is given": model(
        "def fit_model(self):",
        "def fit_model(self, epochs):",
        "FM111",
        "structure",
        "fit_model cannot be called as FLOps calls it",
    ),
    "a method is a coroutine": model(
        "    def fit_model(self):",
        "    async def fit_model(self):",
        "FM111",
        "structure",
        "fit_model cannot be called as FLOps calls it",
    ),
    "parameters are not handed over": model(
        "def set_model_parameters(self, parameters):\n" + SET,
        "def set_model_parameters(self):\n        pass\n",
        "FM111",
        "structure",
        "set_model_parameters cannot be called as FLOps calls it",
    ),
    "conda.yaml is no YAML": Defect(
        "conda.yaml",
        "",
        "dependencies: [numpy",
        "FM108",
        "structure",
        "conda.yaml is not YAML: did not find expected ',' or ']'",
    ),
    "conda.yaml asks for a version that cannot be": Defect(
        "conda.yaml",
        "",
        "name: x\ndependencies:\n  - python=3.10\n  - numpy>=2,<1\n",
        "FM109",
        "structure",
        "no version can meet numpy>=2,<1",
    ),
    "conda.yaml names no Python": warned(
        Defect("conda.yaml", "", "name: x\ndependencies: [numpy]\n", "FM110", "structure", "conda.yaml names no Python")
    ),
    "a module is shadowed in the image": Defect(
        "data_manager.py",
        IMPORT,
        IMPORT + "import main\n",
        "FM105",
        "structure",
        "main is replaced by FLOps' own in the image",
        more=(("main.py", "", "# empty"),),
    ),
    "a package is not installed": model(
        IMPORT,
        IMPORT + "import not_there\n",
        "FM501",
        "aggregator",
        "the repository imports not_there, which is not installed",
    ),
    "data are loaded in the constructor": model(
        "    def __init__(self):\n",
        "    def __init__(self):\n        self.set_model_data()\n",
        "FM510",
        "aggregator",
        "the repository loads data where the aggregator has none",
    ),
    "the constructor fails": model(
        "    def __init__(self):\n",
        "    def __init__(self):\n        self.weights = open('weights.npy')\n",
        "FM503",
        "aggregator",
        "FileNotFoundError: [Errno 2] No such file or directory: 'weights.npy'",
    ),
    "parameters are a tuple": model(
        GET, "        return self.weights, self.bias\n", "FM511", "aggregator", "the parameters are not a list"
    ),
    "parameters are a dictionary": model(
        GET,
        "        return {'weights': self.weights, 'bias': self.bias}\n",
        "FM511",
        "aggregator",
        "the parameters are not a list",
    ),
    "a parameter is a mapping": model(
        GET, "        return [self.weights, {0: self.bias}]\n", "FM512", "aggregator", "parameter 1 cannot be sent"
    ),
    "a parameter holds objects": model(
        GET, "        return [self.weights, self.bias.astype(object)]\n", "FM512", "aggregator", "parameter 1 cannot be sent"
    ),
    "a parameter is text": model(
        GET, "        return [self.weights, np.array(['a'])]\n", "FM512", "aggregator", "parameter 1 cannot be averaged"
    ),
    "parameters are a saved file": model(
        GET,
        "        import pickle\n        return [np.frombuffer(pickle.dumps(self.weights), np.uint8)]\n",
        "FM512",
        "aggregator",
        "parameter 0 cannot be averaged",
    ),
    "there are no parameters before training": model(
        GET, "        return []\n", "FM513", "aggregator", "the model has no parameters before training"
    ),
    "there is no model": model(
        "    def get_model(self):\n        return self\n",
        "    def get_model(self):\n        pass\n",
        "FM514",
        "aggregator",
        "get_model() gives nothing",
    ),
    "the initial parameters are NaN": model(
        "        self.bias = np.zeros(CLASSES)\n",
        "        self.bias = np.full(CLASSES, np.nan)\n",
        "FM515",
        "aggregator",
        "the initial parameters are not finite",
    ),
    "a column has another name": Defect(
        "data_manager.py",
        'column("image")',
        'column("img")',
        "FM602",
        "transform",
        "the repository asks for column 'img', which the data do not have",
    ),
    "the data manager ends the process": Defect(
        "data_manager.py",
        "        table = load_dataset().data.table\n",
        "        table = load_dataset().data.table\n        raise SystemExit(1)\n",
        "FM604",
        "transform",
        "the repository ends the process",
    ),
    "the data manager fails": Defect(
        "data_manager.py",
        "        end = len(labels) * 4 // 5\n",
        "        end = len(labels) // 0\n",
        "FM603",
        "transform",
        "ZeroDivisionError: integer division or modulo by zero",
    ),
    "values are NaN": warned(
        Defect(
            "data_manager.py",
            "        labels = table",
            "        pixels[0, 0] = np.nan\n        labels = table",
            "FM608",
            "transform",
            "the data that get_data() gives hold values that are NaN or infinite",
            more=(
                (
                    "model_manager.py",
                    "        goal = ",
                    "        self.x_train = np.nan_to_num(self.x_train)\n        goal = ",
                ),
            ),
        )
    ),
    "the number of examples is NumPy's": model(
        FIT,
        "        return np.int64(len(self.y_train))\n",
        "FM710",
        "train",
        "the number of examples that fit_model() returns is not an int",
    ),
    "the number of examples is missing": model(
        FIT, "", "FM710", "train", "the number of examples that fit_model() returns is not an int"
    ),
    "no examples": model(FIT, "        return 0\n", "FM711", "train", "fit_model() used no examples"),
    "examples are counted once an epoch": model(
        FIT,
        "        return 20 * len(self.y_train)\n",
        "FM712",
        "train",
        "fit_model() reports more examples than there are rows",
    ),
    "training ends in NaN": model(
        FIT,
        "        self.bias = self.bias + np.inf\n" + FIT,
        "FM713",
        "train",
        "the parameters after training are not finite",
    ),
    "training changes nothing": warned(
        model(
            "        for _ in range(20):",
            "        for _ in range(0):",
            "FM714",
            "train",
            "training leaves the parameters as they were",
        )
    ),
    "shapes do not fit": model(
        "        goal = np.eye(CLASSES)[self.y_train]\n",
        "        goal = np.eye(CLASSES)[self.y_test]\n",
        "FM703",
        "train",
        "ValueError: operands could not be broadcast together with shapes (48,10) (12,10)",
    ),
    "parameters come out in another order": model(
        GET,
        "        return [self.bias, self.weights]\n",
        "FM703",
        "train",
        "ValueError: matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature "
        "(n?,k),(k,m?)->(n?,m?) (size 10 is different from 784)",
    ),
    "an array without dimensions gets one on the way": Defect(
        "model_manager.py",
        SET,
        "        self.weights, self.bias, self.scale = (np.atleast_1d(parameter) for parameter in parameters)\n",
        "FM810",
        "exchange",
        "parameters change their shapes between set_model_parameters() and get_model_parameters()",
        more=(
            ("model_manager.py", GET, "        return [self.weights, self.bias, self.scale]\n"),
            (
                "model_manager.py",
                "        self.bias = np.zeros",
                "        self.scale = np.array(1.0)\n        self.bias = np.zeros",
            ),
        ),
    ),
    "parameters become float32": model(
        SET,
        "        self.weights, self.bias = (np.float32(parameter) for parameter in parameters)\n",
        "FM811",
        "exchange",
        "parameters change their dtypes between set_model_parameters() and get_model_parameters()",
    ),
    "parameters are rounded": model(
        SET,
        "        self.weights, self.bias = (np.round(parameter, 3) for parameter in parameters)\n",
        "FM812",
        "exchange",
        "parameters change their values between set_model_parameters() and get_model_parameters()",
    ),
    "what is set is ignored": model(
        SET, "        pass\n", "FM817", "exchange", "set_model_parameters() ignores its argument"
    ),
    "only some of it is set": model(
        SET,
        "        self.weights = np.array(parameters[0])\n",
        "FM817",
        "exchange",
        "set_model_parameters() ignores some arrays",
    ),
    "a count that cannot be set": warned(
        model(
            GET,
            "        return [self.weights, self.bias, np.array(3)]\n",
            "FM818",
            "exchange",
            "set_model_parameters() ignores some arrays",
            more=SETS_TWO,
        )
    ),
    "the second round trains on nothing": model(
        FIT,
        "        self.left = getattr(self, 'left', None) or iter(self.y_train)\n        return sum(1 for _ in self.left)\n",
        "FM821",
        "exchange",
        "fit_model() used no examples in its second round",
    ),
    "the second round fails": model(
        FIT,
        "        if hasattr(self, 'done'):\n            raise ValueError('again')\n"
        "        self.done = True\n        return len(self.y_train)\n",
        "FM803",
        "exchange",
        "ValueError: again",
    ),
    "training forks": warned(
        model(
            FIT,
            "        import os\n        child = os.fork() or os._exit(0)\n        os.waitpid(child, 0)\n"
            "        return len(self.y_train)\n",
            "FM717",
            "train",
            "fit_model() forks processes beside a live gRPC channel",
        )
    ),
    "evaluation ignores what is set": warned(
        model(
            EVALUATE,
            "        return 0.123456, 0.5, len(self.y_test)\n",
            "FM915",
            "evaluate",
            "evaluation ignores the parameters that were set before",
        )
    ),
    "training starts afresh": model(
        "        goal = ",
        "        self.__init__()\n        goal = ",
        "FM813",
        "exchange",
        "training ignores the parameters that it should start from",
    ),
    "the number of classes depends on the rows": warned(
        model(
            "        goal = np.eye(CLASSES)[self.y_train]\n",
            "        goal = np.eye(CLASSES)[self.y_train]\n        assert self.y_train.max() == 9, 'nines are missing'\n",
            "FM816",
            "exchange",
            "a learner whose rows lack a class cannot train",
        )
    ),
    "evaluation gives two values": model(
        EVALUATE,
        "        return 0.5, len(self.y_test)\n",
        "FM910",
        "evaluate",
        "evaluate_model() does not return three values",
    ),
    "the accuracy is a float32": model(
        EVALUATE,
        "        return 0.5, np.float32(accuracy), len(self.y_test)\n",
        "FM911",
        "evaluate",
        "the accuracy that evaluate_model() returns cannot be sent",
    ),
    "the loss is NaN": model(
        EVALUATE,
        "        return float('nan'), float(accuracy), len(self.y_test)\n",
        "FM912",
        "evaluate",
        "the loss that evaluate_model() returns is not finite",
    ),
    "the accuracy is a percentage": warned(
        model(
            EVALUATE,
            "        return 0.5, float(100 * accuracy), len(self.y_test)\n",
            "FM913",
            "evaluate",
            "the accuracy is not a share",
        )
    ),
    "the number of evaluated examples is a float": model(
        EVALUATE,
        "        return 0.5, float(accuracy), len(self.y_test) / 1\n",
        "FM914",
        "evaluate",
        "the number of examples that evaluate_model() returns is not an int",
    ),
    "evaluation crashes": model(
        "        probabilities = self._probabilities(self.x_test)\n",
        "        import os; os.kill(os.getpid(), 11)\n",
        "FM906",
        "evaluate",
        "the learner's process ended in the repository's code",
    ),
}


@pytest.fixture(scope="module")
def data() -> Iterator[str]:
    """Address of a server with a few digits."""
    import datasets
    from standins.twins import make_twin

    from pytest_flops_mock.data.twins.catalogue import find_twin

    twin = find_twin("mnist")
    assert twin is not None
    rows: datasets.Dataset = make_twin(twin, rows=60, seed=1)["train"]
    sla = {"customerID": "Admin", "mock_data_configuration": {"data_tag": "mnist", "number_of_partitions": 2}}
    with MLDataServer() as server:
        MockDataProvider(server.uri).run(sla, rows)
        yield server.uri


def changed(defect: Defect) -> MLRepository:
    repository = GOOD
    for file, old, new in ((defect.file, defect.old, defect.new), *defect.more):
        text = repository.content(file).decode() if old else ""
        assert text.count(old) >= 1, "the repository has changed under the defect"
        repository = repository.with_files({file: text.replace(old, new, 1)})
    return repository


HARMLESS = {
    "a parameter is a list of numbers": ((GET, "        return [self.weights, list(self.bias)]\n"),),
    "parameters are views in Fortran's order": ((GET, "        return [np.asfortranarray(self.weights), self.bias[:]]\n"),),
    "parameters are in low precision": (
        (GET, "        return [self.weights.astype(np.float16), self.bias.astype(np.float16)]\n"),
        (SET, SET.replace("np.array(parameter)", "np.array(parameter, dtype=float)")),
    ),
    "training is in place": (
        (SET, "        self.weights, self.bias = parameters\n"),
        ("        self.weights = self.weights - ", "        self.weights -= "),
        ("        self.bias = self.bias - ", "        self.bias -= "),
    ),
    "evaluation gives a list": ((EVALUATE, EVALUATE.replace("return ", "return [").replace("\n", "]\n")),),
    "the constructor does what a process does once": (
        (IMPORT, "import multiprocessing\n\nimport numpy as np\n"),
        ("    def __init__(self):\n", "    def __init__(self):\n        multiprocessing.set_start_method('spawn')\n"),
    ),
    "a process is started and not forked": (
        (FIT, "        import subprocess, sys\n        subprocess.run([sys.executable, '-c', ''], check=True)\n" + FIT),
    ),
}
"""Changes of the good one's model manager that FLOps bears: nothing is said of them."""


@pytest.mark.slow
@pytest.mark.parametrize("name", HARMLESS)
def test_what_flops_bears_is_not_told(name: str, data: str) -> None:
    text = GOOD.text("model_manager.py")
    for old, new in HARMLESS[name]:
        assert old in text, "the repository has changed under the test"
        text = text.replace(old, new)
    report = check_repository(GOOD.with_files({"model_manager.py": text}), data, data_tags=["mnist"])
    assert report.errors == report.warnings == (), str(report)


def test_the_good_one_has_none(data: str) -> None:
    report = check_repository(GOOD, data, data_tags=["mnist"])
    assert report.errors == report.warnings == (), str(report)


def by_stage() -> Iterator[Any]:
    """One defect of each stage by default, all of those that nothing runs for, and the rest with the slow tests."""
    seen: Counter[str] = Counter()
    for name, defect in DEFECTS.items():
        seen[defect.stage] += 1
        quick = seen[defect.stage] == 1 or defect.stage == "structure"
        yield pytest.param(name, marks=() if quick else pytest.mark.slow)


@pytest.mark.parametrize("name", list(by_stage()))
def test_the_defect_is_named_and_nothing_else_is(name: str, data: str) -> None:
    defect = DEFECTS[name]
    until = "structure" if defect.stage == "structure" else "evaluate"
    report = check_repository(changed(defect), data, data_tags=["mnist"], until=until)
    (finding,) = (*report.errors, *report.warnings)
    assert (finding.code, finding.stage.value, finding.message) == (defect.code, defect.stage, defect.message)
    assert finding.severity is defect.severity
    assert report.outcome(defect.stage).value == ("failed" if defect.severity is Severity.ERROR else "passed")
    assert finding.problem.fix, "each says what to do next"
