"""Which stages there are: what each does, what is kept of it, and why it is skipped. One table, and what runs it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from pytest_flops_mock.errors import FlopsMockError, ToolError
from pytest_flops_mock.findings import Finding, StageResult, findings_of
from pytest_flops_mock.progress import StageBegan, StageEnded
from pytest_flops_mock.stage import Outcome, Severity, Stage
from pytest_flops_mock.stages import steps
from pytest_flops_mock.stages.context import Context, Done
from pytest_flops_mock.stages.needs import NEEDS


@dataclass(frozen=True)
class Step:
    """One stage in the plan of a check.

    Attributes:
        stage: Which one.
        run: Does its work.
        kept: Whether it holds for all data sets, so that it runs once.
        leaves: Whether it leaves something for others to work with, which is there or not, whichever findings are ignored;
            else its work is usable unless it fails.
        unless: Why it is skipped for another reason; empty if it is not.
    """

    stage: Stage
    run: Callable[[Context], Iterable[Finding]]
    kept: bool = False
    leaves: bool = False
    unless: Callable[[Context], str] = lambda context: ""


def _without_sla(context: Context) -> str:
    return "no SLA given" if not context.slas and context.project_sla is None else ""


def _without_provider(context: Context) -> str:
    return "" if context.slas else "the server's own data"


def _without_conda(context: Context) -> str:
    unusable = any(finding.code in ("FM108", "FM109", "FM118", "FM119") for finding in context.findings)
    return "needs conda.yaml" if context.subject.env in ("learner", "container") and unusable else ""


def _without_start(context: Context) -> str:
    """Every learner starts from the aggregator's parameters."""
    return "" if context.subject.begun else "needs aggregator"


PLAN = (
    Step(Stage.SLA, steps.read_slas, unless=_without_sla),
    Step(Stage.STRUCTURE, steps.look_at_repository, kept=True),
    Step(Stage.ENVIRONMENT, steps.start_session, kept=True, leaves=True, unless=_without_conda),
    Step(Stage.PROVIDE, steps.provide, unless=_without_provider),
    Step(Stage.LOAD, steps.load, leaves=True),
    Step(Stage.AGGREGATOR, steps.aggregate, kept=True, leaves=True),
    Step(Stage.TRANSFORM, steps.transform, leaves=True),
    Step(Stage.TRAIN, steps.train, leaves=True, unless=_without_start),
    Step(Stage.EXCHANGE, steps.exchange_parameters),
    Step(Stage.EVALUATE, steps.evaluate),
)


def run(context: Context) -> None:
    """Run those stages that the context names; what comes of them is in it."""
    for stage in context.stages:
        run_stage(context, stage)


def run_stage(context: Context, stage: Stage) -> None:
    """Run one stage, unless it has run; what comes of it is in the context. What it needs has to be there."""
    if stage in context.ran:
        return
    step = next(step for step in PLAN if step.stage is stage)
    if Stage.ENVIRONMENT in NEEDS.get(stage, ()):
        _settle_environment(context)
    try:
        done = context.subject.kept.get(stage) or _skipped(step, context) or _run(step, context)
    except BaseException:
        context.on_event(StageEnded(stage, None, env=context.told_env))
        raise
    context.done.append(done)
    if done.usable:
        context.usable.add(stage)
    if stage is Stage.ENVIRONMENT and not _is_needed_later(stage, context):
        _settle_environment(context)  # nothing else will
    context.on_event(StageEnded(stage, done.result.outcome, done.result.seconds, context.told_env))


def _is_needed_later(stage: Stage, context: Context) -> bool:
    return any(stage in NEEDS.get(step.stage, ()) for step in PLAN if step.stage in context.stages)


def _settle_environment(context: Context) -> None:
    """Fail the environment if the child, while others worked, could not import what it needs itself."""
    if Stage.ENVIRONMENT not in context.usable:
        return
    began = time.perf_counter()
    found = steps.unready(context)
    _took(context, Stage.ENVIRONMENT, time.perf_counter() - began)
    if not found:
        return
    ignored = all(finding.code in context.options.ignore for finding in found)
    for index, done in enumerate(context.done):
        if done.result.stage is Stage.ENVIRONMENT:
            result = replace(done.result, outcome=done.result.outcome if ignored else Outcome.FAILED)
            context.done[index] = Done(result, (*done.findings, *found), usable=False)
            context.subject.kept[Stage.ENVIRONMENT] = replace(context.done[index], result=replace(result, seconds=0.0))
    context.usable.discard(Stage.ENVIRONMENT)


def _took(context: Context, stage: Stage, seconds: float) -> None:
    """Count time for a stage that has run already."""
    for index, done in enumerate(context.done):
        if done.result.stage is stage:
            context.done[index] = replace(done, result=replace(done.result, seconds=done.result.seconds + seconds))


def _skipped(step: Step, context: Context) -> Done | None:
    unmet = [
        need for need in NEEDS.get(step.stage, ()) if need in context.ran and need not in context.usable | context.given
    ]
    reason = step.unless(context) or (f"needs {unmet[0].value}" if unmet else "")
    return Done(StageResult(step.stage, Outcome.SKIPPED, reason=reason), (), usable=False) if reason else None


def _run(step: Step, context: Context) -> Done:
    context.on_event(StageBegan(step.stage, context.told_env))
    ahead = context.subject.session.seconds_ahead if context.subject.session is not None else 0.0
    began = time.perf_counter()
    try:
        found = (*step.run(context), *steps.changes(context))
    except ToolError:
        raise  # it is no verdict
    except FlopsMockError as error:
        found = findings_of(error)
    seconds = time.perf_counter() - began
    if (session := context.subject.session) is not None:  # what the aggregator does beside others is no time of theirs
        if step.stage is Stage.AGGREGATOR:
            seconds, session.seconds_ahead = seconds + session.seconds_ahead, 0.0
        else:
            seconds -= session.seconds_ahead - ahead
    failed = any(finding.severity is Severity.ERROR and finding.code not in context.options.ignore for finding in found)
    outcome = Outcome.FAILED if failed else Outcome.PASSED
    result = StageResult(step.stage, outcome, seconds, facts=context.facts.get(step.stage, ()))
    done = Done(result, found, usable=step.stage in context.usable or (not failed and not step.leaves))
    if step.kept:
        context.subject.kept[step.stage] = replace(done, result=replace(result, seconds=0.0))
    return done
