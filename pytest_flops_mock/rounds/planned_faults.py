"""What came of the faults that a plan asked for: one finding for each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from statistics import median

from pytest_flops_mock.errors import Problem
from pytest_flops_mock.findings import Finding
from pytest_flops_mock.report.text import rounded
from pytest_flops_mock.rounds.ends import Subject, frames_of, in_rounds, then, where_of
from pytest_flops_mock.rounds.plan import FaultKind, RoundFault
from pytest_flops_mock.stage import Severity

_DOING = {
    FaultKind.KILL: "was killed",
    FaultKind.RAISE: "raised an exception",
    FaultKind.EXIT: "exited",
    FaultKind.HANG: "hung",
}
_FIX = "nothing in the repository; leave the fault out to see the federation without it"


def fault_findings(subject: Subject) -> Iterator[Finding]:
    """One finding for each fault of the plan, with its node, its round, and what FLOps does then."""
    for fault in subject.plan.faults:
        if fault.kind is FaultKind.JOINS:
            yield _joined(subject, fault)
        elif fault.kind is FaultKind.SLOW:
            yield _slow(subject, fault)
        else:
            yield _ended(subject, fault)


def _ended(subject: Subject, fault: RoundFault) -> Finding:
    end = next((e for e in subject.facts.ends if e.actor == "learner" and e.fault == fault.written), None)
    if end is None:
        return _never(subject, fault)
    comes, still = then(subject, [fault.node])
    found = _told(
        f"as planned, the learner of node {fault.node} {_DOING[fault.kind]} in round {fault.round}: {comes}",
        where=where_of(end) or "fit_model()",
        got="no end in time" if fault.kind is FaultKind.HANG else end.ending,
    )
    return replace(found, severity=Severity.WARNING if still else Severity.INFO, frames=frames_of(end))


def _slow(subject: Subject, fault: RoundFault) -> Finding:
    of_round = [each for each in subject.facts.learner_rounds if each.round == fault.round]
    own = next((each.seconds for each in of_round if each.node == fault.node), None)
    if own is None:
        return _never(subject, fault)
    others = [each.seconds for each in of_round if each.node != fault.node and each.seconds is not None]
    usual = f", and the others {rounded(median(others))} s" if others else ""
    return _told(
        f"as planned, the learner of node {fault.node} was slow in round {fault.round}: all others waited for it",
        where="fit_model()",
        got=f"it took {rounded(own)} s{usual}; FLOps has no time limit for a round",
    )


def _joined(subject: Subject, fault: RoundFault) -> Finding:
    rounds = sorted({each.round for each in subject.facts.learner_rounds if each.node == fault.node})
    if not rounds:
        return _never(subject, fault)
    late = "" if rounds[0] == fault.round else f", and took part from round {rounds[0]} on"
    return _told(
        f"as planned, the learner of node {fault.node} joined with round {fault.round}{late}",
        where=f"round {fault.round}",
        got=f"the average {in_rounds(range(1, rounds[0]))} knows nothing of its rows",
    )


def _never(subject: Subject, fault: RoundFault) -> Finding:
    last = max((each.round for each in subject.facts.rounds if each.cluster == subject.cluster_of(fault.node)), default=0)
    gone = next((e for e in subject.facts.ends if e.actor == "learner" and e.number == fault.node and e.how != "done"), None)
    if gone is not None and gone.how != "stopped":
        why = f"its learner had ended {in_rounds([gone.round])}"
    elif last >= subject.all_rounds:
        why = "its learner took no part in that round"
    else:
        why = f"the federation ended after round {last}" if last else "the federation came to no round"
    return _told(
        f"the planned fault of node {fault.node} in round {fault.round} did not come to pass: {why}",
        where=f"node {fault.node}",
        got=fault.written,
    )


def _told(message: str, *, where: str, got: str) -> Finding:
    return Finding.of(Problem(message, where=where, got=got, fix=_FIX, code="FM1113"))
