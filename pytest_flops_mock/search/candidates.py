"""What it may be about a partition that breaks a repository: a table of kinds, each with what tells it from the others.

A candidate says of which partitions it holds, and names neighbours: some that keep it and change all else, and some that
lack it and little else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from pytest_flops_mock.partitions.sample import Population, Sample
from pytest_flops_mock.search.drifts import Rule
from pytest_flops_mock.search.facts import Facts
from pytest_flops_mock.search.found import Property
from pytest_flops_mock.search.rows import Labels, names_of
from pytest_flops_mock.search.wording import braced, counted, drift_in_words

Holds = Callable[[Facts], bool]

LARGE = 20
"""As many rows as a neighbour has that is to differ in size."""


@dataclass(frozen=True)
class Candidate:
    """One property that may explain a failure.

    Attributes:
        property: What it is.
        holds: Whether a partition has it.
        keeping: Samples that have it and little else in common with the one that fails.
        lacking: Samples that lack it and little else, the nearest first; what was changed, in words.
        of_drift: Whether it is about drift; other properties are judged by partitions without.
        comparable: Of which partitions it says anything at all.
    """

    property: Property
    holds: Holds
    keeping: tuple[Sample, ...] = ()
    lacking: tuple[tuple[Sample, str], ...] = ()
    of_drift: bool = False
    comparable: Holds = lambda facts: True


@dataclass(frozen=True)
class Case:
    """The smallest partition that fails, and what others can be made of.

    Attributes:
        population: The rows.
        labels: Their classes.
        facts: The smallest one.
        fails: Whether another one fails in the same way.
        mixed: All rows, of each class in turn.
    """

    population: Population
    labels: Labels
    facts: Facts
    fails: Callable[[Sample], bool]
    mixed: tuple[int, ...] = field(default=())

    @classmethod
    def of(cls, population: Population, labels: Labels, facts: Facts, fails: Callable[[Sample], bool]) -> Case:
        """The case of one failure."""
        longest = max(map(len, labels.members), default=0)
        turns = (members[turn] for turn in range(longest) for members in labels.members if turn < len(members))
        without = (row for row, rank in enumerate(labels.ranks) if rank < 0)
        return cls(population, labels, facts, fails, (*turns, *without))

    @property
    def rows(self) -> tuple[int, ...]:
        """The rows of the smallest one."""
        return self.facts.sample.rows

    def some(self, count: int, start: int = 0) -> tuple[int, ...]:
        """Plain rows of all classes, in turn."""
        begin = min(start, max(len(self.mixed) - count, 0))
        return self.mixed[begin : begin + count]

    def of_class(self, rank: int, count: int, start: int = 0) -> tuple[int, ...]:
        """Rows of one class."""
        members = self.labels.members[rank]
        return members[min(start, max(len(members) - count, 0)) :][:count]


def candidates(case: Case) -> Iterator[Candidate]:
    """Those that hold for the smallest partition, the plainest first. Some are found by trying."""
    kinds = _DRIFTS if case.facts.sample.drift else _ROWS
    for kind in kinds:
        yield from (each for each in kind(case) if each.holds(case.facts))


def _with_drift(case: Case, drift: str) -> tuple[Sample, ...]:
    """Others that have the same drift: another row, many, and many in another order."""
    seed = case.facts.sample.seed
    last = case.mixed[-1:]
    return tuple(Sample(rows, drift, seed) for rows in (last, case.some(LARGE), case.some(LARGE, 7)[::-1]))


def _without_drift(case: Case, words: str) -> tuple[tuple[Sample, str], ...]:
    return ((Sample(case.rows), words), (Sample(case.some(LARGE)), words))


def _drifted(case: Case, kind: str, text: str, column: str, holds: Holds, cure: str) -> Candidate:
    keeping, lacking = _with_drift(case, case.facts.sample.drift), _without_drift(case, cure)
    return Candidate(Property(kind, text, column=column), holds, keeping, lacking, of_drift=True)


def _lacks(column: str) -> Holds:
    return lambda facts: column in facts.missing


def _is_without(column: str) -> Holds:
    return lambda facts: column not in facts.columns


def _goes_beyond(column: str) -> Holds:
    return lambda facts: column in facts.beyond


def _has_another_type(column: str, kind: str) -> Holds:
    return lambda facts: dict(facts.types).get(column, kind) != kind


def _has_fewer(least: int) -> Holds:
    return lambda facts: 0 < facts.fewest < least


def _has(rank: int) -> Holds:
    return lambda facts: rank in facts.ranks


def _missing(case: Case) -> Iterator[Candidate]:
    for name in sorted(case.facts.missing):
        cure = f"a value in {name}"
        yield _drifted(case, "missing value", f"a missing value in {name}", name, _lacks(name), cure)


def _missing_in_data(case: Case) -> Iterator[Candidate]:
    for name in sorted(case.facts.missing):
        empty = [row for row, gone in enumerate(case.population.table[name].is_null().to_pylist()) if gone]
        whole = [row for row in case.mixed if row not in set(empty)]
        yield Candidate(
            Property("missing value", f"a missing value in {name}", column=name),
            _lacks(name),
            (Sample(tuple(empty[-1:])), Sample((*whole[:LARGE], *empty[-1:]))),
            ((Sample(tuple(whole[: max(len(case.rows), 1)])), f"a value in {name}"),),
        )


def _no_column(case: Case) -> Iterator[Candidate]:
    for name in case.population.table.column_names:
        yield _drifted(
            case,
            "missing column",
            f"no column {name}",
            name,
            _is_without(name),
            f"the column {name}",
        )


def _extra_column(case: Case) -> Iterator[Candidate]:
    known = set(case.population.table.column_names)
    extra = [name for name in case.facts.columns if name not in known]
    for name in extra[:1]:
        yield _drifted(
            case,
            "extra column",
            "an extra column",
            name,
            lambda facts: not known.issuperset(facts.columns),
            f"no column {name}",
        )


def _other_order(case: Case) -> Iterator[Candidate]:
    known = tuple(case.population.table.column_names)

    def holds(facts: Facts) -> bool:
        return sorted(facts.columns) == sorted(known) and facts.columns != known

    yield _drifted(case, "order of columns", "columns in another order", "", holds, "the columns in their order")


def _other_type(case: Case) -> Iterator[Candidate]:
    known = {field.name: str(field.type) for field in case.population.table.schema}
    for name, kind in case.facts.types:
        if known.get(name, kind) != kind:
            holds = _has_another_type(name, known[name])
            yield _drifted(
                case, "column type", f"another type of {name} than {known[name]}", name, holds, f"{known[name]} in {name}"
            )


def _beyond(case: Case) -> Iterator[Candidate]:
    for name in sorted(case.facts.beyond):
        holds = _goes_beyond(name)
        cure = f"values of {name} as the data set has them"
        yield _drifted(case, "value out of range", f"a value out of range in {name}", name, holds, cure)


NAMES = {
    "corrupt_images": "corrupt image",
    "image_size": "image size",
    "image_mode": "image mode",
    "other_case": "other case",
    "time_shift": "time shift",
    "label_noise": "label noise",
}


def _same_rule(case: Case) -> Iterator[Candidate]:
    for rule in sorted(case.facts.rules, key=lambda each: each.text):
        kind, column = rule.kind, rule.column

        def holds(facts: Facts, kind: str = kind, column: str = column) -> bool:
            return any((each.kind, each.column) == (kind, column) for each in facts.rules)

        yield _drifted(case, NAMES.get(kind, kind), _said(rule), column, holds, "the rows without it")


def _said(rule: Rule) -> str:
    if rule.kind in ("image_size", "image_mode"):
        return f"images of another {rule.kind.removeprefix('image_')}" + (f" in {rule.column}" if rule.column else "")
    return drift_in_words(rule)


def _empty(case: Case) -> Iterator[Candidate]:
    one = ((Sample(case.some(1)), "1 row"), (Sample(case.some(LARGE)), counted(LARGE, "row")))
    yield Candidate(Property("empty", "no rows"), lambda facts: facts.rows == 0, (), one)


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


_DRIFTS = (_missing, _no_column, _extra_column, _other_type, _other_order, _beyond, _same_rule)
_ROWS = (
    _empty,
    _missing_in_data,
    _one_class,
    _not_contiguous,
    _duplicate,
    _few_rows,
    _lacks_a_class,
    _few_of_a_class,
    _has_a_class,
    _order,
)
