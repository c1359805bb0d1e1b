"""Drift, as the search makes it smaller."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pytest_flops_mock.sla.drift_kinds import KINDS, share
from pytest_flops_mock.sla.schemes import Drift, DriftRule, drift_of

FAR = 1000.0


def rules_of(drift: str) -> tuple[DriftRule, ...]:
    """The rules of a drift, as it is written."""
    return drift_of(drift).rules


def simpler(drift: str, columns: Sequence[str]) -> Iterator[str]:
    """The same drift of fewer kinds, of every row, and of one column.

    Args:
        drift: It, as it is written.
        columns: Those that it may be about.
    """
    rules = rules_of(drift)
    if [rule.kind for rule in rules] == ["outlier"]:  # it moves by what the rows differ, and one row does not
        yield Drift((replace(rules[0], kind="factor", value=FAR),)).value
    if len(rules) > 1:
        yield from (Drift((rule,)).value for rule in rules)
    whole = tuple(replace(rule, value=1.0) if KINDS[rule.kind].takes.read is share else rule for rule in rules)
    yield Drift(whole).value
    if len(rules) == 1 and not whole[0].column and KINDS[whole[0].kind].about.has_column:
        yield from (Drift((replace(whole[0], column=column),)).value for column in columns)


def breadth(drift: str) -> int:
    """How much a drift is about: a rule counts less where it is about one column."""
    return sum(2 if KINDS[rule.kind].about.has_column and not rule.column else 1 for rule in rules_of(drift))
