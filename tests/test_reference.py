"""The pages that are looked things up in have all that there is: options, kinds of drift, twins, codes, names, fixtures."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

import pytest_flops_mock
from pytest_flops_mock import plugin, strategies
from pytest_flops_mock.fixtures import containing

DOCS = Path(__file__).parents[1] / "docs"


@pytest.fixture(scope="module")
def made() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_reference", DOCS / "make_reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def named(page: str, module: str) -> list[str]:
    """What a page has from the docstrings of a module."""
    return re.findall(rf"^::: {re.escape(module)}\.(\w+)$", (DOCS / page).read_text(encoding="utf-8"), re.MULTILINE)


def test_the_reference_is_current(made: ModuleType) -> None:
    written = (DOCS / "reference.md").read_text(encoding="utf-8")
    assert made.reference() == written, "run: python docs/make_reference.py"


def test_each_public_name_is_on_the_page_about_python() -> None:
    assert sorted(named("api.md", "pytest_flops_mock")) == sorted(set(pytest_flops_mock.__all__) - {"__version__"})
    assert sorted(named("api.md", "pytest_flops_mock.strategies")) == sorted(strategies.__all__)


def test_each_fixture_is_on_the_page_about_them() -> None:
    assert sorted(named("fixtures.md", "pytest_flops_mock.fixtures")) == sorted(plugin.__all__)
    assert sorted(named("fixtures.md", "pytest_flops_mock.fixtures.containing")) == sorted(containing.__all__)
