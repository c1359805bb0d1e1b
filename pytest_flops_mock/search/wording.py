"""A partition in a few words, as in ``2 rows whose labels are {7}``."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import pyarrow as pa

from pytest_flops_mock.partitions.sample import Population, Sample
from pytest_flops_mock.search.rows import classes_in, names_of

MOST_LABELS = 10


def counted(count: int, what: str) -> str:
    """A number of things: ``1 row``, ``2 rows``."""
    return f"{count:,} {what}{'s' * (count != 1)}"


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
    labels = classes_in(partition, population.label)
    if labels and not sample.drift:
        names = names_of(partition, population.label, labels)
        whole = len(names) > MOST_LABELS
        shown = ", ".join(names[:MOST_LABELS]) + (", …" if whole else "")
        text += f" whose label{'s' * (partition.num_rows != 1)} {'is' if partition.num_rows == 1 else 'are'} {{{shown}}}"
    repeated = len(sample.rows) - len(set(sample.rows))
    if repeated and len(set(sample.rows)) == 1:
        text = f"{counted(partition.num_rows, 'row')} that are the same"
    elif repeated:
        text += f", {repeated} of them {'a copy' if repeated == 1 else 'copies'} of others"
    wrong = list(_wrong(sample.drift))
    return f"{text} with {' and '.join(wrong)}" if wrong else text


def _wrong(drift: str) -> Iterator[str]:
    for rule in filter(None, (part.strip() for part in drift.split(";"))):
        told = dict(word.partition("=")[::2] for word in shlex.split(rule))
        column = told.pop("column", "")
        kind = next(iter(told), rule)
        yield drift_in_words(kind, told.get(kind, ""), column)


def drift_in_words(kind: str, value: str, column: str) -> str:
    """One kind of drift, as it is said of rows.

    Args:
        kind: Its name.
        value: How much of it, as it is written.
        column: Where.
    """
    where = f" in {column}" if column else ""
    known = {
        "missing": f"a missing value{where}",
        "corrupt_images": f"a picture{where} that is cut off",
        "other_case": f"text{where} in another case",
    }
    return known.get(kind, f"{kind}={value}{where}")
