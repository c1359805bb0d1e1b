"""The page of the package on an index: links lead where the project lives, and nowhere as long as that is not decided."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
README = """\
[How to](docs/how-to.md), [the schema](docs/report.schema.json#top), [`action.yml`](action.yml),
[Flower](https://flower.ai), [below](#below)
![A picture](docs/pictures/iid.svg)
"""


@pytest.fixture(scope="module")
def made() -> ModuleType:
    spec = importlib.util.spec_from_file_location("package_page", ROOT / "docs" / "package_page.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def metadata(made: ModuleType, home: str) -> dict[str, Any]:
    filled: dict[str, Any] = {}
    made.PackagePage(str(ROOT), {"home": home}).update(filled)
    return filled


def test_links_lead_to_the_home(made: ModuleType) -> None:
    home = "https://example.org/flops/mock"
    assert made.page(README, home).splitlines() == [
        f"[How to]({home}/blob/main/docs/how-to.md), [the schema]({home}/blob/main/docs/report.schema.json#top), "
        f"[`action.yml`]({home}/blob/main/action.yml),",
        "[Flower](https://flower.ai), [below](#below)",
        f"![A picture]({home}/raw/main/docs/pictures/iid.svg)",
    ]
    assert metadata(made, f"{home}/")["urls"]["Source"] == home


def test_without_a_home_links_are_their_text(made: ModuleType) -> None:
    assert made.page(README, "").splitlines() == [
        "How to, the schema, `action.yml`,",
        "[Flower](https://flower.ai), [below](#below)",
        "",
    ]
    assert metadata(made, "")["urls"] == {}


def test_the_whole_readme_has_no_link_that_leads_nowhere(made: ModuleType) -> None:
    assert "](docs/" in (ROOT / "README.md").read_text(encoding="utf-8")
    for home in ("", "https://example.org/flops/mock"):
        assert not made.LINK.search(metadata(made, home)["readme"]["text"])
