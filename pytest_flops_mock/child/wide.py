"""Tables with thousands of columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


def make_features_linear() -> Callable[[], None]:
    """Let ``datasets.Features`` take time that grows with the number of columns, and not with its square.

    ``datasets`` 4 sets each column once more when features are made, and each time asks all columns whether they need
    decoding: 15 seconds for 6,000 columns, a dozen times on the way of one data set. The learner has 2.x, which does not.
    What comes out is the same.

    Returns:
        Puts back what was there.
    """
    from datasets import Features
    from datasets.features import features as module

    needs_decoding = getattr(module, "require_decoding", None)
    before = Features.__setitem__
    if needs_decoding is None or not hasattr(before, "__wrapped__"):  # another version, or done already
        return lambda: None

    def set_column(self: Any, name: str, feature: Any) -> None:
        dict.__setitem__(self, name, feature)
        self._column_requires_decoding[name] = needs_decoding(feature)

    Features.__setitem__ = set_column

    def put_back() -> None:
        Features.__setitem__ = before

    return put_back


@contextmanager
def linear_features() -> Iterator[None]:
    """The same for as long as the context lasts."""
    put_back = make_features_linear()
    try:
        yield
    finally:
        put_back()
