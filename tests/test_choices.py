"""Sources of data and drift of twins, as they are written down."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_flops_mock import DataChoice, DataSource, Drift, FlopsMockError
from pytest_flops_mock.choices import data_choice
from pytest_flops_mock.sla.schemes import drift_of


def test_what_is_not_named_is_synthetic_and_other_names_of_a_data_set_count_after_its_own() -> None:
    data = data_choice("ylecun/mnist:hub")
    assert data.source_of("cifar10") is DataSource.SYNTHETIC
    assert data.source_of("mnist", "ylecun/mnist") is DataSource.HUB
    assert data_choice("ylecun/mnist:hub mnist:recorded").source_of("mnist", "ylecun/mnist") is DataSource.RECORDED


def test_a_choice_or_a_source_is_a_choice_already() -> None:
    assert data_choice(DataSource.HUB) == DataChoice(DataSource.HUB)
    choice = data_choice("mnist:hub")
    assert data_choice(choice) is choice


def test_drift_are_written_as_shares_by_name() -> None:
    drift = drift_of("missing=0.1, label_noise=0.25\nduplicates=1")
    assert drift == Drift(missing=0.1, label_noise=0.25, duplicates=1)
    assert drift.value == "missing=0.1 label_noise=0.25 duplicates=1"
    assert drift_of(drift) is drift
    assert drift_of({"missing": 0.5}) == Drift(missing=0.5)
    assert drift_of("") == Drift()
    assert Drift().value == ""


def test_an_unknown_drift_is_told_with_the_nearest() -> None:
    with pytest.raises(FlopsMockError) as error:
        drift_of("mising=0.1", "--flops-drift")
    assert str(error.value) == (
        "there is no such drift of a twin\n"
        "  where     --flops-drift\n"
        "  expected  some of: missing, corrupt_images, label_noise, imbalance, duplicates\n"
        "  got       mising\n"
        "  nearest   missing\n"
        "  fix       for example missing=0.1 label_noise=0.2"
    )


@pytest.mark.parametrize("text", ["missing", "missing="])
def test_a_drift_without_a_share_is_told(text: str) -> None:
    with pytest.raises(FlopsMockError) as error:
        drift_of(text)
    assert str(error.value) == (
        "the drift missing has no share\n"
        "  where     drift\n"
        "  expected  NAME=SHARE, a share from 0 to 1\n"
        "  got       missing\n"
        "  fix       for example missing=0.1 label_noise=0.2"
    )


@pytest.mark.parametrize(("share", "nearest"), [("much", ""), ("10%", "0.1"), ("2.5%", "0.025")])
def test_a_share_that_is_no_number_is_told(share: str, nearest: str) -> None:
    with pytest.raises(FlopsMockError) as error:
        drift_of(f"missing={share}")
    assert str(error.value) == (
        "the share of the drift missing is no number\n"
        "  where     drift\n"
        "  expected  NAME=SHARE, a share from 0 to 1\n"
        f"  got       missing={share}\n"
        + (f"  nearest   missing={nearest}\n" if nearest else "")
        + "  fix       for example missing=0.1 label_noise=0.2"
    )


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("missing=0.1 missing=0.2", "there are two shares for missing"),
        (["missing=0.1"], "the drift cannot be read"),
        (3, "the drift cannot be read"),
    ],
)
def test_drift_that_are_told_in_no_known_way_are_refused(value: Any, message: str) -> None:
    with pytest.raises(FlopsMockError) as error:
        drift_of(value, "here")
    assert str(error.value) == (
        f"{message}\n"
        "  where     here\n"
        "  expected  a text, a mapping of names to shares, or Drift\n"
        f"  got       {value!r}\n"
        "  fix       for example missing=0.1 label_noise=0.2"
    )


@pytest.mark.parametrize("value", ["missing=1.5", "missing=-1", "missing=nan", {"missing": True}, {"missing": "0.1"}])
def test_a_share_that_is_none_is_told(value: Any) -> None:
    with pytest.raises(FlopsMockError, match="a twin cannot be made with missing="):
        drift_of(value)
