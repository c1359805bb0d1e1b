"""Federated rounds on the default engine: nodes with few rows, and a repository whose rounds take no time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from pytest_flops_mock import MLDataClient
from pytest_flops_mock.learner.environments.python import LearnerPython
from pytest_flops_mock.nodes.nodes import LearnerNodes
from pytest_flops_mock.repository.repository import MLRepository
from pytest_flops_mock.rounds.engine import Engine, EngineSettings, OnRoundsEvent, StartMethod, unheard
from pytest_flops_mock.rounds.facts import RoundsFacts
from pytest_flops_mock.rounds.plan import FaultKind, Mode, RoundFault, RoundsPlan
from pytest_flops_mock.rounds.wire import WireEngine

TIMEOUT = 60.0

MODEL = """\
import numpy as np
from flops_utils.ml_repo_building_blocks import load_dataset
from flops_utils.ml_repo_templates import ModelManagerTemplate

{imports}

class ModelManager(ModelManagerTemplate):
    def __init__(self):
        self.weights = np.zeros(4)
        self.rounds = 0

    def set_model_data(self):
        self.values = np.asarray(load_dataset().data.table["value"].to_numpy())

    def get_model(self):
        return self

    def get_model_parameters(self):
        return [self.weights, np.asarray(self.rounds)]

    def set_model_parameters(self, parameters):
        self.weights = parameters[0]

    def fit_model(self):
        self.rounds += 1
        {fit}
        self.weights = self.weights + np.random.normal(self.values.mean(), 0.1, 4)
        return len(self.values)

    def evaluate_model(self):
        {evaluate}
        return float(np.abs(self.weights).mean()), 0.5, len(self.values)
"""


def repository(fit: str = "pass", evaluate: str = "pass", imports: str = "") -> MLRepository:
    """A repository whose learners draw random numbers, and do something beside, a statement for each method."""
    return MLRepository.of(
        {
            "model_manager.py": MODEL.format(fit=fit, evaluate=evaluate, imports=imports),
            "data_manager.py": "class DataManager: ...\n",
            "conda.yaml": "name: mine\ndependencies: [python=3.10.14, numpy]\n",
        }
    )


def plan(nodes: int = 2, rounds: int = 2, *faults: RoundFault, **values: Any) -> RoundsPlan:
    """A plan of one cluster."""
    return RoundsPlan((tuple(range(nodes)),), rounds, faults=faults, seed=7, **values)


def clusters(count: int, learners: int, rounds: int, cycles: int, *faults: RoundFault) -> RoundsPlan:
    """A hierarchical plan."""
    numbers = tuple(tuple(range(first * learners, (first + 1) * learners)) for first in range(count))
    return RoundsPlan(numbers, rounds, cycles, Mode.HIERARCHICAL, seed=7, faults=faults)


def fault(kind: str, node: int = 1, round_: int = 2, seconds: float = 0.0) -> RoundFault:
    """Something that goes wrong with a node."""
    return RoundFault(FaultKind(kind), node, round_, seconds)


Run = Callable[..., RoundsFacts]


def runs(python: LearnerPython, engine: Engine | None = None) -> Run:
    """What runs plans in that Python, on the default engine or another.

    Nodes have rows of their own: the numbers around their own number.
    """

    def run(
        of: RoundsPlan,
        what: MLRepository | None = None,
        *,
        method: StartMethod = "auto",
        timeout: float = TIMEOUT,
        memory: int | None = None,
        without: Mapping[int, str] | None = None,
        on_event: OnRoundsEvent = unheard,
    ) -> RoundsFacts:
        with LearnerNodes(len(of.nodes)) as nodes:
            for node in nodes:
                fill(node.uri, node.number, (without or {}).get(node.number, "numbers"))
            return (engine or WireEngine()).run(
                of,
                what or repository(),
                uris={node.number: node.uri for node in nodes},
                tags=["numbers"],
                python=python,
                settings=EngineSettings(timeout=timeout, start_method=method, memory=memory),
                on_event=on_event,
            )

    return run


def fill(uri: str, number: int, tag: str = "numbers") -> None:
    """Give a node its rows."""
    with MLDataClient(uri) as client:
        client.send(f"{tag}.{number}.parquet", pa.table({"value": [number + 0.5, number - 0.5, float(number)]}))


def python_at(path: Path) -> LearnerPython:
    """The Python at that path."""
    return LearnerPython(path, "path", path.name)
