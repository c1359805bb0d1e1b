"""What it may be about rows themselves that breaks a repository: a kind after the other, and what tells it."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_flops_mock.partitions.sample import Sample
from pytest_flops_mock.search.candidates import LARGE, Candidate, Case, Holds, lacks
from pytest_flops_mock.search.facts import Facts
from pytest_flops_mock.search.found import Property
from pytest_flops_mock.search.rows import names_of
from pytest_flops_mock.search.wording import braced, counted


def of_rows(case: Case) -> Iterator[Candidate]:
    """Those that hold for the smallest partition, the plainest first. Some are found by trying."""
    kinds = (
        _empty,
        _missing,
        _one_class,
        _not_contiguous,
        _duplicate,
        _few_rows,
        _lacks_a_class,
        _few_of_a_class,
        _has_a_class,
        _order,
    )
    return (candidate for kind in kinds for candidate in kind(case) if candidate.holds(case.facts))


def _empty(case: Case) -> Iterator[Candidate]:
    one = ((Sample(case.some(1)), "1 row"), (Sample(case.some(LARGE)), counted(LARGE, "row")))
    yield Candidate(Property("empty", "no rows"), lambda facts: facts.rows == 0, (), one, comparable=lambda facts: True)


def _missing(case: Case) -> Iterator[Candidate]:
    for name in sorted(case.facts.missing):
        empty = [row for row, gone in enumerate(case.population.table[name].is_null().to_pylist()) if gone]
        whole = [row for row in case.mixed if row not in set(empty)]
        yield Candidate(
            Property("missing value", f"a missing value in {name}", column=name),
            lacks(name),
            (Sample(tuple(empty[-1:])), Sample((*whole[:LARGE], *empty[-1:]))),
            ((Sample(tuple(whole[: max(len(case.rows), 1)])), f"a value in {name}"),),
        )


def _one_class(case: Case) -> Iterator[Candidate]:
    labels, ranks = case.labels, sorted(case.facts.ranks)
    if len(labels.members) < 2:
        return
    others = [rank for rank in range(len(labels.members)) if rank not in ranks]
    keeping = [case.of_class(rank, count, 1) for rank, count in ((0, LARGE), (1, LARGE), (len(labels.members) - 1, 5))]
    other = others[:1] or [0]
    lacking = [(*case.rows, *case.of_class(other[0], 1)), (*case.rows, *case.some(len(labels.members))), case.some(LARGE)]
    words = ("one more row, of another class", "rows of other classes as well", "rows of all classes")
    yield Candidate(
        Property("one class", "rows of one class only"),
        lambda facts: len(facts.ranks) <= 1,
        tuple(map(Sample, keeping)),
        tuple(zip(map(Sample, lacking), words, strict=True)),
    )


def _not_contiguous(case: Case) -> Iterator[Candidate]:
    labels, ranks = case.labels, case.facts.ranks
    last = len(labels.members) - 1
    if last < 1:
        return

    def holds(facts: Facts) -> bool:
        return bool(facts.ranks) and max(facts.ranks) != len(facts.ranks) - 1

    keeping = [
        case.of_class(last, LARGE),
        (*case.of_class(0, 5), *case.of_class(last, 5)) if last > 1 else case.of_class(last, 2),
    ]
    gaps = [rank for rank in range(max(ranks, default=0)) if rank not in ranks]
    filled = (*(row for rank in gaps for row in case.of_class(rank, 1)), *case.rows)
    names = names_of(case.population.table, case.population.label, (labels.values[rank] for rank in gaps))
    zeros = case.of_class(0, max(len(case.rows), 1))
    yield Candidate(
        Property("labels not contiguous", "labels that are not contiguous from the first class on"),
        holds,
        tuple(map(Sample, keeping)),
        ((Sample(filled), f"rows of {braced(names)} as well"), (Sample(zeros), "rows of the first class")),
    )


def _duplicate(case: Case) -> Iterator[Candidate]:
    once = tuple(dict.fromkeys(case.rows))
    one, many = case.mixed[-1:], case.some(LARGE)
    yield Candidate(
        Property("duplicate row", "a row that comes twice"),
        lambda facts: facts.repeated,
        (Sample(one * 2), Sample((*many, many[0])), Sample((many[-1], *many))),
        ((Sample(once), "each row once"), (Sample(case.some(len(case.rows))), "as many rows that differ")),
    )


def _few_rows(case: Case) -> Iterator[Candidate]:
    least = _least_rows(case)
    if least is None:
        return
    keeping = [case.some(least - 1, 5), case.some(max(1, least // 2), 11), case.some(1, 3), case.some(least - 1)[::-1]]
    more = (*case.rows, *(row for row in case.mixed if row not in case.rows))[:least]
    alike = case.of_class(max(case.labels.rank(case.rows[0]), 0), least) if case.rows else ()
    lacking = [(more, counted(least, "row")), (case.some(least), counted(least, "row"))]
    lacking += [(alike, counted(least, "row"))] if len(alike) == least else []
    yield Candidate(
        Property("few rows", f"fewer than {counted(least, 'row')}", number=least),
        lambda facts: facts.rows < least,
        tuple(map(Sample, keeping)),
        tuple((Sample(rows), words) for rows, words in lacking),
    )


def _least_rows(case: Case) -> int | None:
    """With how many plain rows it no longer fails; nothing where that does not depend on their number."""
    low = max(len(case.rows), 1)
    if not case.fails(Sample(case.some(low))):
        return None
    high = low
    while case.fails(Sample(case.some(high))):
        if high >= len(case.mixed):
            return None
        low, high = high, min(high * 2, len(case.mixed))
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if case.fails(Sample(case.some(middle))) else (low, middle)
    return high


def _lacks_a_class(case: Case) -> Iterator[Candidate]:
    count = len(case.labels.members)
    if count < 3:
        return
    every = tuple(row for rank in range(count) for row in case.of_class(rank, 1))
    all_but = [tuple(row for row in case.some(count * 3) if case.labels.rank(row) != rank) for rank in (0, count - 1)]
    full = (*case.rows, *(row for row in every if case.labels.rank(row) not in case.facts.ranks))
    yield Candidate(
        Property("class missing", "rows that lack a class"),
        lambda facts: len(facts.ranks) < count,
        tuple(map(Sample, all_but)),
        ((Sample(full), "a row of each class"), (Sample(case.some(count * 3)), "rows of each class")),
    )


def _few_of_a_class(case: Case) -> Iterator[Candidate]:
    if len(case.labels.members) < 2 or not case.rows:
        return
    for least in (2, 3, 5, 10):
        few = [row for rank in sorted(case.facts.ranks) for row in case.of_class(rank, least)]
        if case.fails(Sample(tuple(few))) or any(len(members) < least for members in case.labels.members[:2]):
            continue
        rare = (*case.of_class(0, LARGE), *case.of_class(1, least - 1))
        many = (*case.of_class(0, LARGE), *case.of_class(1, least))
        yield Candidate(
            Property("few of a class", f"fewer than {counted(least, 'row')} of a class that occurs", number=least),
            _has_fewer(least),
            (Sample(rare), Sample(case.of_class(1, least - 1))),
            ((Sample(tuple(few)), f"{counted(least, 'row')} of each class"), (Sample(many), "more rows of the rare class")),
        )
        return


def _has_a_class(case: Case) -> Iterator[Candidate]:
    if len(case.labels.members) < 2:
        return
    for rank in sorted(case.facts.ranks):
        (name,) = names_of(case.population.table, case.population.label, [case.labels.values[rank]])
        others = tuple(row for row in case.some(LARGE) if case.labels.rank(row) != rank)
        own = case.of_class(rank, 1, 3)
        yield Candidate(
            Property("a class", f"a row of class {name}", column=case.population.label),
            _has(rank),
            (Sample((*others, *own)), Sample(case.of_class(rank, LARGE))),
            (
                (Sample(others[: max(len(case.rows), 1)]), f"no row of class {name}"),
                (Sample(others), f"no row of class {name}"),
            ),
        )


def _order(case: Case) -> Iterator[Candidate]:
    rows = case.rows
    if len(set(rows)) < 2:
        return
    others = (rows[::-1], tuple(sorted(rows)), (*rows[1:], rows[0]))
    words = "the same rows in another order"
    yield Candidate(
        Property("order", "the order of the rows"),
        lambda facts: facts.sample.rows == rows,
        (),
        tuple((Sample(other), words) for other in dict.fromkeys(others) if other != rows),
        comparable=lambda facts: sorted(facts.sample.rows) == sorted(rows),
    )


def _has_fewer(least: int) -> Holds:
    return lambda facts: 0 < facts.fewest < least


def _has(rank: int) -> Holds:
    return lambda facts: rank in facts.ranks
