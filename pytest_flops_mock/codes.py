"""The codes of findings: one entry each, the single source of their stage and severity.

``FM`` and three digits, the first one for the stage. A code keeps its meaning for ever; a retired one is not used again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Code:
    """What is fixed about a kind of finding.

    Attributes:
        id: ``FM`` and three digits.
        stage: Name of the stage that finds it.
        severity: ``error``, ``warning`` or ``info``.
        title: What it is, in a few words.
    """

    id: str
    stage: str
    severity: str
    title: str


def _catalogue(*codes: Code) -> Mapping[str, Code]:
    return MappingProxyType({code.id: code for code in codes})


CODES = _catalogue(
    Code("FM001", "sla", "error", "SLA cannot be read"),
    Code("FM002", "sla", "error", "SLA is not JSON"),
    Code("FM003", "sla", "error", "SLA value missing or of the wrong type"),
    Code("FM004", "sla", "warning", "SLA key unknown"),
    Code("FM005", "sla", "error", "data tag can never match"),
    Code("FM006", "sla", "error", "name does not survive the manager's command line"),
    Code("FM007", "sla", "error", "number of partitions below 1"),
    Code("FM008", "sla", "error", "MDP SLA and project SLA share no data tag"),
    Code("FM009", "sla", "error", "customerID missing"),
    Code("FM010", "sla", "error", "count of clients or rounds below 1"),
    Code("FM011", "sla", "info", "data set is local to this machine"),
    Code("FM012", "sla", "error", "more clients needed than are started"),
    Code("FM101", "structure", "error", "repository cannot be read"),
    Code("FM102", "structure", "error", "file missing at the root"),
    Code("FM103", "structure", "error", "syntax error"),
    Code("FM104", "structure", "error", "class or method missing"),
    Code("FM105", "structure", "error", "module replaced or shadowed in the image"),
    Code("FM106", "structure", "warning", "data_manager.py missing"),
    Code("FM107", "structure", "warning", "class DataManager missing"),
    Code("FM301", "provide", "error", "data set unknown or unreadable"),
    Code("FM302", "provide", "error", "split missing"),
    Code("FM303", "provide", "error", "fewer rows than partitions"),
    Code("FM304", "provide", "error", "column cannot be sent or stored"),
    Code("FM305", "provide", "error", "media file missing"),
    Code("FM306", "provide", "error", "ML data server refused or lost a partition"),
    Code("FM401", "load", "error", "no data match the tags"),
    Code("FM402", "load", "error", "partitions disagree on their schema"),
    Code("FM403", "load", "error", "data cannot be loaded"),
    Code("FM404", "load", "error", "learner's process ended while loading"),
    Code("FM601", "transform", "error", "import not installed"),
    Code("FM602", "transform", "error", "column missing"),
    Code("FM603", "transform", "error", "exception in the repository's code"),
    Code("FM604", "transform", "error", "repository ends the process"),
    Code("FM605", "transform", "error", "time limit reached"),
    Code("FM606", "transform", "error", "learner's process crashed"),
    Code("FM607", "transform", "warning", "data of the learner not used"),
)
