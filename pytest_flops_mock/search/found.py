"""What a search finds, as frozen plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa

from pytest_flops_mock.findings import Finding
from pytest_flops_mock.partitions.sample import Sample
from pytest_flops_mock.report.report import Report


@dataclass(frozen=True)
class Likelihood:
    """How often the SLA's own scheme gives a partition with some property.

    Attributes:
        share: Share of the runs in which at least one learner has such a partition, from 0 to 1.
        low: Lower end of its interval of 95 %.
        high: Upper end; all three are equal where it is exact.
        runs: How many splits were simulated; 0 where it is exact.
    """

    share: float
    low: float
    high: float
    runs: int = 0


@dataclass(frozen=True)
class Property:
    """What it is about a partition that breaks the repository.

    Attributes:
        kind: Its kind, such as ``one class``, ``few rows``, ``missing value``, ``labels not contiguous``, ``order`` or
            ``duplicate row``; empty if no single property explains it.
        text: It in words, as in ``fewer than 32 rows`` or ``a missing value in age``.
        passes_with: The least change that makes the repository pass, in words.
        number: The number in it: with so many rows it passes, for ``few rows``; else 0.
        column: The column that it is about, if it is about one.
    """

    kind: str = ""
    text: str = ""
    passes_with: str = ""
    number: int = 0
    column: str = ""


@dataclass(frozen=True, eq=False)
class Broken:
    """The smallest partition that was found to break the repository in one way.

    Attributes:
        finding: What goes wrong with it, as a check would say it: code, exception, line.
        sample: How the partition is made of the SLA's data.
        partition: Its rows, as they were sent.
        text: What it is, as in ``2 rows whose labels are {7}``.
        property: What matters about it.
        likelihood: How likely such a partition is under the SLA's scheme and count; ``None`` if that cannot be said.
        examples: How many partitions broke the repository in this way.
        confirmed: Whether it does so in a process that has done nothing before. Otherwise it depends on what was done
            before, and is no error.
    """

    finding: Finding
    sample: Sample
    partition: pa.Table
    text: str
    property: Property
    likelihood: Likelihood | None
    examples: int
    confirmed: bool = True


@dataclass(frozen=True)
class Progress:
    """How far a search has come.

    Attributes:
        examples: How many partitions were drawn and tried.
        wanted: How many are to be.
        failures: How many different failures were found.
        tried: How many partitions were tried in all.
        seconds: Since when.
        making_small: Whether what was found is made small now.
    """

    examples: int
    wanted: int
    failures: int
    tried: int
    seconds: float
    making_small: bool = False

    @property
    def rate(self) -> float:
        """Partitions tried in a second."""
        return self.tried / self.seconds if self.seconds else 0.0


@dataclass(frozen=True, eq=False, repr=False)
class SearchResult:
    """What a search came to.

    Attributes:
        report: The check's report, with the findings of the search.
        broken: The smallest partition for each way in which the repository breaks; those with most examples first.
        examples: How many partitions were tried before any was shrunk.
        tried: How many were tried in all.
        seconds: How long it took, without the check before it.
        seed: What to search with to have the same again.
        ended: Why it ended: ``examples`` (all were tried), ``seconds`` (its time was up), ``interrupted``, or
            ``incompatible`` (the check failed, and nothing was searched).
    """

    report: Report
    broken: tuple[Broken, ...] = ()
    examples: int = 0
    tried: int = 0
    seconds: float = 0.0
    seed: int = 0
    ended: Literal["examples", "seconds", "interrupted", "incompatible"] = "examples"

    @property
    def asked(self) -> bool:
        """Whether somebody has looked at what was found: at it, or at the report's findings."""
        return "_asked" in vars(self) or self.report.asked

    if not TYPE_CHECKING:  # for type checkers, there are no attributes but those above

        def __getattribute__(self, name: str) -> Any:
            """Note that what was found is looked at."""
            if name == "broken":
                object.__setattr__(self, "_asked", True)
            return object.__getattribute__(self, name)

    def __repr__(self) -> str:
        return f"<SearchResult {self.examples} examples, {self.ended}; {self.report!r}>"

    @property
    def ok(self) -> bool:
        """Whether the repository passes the check and no error was found."""
        return self.report.ok
