"""Two runs, side by side: which findings are new, the same, or gone. Baselines and ``flops-mock diff`` are made of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from pytest_flops_mock.findings import Finding
from pytest_flops_mock.report.identity import Identity, identity
from pytest_flops_mock.report.places import location
from pytest_flops_mock.report.report import Report
from pytest_flops_mock.stage import Outcome, Severity, Stage

OF_REPOSITORY = (Stage.STRUCTURE, Stage.ENVIRONMENT, Stage.AGGREGATOR)
"""Stages that see no data: what they find is the same with every SLA."""

ORDER = tuple(stage.value for stage in Stage)


@dataclass(frozen=True)
class Matched:
    """The findings of two reports on one SLA.

    Attributes:
        new: Those that the newer report alone has.
        same: Those that both have, as the newer one has them.
        gone: Those that the older one alone has, of stages that have run since.
        unseen: Those of the older one whose stage was skipped since, or has failed otherwise: nothing is known of them.
    """

    new: tuple[Finding, ...] = ()
    same: tuple[Finding, ...] = ()
    gone: tuple[Finding, ...] = ()
    unseen: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Baseline:
    """An earlier run. What it has found does not count.

    Attributes:
        name: The file that it was read from, for messages.
        reports: Its reports.
    """

    name: str
    reports: tuple[Report, ...]

    def against(self, report: Report) -> Report:
        """The report, held against this one: known findings stand apart, and a stage fails by new ones alone.

        It may be about the first stages only; holding it against the baseline again, when more have run, is the same as
        doing it once.
        """
        told = matched(counterpart(report.sla, self.reports), report, self.reports)
        # What only informs does not count anyway, and is told as ever.
        same = tuple(finding for finding in told.same if finding.severity is not Severity.INFO)
        gone = tuple(finding for finding in told.gone if finding.severity is not Severity.INFO)
        known = {id(finding) for finding in same}
        findings = tuple(finding for finding in all_of(report) if id(finding) not in known)
        bad = {finding.stage for finding in findings if finding.severity is Severity.ERROR}
        excused = {finding.stage for finding in same if finding.severity is Severity.ERROR} - bad
        stages = tuple(
            replace(result, outcome=Outcome.PASSED)
            if result.stage in excused and result.outcome is Outcome.FAILED
            else result
            for result in report.stages
        )
        return replace(report, stages=stages, findings=findings, known=same, gone=gone, baseline=self.name)


@dataclass(frozen=True)
class Change:
    """What became of one SLA.

    Attributes:
        sla: The SLA, as the newer run names it.
        findings: Its findings.
        old_verdict: Empty where the older run has not checked it.
        new_verdict: Empty where the newer run has not checked it.
        stages: Stages that end otherwise, each with its older and its newer outcome.
        environment: Python and packages, likewise.
        data: What is known of the data, likewise.
    """

    sla: str
    findings: Matched
    old_verdict: str = ""
    new_verdict: str = ""
    stages: tuple[tuple[str, str, str], ...] = ()
    environment: tuple[tuple[str, str, str], ...] = ()
    data: tuple[tuple[str, str, str], ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing is new that is an error."""
        return not any(finding.severity is Severity.ERROR for finding in self.findings.new)


def changes(old: Sequence[Report], new: Sequence[Report]) -> tuple[Change, ...]:
    """What became of each SLA: those of the newer run in its order, then those that it has not checked."""
    left = list(old)
    told = []
    for report in new:
        before = counterpart(report.sla, left)
        if before is not None:
            left = [each for each in left if each is not before]
        told.append(_change(before, report, old))
    return (*told, *(Change(report.sla, Matched(unseen=all_of(report)), old_verdict=report.verdict) for report in left))


def counterpart(sla: str, reports: Iterable[Report]) -> Report | None:
    """The report on an SLA: by its name, else the only one whose path ends like it; nothing where there is none."""
    reports = list(reports)
    wanted = _parts(sla)
    named = {index: _parts(report.sla) for index, report in enumerate(reports)}
    for index, parts in named.items():
        if parts == wanted:
            return reports[index]
    alike = [index for index, parts in named.items() if _end_alike(parts, wanted)]
    return reports[alike[0]] if len(alike) == 1 else None


def matched(old: Report | None, new: Report, beside: Iterable[Report] = ()) -> Matched:
    """Tell the findings of two reports apart.

    Args:
        old: The older report on the same SLA, if there is one.
        new: The newer one, which may be about some stages only.
        beside: The other reports of the older run. What they say of the repository itself is known of, too.
    """
    before = Counter(identity(finding) for finding in (all_of(old) if old is not None else ()))
    known = before.copy()
    for report in beside:
        known |= Counter(mine for mine in map(identity, all_of(report)) if mine.stage in OF_REPOSITORY)
    fresh: list[Finding] = []
    same: list[Finding] = []
    seen: Counter[Identity] = Counter()
    for finding in all_of(new):
        mine = identity(finding)
        seen[mine] += 1
        (same if seen[mine] <= known[mine] else fresh).append(finding)
    gone: list[Finding] = []
    unseen: list[Finding] = []
    missing = before - seen
    ran = {result.stage: result.outcome is not Outcome.SKIPPED for result in new.stages}
    broke = [finding for finding in fresh if finding.severity is Severity.ERROR]
    ignored = {finding.code for finding in new.ignored}
    for finding in reversed(all_of(old) if old is not None else ()):
        mine = identity(finding)
        if missing[mine] > 0:
            missing[mine] -= 1
            if finding.code in ignored:
                continue
            if ran.get(finding.stage, False) and not any(_may_hide(error, finding) for error in broke):
                gone.insert(0, finding)
            elif finding.stage in ran:
                unseen.insert(0, finding)
    return Matched(tuple(fresh), tuple(same), tuple(gone), tuple(unseen))


def _may_hide(error: Finding, other: Finding) -> bool:
    """Whether a stage that ended with a new error may not have come to where the other finding was."""
    runs_code = error.stage not in (Stage.SLA, Stage.STRUCTURE, Stage.PROVIDE)
    return error.stage is other.stage and (runs_code or location(error)[0] == location(other)[0])


def all_of(report: Report) -> tuple[Finding, ...]:
    """What a report found and is not to be ignored, in the order of the stages; known ones first within each."""
    return tuple(sorted((*report.known, *report.findings), key=lambda finding: ORDER.index(finding.stage)))


def _change(old: Report | None, new: Report, beside: Sequence[Report]) -> Change:
    found = matched(old, new, beside)
    if old is None:
        return Change(new.sla, found, new_verdict=new.verdict)
    return Change(
        new.sla,
        found,
        old.verdict,
        new.verdict,
        stages=tuple(sorted(_differing(_outcomes(old), _outcomes(new)), key=lambda told: ORDER.index(told[0]))),
        environment=_differing(dict(old.environment), dict(new.environment)),
        data=_differing(_data(old), _data(new)),
    )


def _outcomes(report: Report) -> dict[str, str]:
    """How each stage ended, whatever was known."""
    excused = {finding.stage for finding in report.known if finding.severity is Severity.ERROR}
    return {result.stage.value: "failed" if result.stage in excused else result.outcome.value for result in report.stages}


def _data(report: Report) -> dict[str, str]:
    told = {"rows": f"{report.data.rows:,}"} if report.data.rows else {}
    for sent in report.data.sent:
        of = f" of {sent.sla}" if len(report.data.sent) > 1 else ""
        told[f"data set{of}"] = f"{sent.dataset_name}: {sent.origin}"
        told[f"data tag{of}"] = sent.data_tag
        told[f"partitions{of}"] = ", ".join(f"{partition.rows:,}" for partition in sent.partitions) or "none"
    columns = {f"column {name}": kind for name, kind in report.data.columns}
    return {**told, **columns}


def _differing(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[tuple[str, str, str], ...]:
    names = dict.fromkeys([*old, *new])
    return tuple((name, old.get(name, ""), new.get(name, "")) for name in names if old.get(name, "") != new.get(name, ""))


def _parts(sla: str) -> tuple[tuple[str, ...], ...]:
    """The paths of some SLAs, in pieces."""
    return tuple(PurePath(path.replace("\\", "/")).parts for path in sla.split(" + "))


def _end_alike(some: tuple[tuple[str, ...], ...], others: tuple[tuple[str, ...], ...]) -> bool:
    """Whether one names the same files as the other, from another folder."""
    if len(some) != len(others) or not all((*some, *others)):
        return False
    return all(one[-len(other) :] == other or other[-len(one) :] == one for one, other in zip(some, others, strict=True))
