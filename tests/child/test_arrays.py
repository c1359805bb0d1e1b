"""What is done with parameters is what Flower 1.8.0 does, of which the learner's environment has a copy."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest

from pytest_flops_mock import MLRepository, child
from pytest_flops_mock.child.arrays import averaged, halfway, moved, sent
from pytest_flops_mock.learner.environments.choice import learner_python

AS_FLOWER = f"""
import sys
import numpy as np
from flwr.common import Code, FitRes, Status, ndarrays_to_parameters, parameters_to_ndarrays
from flwr.server.strategy.aggregate import aggregate_inplace
sys.path.insert(0, {str(Path(child.__file__).parents[1])!r})
from child.arrays import averaged, sent

rng = np.random.default_rng(0)

def some():
    yield rng.normal(size=(3, 4)).astype(np.float32)
    yield rng.normal(size=5)
    yield rng.normal(size=7).astype(np.float16)
    yield np.array(3)
    yield rng.integers(0, 255, 9).astype(np.uint8)
    yield np.array([True, False])
    yield rng.normal(size=2) + 1j

learners = [(list(some()), examples) for examples in (480, 121, 7)]
results = [
    (None, FitRes(Status(Code.OK, ""), ndarrays_to_parameters(arrays), examples, {{}})) for arrays, examples in learners
]
theirs = parameters_to_ndarrays(ndarrays_to_parameters(aggregate_inplace(results)))
ours = averaged(*((list(map(sent, arrays)), examples) for arrays, examples in learners))
assert len(ours) == len(theirs)
for mine, flowers in zip(ours, theirs):
    assert (mine.dtype, mine.shape, mine.tobytes()) == (flowers.dtype, flowers.shape, flowers.tobytes())
"""


@pytest.mark.slow
def test_averages_are_flowers_to_the_last_bit(tmp_path: Path) -> None:
    repository = MLRepository.of_files({"conda.yaml": "name: base\ndependencies:\n- python=3.10.14\n- numpy=1.26.4\n"})
    found = learner_python("learner", repository, cache=tmp_path)
    subprocess.run([found.executable, "-c", AS_FLOWER], check=True, timeout=300)


def test_a_mean_is_weighted_by_examples() -> None:
    (mean,) = averaged(([np.array([0.0, 4.0])], 3), ([np.array([4.0, 0.0])], 1))
    assert mean.tolist() == [1.0, 3.0]


@pytest.mark.parametrize("value", [[1, 2.5], 7, np.float32(1.5), np.zeros((2, 3), order="F"), np.array(3)])
def test_what_numpy_writes_without_pickles_arrives(value: object) -> None:
    arrived = sent(value)
    assert isinstance(arrived, np.ndarray)
    np.testing.assert_array_equal(arrived, np.asarray(value))


@pytest.mark.parametrize("value", [{"a": 1}, object(), np.array([{}]), [[1], [1, 2]]])
def test_what_needs_a_pickle_does_not(value: object) -> None:
    with pytest.raises(ValueError, match=r"Object arrays cannot be saved|inhomogeneous"):
        sent(value)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int64", "uint8", "bool", "complex64"])
def test_other_values_keep_type_and_shape(dtype: str) -> None:
    one, other = np.ones((2, 2), dtype), np.zeros((2, 2), dtype)
    for array in (moved(one, 1), moved(one, 2), *halfway([one], [other])):
        assert (array.dtype, array.shape) == (one.dtype, one.shape)
    assert not np.array_equal(moved(one, 1), one)
    assert moved(np.array(3), 1) == 4
