"""Which classes are in what ``get_data()`` gave, where that can be seen."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

MAX_LABELS = 1_000_000
NAMES_OF_LABELS = ("targets", "labels", "label", "target", "y")


def classes_of(dataset: Any) -> dict[str, list[int]]:
    """The classes that occur in each column of classes. A number that has no name, such as -1, is no class."""
    import pyarrow.compute as pc

    found = {}
    for name, feature in (dataset.info.features or {}).items():
        if type(feature).__name__ == "ClassLabel":
            numbers = pc.unique(dataset.data.table[name]).to_pylist()
            found[name] = sorted(n for n in numbers if n is not None and 0 <= n < feature.num_classes)
    return found


def classes_in(value: Any) -> list[int]:
    """The numbers that an array, loader or data set of labels holds, if they may be classes; else none."""
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return []
    for labels in _labels(value):
        try:
            array = numpy.asarray(labels)
            if array.ndim == 2 and array.shape[1] == 1:
                array = array[:, 0]
            if array.ndim != 1 or not 0 < array.size <= MAX_LABELS or array.dtype.kind not in "iuf":
                continue
            numbers = numpy.unique(array)
            if (numbers == numbers.astype(numpy.int64)).all():
                return [int(number) for number in numbers]
        except Exception:  # whatever it is, it holds no labels that can be seen
            continue
    return []


def _labels(value: Any) -> Iterator[Any]:
    """Where labels may be: the value itself; in loaders and data sets of PyTorch, their tensors or targets."""
    inner = getattr(value, "dataset", None)
    if inner is not None and hasattr(value, "batch_size"):  # a DataLoader
        value = inner
    yield value
    tensors = getattr(value, "tensors", None)
    if isinstance(tensors, (tuple, list)):
        yield from reversed(tensors)
    for name in NAMES_OF_LABELS:
        yield getattr(value, name, None)
