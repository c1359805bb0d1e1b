"""Write ``docs/partitions.md``, and with ``--pictures`` the SVG files that it shows.

Run: ``python docs/make_partitions.py [--pictures]``. The pictures need the extra ``plots``.
"""

from __future__ import annotations

import json
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest_flops_mock import MockDataProvider, plot_partitions
from pytest_flops_mock.report.partitions import in_a_line

TARGET = Path(__file__).with_name("partitions.md")
PICTURES = Path(__file__).with_name("pictures")


@dataclass(frozen=True)
class Example:
    """One scheme on the page.

    Attributes:
        name: Its heading, and the name of its picture.
        text: What it does, in a few sentences.
        keys: What the SLA says beside ``dataset_name`` and ``data_tag``.
        dataset_name: The data set, whose twin is split.
        kind: How it is drawn.
    """

    name: str
    text: str
    keys: dict[str, Any]
    dataset_name: str = "mnist"
    kind: Any = "bars"

    @property
    def sla(self) -> dict[str, Any]:
        """The whole SLA."""
        configuration = {"dataset_name": self.dataset_name, "data_tag": "devices", **self.keys}
        return {"customerID": "Admin", "mock_data_configuration": configuration}

    @property
    def picture(self) -> Path:
        """Where its picture is."""
        return PICTURES / f"{self.name.replace(' ', '-')}.svg"


EXAMPLES = (
    Example(
        "iid",
        "What FLOps' own mock data provider does, and what holds without the key: rows are shuffled and cut into "
        "equal parts. Labels differ by chance only, and the less the larger partitions are.",
        {"number_of_partitions": 10},
    ),
    Example(
        "dirichlet",
        "For each class, partitions get shares that are drawn from a Dirichlet distribution. A small `alpha` gives "
        "most of a class to few partitions; from 100 on partitions are nearly IID. `alpha` may be a list, one for "
        "each partition. Draws are repeated until every partition has `min_partition_size` rows (10), and "
        "`self_balancing` gives no more to a partition that has its part. The usual choice for label skew.",
        {"number_of_partitions": 10, "partitioner": {"name": "dirichlet", "alpha": 0.3}},
    ),
    Example(
        "inner_dirichlet",
        "The same with sizes that are given: for each partition, shares of classes are drawn from a Dirichlet "
        "distribution, and rows are taken until the class has no more.",
        {"partitioner": {"name": "inner_dirichlet", "partition_sizes": [150, 100, 50, 20, 5], "alpha": 0.3}},
    ),
    Example(
        "pathological",
        "Each partition has `num_classes_per_partition` classes and no row of another one. `class_assignment_mode` "
        "is `random`, `deterministic` or `first-deterministic`. The hardest label skew: what a repository takes for"
        " the number of classes differs from device to device. Rows of a class that nobody got are left out.",
        {"number_of_partitions": 10, "partitioner": {"name": "pathological", "num_classes_per_partition": 2}},
        kind="dots",
    ),
    Example(
        "shard",
        "Rows are sorted by their label and cut into shards; each partition gets some of them at random. So it has "
        "about as many classes as shards, and equal sizes.",
        {"number_of_partitions": 10, "partitioner": {"name": "shard", "num_shards_per_partition": 2, "shard_size": 30}},
        kind="dots",
    ),
    Example(
        "distribution",
        "A table says how the rows of each class are shared out: a row for each class, a number for each partition "
        "that has it. `num_unique_labels_per_partition` is how many classes a partition has, "
        "`preassigned_num_samples_per_label` how many rows of each it has at least.",
        {
            "number_of_partitions": 10,
            "partitioner": {
                "name": "distribution",
                "distribution_array": [[5, 1]] * 10,
                "num_unique_labels_per_partition": 2,
                "preassigned_num_samples_per_label": 5,
            },
        },
        kind="dots",
    ),
    Example(
        "size",
        "Sizes that are given, and labels as chance has them. For a device with three rows.",
        {"partitioner": {"name": "size", "partition_sizes": [300, 100, 30, 10, 3]}},
    ),
    Example(
        "linear",
        "Sizes grow with the number of the partition: the second has twice the rows of the first. Labels differ by "
        "chance only.",
        {"number_of_partitions": 10, "partitioner": "linear"},
    ),
    Example(
        "square",
        "The same with the square of the number.",
        {"number_of_partitions": 10, "partitioner": "square"},
    ),
    Example(
        "exponential",
        "The same with its exponential: the last partition has most of the rows, and the first ones hardly any.",
        {"number_of_partitions": 6, "partitioner": "exponential"},
    ),
    Example(
        "natural_id",
        "A partition for each value of a column, such as the person who wrote a digit: what devices of people have."
        " Without `number_of_partitions` there are as many as values.",
        {"max_rows": 400, "partitioner": {"name": "natural_id", "partition_by": "hsf_id"}},
        dataset_name="flwrlabs/femnist",
    ),
    Example(
        "grouped_natural_id",
        "A partition for `group_size` of these values. `mode` says what becomes of a group that is not full.",
        {
            "max_rows": 400,
            "partitioner": {
                "name": "grouped_natural_id",
                "partition_by": "writer_id",
                "group_size": 400,
                "mode": "allow-smaller",
            },
        },
        dataset_name="flwrlabs/femnist",
    ),
    Example(
        "continuous",
        "For a target that is a number: rows are sorted by it, the more strictly the nearer `strictness` is to 1. A"
        " line goes from the smallest to the largest value, the bar is a standard deviation to each side of the "
        "mean.",
        {"number_of_partitions": 10, "partitioner": {"name": "continuous", "strictness": 0.8}},
        dataset_name="jiahborcn/chembl_aqsol",
    ),
    Example(
        "mixed fleet",
        "A list of groups, each with a partitioner of its own, over rows that no other group has: half of the "
        "devices alike, and some that are not.",
        {
            "number_of_partitions": 8,
            "partitioner": [
                {"partitioner": "iid", "number_of_partitions": 4},
                {"partitioner": "dirichlet alpha=0.1 min_partition_size=1", "number_of_partitions": 2},
                {"partitioner": {"name": "size", "partition_sizes": [20, 3]}, "number_of_partitions": 2},
            ],
        },
    ),
    Example(
        "drift",
        "After the split, devices can differ in more than labels: "
        "[drift](how-to.md#see-how-a-repository-bears-bad-data) of some of them. Here two have lost rare classes,"
        " and one has lost all of its labels.",
        {"number_of_partitions": 6, "drift": "imbalance=1 partitions=0,1; missing=1 column=label partitions=2"},
    ),
)


INTRODUCTION = (
    "Made by `docs/make_partitions.py`. How an SLA says that devices do not hold the same, and what each scheme "
    "gives for one synthetic twin. All arguments are in [the "
    "table](how-to.md#split-data-as-real-devices-have-them). FLOps ignores the key and sends IID partitions.",
    "For an SLA of yours, without a repository and a server:",
    """```console
flops-mock partitions mocks/mnist_multi.json --partitioner "dirichlet alpha=0.3" --plot partitions.svg
```""",
    "It prints a row for each partition: size, classes, how far its labels are off those of all rows "
    "(Jensen-Shannon), and missing values. The picture needs the extra `plots`. In Python it is `run.statistics` of "
    "a `ProviderRun`, `MockDataProvider().split(sla).statistics()`, and `plot_partitions`.",
    "Above each picture is how far partitions differ: the Gini coefficient of their sizes (0 for equal ones), and "
    "the Jensen-Shannon distance of their labels to those of all rows (from 0 to 1). Of dots, the area is the "
    "number of rows. A report says the same of partitions that differ by more than chance, and names those that are"
    " empty (FM311), lack classes (FM312), have fewer rows than `min-rows` (FM313), or labels further off than "
    "`max-distance` (FM314).",
)


def page() -> str:
    """The whole page."""
    lines = ["# Partitions"]
    for paragraph in INTRODUCTION:
        lines += ["", _wrapped(paragraph)]
    for example in EXAMPLES:
        keys = json.dumps(example.sla, indent=2)
        lines += ["", f"## {example.name}", "", _wrapped(example.text), "", "```json", _compact(keys), "```", ""]
        lines += [f"![{example.name} partitions of {example.dataset_name}](pictures/{example.picture.name})"]
    return "\n".join(lines) + "\n"


def _wrapped(text: str) -> str:
    return text if "```" in text else textwrap.fill(text, 124, break_long_words=False, break_on_hyphens=False)


def _compact(text: str) -> str:
    """JSON with what is short on one line."""
    plain = json.loads(text)
    configuration = plain.pop("mock_data_configuration")
    inner = ",\n".join(f"    {json.dumps(key)}: {json.dumps(value)}" for key, value in configuration.items())
    return f'{{\n  "customerID": "Admin",\n  "mock_data_configuration": {{\n{inner}\n  }}\n}}'


def pictures() -> None:
    """Draw all examples."""
    for example in EXAMPLES:
        statistics = MockDataProvider().split(example.sla).statistics()
        plot_partitions(statistics, example.picture, example.kind, title=in_a_line(statistics))


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
    if "--pictures" in sys.argv:
        pictures()
