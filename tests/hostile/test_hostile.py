"""Every case of the matrix ends as it should, in time, and leaves no process and no temporary file."""

from __future__ import annotations

import importlib.util
import tempfile
import time
from pathlib import Path

import pytest
from hostile.matrix import AREAS, Case, cases
from standins.processes import processes_of

BUSY, HANGS = 6, 60
"""How many times longer than on an idle machine a case may take; and what is no sign of anything in seconds."""

ALL = [(area, case) for area in AREAS for case in cases(area)]


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc to list processes")
@pytest.mark.parametrize(
    "case",
    [pytest.param(case, id=f"{area}-{case.name}", marks=[pytest.mark.slow] if case.slow else []) for area, case in ALL],
)
def test_it_ends_as_it_should_and_leaves_nothing(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ground, temporary, cache = (tmp_path / name for name in ("ground", "temporary", "cache"))
    for folder in (ground, temporary):
        folder.mkdir()
    for name in ("TMPDIR", "TMP", "TEMP"):
        monkeypatch.setenv(name, str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)  # read again
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    monkeypatch.chdir(ground)
    begun = time.monotonic()
    seen = case.act(ground)
    took = time.monotonic() - begun
    for part in case.told:
        assert part in seen
    for part in case.untold:
        assert part not in seen
    assert took < max(case.seconds * BUSY, HANGS)
    deadline = time.monotonic() + 20
    while (left := [*processes_of(tmp_path).values(), *map(str, temporary.iterdir())]) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left == []


def test_each_case_has_a_name_of_its_own() -> None:
    for area in AREAS:
        names = [case.name for case in cases(area)]
        assert len(names) == len(set(names))


def test_the_page_about_security_has_all_cases() -> None:
    docs = Path(__file__).parents[2] / "docs"
    spec = importlib.util.spec_from_file_location("make_security", docs / "make_security.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    written = (docs / "security.md").read_text(encoding="utf-8")
    assert made.page(written) == written, "run: python docs/make_security.py"
