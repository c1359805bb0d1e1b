"""What is done with parameters: copies, comparisons, the way over the wire, averages, and a second start."""

from __future__ import annotations

import io
import random
import sys
from functools import reduce
from typing import Any

SEED = 42
START_SHIFT = 0.1
"""How far the second start lies from the first, at most; upwards only, since some parameters are variances."""


def averaged(*results: tuple[list[Any], int]) -> list[Any]:
    """The mean of parameters, weighted by numbers of examples: FedAvg, as Flower computes it, dtypes included.

    Source: McMahan et al. 2017, algorithm 1 (arXiv:1602.05629).
    """
    import numpy as np

    total = sum(weight for _, weight in results)
    weighted = [[array * weight for array in parameters] for parameters, weight in results]
    return [reduce(np.add, arrays) / total for arrays in zip(*weighted)]


def copied(parameters: Any) -> list[Any]:
    """Copies that later rounds cannot change."""
    import numpy as np

    return [np.array(array, copy=True) for array in parameters]


def shapes(parameters: Any) -> list[Any]:
    """The shape of each array."""
    return [array.shape for array in parameters]


def forms(parameters: Any) -> list[Any]:
    """Shape and dtype of each array."""
    return [(array.shape, array.dtype) for array in parameters]


def equal(one: list[Any], other: list[Any]) -> bool:
    """Whether all arrays are equal, value by value; NaN equals NaN."""
    import numpy as np

    return all(np.array_equal(a, b, equal_nan=a.dtype.kind == "f" and b.dtype.kind == "f") for a, b in zip(one, other))


def through_bytes(array: Any) -> Any:
    """The array as the other side of the wire gets it: Flower sends NumPy's own format, without pickles."""
    import numpy as np

    wire = io.BytesIO()
    np.save(wire, array, allow_pickle=False)
    wire.seek(0)
    return np.load(wire, allow_pickle=False)


def shift(array: Any, generator: Any) -> Any:
    """How far another start lies from this one, value by value; nothing for whole numbers."""
    if array.dtype.kind != "f":
        return array.dtype.type(0)
    return (START_SHIFT * generator.random(array.shape)).astype(array.dtype)


def weight(count: Any) -> int:
    """The weight of a learner that reports ``count`` examples; 1 where that is no count."""
    return int(count) if isinstance(count, int) and count > 0 else 1


def seed_everything() -> None:
    """Make what is random in a round the same each time."""
    random.seed(SEED)
    numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    if numpy is not None:
        numpy.random.seed(SEED)
    if torch is not None:
        torch.manual_seed(SEED)
