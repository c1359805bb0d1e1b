"""Whatever the child says, and whatever texts a report holds: facts or a refusal, and forms of a report, in time."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_flops_mock import Report
from pytest_flops_mock.errors import Problem
from pytest_flops_mock.findings import DataFacts, Finding, Frame, SentFacts, StageResult
from pytest_flops_mock.judging import exchange, rounds
from pytest_flops_mock.judging.failures import failure_finding, needs_data
from pytest_flops_mock.judging.loading import load_failures, row_findings
from pytest_flops_mock.judging.model import model_findings
from pytest_flops_mock.judging.parameters import parameter_facts
from pytest_flops_mock.judging.transform import class_findings, data_facts, transform_findings
from pytest_flops_mock.learner import facts
from pytest_flops_mock.learner.answers import Answer, NoAnswerError, parsed, read
from pytest_flops_mock.report import github, text
from pytest_flops_mock.report.markdown import markdown
from pytest_flops_mock.stage import Outcome, Severity, Stage

KINDS = (
    facts.Hello,
    facts.Loaded,
    facts.Aggregator,
    facts.Transformed,
    facts.Trained,
    facts.RoundTrip,
    facts.SecondStart,
    facts.SecondLearner,
    facts.Averaged,
    facts.Evaluated,
    facts.EvaluatedStart,
    facts.Raised,
)
NUMBERED = (facts.RoundTrip, facts.Averaged)
"""Their numbers must be those of arrays: they are made without, and get some where one place is changed."""

CODES = st.sampled_from(["FM101", "FM603", "FM717", "FM000", "\x1b[31m"])

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=15,
)
texts = st.text(
    st.characters(codec=None) | st.sampled_from("\x1b\x9b\x00\r\n\u2028\u202e\ud800:[]#|`<>&%,*_\\"), max_size=40
) | st.sampled_from(
    ["::error::x", "\n::set-output name=x::y", "##[error]x", "\x1b]0;title\x07", "](javascript:x)", "</pre>"]
)
told = st.one_of(
    *(st.from_type(kind) for kind in KINDS if kind not in NUMBERED),
    st.builds(facts.RoundTrip, *map(st.from_type, (facts.Parameters, facts.Parameters, tuple[bool, ...]))),
    st.builds(facts.Averaged, st.from_type(facts.Parameters), st.from_type(facts.Parameters)),
)
lines_with = st.builds(
    lambda found: {"id": 1, "key": "k", **found}, st.dictionaries(st.sampled_from(["facts", "error"]), plain)
)


def fuzz(examples: int, values: st.SearchStrategy[Any], body: Callable[[Any], object]) -> None:
    """Let it do with many values what ends in time: the time of the processor counts, however busy the machine is."""

    @settings(max_examples=examples, database=None, derandomize=True)
    @given(values)
    def inner(value: Any) -> None:
        begun = time.process_time()
        body(value)
        assert time.process_time() - begun < 1

    inner()


EXAMPLES = pytest.mark.parametrize(
    "examples", [50, pytest.param(400, marks=pytest.mark.slow), pytest.param(2000, marks=pytest.mark.exhaustive)]
)


def refused_or_read(line: bytes) -> None:
    with suppress(NoAnswerError):
        answer = read(line)
        for kind in KINDS:
            with suppress(NoAnswerError):
                parsed(kind, answer.facts if answer.error is None else answer.error)


@EXAMPLES
def test_bytes_are_an_answer_or_none(examples: int) -> None:
    fuzz(examples, st.binary() | lines_with.map(lambda found: json.dumps(found).encode()), refused_or_read)


@EXAMPLES
def test_facts_with_anything_in_one_place_are_facts_or_none(examples: int) -> None:
    def changed(drawn: tuple[Any, Any, st.DataObject]) -> None:
        value, other, data = drawn
        found = json.loads(json.dumps(asdict(value), default=dict))
        place = found
        while isinstance(place, (dict, list)) and place:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            key = data.draw(st.sampled_from(keys))
            if not isinstance(place[key], (dict, list)) or not place[key] or data.draw(st.booleans()):
                place[key] = other
                break
            place = place[key]
        refused_or_read(json.dumps({"id": 1, "key": "k", "facts": found}).encode())

    fuzz(examples, st.tuples(told, plain, st.data()), changed)


def judged(found: Any) -> Iterable[Finding]:
    """All that is made of facts, whatever they are."""
    columns, classes = {"label": "ClassLabel of 2", "x": "int64"}, {"label": (0, 1)}
    if isinstance(found, facts.Loaded):
        yield from row_findings((), found, "grpc://here:1")
    elif isinstance(found, facts.Aggregator):
        parameter_facts(found.parameters)
        yield from (*rounds.aggregator_findings(found), *model_findings(found.model, None, found.place))
    elif isinstance(found, facts.Transformed):
        data_facts(found)
        yield from (*class_findings(found, classes, columns), *transform_findings(found))
    elif isinstance(found, facts.Trained):
        yield from (*rounds.train_findings(found, 5), *rounds.round_findings(found), *rounds.round_findings(found, found))
    elif isinstance(found, facts.RoundTrip):
        yield from exchange.round_trip_findings(found)
    elif isinstance(found, facts.SecondStart):
        yield from exchange.second_start_findings(found)
    elif isinstance(found, facts.SecondLearner) and found.parameters is not None:
        yield from exchange.shapes_findings(found.parameters, found.parameters, found.lacks)
    elif isinstance(found, facts.Averaged):
        yield from (*exchange.average_findings(found), *exchange.overflow_findings(found))
    elif isinstance(found, facts.Evaluated):
        start = facts.EvaluatedStart(found.values, differ=True)
        yield from (*rounds.evaluate_findings(found), *rounds.start_findings(found, start))
        yield from rounds.chance_findings(found, start, 2)
    elif isinstance(found, facts.Raised) and found.chain:
        failure = facts.Failure("raised", found)
        yield from load_failures(failure, "grpc://here:1", ())
        yield failure_finding(failure, Stage.TRAIN, columns, ["x"])
        needs_data(failure)


@EXAMPLES
def test_facts_of_the_right_form_are_judged(examples: int) -> None:
    def through_the_door(found: Any) -> None:
        line = json.dumps({"id": 1, "key": "k", "facts": asdict(found)}, default=dict).encode()
        with suppress(NoAnswerError):
            shown(Report("it", findings=tuple(judged(parsed(type(found), read(line).facts)))))

    fuzz(examples, told, through_the_door)


def shown(report: Report) -> None:
    """Each form of it can be written, and holds nothing that a terminal or a workflow would obey."""
    forms = [str(report), repr(report), report.summary, text.row(*report.findings[:1]) if report.findings else ""]
    forms += [report.to_json(), markdown([report, report], names=[report.repository]), markdown([report], max_bytes=2000)]
    forms += [*text.overview({report.repository: report}), text.tally({report.repository: report})]
    for form in forms:
        form.encode()
        assert all(char.isprintable() or char in "\n\t\u200c\u200d" for char in form)
        assert not any(line.lstrip().startswith("::") or "##[" in line for line in form.splitlines())
    for command in github.annotations([report], workspace="/checkout", repository="/checkout/it"):
        command.encode()
        assert command.isprintable() or "\t" in command or "\u200c" in command or "\u200d" in command
        assert command.startswith("::")
    assert Report.from_json(report.to_json()).to_json() == report.to_json()


@EXAMPLES
def test_any_text_can_be_written_in_every_form(examples: int) -> None:
    frames = st.builds(Frame, texts, st.integers(0, 10**6), texts, texts)
    problems = st.builds(Problem, texts, texts, texts, texts, texts, texts, CODES)
    severities, stages = st.sampled_from(Severity), st.sampled_from(Stage)
    findings = st.builds(Finding, problems, severities, stages, texts, st.lists(frames, max_size=2).map(tuple))
    pairs = st.lists(st.tuples(texts, texts), max_size=2, unique_by=lambda pair: pair[0]).map(tuple)
    results = st.builds(StageResult, stages, st.sampled_from(Outcome), st.floats(0, 100), texts, pairs)
    sent = st.builds(SentFacts, texts, texts, texts, texts, texts, st.just(()))
    data = st.builds(DataFacts, st.lists(sent, max_size=3).map(tuple), pairs, st.integers(0, 10**9))
    some = st.lists(findings, max_size=3).map(tuple)
    reports = st.builds(Report, texts, st.lists(results, max_size=3).map(tuple), some, data, pairs, some)
    fuzz(examples, reports, shown)


@pytest.mark.slow
def test_an_answer_of_the_largest_size_is_read_in_time() -> None:
    line = b'{"id": 1, "key": "k", "facts": [' + b"[]," * 10**6 + b"0]}"
    begun = time.process_time()
    assert isinstance(read(line), Answer)
    assert time.process_time() - begun < 10


def test_the_workspace_of_a_fuzzed_report_is_never_left(tmp_path: Path) -> None:
    problem = Problem("x", where="../../etc/passwd.py:3", code="FM603")
    report = Report("it", findings=(Finding(problem, Severity.ERROR, Stage.TRAIN),))
    (command,) = github.annotations([report], workspace=tmp_path, repository=tmp_path)
    assert "file=" not in command
