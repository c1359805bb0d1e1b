"""Ten ML repositories that bear what devices have, and ten that do not: each of the good ones with one seeded bug.

The bugs are of the kind that no IID partition shows: each passes the check with its SLA, and breaks on partitions that have
one property.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pytest_flops_mock import MLRepository

FOLDER = Path(__file__).parents[1] / "repos" / "partitions"

GOOD = tuple(sorted(folder.name for folder in FOLDER.iterdir() if (folder / "conda.yaml").exists()))


@dataclass(frozen=True)
class PartitionBug:
    """One seeded bug.

    Attributes:
        repository: The good one that has it.
        file: The file that is changed.
        old: The text in it that is replaced.
        new: What stands there instead.
        kind: The property of partitions that break it, as a search names it.
        rows: The rows of the smallest such partition.
        text: What else the property says in words; empty if nothing.
    """

    repository: str
    file: str
    old: str
    new: str
    kind: str
    rows: int = 1
    text: str = ""


BUGS = {
    "single class": PartitionBug(
        "census_sgd",
        "model_manager.py",
        "self.model.partial_fit(self.x_train, self.y_train, classes=CLASSES)",
        "self.model.fit(self.x_train, self.y_train)",
        kind="one class",
    ),
    "fewer rows than the batch": PartitionBug(
        "mushrooms_network",
        "model_manager.py",
        "for start in range(0, len(self.y_train), BATCH):",
        "for start in range(0, len(self.y_train) - BATCH + 1, BATCH):",
        kind="few rows",
        text="39",
    ),
    "empty test split": PartitionBug(
        "headlines_mood",
        "model_manager.py",
        "(words[:held_out], mood[:held_out]) if held_out else self.train",
        "(words[:held_out], mood[:held_out])",
        kind="few rows",
        text="5",
    ),
    "missing value": PartitionBug(
        "reviews_words",
        "data_manager.py",
        '(text or "").lower()',
        "text.lower()",
        kind="missing value",
        text="text",
    ),
    "labels not contiguous": PartitionBug(
        "emotions_weighted",
        "model_manager.py",
        "np.bincount(self.labels, minlength=CLASSES)",
        "np.unique(self.labels, return_counts=True)[1]",
        kind="labels not contiguous",
    ),
    "image size": PartitionBug(
        "digits_softmax",
        "data_manager.py",
        '.convert("L").resize((SIDE, SIDE))',
        '.convert("L")',
        kind="image size",
        text="image",
    ),
    "extra column": PartitionBug(
        "solubility_linear",
        "data_manager.py",
        "for name in UNITS]",
        'for name in table.column_names if name not in ("logS", "smiles", "molecule_chembl_id", "assay_description")]',
        kind="extra column",
    ),
    "order dependence": PartitionBug(
        "power_forecast",
        "data_manager.py",
        "np.diff(load, prepend=load[0])",
        "np.diff(load) if len(load) > 1 else np.zeros(1)",
        kind="order",
        rows=2,
    ),
    "duplicate rows": PartitionBug(
        "iris_bayes",
        "data_manager.py",
        ".set_index(pd.Index(numbers)).groupby(level=0).head(1)",
        ".set_index(pd.Index(numbers), verify_integrity=True)",
        kind="duplicate row",
        rows=2,
    ),
    "a value out of range": PartitionBug(
        "bikes_embedding",
        "data_manager.py",
        'np.clip(numbers(table["hour"], 12), 0, HOURS - 1)',
        'numbers(table["hour"], 12)',
        kind="value out of range",
        text="hour",
    ),
}


def good(name: str) -> MLRepository:
    """One of the good ones."""
    return MLRepository.at(FOLDER / name)


def sla_of(name: str) -> Path:
    """The SLA of its mock data."""
    (path,) = (FOLDER / name / "mocks").glob("*.json")
    return path


def seeded(bug: PartitionBug) -> MLRepository:
    """The good one with a bug."""
    repository = good(bug.repository)
    text = repository.text(bug.file)
    assert text.count(bug.old) == 1, "the repository has changed under the bug"
    return repository.with_files({bug.file: text.replace(bug.old, bug.new)})
