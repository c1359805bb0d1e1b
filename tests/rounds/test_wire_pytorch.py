"""Rounds of the PyTorch example: bit-equal parameters, as of any other, in this suite's own Python."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from standins.wire import plan, python_at

from pytest_flops_mock.nodes.nodes import LearnerNodes
from pytest_flops_mock.repository.repository import MLRepository
from pytest_flops_mock.rounds.engine import EngineSettings, StartMethod
from pytest_flops_mock.rounds.wire import WireEngine

EXAMPLE = Path(__file__).parents[2] / "examples" / "mnist_pytorch"
METHODS: tuple[StartMethod, ...] = ("auto", "auto", "spawn")


@pytest.mark.slow
@pytest.mark.skipif(
    find_spec("torch") is None or find_spec("flwr") is None, reason="needs PyTorch and Flower; tox run -e pytorch has both"
)
def test_pytorch_learns_the_same_each_time_however_actors_are_started() -> None:
    rounds, found = plan(2, 2), []
    with LearnerNodes(2) as nodes:
        nodes.provide(EXAMPLE / "mocks" / "mnist.json", share="one_each", number_of_partitions=2)
        for method in METHODS:
            found.append(
                WireEngine().run(
                    rounds,
                    MLRepository.at(EXAMPLE),
                    uris={node.number: node.uri for node in nodes},
                    tags=[nodes.deployments[0].sla.data_tag],
                    python=python_at(Path(sys.executable)),
                    settings=EngineSettings(timeout=300, start_method=method),
                )
            )
    assert [facts.start_method for facts in found] == ["zygote", "zygote", "spawn"]
    assert [each.fitted for facts in found for each in facts.rounds] == [(0, 1)] * 6
    assert len({facts.digest for facts in found}) == 1
    assert len({each.digest for each in found[0].rounds}) == 2
