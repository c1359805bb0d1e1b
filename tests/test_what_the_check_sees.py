"""The page about what a check sees names what the code lets through, and what the image has."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_flops_mock.learner.environments.image import LEARNER_PINS, NEWEST_PYTHON
from pytest_flops_mock.learner.environments.isolation import PASSED_ON, PASSED_ON_PREFIXES, child_environment
from pytest_flops_mock.learner.environments.python import dotted
from pytest_flops_mock.repository.structure import FLOPS_MODULES, FLOPS_PACKAGES
from pytest_flops_mock.repository.work_tree import GIT_SECONDS

PAGE = (Path(__file__).parents[1] / "docs" / "what-the-check-sees.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted([*PASSED_ON, *PASSED_ON_PREFIXES, *child_environment({}, Path("folder"))]))
def test_every_variable_is_named(name: str) -> None:
    assert f"`{name}`" in PAGE or f"`{name}=0`" in PAGE


@pytest.mark.parametrize("pin", LEARNER_PINS)
def test_every_pin_of_the_image_is_named(pin: str) -> None:
    assert f"`{pin}`" in PAGE


@pytest.mark.parametrize("module", [*FLOPS_MODULES, *FLOPS_PACKAGES])
def test_every_module_that_the_image_replaces_is_named(module: str) -> None:
    assert f"`{module}.py`" in PAGE or f"`{module}/`" in PAGE


def test_numbers_are_those_of_the_code() -> None:
    assert f"more than {GIT_SECONDS:g} s" in PAGE
    assert f"the newest up to {dotted(NEWEST_PYTHON)}" in PAGE


def test_tables_have_as_many_cells_in_each_row() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("|")]
    assert {row.count("|") for row in rows} == {5}
