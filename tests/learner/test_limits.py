"""What the repository's code may take of this machine."""

from __future__ import annotations

import os

import pytest

from pytest_flops_mock.learner.limits import Limits


def test_memory_is_at_most_half_of_the_machines_unless_the_user_says_otherwise() -> None:
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    assert 0 < Limits.of_machine().memory <= machine // 2
    assert Limits.of_machine(10**12).memory == 10**12


def test_machines_with_many_processors_may_have_many_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 256)
    limits = Limits.of_machine()
    assert (limits.processes, limits.threads) == (2048, 16384)
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert Limits.of_machine().processes == 512


@pytest.mark.parametrize(
    ("over", "told"),
    [
        ("memory 2500000000", ("at most 2,000 MB of memory (--flops-memory)", "2,500 MB")),
        ("processes 1200", ("at most 512 processes", "1,200 processes")),
        ("threads 9000", ("at most 8,192 threads", "9,000 threads")),
    ],
)
def test_the_limit_that_was_reached_is_told_in_words(over: str, told: tuple[str, str]) -> None:
    assert Limits(2 * 10**9, 512, 8192).told(over) == told
