"""What it may be about rows with drift that breaks a repository: a kind after the other, and what tells it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pytest_flops_mock.partitions.sample import Sample
from pytest_flops_mock.search.candidates import LARGE, Candidate, Case, Holds, lacks
from pytest_flops_mock.search.facts import Facts
from pytest_flops_mock.search.found import Property
from pytest_flops_mock.search.wording import drift_in_words
from pytest_flops_mock.sla.schemes import DriftRule


def of_drift(case: Case) -> Iterator[Candidate]:
    """Those that hold for the smallest partition, the plainest first."""
    kinds = (_missing, _no_column, _extra_column, _other_type, _other_order, _beyond, _same_rule)
    return (candidate for kind in kinds for candidate in kind(case) if candidate.holds(case.facts))


def _missing(case: Case) -> Iterator[Candidate]:
    for name in sorted(case.facts.missing):
        cure = f"a value in {name}"
        yield _drifted(case, "missing value", f"a missing value in {name}", name, lacks(name), cure)


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
    """On either side; on one of them it may be another matter."""
    sides = (("out of range", True, True), ("above all others", False, True), ("below all others", True, False))
    for name in sorted(case.facts.below | case.facts.above):
        for side, below, above in sides:
            holds = _goes_beyond(name, below=below, above=above)
            cure = f"values of {name} as the data set has them"
            candidate = _drifted(case, "value out of range", f"a value {side} in {name}", name, holds, cure)
            other = _goes_beyond(name, below=not below, above=not above)
            yield replace(candidate, comparable=_unless(other))


def _unless(other: Holds) -> Holds:
    return lambda facts: facts.rows > 0 and not other(facts)


NAMES = {
    "corrupt_images": "corrupt image",
    "image_size": "image size",
    "image_mode": "image mode",
    "other_case": "other case",
    "time_shift": "time shift",
    "label_noise": "label noise",
}


def _same_rule(case: Case) -> Iterator[Candidate]:
    for rule in sorted(case.facts.rules, key=lambda each: (each.what, each.place)):
        kind, column = rule.kind, rule.column

        def holds(facts: Facts, kind: str = kind, column: str = column) -> bool:
            return any((each.kind, each.column) == (kind, column) for each in facts.rules)

        yield _drifted(case, NAMES.get(kind, kind), _said(rule), column, holds, "the rows as the data set has them")


def _said(rule: DriftRule) -> str:
    if rule.kind in ("image_size", "image_mode"):
        return f"images of another {rule.kind.removeprefix('image_')}" + (f" in {rule.column}" if rule.column else "")
    return drift_in_words(rule)


def _drifted(case: Case, kind: str, text: str, column: str, holds: Holds, cure: str) -> Candidate:
    keeping, lacking = _with_drift(case, case.facts.sample.drift), _without_drift(case, cure)
    return Candidate(Property(kind, text, column=column), holds, keeping, lacking, of_drift=True)


def _with_drift(case: Case, drift: str) -> tuple[Sample, ...]:
    """Others that have the same drift: another row, many, and many in another order."""
    seed = case.facts.sample.seed
    last = case.mixed[-1:]
    return tuple(Sample(rows, drift, seed) for rows in (last, case.some(LARGE), case.some(LARGE, 7)[::-1]))


def _without_drift(case: Case, words: str) -> tuple[tuple[Sample, str], ...]:
    return ((Sample(case.rows), words), (Sample(case.some(LARGE)), words))


def _is_without(column: str) -> Holds:
    return lambda facts: column not in facts.columns


def _goes_beyond(column: str, *, below: bool, above: bool) -> Holds:
    return lambda facts: (below and column in facts.below) or (above and column in facts.above)


def _has_another_type(column: str, kind: str) -> Holds:
    return lambda facts: dict(facts.types).get(column, kind) != kind
