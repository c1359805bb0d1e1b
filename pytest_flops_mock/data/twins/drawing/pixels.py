"""Balanced labels, and random numbers and pixels that are the same everywhere.

Pixels must have the same values on every platform and with every numpy. So the twins draw with ``Generator.random`` and
full-range ``uint8`` integers only: both are plain bits of PCG64, whose stream numpy keeps stable
(https://numpy.org/neps/nep-0019-rng-policy.html). They calculate element by element with ``+ - * /``, which IEEE 754
rounds in one way, and never with sums of floats, products of matrices, powers or functions of the maths library.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Bytes: TypeAlias = npt.NDArray[np.uint8]
Ints: TypeAlias = npt.NDArray[np.int64]
SmallInts: TypeAlias = npt.NDArray[np.int32]
Floats: TypeAlias = npt.NDArray[np.float32]


def balanced_labels(rng: np.random.Generator, rows: int, classes: int) -> Ints:
    """Class numbers in random order, each run of ``classes`` rows holding every class once.

    Args:
        rng: Where the order comes from.
        rows: How many labels.
        classes: How many classes, numbered from 0.

    Returns:
        An array of shape ``(rows,)``.
    """
    rounds = -(-rows // classes)
    order = np.argsort(rng.random((rounds, classes)), axis=1, kind="stable")
    return order.reshape(-1)[:rows].astype(np.int64)


def uniform(rng: np.random.Generator, low: float, high: float, *shape: int) -> Floats:
    """Evenly spread numbers in ``[low, high)``, of the given shape."""
    return (rng.random(shape) * (high - low) + low).astype(np.float32)


def noise(rng: np.random.Generator, *shape: int) -> SmallInts:
    """Evenly spread whole numbers from 0 to 255, of the given shape."""
    return rng.integers(0, 256, shape, dtype=np.uint8).astype(np.int32)


def to_bytes(pixels: npt.NDArray[Any]) -> Bytes:
    """Whole numbers as pixels, kept from 0 to 255."""
    limited: Bytes = np.clip(pixels, 0, 255).astype(np.uint8)
    return limited
