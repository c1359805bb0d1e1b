"""The stages of a check, how each can end, and how bad a finding can be: the ground that codes and findings stand on."""

from __future__ import annotations

from enum import Enum


class Severity(str, Enum):
    """How bad a finding is: an ``error`` makes a repository incompatible, the others do not."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Stage(str, Enum):
    """The steps of a check, in the order in which they run."""

    SLA = "sla"
    STRUCTURE = "structure"
    ENVIRONMENT = "environment"
    PROVIDE = "provide"
    LOAD = "load"
    AGGREGATOR = "aggregator"
    TRANSFORM = "transform"
    TRAIN = "train"
    EXCHANGE = "exchange"
    EVALUATE = "evaluate"
    SEARCH = "search"
    ROUNDS = "rounds"


CHECKED = tuple(stage for stage in Stage if stage not in (Stage.SEARCH, Stage.ROUNDS))
"""Those that every check has; a search and federated rounds come behind them, if they are asked for."""

THROUGH = (Stage.TRANSFORM, Stage.TRAIN, Stage.EXCHANGE, Stage.EVALUATE)
"""Those that a search takes each partition through, up to one of them."""


class Outcome(str, Enum):
    """How a stage ended."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
