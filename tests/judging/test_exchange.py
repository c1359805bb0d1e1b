"""What is said of parameters that are exchanged: from facts alone, without a process."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from standins.facts import array, link, parameters

from pytest_flops_mock import Finding
from pytest_flops_mock.findings import Frame
from pytest_flops_mock.judging.exchange import (
    average_findings,
    lacking_failure,
    round_trip_findings,
    shapes_findings,
    two_starts_findings,
)
from pytest_flops_mock.learner.facts import Averaged, Failure, Parameters, Raised, RoundTrip, TwoStarts


def told(found: Iterable[Finding]) -> list[tuple[str, str, str]]:
    return [(finding.code, finding.problem.expected, finding.problem.got) for finding in found]


TWO = parameters(array(shape=(10, 4)), array(shape=(10,), dtype="float32"))


def test_nothing_is_said_of_parameters_that_survive() -> None:
    assert told(round_trip_findings(RoundTrip(TWO, TWO, (True, True)))) == []
    assert told(two_starts_findings(TwoStarts(same=False, overwritten=()))) == []
    assert told(shapes_findings(TWO, TWO, "")) == []
    assert told(average_findings(Averaged(TWO, TWO))) == []


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


def test_training_that_ignores_its_start_and_training_in_place_are_told_apart() -> None:
    found = two_starts_findings(TwoStarts(same=True, overwritten=(0, 2)))
    assert told(found) == [
        ("FM813", "two different starts end in two different places", "exactly the same parameters"),
        ("FM814", "copies, which later rounds may change", "array 0, 2 changed by fit_model()"),
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
