"""What each stage does: a function over the context that yields what it found and leaves its work there."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from pytest_flops_mock.errors import FlopsMockError, Problem, listing
from pytest_flops_mock.findings import Finding, SentFacts, findings_of
from pytest_flops_mock.flight.tls import apart_from_learner
from pytest_flops_mock.judging import exchange, rounds
from pytest_flops_mock.judging.absent import absent_finding
from pytest_flops_mock.judging.environment import not_started_finding, unready_finding
from pytest_flops_mock.judging.failures import failure_finding, needs_data, shown_output
from pytest_flops_mock.judging.loading import (
    equal_partitions,
    load_failures,
    merged_findings,
    row_findings,
    unverified_finding,
)
from pytest_flops_mock.judging.model import model_findings
from pytest_flops_mock.judging.parameters import parameter_facts
from pytest_flops_mock.judging.partitions import partition_findings
from pytest_flops_mock.judging.together import told_together
from pytest_flops_mock.judging.transform import class_findings, data_facts, transform_findings
from pytest_flops_mock.judging.versions import explained_by_lack, explained_by_versions
from pytest_flops_mock.learner import requests
from pytest_flops_mock.learner.environments.choice import AUTO, learner_python
from pytest_flops_mock.learner.environments.difference import difference_findings
from pytest_flops_mock.learner.environments.installed import installed_versions
from pytest_flops_mock.learner.environments.proof import refused_import
from pytest_flops_mock.learner.environments.python import CONTAINER, CURRENT, LEARNER
from pytest_flops_mock.learner.facts import Failure, Loaded, Told
from pytest_flops_mock.learner.loading import NOT_THERE, unverified
from pytest_flops_mock.repository.conda.reader import conda_findings
from pytest_flops_mock.repository.image import image_findings
from pytest_flops_mock.repository.marks import changed, marks
from pytest_flops_mock.repository.repository import MLRepository
from pytest_flops_mock.repository.structure import structure_findings
from pytest_flops_mock.sla.models import MockSLA, ProjectSLA
from pytest_flops_mock.stage import Severity, Stage
from pytest_flops_mock.stages.context import Context
from pytest_flops_mock.stages.starting import session_in

if TYPE_CHECKING:
    from pytest_flops_mock.data.shown import FirstRows

MAKING = ("import of model_manager", "ModelManager()")
"""What learners do just as the aggregator does: if it fails there, it fails with them, too."""

LOAD_SECONDS = 60.0
"""Loading is not the repository's code: a short time limit for that must not count the learner's own imports."""

CHILD_IMPORTS = ("numpy", "pyarrow", "pyarrow.flight", "datasets")
"""What the child imports by itself, each after those that it builds on."""

SHUFFLE_SEED = 42
"""The parts of a data set come in no order: they are shuffled, the same way each time."""


def read_slas(context: Context) -> Iterable[Finding]:
    """All SLAs are read before the errors of any are told."""
    found: list[Finding] = []
    for sla in context.slas:
        with _gathered(found):
            context.mocks += (MockSLA.load(sla),)
    if context.project_sla is not None:
        with _gathered(found):
            context.project = ProjectSLA.load(context.project_sla)
    if not found:
        for mock in context.mocks:
            found += mock.findings(context.project)
        found += context.project.findings() if context.project is not None else ()
        found = list(told_together(found, context.mocks, context.tags()))
    return dict.fromkeys(found)


def look_at_repository(context: Context) -> Iterable[Finding]:
    """What can be said without running anything."""
    early = context.subject.early
    repository = early.repository if early else MLRepository.of(context.subject.given).snapshot()
    found = (*structure_findings(repository), *image_findings(repository), *conda_findings(repository))
    try:
        repository.refuse_unreadable()
    except FlopsMockError as error:
        return (*found, *findings_of(error))
    context.subject.repository = repository
    return found


def start_session(context: Context) -> Iterable[Finding]:
    """Started before the provider works, or earlier still: the child imports what it needs meanwhile."""
    subject, options = context.subject, context.options
    early, subject.early = subject.early, None
    if early is not None:
        subject.python, subject.session = early.python, early.session
    else:
        subject.python = learner_python(
            subject.env,
            subject.repository,
            on_wait=context.waits,
            allow_builds=options.allow_builds,
            base_image=options.base_image,
        )
        session = session_in(subject.python, subject.repository, options)
        subject.session = subject.stack.enter_context(session)
    python = subject.python
    if subject.env == AUTO and python.kind == LEARNER:
        context.facts[Stage.ENVIRONMENT] = (("chosen", python.shown),)
    answer = subject.session.start()
    if isinstance(answer, Failure):
        return (*python.findings, not_started_finding(answer, python.shown))
    if Stage.STRUCTURE in context.usable and Stage.AGGREGATOR in context.stages:
        subject.session.begin(requests.AGGREGATOR)  # needs no data, and imports what takes longest
    context.usable.add(Stage.ENVIRONMENT)
    subject.versions = answer.facts.versions
    if answer.facts.unfenced:
        chosen = context.facts.get(Stage.ENVIRONMENT, ())
        context.facts[Stage.ENVIRONMENT] = (*chosen, ("not confined", answer.facts.unfenced))
        subject.marks = marks(subject.repository)
    if python.kind in (LEARNER, CONTAINER):
        return python.findings
    differing = difference_findings(subject.versions, subject.repository, partial(installed_versions, python.executable))
    return (*python.findings, *differing)


def unready(context: Context) -> tuple[Finding, ...]:
    """Why the child could not import what it needs itself: that is the environment's, whatever asks for it first."""
    subject, failure = context.subject, context.session.ready()
    if failure is None or subject.python is None:
        return ()
    python = subject.python
    if python.image:
        from pytest_flops_mock.learner.environments.container_image import refused_in_image  # most checks need none

        refused = refused_in_image(python.image, CHILD_IMPORTS)
    else:
        refused = refused_import(python.executable, names=CHILD_IMPORTS, pass_env=context.options.pass_env)
    return (unready_finding(failure, refused, subject.python.shown, limited=context.options.memory is not None),)


def provide(context: Context) -> Iterable[Finding]:
    """Run a mock data provider for each SLA. One that fails keeps no other from sending, as on FLOps."""
    found: list[Finding] = []
    for mock in context.mocks:
        source = context.provider.source_of(mock.dataset_name)
        sent = SentFacts(mock.origin, mock.data_tag, mock.dataset_name, source, source)  # known also when the run fails
        with _gathered(found):
            first = _first_rows() if context.options.show_rows in ("any", source) else None
            run = context.provider.store(mock, look=None if first is None else first.look)
            sent = replace(sent, source=run.source, origin=run.origin, partitions=run.partitions, statistics=run.statistics)
            sent = replace(sent, shown=None if first is None else first.shown())
            least, most = context.options.min_rows, context.options.max_distance
            found += partition_findings(run.statistics, mock.origin, min_rows=least, max_distance=most)
        context.data = replace(context.data, sent=(*context.data.sent, sent))
    return (*found, *equal_partitions(context.data.partitions))


def _first_rows() -> FirstRows:
    from pytest_flops_mock.data.shown import FirstRows  # only who wants to see rows waits for it

    return FirstRows()


def load(context: Context) -> Iterable[Finding]:
    """Let the learner load its data."""
    uri, tags = context.provider.uri, context.tags()
    answer = loaded(context)
    if isinstance(answer, Failure):
        gone = answer.raised is not None and answer.raised.chain[0].type == NOT_THERE
        apart = apart_from_learner(uri) if gone else None
        return load_failures(answer, uri, context.data.sent) if apart is None else (Finding.of(apart),)
    if answer.facts.rows:
        context.usable.add(Stage.LOAD)
    foreign = {name for name, _ in answer.facts.parts} - {part.name for part in context.data.partitions}
    unpromised = unverified(uri, tags, foreign)
    context.data = replace(context.data, unverified=tuple(sorted(unpromised)))
    asked = [part for sent in context.data.sent if sent.data_tag in tags for part in sent.partitions]
    merged = merged_findings(answer.facts, uri, context.data.sent)
    return (*merged, *row_findings(asked, answer.facts, uri), *unverified_finding(unpromised, uri))


def loaded(context: Context) -> Told[Loaded] | Failure:
    """Let the learner load what is stored under its tags, whatever that is."""
    uri, limit = context.provider.uri, max(context.options.timeout, LOAD_SECONDS)
    context.session.forget()
    answer = context.session.ask(requests.LOAD, limit=limit, uri=uri, tags=context.tags(), timeout=limit, seed=SHUFFLE_SEED)
    if isinstance(answer, Told):
        context.columns, context.classes = answer.facts.columns, answer.facts.classes
        context.data = replace(context.data, rows=answer.facts.rows, columns=tuple(context.columns.items()))
    return answer


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
    context.facts[Stage.AGGREGATOR] = (*parameter_facts(facts.parameters), ("model", facts.model.kind or "none"))
    flavor = context.project.ml_model_flavor if context.project is not None else None
    found = (*rounds.aggregator_findings(facts), *model_findings(facts.model, flavor, facts.place))
    return _with_output(found, answer)


def transform(context: Context) -> Iterable[Finding]:
    """Let the learner make its ``ModelManager`` and give it the data."""
    answer = context.session.ask(requests.TRANSFORM)
    if isinstance(answer, Failure):
        return (_failed(context, answer, Stage.TRANSFORM),)
    context.usable.add(Stage.TRANSFORM)
    context.facts[Stage.TRANSFORM] = data_facts(answer.facts)
    seen = class_findings(answer.facts, context.classes, context.columns)
    return (*transform_findings(answer.facts), *seen)


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
    found = (*rounds.train_findings(facts, context.data.rows), *rounds.round_findings(facts))
    return _with_output(found, answer)


def exchange_parameters(context: Context) -> Iterator[Finding]:
    """Each part on its own: one that fails keeps no other from running."""
    yield from there_and_back(context)
    fits = yield from _second_learner(context)
    if fits:
        average = context.session.ask(requests.SET_AVERAGE)
        if isinstance(average, Failure):
            yield _failed(context, average, Stage.EXCHANGE)
        else:
            found = (*exchange.average_findings(average.facts), *exchange.overflow_findings(average.facts))
            yield from _with_output(found, average)
    if context.rounds > 1:
        again = context.session.ask(requests.AGAIN)
        if isinstance(again, Failure):
            yield _failed(context, again, Stage.EXCHANGE)
        else:
            yield from _with_output(rounds.round_findings(again.facts, context.trained), again)
    # A round more than the project's own, on an object of its own: whatever fails in it is not the repository's.
    start = context.session.ask(requests.SECOND_START)
    if isinstance(start, Told) and context.is_set:
        yield from _with_output(exchange.second_start_findings(start.facts), start)


def there_and_back(context: Context) -> Iterator[Finding]:
    """The learner's own part of the exchange: parameters in and out again."""
    answer = context.session.ask(requests.ROUND_TRIP)
    if isinstance(answer, Failure):
        yield _failed(context, answer, Stage.EXCHANGE)
    else:
        yield from _with_output(exchange.round_trip_findings(answer.facts), answer)
        context.is_set = not answer.facts.ignored


def evaluate(context: Context) -> Iterable[Finding]:
    """Let the learner evaluate."""
    answer = context.session.ask(requests.EVALUATE)
    if isinstance(answer, Failure):
        return (_failed(context, answer, Stage.EVALUATE),)
    names = ("loss", "accuracy", "examples")
    context.facts[Stage.EVALUATE] = tuple(
        (name, value.text) for name, value in zip(names, answer.facts.values, strict=False)
    )
    found = tuple(rounds.evaluate_findings(answer.facts))
    if not found and context.is_set:
        start = context.session.ask(requests.EVALUATE_START)
        if isinstance(start, Told):
            found = tuple(rounds.start_findings(answer.facts, start.facts))
            if context.learnable:
                (classes,) = context.classes.values()
                found = (*found, *rounds.chance_findings(answer.facts, start.facts, len(classes)))
    return _with_output(found, answer)


def _second_learner(context: Context) -> Generator[Finding, None, bool]:
    """Another learner: with half of the rows, and with those that lack a class. Whether the first of them goes with ours.

    No SLA of one MDP makes such learners, so what they fail of are warnings.
    """
    half = context.session.ask(requests.SECOND_LEARNER, rows="half")
    if isinstance(half, Failure):
        yield exchange.fewer_rows(half)
        return False
    lacking = context.session.ask(requests.SECOND_LEARNER, rows="lacking")
    if isinstance(lacking, Failure):
        fewer = context.session.ask(requests.SECOND_LEARNER, rows="fewer")
        yield exchange.fewer_rows(lacking) if isinstance(fewer, Failure) else exchange.lacking_failure(lacking)
    mine = context.trained.parameters if context.trained is not None else None
    fits = True
    for answer in (half, lacking):
        if isinstance(answer, Told) and answer.facts.parameters is not None and mine is not None:
            found = tuple(exchange.shapes_findings(mine, answer.facts.parameters, answer.facts.lacks))
            fits = fits and not (found and answer is half)
            yield from found
    return fits


def changes(context: Context) -> Iterator[Finding]:
    """Whether the repository's code has changed the repository, where nothing kept it from that."""
    subject = context.subject
    if subject.marks is None:
        return
    before, subject.marks = subject.marks, marks(subject.repository)
    if files := changed(before, subject.marks):
        yield Finding.of(
            Problem(
                "files of the repository have changed while its code ran",
                where=files[0],
                expected="the files as they were: the code runs on a copy",
                got=f"others: {listing(files)}",
                fix="restore them, unless it was you who changed them, and let the code write to relative paths only",
                code="FM130",
            )
        )


def _failed(context: Context, failure: Failure, stage: Stage) -> Finding:
    subject = context.subject
    absent = absent_finding(failure, stage, subject.repository.absent)
    found = absent or failure_finding(failure, stage, context.columns, subject.modules())
    if subject.kind == CURRENT and len(context.options.env) == 1:
        return explained_by_versions(found, subject.versions)
    lacking = subject.python.lacking if subject.python is not None else ()
    return explained_by_lack(found, failure, stage, lacking)


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
