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
from pytest_flops_mock.search.found import Broken, Likelihood
from pytest_flops_mock.sla.partitioners import IID, Partitioning

Rows = npt.NDArray[np.int64]
Classes = npt.NDArray[np.int64]
Holds = Callable[[Rows], bool]
"""Whether a partition of some rows, by their positions in the data and in order, has a property."""

MOST_RUNS, FEWEST_RUNS = 100, 40
WORK, PER_PARTITION = 600_000, 2_000
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
        if known[number] is None and not each.sample.drift and (holds := _test(each, data)) is not None
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
    if broken.property.kind == "missing value" and not _has_nulls(data, broken.property.column):
        return _exactly(0.0)
    if broken.property.kind in ("few rows", "empty") and count is not None and (plan is None or isinstance(plan, IID)):
        return _exactly(
            float(len(data.rows) // count < max(broken.property.number, 1))
        )  # the smallest of sizes that are fixed
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
    rows, size, ranks = len(data.rows), len(data.rows) // count, _ranks(data)
    sizes = np.bincount(ranks[ranks >= 0]) if ranks is not None else ()
    same = sum(math.exp(_log_choose(int(n), size) - _log_choose(rows, size)) for n in sizes if n >= size)
    return Likelihood(found.share, found.low, min(found.high, count * same), found.runs)


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def _test(broken: Broken, data: DataToSplit) -> Holds | None:
    """The property as a test of row positions; nothing where it is none that could be told from these."""
    make = _TESTS.get(broken.property.kind)
    return make(broken, data) if make is not None else None


def _empty(_: Broken, __: DataToSplit) -> Holds:
    return lambda rows: len(rows) == 0


def _few_rows(broken: Broken, _: DataToSplit) -> Holds:
    least = broken.property.number
    return lambda rows: len(rows) < least


def _missing_value(broken: Broken, data: DataToSplit) -> Holds | None:
    column = broken.property.column
    if column not in data.schema.names:
        return None
    nulls = data.table[column].is_null().to_numpy()[data.rows]
    return lambda rows: bool(nulls[rows].any())


def _duplicate_row(_: Broken, data: DataToSplit) -> Holds | None:
    """No scheme gives a row twice: there are some if the data have them."""
    if len(data.rows) > MOST_COMPARED:
        return None
    groups: dict[str, int] = {}
    rows = data.table.take(pa.array(data.rows)).to_pylist()
    same = np.array([groups.setdefault(repr(row), len(groups)) for row in rows], dtype=np.int64)
    return lambda rows: len(np.unique(same[rows])) < len(rows)


def _of_classes(holds: Callable[[Classes, Broken, int], bool]) -> Callable[[Broken, DataToSplit], Holds | None]:
    """A property of the classes that occur and how many rows each has, by their places among all classes of the data."""

    def make(broken: Broken, data: DataToSplit) -> Holds | None:
        ranks = _ranks(data)
        if ranks is None:
            return None
        total = int(ranks.max(initial=-1)) + 1

        def test(rows: Rows) -> bool:
            there = ranks[rows]
            counts = np.bincount(there[there >= 0], minlength=total)
            return len(rows) > 0 and holds(counts, broken, total)

        return test

    return make


def _a_class(broken: Broken, data: DataToSplit) -> Holds | None:
    """The class of the smallest partition, where that has one only."""
    column = broken.property.column
    if column not in data.schema.names or column not in broken.partition.column_names:
        return None
    (*others, value) = broken.partition[column].unique() or [None]
    if others or value is None:
        return None
    has = pc.fill_null(pc.equal(data.table[column], value), False).to_numpy()[data.rows]
    return lambda rows: bool(has[rows].any())


MOST_COMPARED = 5_000

_TESTS: Mapping[str, Callable[[Broken, DataToSplit], Holds | None]] = {
    "empty": _empty,
    "few rows": _few_rows,
    "missing value": _missing_value,
    "duplicate row": _duplicate_row,
    "one class": _of_classes(lambda counts, broken, total: np.count_nonzero(counts) == 1),
    "labels not contiguous": _of_classes(lambda counts, broken, total: not bool(counts[: np.count_nonzero(counts)].all())),
    "class missing": _of_classes(lambda counts, broken, total: bool((counts == 0).any())),
    "few of a class": _of_classes(
        lambda counts, broken, total: bool(((counts > 0) & (counts < broken.property.number)).any())
    ),
    "a class": _a_class,
}
"""What can be told of a partition by its rows; what a drift does to them, and their order, cannot."""


def _has_nulls(data: DataToSplit, column: str) -> bool:
    return column in data.schema.names and data.table[column].null_count > 0


def _ranks(data: DataToSplit) -> Classes | None:
    """For each row the place of its class among all that occur, -1 for one without; nothing if there are no classes."""
    if not data.label or data.label not in data.schema.names:
        return None
    column = _column(data, data.label)
    if pa.types.is_nested(column.type) or pa.types.is_floating(column.type):
        return None
    encoded = pc.dictionary_encode(column)
    places = np.empty(len(encoded.dictionary), dtype=np.int64)
    places[pc.sort_indices(encoded.dictionary).to_numpy()] = np.arange(len(places))
    found = encoded.indices.fill_null(-1).to_numpy()
    return np.where(found < 0, -1, places[found] if len(places) else -1)


def _column(data: DataToSplit, name: str) -> Any:
    return data.table[name].take(pa.array(data.rows)).combine_chunks()
