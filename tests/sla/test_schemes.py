"""Drift, as users write it down."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_flops_mock import Drift, FlopsMockError
from pytest_flops_mock.sla.schemes import drift_of


def test_drift_is_written_as_shares_by_name() -> None:
    drift = drift_of("missing=0.1, label_noise=0.25\nduplicates=1")
    assert drift == Drift(missing=0.1, label_noise=0.25, duplicates=1)
    assert drift.value == "missing=0.1 label_noise=0.25 duplicates=1"
    assert drift_of(drift) is drift
    assert drift_of({"missing": 0.5}) == Drift(missing=0.5)
    assert drift_of("") == Drift()
    assert Drift().value == ""


def test_an_unknown_kind_is_told_with_the_nearest() -> None:
    with pytest.raises(FlopsMockError) as error:
        drift_of("mising=0.1", "--flops-drift")
    assert str(error.value) == (
        "there is no such kind of drift\n"
        "  where     --flops-drift\n"
        "  expected  some of: missing, corrupt_images, label_noise, imbalance, duplicates, other_case, lost, "
        "column, partitions, devices\n"
        "  got       mising\n"
        "  nearest   missing\n"
        "  fix       for example missing=0.1 label_noise=0.2"
    )


@pytest.mark.parametrize("text", ["missing", "missing="])
def test_a_kind_without_a_share_is_told(text: str) -> None:
    with pytest.raises(FlopsMockError) as error:
        drift_of(text)
    assert str(error.value) == (
        "missing has no share\n"
        "  where     drift\n"
        "  expected  NAME=SHARE, a share from 0 to 1\n"
        "  got       missing\n"
        "  fix       for example missing=0.1 label_noise=0.2"
    )


@pytest.mark.parametrize(("share", "nearest"), [("much", ""), ("10%", "0.1"), ("2.5%", "0.025")])
def test_a_share_that_is_not_a_number_is_told(share: str, nearest: str) -> None:
    with pytest.raises(FlopsMockError) as error:
        drift_of(f"missing={share}")
    assert str(error.value) == (
        "the share of missing is not a number\n"
        "  where     drift\n"
        "  expected  NAME=SHARE, a share from 0 to 1\n"
        f"  got       missing={share}\n"
        + (f"  nearest   missing={nearest}\n" if nearest else "")
        + "  fix       for example missing=0.1 label_noise=0.2"
    )


def test_it_says_which_column_and_which_partitions_have_it() -> None:
    drift = drift_of("missing=0.1,column='the age', partitions=0,12 devices=0.5")
    assert drift == Drift(missing=0.1, column="the age", partitions=(0, 12), devices=0.5)
    assert drift.value == "missing=0.1 column='the age' partitions=0,12 devices=0.5"
    assert (
        drift_of(drift.value)
        == drift
        == drift_of({"missing": 0.1, "column": "the age", "partitions": [0, 12], "devices": 0.5})
    )
    assert drift_of({"missing": 1, "partitions": 3}) == Drift(missing=1, partitions=(3,))


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("column=age", "drift says where something is wrong, and not what"),
        ("devices=0.3 partitions=1", "drift says where something is wrong, and not what"),
        ("missing=1 partitions=first", "drift is for partitions that cannot be"),
        ("missing=1 partitions=1.5", "drift is for partitions that cannot be"),
        ("missing=1 partitions=", "drift is for partitions that cannot be"),
        ({"missing": 1, "partitions": [-1]}, "drift is for partitions that cannot be"),
        ({"missing": 1, "partitions": "0"}, "drift is for partitions that cannot be"),
        ({"missing": 1, "partitions": 1.5}, "drift is for partitions that cannot be"),
        ({"missing": 1, "partitions": None}, "drift is for partitions that cannot be"),
        ({"missing": 1, "column": 3}, "drift is for a column that cannot be"),
        ("missing=1 devices=2", "the share of devices is not between 0 and 1"),
        ("missing=1 column='age", "the drift cannot be read"),
    ],
)
def test_a_place_that_means_nothing_is_told(value: Any, message: str) -> None:
    with pytest.raises(FlopsMockError) as error:
        drift_of(value, "here")
    assert str(error.value).startswith(f"{message}\n  where     here\n")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("missing=0.1 missing=0.2", "missing is told twice"),
        (["missing=0.1"], "the drift cannot be read"),
        (3, "the drift cannot be read"),
    ],
)
def test_drift_that_is_written_in_no_known_way_is_refused(value: Any, message: str) -> None:
    with pytest.raises(FlopsMockError) as error:
        drift_of(value, "here")
    assert str(error.value) == (
        f"{message}\n"
        "  where     here\n"
        "  expected  a text, a mapping of names to shares, or Drift\n"
        f"  got       {value!r}\n"
        "  fix       for example missing=0.1 label_noise=0.2"
    )


@pytest.mark.parametrize(
    ("value", "message", "got", "nearest"),
    [
        ("missing=1.5", "not between 0 and 1", "missing=1.5", "missing=1"),
        ({"missing": -1}, "not between 0 and 1", "missing=-1", "missing=0"),
        ("missing=nan", "not a number", "nan", ""),
        ({"missing": True}, "not a number", "True", ""),
        ({"missing": "0.1"}, "not a number", "'0.1'", ""),
    ],
)
def test_a_share_is_a_number_from_0_to_1(value: Any, message: str, got: str, nearest: str) -> None:
    with pytest.raises(FlopsMockError) as error:
        drift_of(value, "--flops-drift")
    assert str(error.value) == (
        f"the share of missing is {message}\n"
        "  where     --flops-drift\n"
        "  expected  a share from 0 to 1\n"
        f"  got       {got}\n"
        + (f"  nearest   {nearest}\n" if nearest else "")
        + "  fix       for example missing=0.1 for one row in ten"
    )
