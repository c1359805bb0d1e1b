"""Actors that share a process, each as if it were alone in it."""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from pytest_flops_mock.child.rounds.apart import Bound, HungError, Own


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A repository with a module that holds something."""
    (tmp_path / "holding.py").write_text("HELD = []\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    return str(tmp_path)


def drawn() -> tuple[float, float]:
    return random.random(), float(np.random.rand())


def test_random_numbers_go_on_where_each_has_left_them(folder: str) -> None:
    random.seed(3)
    before = random.getstate()
    alone = Own(1, folder)
    with alone.apart():
        expected = [drawn(), drawn()]
    one, other = Own(1, folder), Own(2, folder)
    found, others = [], []
    for _ in range(2):
        with one.apart():
            found.append(drawn())
        with other.apart():
            others.append(drawn())
    assert found == expected
    assert others != expected
    assert random.getstate() == before


def test_modules_of_the_repository_are_each_ones_own_and_others_are_shared(folder: str) -> None:
    seen: dict[str, object] = {}
    one, other = Own(1, folder, seen), Own(2, folder, seen)
    for number, own in enumerate((one, other, one)):
        with own.apart():
            import_module("holding").HELD.append(number)
    with one.apart():
        assert import_module("holding").HELD == [0, 2]
        assert import_module("json") is sys.modules["json"]
    assert "holding" not in sys.modules


def test_the_folder_is_the_current_one_and_prints_are_kept(folder: str) -> None:
    own = Own(1, folder)
    os.chdir("/")
    with own.apart():
        print("here:", Path.cwd())
    assert own.output.text() == f"here: {folder}\n"


def test_a_step_that_takes_too_long_is_interrupted_and_the_next_one_has_its_time() -> None:
    bound = Bound(0.2)
    with bound.held():
        for _ in range(3):
            bound.step()
            time.sleep(0.01)
        with pytest.raises(HungError):
            time.sleep(30)
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL
