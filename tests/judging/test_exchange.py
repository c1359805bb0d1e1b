"""What is said of parameters that are exchanged: from facts alone, without a process."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from standins.facts import array, link, parameters

from pytest_flops_mock import Finding
from pytest_flops_mock.findings import Frame
from pytest_flops_mock.judging.exchange import (
    average_findings,
    fewer_rows,
    lacking_failure,
    overflow_findings,
    round_trip_findings,
    second_start_findings,
    shapes_findings,
)
from pytest_flops_mock.learner.facts import Averaged, Failure, Parameters, Raised, RoundTrip, SecondStart


def told(found: Iterable[Finding]) -> list[tuple[str, str, str]]:
    return [(finding.code, finding.problem.expected, finding.problem.got) for finding in found]


TWO = parameters(array(shape=(10, 4)), array(shape=(10,), dtype="float32"))


def test_nothing_is_said_of_parameters_that_survive() -> None:
    assert told(round_trip_findings(RoundTrip(TWO, TWO, (True, True)))) == []
    assert told(second_start_findings(SecondStart(same=False))) == []
    assert told(shapes_findings(TWO, TWO, "")) == []
    assert told(average_findings(Averaged(TWO, TWO))) == told(overflow_findings(Averaged(TWO, TWO))) == []


@pytest.mark.parametrize(
    ("second", "equal", "said"),
    [
        (parameters(array(shape=(10, 4))), (), ("FM810", "(10, 4), (10,)", "(10, 4)")),
        (
            parameters(array(shape=(10, 4), dtype="float32"), array(shape=(10,), dtype="float32")),
            (False, True),
            ("FM811", "float64, float32", "float32, float32"),
        ),
        (TWO, (True, False), ("FM812", "the values that were set", "other values in array 1")),
    ],
)
def test_what_changes_on_the_way_is_told_once(
    second: Parameters, equal: tuple[bool, ...], said: tuple[str, str, str]
) -> None:
    assert told(round_trip_findings(RoundTrip(TWO, second, equal))) == [said]


def test_training_that_ignores_its_start_is_told() -> None:
    assert told(second_start_findings(SecondStart(same=True))) == [
        ("FM813", "two different starts end in two different places", "exactly the same parameters")
    ]


@pytest.mark.parametrize(
    ("ignored", "unmoved", "said"),
    [
        ((0, 1), (), [("FM817", "set_model_parameters() ignores its argument")]),
        ((1,), (), [("FM817", "set_model_parameters() ignores some arrays")]),
        ((), (0,), [("FM818", "set_model_parameters() ignores some arrays")]),
        ((1,), (0,), [(code, "set_model_parameters() ignores its argument") for code in ("FM817", "FM818")]),
    ],
)
def test_what_is_set_and_has_no_effect_is_told_instead_of_what_follows_from_it(
    ignored: tuple[int, ...], unmoved: tuple[int, ...], said: list[tuple[str, str]]
) -> None:
    facts = RoundTrip(TWO, TWO, (True, False), ignored, unmoved)
    assert [(finding.code, finding.message) for finding in round_trip_findings(facts)] == said


def test_an_average_that_is_no_mean_is_told_with_the_types() -> None:
    small = parameters(array(dtype="float16"), array(dtype="int8"))
    assert told(overflow_findings(Averaged(small, small, overflowed=(1,)))) == [
        ("FM819", "the mean, which Flower makes in the arrays' own types", "something else in array 1 (int8)")
    ]


@pytest.mark.parametrize(("lacks", "code"), [("", "FM815"), ("label 9", "FM816")])
def test_learners_whose_shapes_differ_cannot_be_averaged(lacks: str, code: str) -> None:
    other = parameters(array(shape=(9, 4)))
    assert told(shapes_findings(parameters(array(shape=(10, 4))), other, lacks)) == [(code, "(10, 4)", "(9, 4)")]


def test_a_learner_without_a_class_that_fails_is_a_warning_at_its_line() -> None:
    frame = Frame("model_manager.py", 7, "fit_model", "fit()")
    raised = Failure("raised", Raised((link("ValueError", "one class", frames=(frame,)),), "fit_model()"))
    crashed = Failure("ended", ending="signal SIGSEGV")
    found = [lacking_failure(raised), lacking_failure(crashed)]
    assert fewer_rows(raised).problem.where == "model_manager.py:7 in fit_model"
    assert [(finding.code, finding.problem.where, finding.problem.got) for finding in found] == [
        ("FM816", "model_manager.py:7 in fit_model", "ValueError: one class"),
        ("FM816", "fit_model()", "signal SIGSEGV"),
    ]


def test_an_average_that_the_model_does_not_take_is_told() -> None:
    kept = parameters(array(shape=(10, 4)), array(shape=(10,), finite=False))
    assert told(average_findings(Averaged(TWO, kept))) == [
        (
            "FM812",
            "finite numbers: nothing in the federation refuses NaN, and one learner's spoils all",
            "NaN or infinity in array 1",
        )
    ]
