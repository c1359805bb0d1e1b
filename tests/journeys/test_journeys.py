"""What new users see on their way, from an empty folder to a check that passes, is what is written down."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest
from journeys.journey import HERE, NAMES, built_wheel, shown_by


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_journey_shows_what_is_written_down(name: str, wheel: Path, tmp_path: Path) -> None:
    if "# needs: torch" in (HERE / f"{name}.sh").read_text(encoding="utf-8") and find_spec("torch") is None:
        pytest.skip("PyTorch is not installed; tox run -e pytorch has it")
    assert shown_by(name, wheel, tmp_path) == (HERE / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_a_journey_ends_well(name: str) -> None:
    last = (HERE / f"{name}.txt").read_text(encoding="utf-8").splitlines()[-1]
    assert "(exit status" not in last
