"""The codes of findings: one entry each, the single source of their stage, severity and explanation.

``FM`` and three digits; families that come later have four (``FM10xx`` and up). A code keeps its meaning for ever; a retired
one is not used again. ``docs/codes.md`` is made from this catalogue, and ``flops-mock explain`` prints it.
"""

from __future__ import annotations

from types import MappingProxyType

from pytest_flops_mock.codes.code import Code
from pytest_flops_mock.codes.contact import CONTACT
from pytest_flops_mock.codes.data import DATA
from pytest_flops_mock.codes.environment import ENVIRONMENT
from pytest_flops_mock.codes.failures import FAILURES
from pytest_flops_mock.codes.repository import REPOSITORY
from pytest_flops_mock.codes.rounds import ROUNDS
from pytest_flops_mock.codes.search import SEARCH
from pytest_flops_mock.codes.sla import SLA

__all__ = ["CODES", "Code"]

_ALL = (
    *SLA,
    *REPOSITORY,
    *ENVIRONMENT,
    *DATA,
    *(code for family in FAILURES.values() for code in family.codes()),
    *CONTACT,
    *SEARCH,
    *ROUNDS,
)
CODES = MappingProxyType({code.id: code for code in sorted(_ALL, key=lambda code: (len(code.id), code.id))})
"""All codes by their names, in order."""
