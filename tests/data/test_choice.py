"""Sources of data, as they are written down."""

from __future__ import annotations

from pytest_flops_mock import DataChoice, DataSource
from pytest_flops_mock.data.choice import data_choice


def test_what_is_not_named_is_synthetic_and_other_names_of_a_data_set_count_after_its_own() -> None:
    data = data_choice("ylecun/mnist:hub")
    assert data.source_of("cifar10") is DataSource.SYNTHETIC
    assert data.source_of("mnist", "ylecun/mnist") is DataSource.HUB
    assert data_choice("ylecun/mnist:hub mnist:recorded").source_of("mnist", "ylecun/mnist") is DataSource.RECORDED


def test_a_choice_or_a_source_is_a_choice_already() -> None:
    assert data_choice(DataSource.HUB) == DataChoice(DataSource.HUB)
    choice = data_choice("mnist:hub")
    assert data_choice(choice) is choice
