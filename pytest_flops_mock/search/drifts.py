"""The texts of drift, as the search takes them apart."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass

PLACES = ("column", "partitions", "devices", "probability")


@dataclass(frozen=True)
class Rule:
    """One thing that is wrong with the rows of a partition.

    Attributes:
        kind: What, as in ``missing``.
        value: How much of it, as it is written; empty where that is not said.
        column: The column that it is about; empty for all that it fits.
    """

    kind: str
    value: str = ""
    column: str = ""

    @property
    def text(self) -> str:
        """The rule, as users write it."""
        what = f"{self.kind}={shlex.quote(self.value)}" if self.value else self.kind
        return f"{what} column={shlex.quote(self.column)}" if self.column else what


def rules_of(drift: str) -> tuple[Rule, ...]:
    """The rules of a drift, as it is written."""
    return tuple(rule for part in drift.split(";") for rule in _rules(part))


def simpler(drift: str) -> Iterator[str]:
    """The same drift of fewer kinds, and of every row."""
    rules = rules_of(drift)
    if len(rules) > 1:
        yield from (rule.text for rule in rules)
    whole = "; ".join(_whole(rule).text for rule in rules)
    if whole != drift:
        yield whole


def _rules(text: str) -> Iterator[Rule]:
    told = dict(word.partition("=")[::2] for word in shlex.split(text))
    column = told.get("column", "")
    yield from (Rule(kind, value, column) for kind, value in told.items() if kind not in PLACES)


def _whole(rule: Rule) -> Rule:
    """A share becomes all; a value that is no share stays."""
    shares = ("missing", "corrupt_images", "other_case", "label_noise", "duplicates", "imbalance")
    return Rule(rule.kind, "1", rule.column) if rule.kind in shares else rule
