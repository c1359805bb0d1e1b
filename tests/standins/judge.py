"""A population of rows, and whoever can say at once which partitions of it break: a rule in place of a process."""

from __future__ import annotations

import io
from collections.abc import Callable

import datasets
import pyarrow as pa
from PIL import Image

from pytest_flops_mock.errors import Problem
from pytest_flops_mock.findings import Finding
from pytest_flops_mock.partitions.sample import Population, Sample
from pytest_flops_mock.search.exploring import Explored, explore
from pytest_flops_mock.search.facts import Looking
from pytest_flops_mock.search.found import Property
from pytest_flops_mock.search.properties import property_of
from pytest_flops_mock.search.rows import Labels
from pytest_flops_mock.search.shrinking import smallest
from pytest_flops_mock.search.trying import Key, Outcome

CLASSES = ["ant", "bee", "cat"]
FEATURES = datasets.Features(
    {
        "age": datasets.Value("int64"),
        "size": datasets.Value("float64"),
        "name": datasets.Value("string"),
        "picture": datasets.Image(),
        "label": datasets.ClassLabel(names=CLASSES),
    }
)

Breaks = Callable[[pa.Table], bool]


def picture(shade: int) -> dict[str, bytes | None]:
    """A PNG of 4 by 4 pixels."""
    file = io.BytesIO()
    Image.new("L", (4, 4), shade).save(file, "png")
    return {"bytes": file.getvalue(), "path": None}


def rows_of(labels: list[int]) -> pa.Table:
    """Rows with these labels; no two are equal."""
    columns = {
        "age": [20 + number % 50 for number in range(len(labels))],
        "size": [number / 4 for number in range(len(labels))],
        "name": [f"row {number}" for number in range(len(labels))],
        "picture": [picture(number % 256) for number in range(len(labels))],
        "label": labels,
    }
    return pa.table(columns, schema=FEATURES.arrow_schema)


def population(rows: int = 90) -> Population:
    """Rows of three classes in turn."""
    return Population("zoo", rows_of([number % len(CLASSES) for number in range(rows)]), "label")


class Judge:
    """Says what comes of a partition by rules, each with a name; the first that holds is what goes wrong."""

    def __init__(self, of: Population, **rules: Breaks) -> None:
        self.population = of
        self.outcomes: dict[Sample, Outcome] = {}
        self._rules = rules

    def __call__(self, sample: Sample) -> Outcome:
        if sample not in self.outcomes:
            self.outcomes[sample] = self._judged(self.population.partition(sample))
        return self.outcomes[sample]

    def _judged(self, partition: pa.Table) -> Outcome:
        for name, breaks in self._rules.items():
            if breaks(partition):
                finding = Finding.of(Problem(name, code="FM603"), exception=name)
                return Outcome(finding, Key("FM603", name, "data_manager.py:1 in load"))
        return Outcome()


def explored(judge: Judge, *, examples: int = 200, seed: int = 0, drift: str = "") -> Explored:
    """What a search meets that asks this judge."""
    seen = Explored()
    tell = lambda _: None  # noqa: E731
    explore(judge.population, judge, seen, examples=examples, seed=seed, seconds=None, drift=drift, on_example=tell)
    return seen


def made_small(judge: Judge, key: Key, seen: Explored) -> tuple[Sample, Property]:
    """The smallest partition that goes wrong in one way, and what matters about it."""
    labels = Labels.of(judge.population)
    columns = judge.population.table.column_names
    sample = smallest(seen.failures[key], lambda other: judge(other).key == key, labels, columns)
    return sample, property_of(sample, key, judge, Looking(judge.population, labels), labels)
