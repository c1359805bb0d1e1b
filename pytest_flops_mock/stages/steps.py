"""What each stage does: a function over the context that yields what it found and leaves its work there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from pytest_flops_mock.errors import FlopsMockError, Problem
from pytest_flops_mock.findings import DataFacts, Finding, findings_of
from pytest_flops_mock.judging import exchange, rounds
from pytest_flops_mock.judging.failures import failure_finding, needs_data, shown_output
from pytest_flops_mock.judging.loading import load_failures
from pytest_flops_mock.judging.parameters import parameter_facts
from pytest_flops_mock.judging.transform import data_facts, transform_findings
from pytest_flops_mock.learner import requests
from pytest_flops_mock.learner.environments.choice import learner_python
from pytest_flops_mock.learner.environments.difference import difference_findings
from pytest_flops_mock.learner.facts import Failure, Told
from pytest_flops_mock.learner.session import LearnerSession
from pytest_flops_mock.repository.conda.reader import conda_findings
from pytest_flops_mock.repository.repository import MLRepository
from pytest_flops_mock.repository.structure import structure_findings
from pytest_flops_mock.sla.models import MockSLA, ProjectSLA
from pytest_flops_mock.stage import Severity, Stage
from pytest_flops_mock.stages.context import Context

MAKING = ("import of model_manager", "ModelManager()")
"""What learners do just as the aggregator does: if it fails there, it fails with them, too."""

LOAD_SECONDS = 60.0
"""Loading is not the repository's code: a short time limit for that must not count the learner's own imports."""

SHUFFLE_SEED = 42
"""The parts of a data set come in no order: they are shuffled, the same way each time."""


def read_slas(context: Context) -> Iterable[Finding]:
    """Both SLAs are read before either's errors are told."""
    found: list[Finding] = []
    if context.sla is not None:
        with _gathered(found):
            context.mock = MockSLA.load(context.sla)
    if context.project_sla is not None:
        with _gathered(found):
            context.project = ProjectSLA.load(context.project_sla)
    if not found:
        found += context.mock.findings(context.project) if context.mock is not None else ()
        found += context.project.findings() if context.project is not None else ()
    return dict.fromkeys(found)


def look_at_repository(context: Context) -> Iterable[Finding]:
    """What can be said without running anything."""
    repository = MLRepository.of(context.subject.given).snapshot()
    found = (*structure_findings(repository), *conda_findings(repository))
    try:
        repository.refuse_unreadable()
    except FlopsMockError as error:
        return (*found, *findings_of(error))
    context.subject.repository = repository
    return found


def start_session(context: Context) -> Iterable[Finding]:
    """Started before the provider works: the child imports what it needs meanwhile."""
    subject, options = context.subject, context.options
    python = learner_python(subject.env, subject.repository)
    session = LearnerSession(
        subject.repository,
        timeout=options.timeout,
        python=python.executable,
        memory=None if options.memory is None else int(options.memory * 10**6),
        pass_env=options.pass_env,
    )
    subject.session = subject.stack.enter_context(session)
    answer = subject.session.start()
    if isinstance(answer, Failure):
        return (*python.findings, _not_started(python.shown, answer))
    if Stage.STRUCTURE in context.usable and Stage.AGGREGATOR in context.stages:
        subject.session.begin(requests.AGGREGATOR)  # needs no data, and imports what takes longest
    context.usable.add(Stage.ENVIRONMENT)
    subject.versions = answer.facts.versions
    differing = difference_findings(subject.versions, subject.repository) if python.kind != "learner" else ()
    return (*python.findings, *differing)


def provide(context: Context) -> Iterable[Finding]:
    """Run the mock data provider."""
    if context.mock is not None:
        source = context.provider.source_of(context.mock.dataset_name)
        context.data = DataFacts(context.mock.dataset_name, source, source)  # known also when the run fails
        run = context.provider.store(context.mock)
        context.data = DataFacts(run.dataset_name, run.source, run.origin, run.partitions)
    return ()


def load(context: Context) -> Iterable[Finding]:
    """Let the learner load its data."""
    uri, limit = context.provider.uri, max(context.options.timeout, LOAD_SECONDS)
    context.session.forget()
    answer = context.session.ask(requests.LOAD, limit=limit, uri=uri, tags=context.tags(), timeout=limit, seed=SHUFFLE_SEED)
    if isinstance(answer, Failure):
        return load_failures(answer, uri)
    context.usable.add(Stage.LOAD)
    context.columns = answer.facts.columns
    context.data = replace(context.data, rows=answer.facts.rows, columns=tuple(context.columns.items()))
    return ()


def aggregate(context: Context) -> Iterable[Finding]:
    """Let an aggregator make its ``ModelManager``."""
    answer = context.session.ask(requests.AGGREGATOR)
    if isinstance(answer, Failure):
        wants_data = needs_data(answer)
        if wants_data is not None or (answer.raised is not None and answer.raised.doing not in MAKING):
            context.usable.add(Stage.AGGREGATOR)  # a learner may come further
        return (wants_data or _failed(context, answer, Stage.AGGREGATOR),)
    facts = answer.facts
    context.usable.add(Stage.AGGREGATOR)
    context.subject.begun = facts.parameters.usable
    context.facts[Stage.AGGREGATOR] = (*parameter_facts(facts.parameters), ("model", facts.model or "none"))
    return _with_output(rounds.aggregator_findings(facts), answer)


def transform(context: Context) -> Iterable[Finding]:
    """Let the learner make its ``ModelManager`` and give it the data."""
    answer = context.session.ask(requests.TRANSFORM)
    if isinstance(answer, Failure):
        return (_failed(context, answer, Stage.TRANSFORM),)
    context.usable.add(Stage.TRANSFORM)
    context.facts[Stage.TRANSFORM] = data_facts(answer.facts)
    return transform_findings(answer.facts)


def train(context: Context) -> Iterable[Finding]:
    """A learner's first round."""
    answer = context.session.ask(requests.TRAIN)
    if isinstance(answer, Failure):
        return (_failed(context, answer, Stage.TRAIN),)
    facts = context.trained = answer.facts
    if facts.parameters.usable:
        context.usable.add(Stage.TRAIN)  # what follows can work with them, whatever else is wrong
    context.facts[Stage.TRAIN] = (
        ("examples", facts.count.text),
        *parameter_facts(facts.parameters),
        ("peak memory", f"{facts.peak_bytes / 10**6:,.0f} MB"),
    )
    found = _with_output(rounds.train_findings(facts, context.data.rows), answer)
    if context.project is None:
        return found
    return (*found, *rounds.memory_findings(facts.peak_bytes, context.project.resource_constraints.memory))


def exchange_parameters(context: Context) -> Iterator[Finding]:
    """Each part on its own: one that fails keeps no other from running."""
    there_and_back = context.session.ask(requests.ROUND_TRIP)
    if isinstance(there_and_back, Failure):
        yield _failed(context, there_and_back, Stage.EXCHANGE)
    else:
        yield from _with_output(exchange.round_trip_findings(there_and_back.facts), there_and_back)
    starts = context.session.ask(requests.TWO_STARTS)
    if isinstance(starts, Failure):
        yield _failed(context, starts, Stage.EXCHANGE)
    else:
        yield from _with_output(exchange.two_starts_findings(starts.facts), starts)
    yield from _second_learner(context)


def evaluate(context: Context) -> Iterable[Finding]:
    """Let the learner evaluate."""
    answer = context.session.ask(requests.EVALUATE)
    if isinstance(answer, Failure):
        return (_failed(context, answer, Stage.EVALUATE),)
    names = ("loss", "accuracy", "examples")
    context.facts[Stage.EVALUATE] = tuple(
        (name, value.text) for name, value in zip(names, answer.facts.values, strict=False)
    )
    return _with_output(rounds.evaluate_findings(answer.facts), answer)


def _second_learner(context: Context) -> Iterator[Finding]:
    """Another learner on other rows, and the average of both; one that lacks a class, else one with half of the rows."""
    for lacking in (True, False):
        answer = context.session.ask(requests.SECOND_LEARNER, lacking=lacking)
        if isinstance(answer, Failure):
            yield exchange.lacking_failure(answer) if lacking else _failed(context, answer, Stage.EXCHANGE)
            continue
        theirs = answer.facts.parameters
        if theirs is None or context.trained is None:  # there are no classes
            continue
        found = tuple(exchange.shapes_findings(context.trained.parameters, theirs, answer.facts.lacks))
        yield from found
        if not found:
            average = context.session.ask(requests.SET_AVERAGE)
            if isinstance(average, Failure):
                yield _failed(context, average, Stage.EXCHANGE)
            else:
                yield from _with_output(exchange.average_findings(average.facts), average)
            return


def _failed(context: Context, failure: Failure, stage: Stage) -> Finding:
    return failure_finding(failure, stage, context.columns, context.subject.modules())


@contextmanager
def _gathered(found: list[Finding]) -> Iterator[None]:
    try:
        yield
    except FlopsMockError as error:
        found += findings_of(error)


def _with_output(found: Iterable[Finding], answer: Told[Any]) -> tuple[Finding, ...]:
    """Errors show what the repository's code printed, where that may help."""
    return tuple(
        replace(finding, detail=shown_output(answer.output))
        if finding.severity is Severity.ERROR and not finding.detail
        else finding
        for finding in found
    )


def _not_started(python: str, failure: Failure) -> Finding:
    raised = f"{failure.raised.chain[0].type}: {failure.raised.chain[0].text}" if failure.raised is not None else ""
    return Finding.of(
        Problem(
            "the learner's process did not start",
            where=python,
            expected="a Python of 3.8 or later that answers",
            got=failure.ending or raised,
            fix="run that Python by hand, and see the output below",
            code="FM206",
        ),
        detail=failure.output,
    )
