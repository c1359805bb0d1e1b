"""The data sets that have a synthetic twin, by the names they go by on the hub.

A further twin is a module like ``digits.py`` that says where its features come from and makes rows, and its entry here.
"""

from __future__ import annotations

from pytest_flops_mock.data.twins.digits import MNIST
from pytest_flops_mock.data.twins.objects import CIFAR10
from pytest_flops_mock.data.twins.twin import Twin

TWINS: tuple[Twin, ...] = (MNIST, CIFAR10)


def find_twin(name: str) -> Twin | None:
    """The twin of the data set with this name on the hub (with or without its organisation), or None."""
    return next((twin for twin in TWINS if name in (twin.name, *twin.aliases)), None)


def twin_names() -> tuple[str, ...]:
    """Every name that :func:`find_twin` knows, for messages that name the nearest one."""
    return tuple(name for twin in TWINS for name in (twin.name, *twin.aliases))
