"""pytest_flops_mock: the mock data provider and the ML data server of FLOps, in a test suite.

The names in ``__all__`` are loaded when first used, so that importing the package (which pytest does for every plugin)
costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"
