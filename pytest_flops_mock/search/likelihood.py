"""How likely the SLA's own scheme and count give some learner a partition like the one that breaks a repository."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pytest_flops_mock.errors import DataSourceError
from pytest_flops_mock.partitions.scheme import DataToSplit, scheme_of
from pytest_flops_mock.search.found import Broken, Likelihood, Property
from pytest_flops_mock.sla.partitioners import IID, Partitioning

Rows = npt.NDArray[np.int64]
Holds = Callable[[Rows], bool]
"""Whether a partition of some rows, by their positions in the data and in order, has a property."""

MOST_RUNS, FEWEST_RUNS = 200, 40
WORK, PER_PARTITION = 1_000_000, 2_000
"""How many rows are split in all, where a partition costs as much as so many: the number of runs depends on nothing else."""

MOST_SECONDS = 20.0
"""Where even the fewest runs take long, as many as there are by then must do."""

IN_VAIN = 5
"""After so many seeds with which the scheme gives nothing, nothing is said."""

QUANTILE = 1.959964
"""Of the normal distribution, for an interval of 95 %."""


def wilson(hits: int, runs: int) -> Likelihood:
    """A share with its score interval of 95 %.

    The interval holds also for shares near 0 and 1 and for few runs: E. B. Wilson, "Probable inference, the law of
    succession, and statistical inference", Journal of the American Statistical Association 22 (1927), 209-212.

    Args:
        hits: In how many runs it was so.
        runs: Of how many, at least 1.
    """
    share, z2 = hits / runs, QUANTILE**2
    middle = (share + z2 / (2 * runs)) / (1 + z2 / runs)
    half = QUANTILE / (1 + z2 / runs) * math.sqrt(share * (1 - share) / runs + z2 / (4 * runs**2))
    low, high = max(middle - half, 0.0), min(middle + half, 1.0)
    return Likelihood(share, 0.0 if hits == 0 else low, 1.0 if hits == runs else high, runs)


def likelihoods(
    broken: Sequence[Broken], data: DataToSplit, plan: Partitioning | None, count: int | None, drift: str = ""
) -> list[Likelihood | None]:
    """For each partition that breaks the repository, how often the scheme gives some learner one with its property.

    Rows are not moved: the scheme splits their numbers, once for each seed from 0 on, and the same splits serve all. A seed
    that the plan names does not count, since it says nothing of the devices that the mock data stand for.

    Args:
        broken: What was found.
        data: All rows of the SLA's data.
        plan: How the SLA splits them; ``None`` for IID.
        count: Into how many; ``None`` for as many as the scheme makes of its own.
        drift: What the settings say is wrong with partitions, as users write it. No other drift can be met.
    """
    known = [_without_runs(each, data, plan, count, drift) for each in broken]
    tests = {
        number: holds
        for number, each in enumerate(broken)
        if known[number] is None and not each.sample.drift and (holds := _test(each.property, data)) is not None
    }
    if not tests:
        return known
    hits, runs = dict.fromkeys(tests, 0), 0
    scheme, began = scheme_of(_unseeded(plan)), time.monotonic()
    for seed in range(_runs(len(data.rows), count or 1)):
        if time.monotonic() - began > MOST_SECONDS or (seed >= IN_VAIN and not runs):
            break
        try:
            partitions = scheme.split(data, count, seed)
        except DataSourceError:
            continue  # with this seed the scheme gives nothing
        runs += 1
        for number, holds in tests.items():
            hits[number] += any(holds(rows) for rows in partitions)
    if not runs:
        return known
    return [
        _bounded(wilson(hits[n], runs), broken[n], data, plan, count) if n in tests else known[n] for n in range(len(known))
    ]


def _runs(rows: int, count: int) -> int:
    return max(FEWEST_RUNS, min(MOST_RUNS, WORK // (rows + PER_PARTITION * count)))


def _without_runs(
    broken: Broken, data: DataToSplit, plan: Partitioning | None, count: int | None, drift: str
) -> Likelihood | None:
    """What can be said without splitting anything."""
    if broken.sample.drift:
        asked, met = _kinds(drift), _kinds(broken.sample.drift)
        in_data = broken.property.kind == "missing value" and _has_nulls(data, broken.property.column)
        if not in_data:
            return _exactly(1.0 if met <= asked else 0.0)
        return None
    if broken.property.kind == "few rows" and count is not None and (plan is None or isinstance(plan, IID)):
        return _exactly(float(len(data.rows) // count < broken.property.number))  # the smallest of sizes that are fixed
    return None


def _exactly(share: float) -> Likelihood:
    return Likelihood(share, share, share)


def _kinds(drift: str) -> set[str]:
    """The kinds of drift that a text names."""
    rules = (rule.split() for rule in drift.split(";"))
    places = {"column", "partitions", "devices", "probability"}
    return {word.partition("=")[0] for rule in rules for word in rule} - places


def _unseeded(plan: Partitioning | None) -> Partitioning | None:
    if plan is None:
        return None
    if isinstance(plan, tuple):
        groups = (g.model_copy(update={"partitioner": g.partitioner.model_copy(update={"seed": None})}) for g in plan)
        return tuple(groups)
    return plan.model_copy(update={"seed": None})


def _bounded(
    found: Likelihood, broken: Broken, data: DataToSplit, plan: Partitioning | None, count: int | None
) -> Likelihood:
    """With what is known for sure of IID partitions of one class, where no run had one.

    One learner's rows are drawn without replacement, so all are of a class with the probability that the hypergeometric
    distribution gives; for some learner it is at most as many times that as there are learners.
    """
    is_iid = plan is None or isinstance(plan, IID)
    if not (is_iid and count and found.share == 0 and broken.property.kind == "one class"):
        return found
    rows, size = len(data.rows), len(data.rows) // count
    sizes = np.bincount(_codes(data))
    same = sum(math.exp(_log_choose(int(n), size) - _log_choose(rows, size)) for n in sizes if n >= size)
    return Likelihood(found.share, found.low, min(found.high, count * same), found.runs)


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def _test(about: Property, data: DataToSplit) -> Holds | None:
    """The property as a test of row positions; nothing where it is none that could be told from these."""
    make = _TESTS.get(about.kind)
    return make(about, data) if make is not None else None


def _few_rows(about: Property, _: DataToSplit) -> Holds:
    return lambda rows: len(rows) < about.number


def _one_class(_: Property, data: DataToSplit) -> Holds | None:
    if not _has_classes(data):
        return None
    codes = _codes(data)
    return lambda rows: len(rows) > 0 and bool((codes[rows] == codes[rows[0]]).all())


def _labels_not_contiguous(_: Property, data: DataToSplit) -> Holds | None:
    """Its labels are not the whole numbers from 0 on."""
    if not _has_classes(data) or not pa.types.is_integer(data.table[data.label].type):
        return None
    labels = _column(data, data.label).fill_null(0).to_numpy()

    def holds(rows: Rows) -> bool:
        there = np.unique(labels[rows])
        return len(there) > 0 and int(there[-1]) != len(there) - 1

    return holds


def _missing_value(about: Property, data: DataToSplit) -> Holds | None:
    names = [about.column] if about.column else data.schema.names
    if any(name not in data.schema.names for name in names):
        return None
    nulls = np.zeros(len(data.rows), dtype=bool)
    for name in names:
        nulls |= data.table[name].is_null().to_numpy()[data.rows]
    return lambda rows: bool(nulls[rows].any())


def _duplicate_row(_: Property, data: DataToSplit) -> Holds | None:
    """No scheme gives a row twice: there are some if the data have them."""
    if len(data.rows) > MOST_COMPARED:
        return None
    table = data.table.take(pa.array(data.rows))
    groups: dict[str, int] = {}
    same = np.array([groups.setdefault(repr(row), len(groups)) for row in table.to_pylist()], dtype=np.int64)
    if len(groups) == len(same):
        return lambda rows: False
    return lambda rows: len(np.unique(same[rows])) < len(rows)


MOST_COMPARED = 5_000

_TESTS: Mapping[str, Callable[[Property, DataToSplit], Holds | None]] = {
    "few rows": _few_rows,
    "one class": _one_class,
    "labels not contiguous": _labels_not_contiguous,
    "missing value": _missing_value,
    "duplicate row": _duplicate_row,
}


def _has_nulls(data: DataToSplit, column: str) -> bool:
    return column in data.schema.names and data.table[column].null_count > 0


def _has_classes(data: DataToSplit) -> bool:
    if not data.label or data.label not in data.schema.names:
        return False
    kind = data.table[data.label].type
    return not (pa.types.is_nested(kind) or pa.types.is_floating(kind))


def _codes(data: DataToSplit) -> npt.NDArray[Any]:
    """For each row the number of its class among those that occur."""
    encoded = pc.dictionary_encode(_column(data, data.label), null_encoding="encode")
    codes: npt.NDArray[Any] = encoded.indices.to_numpy()
    return codes


def _column(data: DataToSplit, name: str) -> Any:
    return data.table[name].take(pa.array(data.rows)).combine_chunks()
