"""``docs/partitions.md`` is what its script makes, its SLAs can be split, and its pictures are there."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from pytest_flops_mock import MockDataProvider, MockSLA
from pytest_flops_mock.sla.partitioners import Partitioner

DOCS = Path(__file__).parents[1] / "docs"
PAGE = (DOCS / "partitions.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def made() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_partitions", DOCS / "make_partitions.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules["make_partitions"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_current(made: ModuleType) -> None:
    assert made.page() == PAGE, "run: python docs/make_partitions.py --pictures"


def test_every_scheme_has_a_picture_which_is_small_and_named(made: ModuleType) -> None:
    there = {path.name for path in (DOCS / "pictures").iterdir()}
    assert there == {example.picture.name for example in made.EXAMPLES}
    for path in (DOCS / "pictures").iterdir():
        assert f"(pictures/{path.name})" in PAGE
        assert path.stat().st_size < 40_000
        assert "<svg" in path.read_text(encoding="utf-8")


def test_every_partitioner_is_on_the_page() -> None:
    from typing import get_args

    names = {get_args(kind.model_fields["name"].annotation)[0] for kind in get_args(Partitioner)}
    assert len(names) > 10
    assert names <= set(re.findall(r"^## (.*)$", PAGE, re.MULTILINE))


def test_the_slas_shown_have_no_problems() -> None:
    slas = re.findall(r"^```json\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert len(slas) == PAGE.count("](pictures/")
    for sla in slas:
        assert not MockSLA.load(sla).problems()


@pytest.mark.slow
def test_every_example_can_be_split(made: ModuleType) -> None:
    for example in made.EXAMPLES:
        assert MockDataProvider().split(example.sla).statistics().whole.rows > 0


def test_links_lead_to_headings_that_are_there() -> None:
    for file, heading in re.findall(r"\]\(([\w-]+\.md)#([\w-]+)\)", PAGE):
        headings = re.findall(r"^#+ (.*)$", (DOCS / file).read_text(encoding="utf-8"), re.MULTILINE)
        assert heading in [re.sub(r"[^\w -]", "", each).lower().replace(" ", "-") for each in headings]
