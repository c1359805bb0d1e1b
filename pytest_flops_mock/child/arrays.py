"""What is done with parameters: the way over the wire, comparisons, averages, and other starts."""

from __future__ import annotations

import io
import random
import sys
from functools import reduce
from typing import Any

SEED = 42


def sent(value: Any) -> Any:
    """One parameter as the other side of the wire gets it, by what ``flwr.common.parameter`` of Flower 1.8.0 does.

    Raises:
        Exception: Whatever NumPy raises for a value that has no array without pickles.
    """
    import numpy as np

    wire = io.BytesIO()
    np.save(wire, value, allow_pickle=False)
    wire.seek(0)
    return np.load(wire, allow_pickle=False)


def averaged(*results: tuple[list[Any], int]) -> list[Any]:
    """The mean of parameters, weighted by numbers of examples, to the last bit as ``aggregate_inplace`` of Flower 1.8.0.

    Each product is made in the array's own type, and the sum in the order of the learners. Source: McMahan et al. 2017,
    algorithm 1 (arXiv:1602.05629).
    """
    import numpy as np

    total = sum(weight for _, weight in results)
    weighted = [[weight / total * array for array in parameters] for parameters, weight in results]
    return [sent(reduce(np.add, arrays)) for arrays in zip(*weighted)]


def copied(parameters: Any) -> list[Any]:
    """Copies that later rounds cannot change."""
    import numpy as np

    return [np.array(array, copy=True) for array in parameters]


def shapes(parameters: Any) -> list[Any]:
    """The shape of each array."""
    return [array.shape for array in parameters]


def equal(one: list[Any], other: list[Any]) -> bool:
    """Whether all arrays are equal, value by value; NaN equals NaN."""
    import numpy as np

    return all(np.array_equal(a, b, equal_nan=a.dtype.kind in "fc" and b.dtype.kind in "fc") for a, b in zip(one, other))


def halfway(one: list[Any], other: list[Any]) -> list[Any]:
    """Parameters half-way between two: what holds for both (sums, signs, bounds) mostly holds for these as well."""
    return [_of_type(a / 2 + b / 2, a.dtype) for a, b in zip(one, other)]


def moved(array: Any, amount: int) -> Any:
    """The array with other values, in its own type: each array by another amount."""
    import numpy as np

    if array.dtype.kind == "b":
        return np.logical_not(array)
    if array.dtype.kind in "iu":
        return array + array.dtype.type(amount)
    return _of_type(array * (1 + amount / 100) + amount / 1000, array.dtype)


def weight(count: Any) -> int:
    """The weight of a learner that reports ``count`` examples; 1 where that is no count."""
    return int(count) if isinstance(count, int) and count > 0 else 1


def seed_everything(seed: int = SEED) -> None:
    """Make what is random in a round the same each time."""
    random.seed(seed)
    numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    if numpy is not None:
        numpy.random.seed(seed)
    if torch is not None:
        torch.manual_seed(seed)


def _of_type(value: Any, dtype: Any) -> Any:
    import numpy as np

    return np.asarray(value).astype(dtype)
