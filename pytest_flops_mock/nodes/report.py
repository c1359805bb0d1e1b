"""What a check over learner nodes says: a report for each node on which a learner ran, and what holds for all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pytest_flops_mock.errors import listing
from pytest_flops_mock.findings import Finding, StageResult
from pytest_flops_mock.report import as_json, text
from pytest_flops_mock.report.report import Report
from pytest_flops_mock.stage import CHECKED, Outcome, Severity, Stage
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

    def whole(self, repository: str) -> Report:
        """All that is known of it as a report, under its own name and that of its SLAs.

        Args:
            repository: What was checked, in words.
        """
        if self.report is None:
            skipped = StageResult(Stage.LOAD, Outcome.SKIPPED, 0.0, "no data match, so no learner runs")
            report = Report(repository, (skipped,))
        else:
            report = self.report
        found = sorted((*self.findings, *report.findings), key=lambda finding: CHECKED.index(finding.stage))
        return replace(
            report,
            stages=tuple(map(self._with_faults, report.stages)),
            findings=tuple(found),
            sla=": ".join(filter(None, (self.name, report.sla))),
        )

    def _with_faults(self, result: StageResult) -> StageResult:
        if result.stage is not Stage.LOAD or not self.faults:
            return result
        return replace(result, facts=(*result.facts, ("faults of the node", "; ".join(self.faults))))

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
    def named(self) -> dict[str, Report]:
        """All of it as reports by their names, such as ``node 0: mocks/mnist.json``: for whatever writes or compares those.

        The last one, ``all nodes``, has what holds for all of them; it is there if anything does.
        """
        reports = [node.whole(self.repository) for node in self.nodes]
        if self.findings:
            reports.append(Report(self.repository, findings=self.findings, sla="all nodes"))
        return {report.sla: report for report in reports}

    def to_json(self, *, indent: int | None = 2) -> str:
        """All reports as JSON text; ``Report.all_from_json`` reads them, and ``flops-mock diff`` compares them."""
        return as_json.written(self.named.values(), indent)

    def to_markdown(self) -> str:
        """All reports as GitHub-flavoured Markdown, those with errors first."""
        from pytest_flops_mock.report.markdown import markdown

        named = self.named
        return markdown(named.values(), names=list(named))

    def to_text(self) -> str:
        """All reports in full, as text; ``str()`` gives a line for each."""
        return "\n\n".join([*(text.headed(*each) for each in self.named.items()), f"verdict     {self.summary}"])

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
