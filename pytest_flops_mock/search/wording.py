"""Partitions and what is wrong with them in a few words, as in ``2 rows whose labels are {7}``."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from pytest_flops_mock.partitions.sample import Population, Sample
from pytest_flops_mock.search.drifts import rules_of
from pytest_flops_mock.search.rows import classes_in, names_of
from pytest_flops_mock.sla.drift_kinds import KINDS
from pytest_flops_mock.sla.schemes import DriftRule

MOST_LABELS = 10


def counted(count: int, what: str) -> str:
    """A number of things: ``1 row``, ``2 rows``."""
    return f"{count:,} {what}{'s' * (count != 1)}"


def braced(names: Iterable[str]) -> str:
    """A set of names; of many the first ones."""
    all_names = list(names)
    return "{" + ", ".join(all_names[:MOST_LABELS]) + (", …" if len(all_names) > MOST_LABELS else "") + "}"


def text_of(population: Population, sample: Sample, partition: pa.Table) -> str:
    """What a partition is: its rows, their labels, and what is wrong with them.

    Args:
        population: What it is made of.
        sample: How it is made.
        partition: Its rows.
    """
    if not partition.num_rows:
        return "no rows"
    text = counted(partition.num_rows, "row")
    repeated = len(sample.rows) - len(set(sample.rows))
    wrong = [drift_in_words(rule) for rule in rules_of(sample.drift)]
    labels = classes_in(partition, population.label)
    if repeated and len(set(sample.rows)) == 1:
        text += " that are the same"
    elif repeated:
        text += f", {repeated} of them {'a copy' if repeated == 1 else 'copies'} of others"
    elif labels and not wrong:
        names = braced(names_of(partition, population.label, labels))
        text += f" whose label is {names}" if partition.num_rows == 1 else f" whose labels are {names}"
    return f"{text} with {' and '.join(wrong)}" if wrong else text


def drift_in_words(rule: DriftRule) -> str:
    """One kind of drift, as it is said of rows.

    Args:
        rule: What is wrong.
    """
    value = KINDS[rule.kind].takes.written(rule.value)
    of, where = f" of {rule.column}" if rule.column else "", f" in {rule.column}" if rule.column else ""
    known = {
        "missing": f"a missing value{where}",
        "corrupt_images": f"a cut-off image{where}",
        "other_case": f"text{where} in another case",
        "label_noise": "labels of other classes",
        "factor": f"values{where} {value} times as large",
        "outlier": f"values{where} far from all others",
        "time_shift": f"times{where} shifted by {value}",
        "image_size": f"images of {value}{where}",
        "image_mode": f"images of mode {value}{where}",
        "type": f"the type {value}{of}",
        "missing_column": f"no column {value}",
        "renamed": f"the name {value} for {rule.column}",
        "extra_column": f"an extra column {value}",
        "reordered": "columns in another order",
    }
    return known.get(rule.kind, rule.what)
