"""Drift, as users write it down."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from standins.drifts import drifts

from pytest_flops_mock import Drift, DriftRule, FlopsMockError
from pytest_flops_mock.errors import Problem, SettingsError
from pytest_flops_mock.sla.drift_kinds import IMAGE_MODES, KINDS, TYPES
from pytest_flops_mock.sla.schemes import drift_of, no_partition


@settings(max_examples=150, derandomize=True, database=None)
@given(drifts())
@example(Drift((DriftRule("missing", 0.1), DriftRule("missing", 0.2), DriftRule("lost", 1 / 3))))
def test_what_is_written_reads_as_the_same(drift: Drift) -> None:
    assert drift_of(drift.value) == drift
    assert drift_of(drift_of(drift.value).value).value == drift.value


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_the_example_of_each_kind_is_one(kind: Any) -> None:
    (rule,) = drift_of(kind.example).rules
    assert rule.kind == kind.name
    assert rule.written == kind.example


@settings(max_examples=300, derandomize=True, database=None)
@given(st.lists(st.sampled_from([*KINDS, "column", *"=;, '\"\\\n", "1", "é", "a"]), max_size=12).map("".join))
def test_any_text_is_a_drift_or_refused(text: str) -> None:
    drift, refused = Drift(), list[Problem]()
    try:
        drift = drift_of(text, "here")
    except SettingsError as error:
        refused += error.problems
    assert drift_of(drift.value) == drift
    assert all(problem.where == "here" and problem.expected and problem.fix for problem in refused)


def test_drift_is_written_as_kinds_and_their_values() -> None:
    drift = drift_of("missing=0.1, label_noise=0.25\nduplicates=1")
    assert drift == Drift((DriftRule("missing", 0.1), DriftRule("label_noise", 0.25), DriftRule("duplicates", 1)))
    assert drift.value == "missing=0.1 label_noise=0.25 duplicates=1"
    assert drift_of(drift) is drift
    assert drift_of({"missing": 0.5}) == drift_of("missing=.5") == drift_of(DriftRule("missing", 0.5))
    assert drift_of("") == drift_of([]) == drift_of("missing=0 ; ;") == Drift()
    assert Drift().value == ""


def test_it_says_which_column_and_which_partitions_have_it() -> None:
    drift = drift_of("missing=0.1,column='the age', partitions=0,12 devices=0.5 probability=0.3")
    assert drift.rules == (DriftRule("missing", 0.1, "the age", (0, 12), 0.5, 0.3),)
    assert drift.value == "missing=0.1 column='the age' partitions=0,12 devices=0.5 probability=0.3"
    told = {"missing": 0.1, "column": "the age", "partitions": [0, 12], "devices": 0.5, "probability": 0.3}
    assert drift_of(told) == drift_of({**told, "partitions": "0,12"}) == drift
    assert drift_of({"missing": 1, "partitions": 3}).rules == (DriftRule("missing", 1, partitions=(3,)),)


def test_rules_of_different_places_are_parted() -> None:
    text = "missing=0.1 column=age; extra_column=site devices=0.5; factor=1000 column=weight partitions=2; empty"
    drift = drift_of(text)
    assert [rule.kind for rule in drift.rules] == ["missing", "extra_column", "factor", "empty"]
    assert drift.value == text
    parts: list[Any] = [{"missing": 0.1, "column": "age"}, {"extra_column": "site", "devices": 0.5}]
    parts += ["factor=1000 column=weight partitions=2", {"empty": True}]
    assert drift_of(json.loads(json.dumps(parts))) == drift


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("time_shift=3h", timedelta(hours=3)),
        ("time_shift=-1d", timedelta(days=-1)),
        ("time_shift='2 weeks'", timedelta(weeks=2)),
        ("time_shift=1.5h", timedelta(minutes=90)),
        ("time_shift=+250ms", timedelta(milliseconds=250)),
        ("image_size=32X24", (32, 24)),
        ("factor=1e3", 1000.0),
        ("outlier=-5", -5.0),
        ("reordered", True),
        ("extra_column='a;b, c'", "a;b, c"),
        (r"extra_column=a\ b", "a b"),
    ],
)
def test_each_kind_reads_its_own_values(text: str, value: Any) -> None:
    (rule,) = drift_of(text).rules
    assert rule.value == value
    assert drift_of({rule.kind: value}).rules == (rule,)


def test_an_unknown_kind_is_told_with_the_nearest() -> None:
    with pytest.raises(FlopsMockError) as error:
        drift_of("mising=0.1", "--flops-drift")
    assert str(error.value) == (
        "there is no such kind of drift\n"
        "  where     --flops-drift\n"
        f"  expected  some of: {', '.join(KINDS)}, column, partitions, devices, probability\n"
        "  got       mising\n"
        "  nearest   missing\n"
        "  fix       for example missing=0.1 column=age; extra_column=site devices=0.5"
    )


@pytest.mark.parametrize(
    ("value", "takes", "got", "nearest"),
    [
        ("missing", "a share from 0 to 1", "missing", ""),
        ("missing=", "a share from 0 to 1", "missing", ""),
        ("missing=much", "a share from 0 to 1", "missing=much", ""),
        ("missing=10%", "a share from 0 to 1", "missing=10%", "missing=0.1"),
        ("missing=2.5%", "a share from 0 to 1", "missing=2.5%", "missing=0.025"),
        ("missing=1.5", "a share from 0 to 1", "missing=1.5", "missing=1"),
        ("missing=nan", "a share from 0 to 1", "missing=nan", ""),
        ({"missing": -1}, "a share from 0 to 1", "missing=-1", "missing=0"),
        ({"missing": None}, "a share from 0 to 1", "missing=None", ""),
        ({"missing": True}, "a share from 0 to 1", "missing", ""),
        ({"missing": 10**400}, "a share from 0 to 1", f"missing=1{'0' * 400}", ""),
        ("factor=0", "a number other than 0", "factor=0", ""),
        ("factor=inf", "a number other than 0", "factor=inf", ""),
        ("factor=kg", "a number other than 0", "factor=kg", ""),
        ("outlier=0", "a number of standard deviations other than 0", "outlier=0", ""),
        ("image_mode=RBG", f"one of {', '.join(IMAGE_MODES)}", "image_mode=RBG", "image_mode=RGB"),
        ("type=int23 column=a", f"one of {', '.join(TYPES)}", "type=int23", "type=int32"),
        ("image_size=32", "WIDTHxHEIGHT, each from 1 to 4096", "image_size=32", ""),
        ("image_size=0x5", "WIDTHxHEIGHT, each from 1 to 4096", "image_size=0x5", ""),
        ({"image_size": [32, 5000]}, "WIDTHxHEIGHT, each from 1 to 4096", "image_size=[32, 5000]", ""),
        ("time_shift=3", "a time up to 100 years, such as 3h, -1d, 90s or 500ms", "time_shift=3", ""),
        ("time_shift=0h", "a time up to 100 years, such as 3h, -1d, 90s or 500ms", "time_shift=0h", ""),
        ("time_shift=99999999d", "a time up to 100 years, such as 3h, -1d, 90s or 500ms", "time_shift=99999999d", ""),
        ("extra_column", "the name of a column", "extra_column", ""),
        ("renamed='' column=a", "the new name", "renamed", ""),
        ("empty=3", "no value", "empty=3", "empty"),
        ({"empty": False}, "no value", "empty=False", "empty"),
    ],
)
def test_a_value_that_means_nothing_is_told(value: Any, takes: str, got: str, nearest: str) -> None:
    with pytest.raises(FlopsMockError) as error:
        drift_of(value, "--flops-drift")
    kind = KINDS[got.partition("=")[0]]
    assert str(error.value) == (
        f"{kind.name} takes {takes}\n"
        "  where     --flops-drift\n"
        f"  expected  {kind.example}\n"
        f"  got       {got}\n" + (f"  nearest   {nearest}\n" if nearest else "") + f"  fix       for example {kind.example}"
    )


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("column=age", "drift says where something is wrong, and not what"),
        ("missing=1; devices=0.3 partitions=1", "drift says where something is wrong, and not what"),
        ("missing=1 partitions=first", "drift is for partitions that cannot be"),
        ("missing=1 partitions=1.5", "drift is for partitions that cannot be"),
        ("missing=1 partitions=", "drift is for partitions that cannot be"),
        ({"missing": 1, "partitions": [-1]}, "drift is for partitions that cannot be"),
        ({"missing": 1, "partitions": 1.5}, "drift is for partitions that cannot be"),
        ({"missing": 1, "partitions": True}, "drift is for partitions that cannot be"),
        ({"missing": 1, "partitions": 10**5000}, "drift is for partitions that cannot be"),
        ({"missing": 10**5000}, "missing takes a share from 0 to 1"),
        ({"missing": 1, "partitions": None}, "drift is for partitions that cannot be"),
        ({"missing": 1, "column": 3}, "drift is for a column that cannot be"),
        ("missing=1 devices=2", "devices takes a share from 0 to 1"),
        ("missing=1 probability=never", "probability takes a share from 0 to 1"),
        ("missing=1 column='age", "the drift cannot be read"),
        ("missing=1 column=age\\", "the drift cannot be read"),
        ("missing=0.1 missing=0.2", "missing is told twice"),
        ("missing=0.1 column=a column=b", "column is told twice"),
        ("missing=0.1 duplicates=0.2 column=age", "duplicates is about whole rows, and not about one column"),
        ("extra_column=site column=age", "extra_column is about the columns of the partition, and not about one column"),
        ("type=int32", "type does not say which column it is about"),
        ("renamed=years", "renamed does not say which column it is about"),
        (3, "the drift cannot be read"),
        (None, "the drift cannot be read"),
        ("=3", "there is no such kind of drift"),
        ({3: 3}, "there is no such kind of drift"),
    ],
)
def test_drift_that_means_nothing_is_told(value: Any, message: str) -> None:
    with pytest.raises(FlopsMockError) as error:
        drift_of(value, "here")
    assert str(error.value).startswith(f"{message}\n  where     here\n")


def test_an_entry_of_a_list_is_told_with_its_place() -> None:
    with pytest.raises(FlopsMockError, match=r"\n  where     drift\[1\]\n"):
        drift_of(["missing=0.1", {"lots": 1}])


def test_a_partition_that_there_is_not_is_told() -> None:
    drift = drift_of("missing=1 partitions=0; empty partitions=4,5")
    (problem,) = no_partition(drift, 5)
    assert str(problem) == (
        "there is no partition 5 that could have drift\n"
        "  expected  numbers from 0 to 4\n"
        "  got       empty partitions=4,5\n"
        "  fix       correct the numbers, or ask for more partitions"
    )
    assert not [*no_partition(drift, 6)]
