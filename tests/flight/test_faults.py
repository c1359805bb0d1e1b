"""Faults of an ML data server, as users write them down."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_flops_mock.errors import SettingsError
from pytest_flops_mock.flight.fault_kinds import CALLS, KINDS
from pytest_flops_mock.flight.faults import Fault, faults_of, in_text


def test_a_text_says_what_goes_wrong_and_in_which_calls() -> None:
    assert faults_of("latency=0.2 call=do_put calls=3; break_off=100") == (
        Fault("latency", 0.2, call=("do_put",), calls=3),
        Fault("break_off", 100),
    )


def test_faults_of_the_same_calls_share_what_is_said_of_them() -> None:
    assert faults_of("latency=1 full=5 call=do_put after=2") == (
        Fault("latency", 1.0, call=("do_put",), after=2),
        Fault("full", 5, call=("do_put",), after=2),
    )


@pytest.mark.parametrize(
    "value",
    [
        {"latency": 0.5, "call": ["do_put", "do_get"], "probability": 0.3, "seed": 7},
        [{"latency": "0.5", "call": "do_put,do_get", "probability": "0.3", "seed": "7"}],
        Fault("latency", 0.5, call=("do_put", "do_get"), probability=0.3, seed=7),
        "latency=0.5 call=do_put,do_get probability=0.3 seed=7",
    ],
)
def test_mappings_lists_and_faults_say_the_same_as_a_text(value: object) -> None:
    assert in_text(faults_of(value)) == "latency=0.5 call=do_put,do_get probability=0.3 seed=7"


@pytest.mark.parametrize(
    "fault",
    [
        *(each for kind in KINDS.values() for each in faults_of(kind.example)),
        Fault("refuse", "over quota; come 'later', \"please\" = now"),
        Fault("wrong_schema", "a column"),
        Fault("unavailable", calls=2, after=1, probability=0.25, seed=1),
    ],
    ids=lambda fault: fault.written,
)
def test_what_is_written_reads_as_the_same_fault(fault: Fault) -> None:
    assert faults_of(fault.written) == (fault,)


@pytest.mark.parametrize("text", ["", "  ", ";", " ; ;"])
def test_nothing_is_no_fault(text: str) -> None:
    assert faults_of(text) == ()


@pytest.mark.parametrize(
    ("value", "message", "nearest"),
    [
        ("latancy=1", "there is no such fault", "latency"),
        ("breakoff=3", "there is no such fault", "break_off"),
        ("latency=1 cal=do_put", "there is no such fault", "call"),
        ("latency", "latency takes seconds, above 0", ""),
        ("latency=0", "latency takes seconds, above 0", ""),
        ("latency=nan", "latency takes seconds, above 0", ""),
        ("latency=inf", "latency takes seconds, above 0", ""),
        ("latency=soon", "latency takes seconds, above 0", ""),
        ({"latency": True}, "latency takes seconds, above 0", ""),
        ({"latency": None}, "latency takes seconds, above 0", ""),
        ({"latency": 10**400}, "latency takes seconds, above 0", ""),
        ("break_off", "break_off takes a number of rows, from 0", ""),
        ("break_off=-1", "break_off takes a number of rows, from 0", ""),
        ("break_off=1.5", "break_off takes a number of rows, from 0", ""),
        ({"break_off": 1.5}, "break_off takes a number of rows, from 0", ""),
        ("stale=0", "stale takes nothing, or a number of changes, from 1", ""),
        ("refuse=", "refuse takes nothing, or a reason", ""),
        ("unavailable=-1", "unavailable takes nothing, or seconds, above 0", ""),
        ("latency=1 call=do_pot", "there is no such call on an ML data server", "do_put"),
        ("latency=1 call", "there is no such call on an ML data server", ""),
        ("stale call=do_put", "stale cannot be in do_put", ""),
        ("latency=1 calls=0", "calls takes a whole number from 1", ""),
        ("latency=1 calls=many", "calls takes a whole number from 1", ""),
        ("latency=1 calls", "calls takes a whole number from 1", ""),
        ("latency=1 after=-1", "after takes a whole number from 0", ""),
        ("latency=1 seed=1.5", "seed takes a whole number from 0", ""),
        ("latency=1 probability=2", "probability takes a share from 0 to 1", ""),
        ("latency=1 probability=often", "probability takes a share from 0 to 1", ""),
        ("latency=1 latency=2", "latency is told twice", ""),
        ("call=do_put", "it is said which calls go wrong, and not how", ""),
        ("refuse='open", "the faults cannot be read", ""),
        (3, "the faults cannot be read", ""),
    ],
    ids=str,
)
def test_what_means_nothing_is_refused_with_what_would(value: Any, message: str, nearest: str) -> None:
    with pytest.raises(SettingsError) as error:
        faults_of(value)
    (problem,) = error.value.problems
    assert problem.message == message
    assert problem.nearest == nearest
    assert problem.where == "faults"
    assert problem.expected
    assert problem.got
    assert problem.fix


def test_of_a_list_it_is_said_which_one_is_wrong() -> None:
    with pytest.raises(SettingsError) as error:
        faults_of(["latency=1", "latency=-1"])
    assert error.value.problems[0].where == "faults[1]"


def test_every_kind_can_be_in_calls_that_there_are() -> None:
    for name, kind in KINDS.items():
        assert set(kind.usual) <= set(kind.can) <= set(CALLS), name
