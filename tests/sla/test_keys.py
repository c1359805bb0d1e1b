"""What the keys and values of an SLA mean."""

from __future__ import annotations

import pytest

from pytest_flops_mock.sla.keys import is_local_path


@pytest.mark.parametrize(
    "name",
    ["./data", "../x", ".", "/srv/data", "~/data", "digits.parquet", "a/b.CSV", "x.json", "x.jsonl", "data\\x"],
)
def test_names_that_mean_files_on_this_machine(name: str) -> None:
    assert is_local_path(name)


@pytest.mark.parametrize("name", ["mnist", "ylecun/mnist", "user/data.v2", "parquet", "csv", ""])
def test_names_that_mean_data_sets_of_the_hub(name: str) -> None:
    assert not is_local_path(name)
