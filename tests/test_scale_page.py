"""``docs/scale.md`` is what its script makes, and the law behind it holds."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

DOCS = Path(__file__).parents[1] / "docs"


@pytest.fixture(scope="module")
def made() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_scale", DOCS / "make_scale.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules["make_scale"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_current(made: ModuleType) -> None:
    assert made.page() == (DOCS / "scale.md").read_text(encoding="utf-8"), "run: python docs/make_scale.py"


def test_runs_that_follow_a_law_give_it_back(made: ModuleType) -> None:
    law = made.Costs("wire", 5.0, 0.1, 0.02, 0.01, 3e8, 2e7, 300)
    runs = [
        made.Run("wire", learners, rounds, law.cpu(learners, rounds), learners * 0.01, int(law.memory(learners)), 300, 1.0)
        for learners in (10, 100, 1000)
        for rounds in (1, 5)
    ]
    found = made.costs(runs)
    assert found.engine_cpu == pytest.approx(5)
    assert found.start_cpu == pytest.approx(0.1)
    assert found.round_cpu == pytest.approx(0.02)
    assert found.fill_cpu == pytest.approx(0.01)
    assert found.memory(50) == pytest.approx(1.3e9)
    assert found.off(runs[0]) == pytest.approx((0, 0))


def test_nothing_costs_less_than_nothing_however_runs_vary(made: ModuleType) -> None:
    runs = [made.Run("ray", 10, 1, 9.0, 0.1, 900, 3, 1.0), made.Run("ray", 100, 1, 20.0, 1, 9000, 3, 1.0)]
    runs += [made.Run("ray", 100, 9, 19.0, 1, 9000, 3, 1.0)]
    found = made.costs(runs)
    assert min(found.engine_cpu, found.start_cpu, found.round_cpu, found.engine_memory, found.learner_memory) >= 0


def test_needs_follow_from_the_law(made: ModuleType) -> None:
    law = made.Costs("ray", 10.0, 0.1, 0.02, 0.01, 1e9, 1e6, 300)
    found = made.needs(law, 1000, 5, 4)
    assert found.seconds == pytest.approx(10 + 1000 * (0.1 + 5 * 0.02 + 0.01) / 4)
    assert found.memory == 2e9
    assert (found.traffic, found.held) == (300_000, 100_000)


def test_the_law_is_within_a_third_of_what_was_measured(made: ModuleType) -> None:
    for engine in ("wire", "ray"):
        runs = [run for run in made.RUNS if run.engine == engine]
        law = made.costs(runs)
        assert {run.learners for run in runs} >= {10, 100}
        off = [law.off(run) for run in runs]
        assert all(abs(time) < 1 / 3 for time, _ in off)
        assert all(memory > -1 / 10 for _, memory in off), "a machine must have what is needed at most"
