"""The entry point for Hypothesis, loaded wherever that is imported: ``st.from_type(MockSLA)`` and others of our types work.

It loads nothing. A type is registered when somebody loads it, and its strategy when somebody draws.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pytest_flops_mock.announcing import listen

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

_STRATEGIES = {"MockSLA": "mock_slas", "ProjectSLA": "project_slas", "MLRepository": "ml_repositories"}


def register() -> None:
    """Have Hypothesis draw our types by our strategies."""
    listen(_register)


def _register(kind: type) -> None:
    from hypothesis import strategies as st

    st.register_type_strategy(kind, _strategy)


def _strategy(kind: type) -> SearchStrategy[Any]:
    strategies = import_module("pytest_flops_mock.strategies")
    drawn: SearchStrategy[Any] = getattr(strategies, _STRATEGIES[kind.__name__])()
    return drawn.map(lambda seeded: seeded.repository) if kind.__name__ == "MLRepository" else drawn
