"""What a check over learner nodes says: a report for each node on which a learner ran, and what holds for all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_flops_mock.errors import listing
from pytest_flops_mock.findings import Finding
from pytest_flops_mock.report import text
from pytest_flops_mock.report.report import Report
from pytest_flops_mock.stage import Severity
from pytest_flops_mock.texts import clean


@dataclass(frozen=True)
class NodeReport:
    """One learner node in a check.

    Attributes:
        name: ``node 0``.
        partitions: Names of its partitions that match the tags.
        report: What its learner came to; ``None`` where nothing matched, so that no learner can run.
        findings: What went wrong when its data came.
        faults: What was wrong with it on request, as it is written.
        happened: The calls on its server in which a fault came true, as its log has them.
        cluster: The number of its cluster, from 0.
    """

    name: str
    partitions: tuple[str, ...]
    report: Report | None
    findings: tuple[Finding, ...] = ()
    faults: tuple[str, ...] = ()
    happened: tuple[str, ...] = ()
    cluster: int = 0

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What breaks this node: its data did not come, or its learner fails."""
        found = (*self.findings, *(self.report.errors if self.report is not None else ()))
        return tuple(finding for finding in found if finding.severity is Severity.ERROR)

    @property
    def ok(self) -> bool:
        """Whether nothing breaks it. A node without matching data has no learner that could break."""
        return not self.errors

    @property
    def told(self) -> str:
        """Its verdict on one line, and what led to it on another."""
        verdict = self.report.summary if self.report is not None else "no learner, since no data match"
        faults = f" [{'; '.join(self.faults)}]" if self.faults else ""
        led = self.errors or (*self.findings, *(self.report.warnings if self.report is not None else ()))
        why = f"\n{'':<12}{text.at_a_glance(led[0])}" if led else ""
        return f"{self.name:<10}  {verdict}{faults}{why}"


@dataclass(frozen=True, repr=False)
class NodesReport:
    """The verdict over learner nodes. ``print(report)`` shows a line for each, and all errors.

    Attributes:
        repository: What was checked, in words.
        nodes: Each node, in order.
        findings: What holds for all of them together.
        data_tags: What the learners asked for.
    """

    repository: str
    nodes: tuple[NodeReport, ...]
    findings: tuple[Finding, ...] = ()
    data_tags: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether no node breaks, and there are enough of them."""
        return not self.broken and not any(finding.severity is Severity.ERROR for finding in self.findings)

    @property
    def broken(self) -> tuple[str, ...]:
        """The names of the nodes that break."""
        return tuple(node.name for node in self.nodes if not node.ok)

    @property
    def reports(self) -> dict[str, Report]:
        """The report of each learner, by the name of its node."""
        return {node.name: node.report for node in self.nodes if node.report is not None}

    @property
    def asked(self) -> bool:
        """Whether somebody has looked at the nodes or the findings."""
        return "_asked" in vars(self)

    @property
    def summary(self) -> str:
        """The verdict in one line."""
        learners = text.counted(len(self.reports), "learner")
        broken = f"; {listing(self.broken)} of {text.counted(len(self.nodes), 'node')} broken" if self.broken else ""
        return f"{'compatible' if self.ok else 'incompatible'} over nodes: {learners} tried{broken}"

    if not TYPE_CHECKING:

        def __getattribute__(self, name: str) -> Any:
            """Note that somebody looks, as a report does."""
            if name in ("nodes", "findings"):
                object.__setattr__(self, "_asked", True)
            return object.__getattribute__(self, name)

    def __repr__(self) -> str:
        return f"<NodesReport {self.summary}>"

    def __str__(self) -> str:
        return clean("\n".join(self._lines()))

    def _lines(self) -> Iterator[str]:
        yield f"repository  {self.repository}"
        yield f"data tags   {listing(self.data_tags)}"
        yield from (node.told for node in self.nodes)
        yield from (f"\n{text.block(finding)}" for finding in self.findings)
        for node in self.nodes:
            yield from (f"\n{node.name}: {text.block(finding)}" for finding in node.errors)
        yield f"\nverdict     {self.summary}"
