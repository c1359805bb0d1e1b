"""Facts of federated rounds → findings. Pure functions; one cause is one finding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pytest_flops_mock.errors import Problem
from pytest_flops_mock.findings import Finding, SentFacts
from pytest_flops_mock.rounds.apart import data_of_nodes
from pytest_flops_mock.rounds.averaging import absence, disagreement, finite_findings, untrained
from pytest_flops_mock.rounds.ends import Subject, end_findings, residual
from pytest_flops_mock.rounds.facts import RoundsFacts
from pytest_flops_mock.rounds.learning import learning_findings
from pytest_flops_mock.rounds.plan import Mode, RoundsPlan
from pytest_flops_mock.rounds.planned_faults import fault_findings
from pytest_flops_mock.stage import Severity

PAUSE_SECONDS = 20
"""How long a learner of FLOps waits before it connects again."""


def rounds_findings(
    plan: RoundsPlan,
    facts: RoundsFacts,
    *,
    sent: Mapping[int, Sequence[SentFacts]] | None = None,
    modules: Sequence[str] = (),
    origin: str = "",
) -> tuple[Finding, ...]:
    """What is to be said of federated rounds.

    Args:
        plan: What should run.
        facts: What happened.
        sent: What mock data providers have sent to each node, by its number.
        modules: The repository's own modules and packages, for the nearest name of an import that fails.
        origin: The project SLA, as messages name it; empty without one.
    """
    data = data_of_nodes(plan.nodes, facts.learners, sent or {})
    subject = Subject(plan, facts, data, tuple(modules), origin)
    unfit = tuple(disagreement(subject))
    ended = tuple(end_findings(subject, unfit=bool(unfit)))
    faults = tuple(fault_findings(subject))
    infinite = finite_findings(subject)
    found = [*unfit, *ended, *infinite]
    explained = bool(found) or any(fault.severity is Severity.WARNING for fault in faults)
    nothing = () if explained else tuple(untrained(subject))
    found += nothing
    found += residual(subject, explained=explained or bool(nothing))
    found += absence(subject)
    if not infinite and not unfit:
        found += learning_findings(subject)
    return (*found, *faults, *_pause(plan))


def _pause(plan: RoundsPlan) -> tuple[Finding, ...]:
    if plan.mode is not Mode.HIERARCHICAL or plan.cycles < 2:
        return ()
    seconds = PAUSE_SECONDS * (plan.cycles - 1)
    return (
        Finding.of(
            Problem(
                f"each learner of FLOps pauses {PAUSE_SECONDS} s between two cycles, which was not waited for",
                where=f"{plan.cycles} cycles",
                got=f"{seconds} s more on FLOps than here",
                fix="nothing to do; more rounds in fewer cycles pause less often",
                code="FM1114",
            )
        ),
    )
