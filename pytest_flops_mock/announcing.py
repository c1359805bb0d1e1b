"""Classes of this package of which others are told once they are loaded, and for whose sake nothing is loaded."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

_Class = TypeVar("_Class", bound=type)

_loaded: list[type] = []
_listeners: list[Callable[[type], None]] = []


def announced(kind: _Class) -> _Class:
    """A decorator: whoever listens is told of the class."""
    _loaded.append(kind)
    for tell in _listeners:
        tell(kind)
    return kind


def listen(tell: Callable[[type], None]) -> None:
    """Be told of each announced class, those included that are loaded already."""
    _listeners.append(tell)
    for kind in _loaded:
        tell(kind)
