"""``docs/reference.md`` and the README's table of options say what the code says."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

DOCS = Path(__file__).parents[1] / "docs"


@pytest.fixture(scope="module")
def made() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_reference", DOCS / "make_reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_is_current(made: ModuleType) -> None:
    written = (DOCS / "reference.md").read_text(encoding="utf-8")
    assert made.reference() == written, "run: python docs/make_reference.py"


def test_the_options_in_the_readme_are_current(made: ModuleType) -> None:
    written = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    assert len(made.TABLE.findall(written)) == 1
    assert made.readme(written) == written, "run: python docs/make_reference.py"
