"""Hypothesis strategies: SLAs, data sets, partitions, drift and ML repositories, for property-based tests.

Needs the extra ``hypothesis``. All that is drawn is valid unless a strategy says otherwise, comes from constraints and not
from filters, and shrinks to what its docstring names as the minimum. Nothing here sets anything global.
"""

from __future__ import annotations

from pytest_flops_mock.errors import Problem, ToolError

try:
    import hypothesis as _hypothesis  # noqa: F401
except ModuleNotFoundError:
    raise ToolError(
        Problem(
            "pytest_flops_mock.strategies needs Hypothesis",
            expected="the package hypothesis, 6.100 or later",
            got="no such package in this Python",
            fix="install the extra: pip install 'pytest-flops-mock[hypothesis]'",
        )
    ) from None

from pytest_flops_mock.strategies.drift_rules import drifts
from pytest_flops_mock.strategies.kinds import features
from pytest_flops_mock.strategies.parts import partitions
from pytest_flops_mock.strategies.profiles import ci_profile
from pytest_flops_mock.strategies.repositories import Defect, SeededRepository, ml_repositories
from pytest_flops_mock.strategies.rows import datasets
from pytest_flops_mock.strategies.slas import mock_slas, project_slas, sla_pairs
from pytest_flops_mock.strategies.splits import partitioners
from pytest_flops_mock.strategies.tags import data_tags, flight_names

__all__ = [
    "Defect",
    "SeededRepository",
    "ci_profile",
    "data_tags",
    "datasets",
    "drifts",
    "features",
    "flight_names",
    "ml_repositories",
    "mock_slas",
    "partitioners",
    "partitions",
    "project_slas",
    "sla_pairs",
]
