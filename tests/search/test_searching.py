"""The search itself, with a server, a process and a repository: what it finds, what ends it, and what it goes on after."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from standins.small import repository

from pytest_flops_mock import Finding
from pytest_flops_mock.errors import SettingsError, ToolError
from pytest_flops_mock.report.comparing import Baseline
from pytest_flops_mock.search import searching
from pytest_flops_mock.search.found import Broken, Progress, SearchResult
from pytest_flops_mock.search.searching import search_repository

LOOKING = """
import os
table = dataset.data.table
ages, kinds = table.column("age").to_pylist(), table.column("kind").to_pylist()
"""


@pytest.fixture
def sla(tmp_path: Path) -> dict[str, Any]:
    rows = "\n".join(f"{20 + number},{number % 3}" for number in range(45))
    (tmp_path / "people.csv").write_text(f"age,kind\n{rows}\n")
    data = {"dataset_name": str(tmp_path / "people.csv"), "number_of_partitions": 2, "data_tag": "people"}
    return {"customerID": "Admin", "mock_data_configuration": data}


def search(sla: dict[str, Any], set_model_data: str, **changes: Any) -> SearchResult:
    """Through the first stage of a repository that does this with its data."""
    files = repository(LOOKING + textwrap.dedent(set_model_data))
    how: dict[str, Any] = {"through": "transform", "until": "transform", "env": "current", "examples": 60}
    return search_repository(files, sla=sla, **{**how, **changes})


def in_short(broken: Broken) -> tuple[Any, ...]:
    return broken.text, broken.property, broken.sample, broken.examples, broken.finding.code, broken.finding.exception


TWO_BUGS = """
if None in ages:
    raise KeyError("age")
if 0 < len(ages) < 7:
    raise ValueError("too few")
"""


@pytest.mark.slow
def test_each_failure_is_made_small_and_explained(sla: dict[str, Any]) -> None:
    told: list[Progress] = []
    result = search(sla, TWO_BUGS, on_progress=told.append)
    assert (result.ended, result.examples) == ("examples", 60)
    found = {broken.finding.exception: broken for broken in result.broken}
    assert {kind: (each.text, each.property.text, each.property.passes_with) for kind, each in found.items()} == {
        "KeyError": ("1 row with a missing value in age", "a missing value in age", "a value in age"),
        "ValueError": ("1 row", "fewer than 7 rows", "7 rows"),
    }
    assert all(each.confirmed and each.finding.code == "FM603" for each in result.broken)
    assert found["ValueError"].finding.frames[-1].source == 'raise ValueError("too few")'
    assert found["KeyError"].partition["age"].to_pylist() == [None]
    assert result.broken[0].examples >= result.broken[1].examples > 0
    assert (told[-1].examples, told[-1].wanted, told[-1].failures) == (60, 60, 2)
    assert result.tried == told[-1].tried > 60


@pytest.mark.slow
def test_the_same_seed_gives_the_same_and_another_one_others(sla: dict[str, Any]) -> None:
    first, again, other = (search(sla, TWO_BUGS, seed=seed) for seed in (7, 7, 8))
    assert list(map(in_short, first.broken)) == list(map(in_short, again.broken))
    assert (first.examples, first.tried) == (again.examples, again.tried)
    assert [each.examples for each in other.broken] != [each.examples for each in first.broken]


DEATH = """
if 0 < len(ages) < 4:
    os._exit(3)
if None in ages:
    raise KeyError("age")
"""


@pytest.mark.slow
def test_a_process_that_dies_is_started_anew_and_the_search_goes_on(sla: dict[str, Any]) -> None:
    result = search(sla, DEATH, examples=25)
    found = {broken.finding.code: broken for broken in result.broken}
    assert result.examples == 25
    assert found.keys() == {"FM606", "FM603"}
    assert (found["FM606"].text, found["FM606"].property.text) == ("1 row", "fewer than 4 rows")


@pytest.mark.slow
def test_an_endless_loop_ends_with_its_example(sla: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "LEAST_SECONDS", 3.0)
    monkeypatch.setattr(searching, "TIMES_SLOWER", 0)
    loop = "while 0 < len(ages) < 3:\n    ages = list(ages)\n    kinds = list(kinds)\n    ages = ages[:]\n"
    result = search(sla, loop, examples=15, timeout=6)  # wherever it is when it is ended, it is one failure
    assert result.examples == 15
    assert [(each.finding.code, each.text) for each in result.broken if each.confirmed] == [("FM605", "1 row")]


@pytest.mark.slow
def test_memory_without_end_ends_with_its_example(sla: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "LEAST_SECONDS", 60.0)  # a busy machine takes its time to hand it out
    result = search(sla, "kept = []\nwhile 0 < len(ages) < 3: kept.append(b'x' * 10**7)\n", examples=15, memory=1000)
    assert result.examples == 15
    (broken,) = result.broken
    assert broken.finding.exception == "MemoryError" or broken.finding.code == "FM606"
    assert broken.confirmed


ONCE = """
os.calls = getattr(os, "calls", 0) + 1
if os.calls == 9:
    raise OSError("once too often")
"""


@pytest.mark.slow
def test_what_depends_on_what_was_done_before_is_told_as_such(sla: dict[str, Any]) -> None:
    result = search(sla, ONCE, examples=20)
    (broken,) = result.broken
    assert (broken.finding.exception, broken.confirmed, broken.property.kind) == ("OSError", False, "")
    assert result.ok, "no data break it"


@pytest.mark.slow
def test_an_incompatible_repository_is_told_as_such_before_any_search(sla: dict[str, Any]) -> None:
    told: list[Progress] = []
    result = search(sla, "raise ValueError('always')", on_progress=told.append)
    assert (result.ended, result.broken, result.examples, told) == ("incompatible", (), 0, [])
    assert [finding.code for finding in result.report.errors] == ["FM603"]
    assert not result.ok


@pytest.mark.slow
def test_what_a_baseline_knows_is_no_error_and_what_is_incompatible_is_not_searched(
    sla: dict[str, Any],
) -> None:
    first = search(sla, TWO_BUGS)
    assert not first.report.ok or first.report.warnings
    again = search(sla, TWO_BUGS, baseline=Baseline("base.json", (first.report,)))
    assert {finding.code for finding in again.report.known} == {finding.code for finding in found_by(first)}
    assert (again.report.ok, again.report.errors, again.report.warnings) == (True, (), ())
    broken = search(sla, "raise OSError('always')")
    known = search(sla, "raise OSError('always')", baseline=Baseline("base.json", (broken.report,)))
    assert (known.ended, known.report.ok, known.report.breaks) == ("incompatible", True, True)


def found_by(result: SearchResult) -> list[Finding]:
    return [*result.report.errors, *result.report.warnings]


@pytest.mark.slow
@pytest.mark.parametrize("stop_at", [pytest.param("drawing"), pytest.param("making small", marks=pytest.mark.slow)])
def test_an_interrupt_ends_it_with_what_was_found(sla: dict[str, Any], stop_at: str) -> None:
    def interrupt(progress: Progress) -> None:
        if progress.making_small if stop_at == "making small" else progress.failures and progress.examples >= 15:
            raise KeyboardInterrupt

    result = search(sla, TWO_BUGS, on_progress=interrupt)
    assert result.ended == "interrupted"
    assert result.broken
    assert result.examples == (60 if stop_at == "making small" else 15)


@pytest.mark.slow
def test_ctrl_c_ends_it_with_what_was_found(sla: dict[str, Any]) -> None:
    program = f"""
import signal
from pytest_flops_mock.search.searching import search_repository

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell in the background lets it be ignored

def tell(progress):
    if progress.failures:
        print("found", flush=True)

if __name__ == "__main__":
    result = search_repository({repository(LOOKING + TWO_BUGS)!r}, sla={sla!r}, through="transform", until="transform",
                               env="current", examples=100_000, seconds=240, on_progress=tell)
    print("ended", result.ended, len(result.broken) > 0, flush=True)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert next(running.stdout) == "found\n"
        os.kill(running.pid, signal.SIGINT)
        assert [line for line in running.stdout if line != "found\n"] == ["ended interrupted True\n"]


@pytest.mark.parametrize("seconds", [0.001, pytest.param(4.0, marks=pytest.mark.slow)])
def test_a_search_ends_when_its_time_is_up(sla: dict[str, Any], seconds: float) -> None:
    result = search(sla, TWO_BUGS, examples=100_000, seconds=seconds)
    assert result.ended == "seconds"
    assert result.examples < 100_000
    assert "FM1004" in [finding.code for finding in result.report.findings]


@pytest.mark.slow
def test_drift_that_the_sla_asks_for_is_drawn_too_and_breaks_devices_for_sure(sla: dict[str, Any]) -> None:
    sla["mock_data_configuration"] |= {"drift": "factor=2 column=age partitions=1"}
    result = search(sla, "if len(ages) < 40 and 64 < max(filter(None, ages), default=0) < 200: raise ValueError('years')")
    (broken,) = result.broken
    assert broken.text == "1 row with values in age 2 times as large"
    assert broken.likelihood is not None
    assert broken.likelihood.share == 1.0
    assert not result.ok


def test_without_hypothesis_the_extra_is_named_before_anything_starts(
    sla: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(searching, "RepositoryChecker", None)
    with pytest.raises(ToolError, match=r'pip install "pytest-flops-mock\[hypothesis\]"'):
        search(sla, "")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"examples": 0}, "a search tries a number of partitions"),
        ({"examples": -5}, "a search tries a number of partitions"),
        ({"seconds": 0}, "the time limit is not a number of seconds"),
        ({"through": "sla"}, "a search does not end with such a stage"),
    ],
)
def test_what_means_nothing_is_refused_before_anything_starts(
    sla: dict[str, Any], monkeypatch: pytest.MonkeyPatch, wrong: dict[str, Any], message: str
) -> None:
    monkeypatch.setattr(searching, "RepositoryChecker", None)
    with pytest.raises(SettingsError, match=message):
        search(sla, "", **wrong)


def test_one_sla_at_a_time_is_searched(sla: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="a search takes one MDP SLA"):
        search_repository({}, sla=[sla, sla])  # type: ignore[arg-type]
