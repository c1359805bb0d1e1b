"""The fixture ``flops_search``, and the item ``search`` behind each check under ``--flops-search``."""

from __future__ import annotations

import importlib.util
import json
from typing import Any

import pytest
from standins.projects import mock_sla

SEARCH = ("--flops-env=current", "--flops-search-through=transform")
NEEDS_THREE = """
    def get_data(self):
        labels = self._prepare_data()
        if len(labels) < 3:
            raise ValueError("too few to split")
        return labels
"""


@pytest.fixture
def needs_three(project: pytest.Pytester) -> pytest.Pytester:
    """The repository needs three rows; its SLA gives each learner one, two or three of them at times."""
    manager = project.path / "data_manager.py"
    head, _, _ = manager.read_text(encoding="utf-8").partition("\n    def get_data")
    manager.write_text(head + NEEDS_THREE, encoding="utf-8")
    (project.path / "mocks" / "mnist.json").write_text(json.dumps(mock_sla(max_rows=40)), encoding="utf-8")
    return project


@pytest.mark.slow
def test_an_item_behind_the_stages_says_what_a_search_found(needs_three: pytest.Pytester) -> None:
    result = needs_three.runpytest(
        "--flops-check", "--flops-sla=mocks/mnist.json", "--flops-search=20", "--flops-search-strict", *SEARCH, "-v"
    )
    result.assert_outcomes(passed=10, failed=1)
    result.stdout.fnmatch_lines(
        [
            "mocks/mnist.json::evaluate PASSED*",
            "mocks/mnist.json::search FAILED*",
            "*search with mocks/mnist.json*",
            "FM1002 fails on a partition of *: ValueError: too few to split,",
            "      data_manager.py:*",
            "  expected  it passes with 3 rows",
            "*flops-mock search . --seed 0 keeps it, with a test that replays it",
            "*Captured FLOps check call*",
            "search      examples 20;*",
            "verdict     incompatible (1 error)",
            "mocks/mnist.json: incompatible (1 error)*",
        ]
    )
    assert not (needs_three.path / "tests").exists(), "a test run leaves nothing behind that was not asked for"


@pytest.mark.slow
def test_what_is_incompatible_is_not_searched_and_the_item_says_why(broken: pytest.Pytester) -> None:
    result = broken.runpytest("--flops-check", "--flops-sla=mocks/mnist.json", "--flops-search=20", *SEARCH, "-rs")
    result.stdout.fnmatch_lines(["SKIPPED * mocks/mnist.json:1: needs transform"])
    assert result.parseoutcomes()["failed"] == 1


def test_without_a_search_there_is_no_item_for_it(project: pytest.Pytester) -> None:
    result = project.runpytest("--flops-check", "--flops-sla=mocks/mnist.json", "--collect-only", "-q")
    assert "mocks/mnist.json::evaluate" in result.stdout.lines
    result.stdout.no_fnmatch_line("*search*")


def test_the_ini_file_asks_for_searches_too(project: pytest.Pytester) -> None:
    project.makeini("[pytest]\nflops_check = true\nflops_sla = mocks/mnist.json\nflops_search = 50\n")
    assert "mocks/mnist.json::search" in project.runpytest("--collect-only", "-q").stdout.lines


@pytest.mark.slow
def test_with_xdist_the_item_is_one_of_its_sla(needs_three: pytest.Pytester) -> None:
    result = needs_three.runpytest(
        "--flops-check", "--flops-sla=mocks/mnist.json", "--flops-search=10", *SEARCH, "-n2", "--dist=loadgroup"
    )
    result.assert_outcomes(passed=11)
    result.stdout.fnmatch_lines(["mocks/mnist.json: compatible in this Python (1 warning)*", "warning FM1002 *"])


SEARCHES = "flops_search(sla='mocks/mnist.json', examples=20, through='transform', env='current', strict=True)"


@pytest.mark.slow
def test_the_fixture_gives_what_was_found_and_a_saved_partition_fails_until_the_code_is_mended(
    needs_three: pytest.Pytester,
) -> None:
    needs_three.makepyfile(
        test_search=f"""
        def test_looked_at(flops_search):
            result = {SEARCHES[:-1]}, save="tests/found")
            assert not result.ok
            (broken,) = result.broken
            assert broken.property.text == "fewer than 3 rows"
            assert broken.likelihood.high == 0
            assert result.report.outcome("search").value == "failed"
            assert (result.examples, result.ended) == (20, "examples")
        """
    )
    needs_three.runpytest().assert_outcomes(passed=1)
    (saved,) = (needs_three.path / "tests" / "found").glob("test_found_*.py")

    again = needs_three.runpytest(saved, "--flops-env=current", "-p", "no:hypothesispytest")
    again.assert_outcomes(failed=1)
    again.stdout.fnmatch_lines(
        [
            "E *<Report incompatible: FM1005 data_manager.py:*: fails on the saved partition of *",
            "*Captured FLOps check call*",
        ]
    )
    for name, old, new in (
        ("data_manager.py", "< 3", "< 0"),
        ("model_manager.py", "/ len(labels)", "/ max(len(labels), 1)"),
    ):
        path = needs_three.path / name
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    needs_three.runpytest(saved, "--flops-env=current").assert_outcomes(passed=1)

    saved.with_name(saved.name.removeprefix("test_")).with_suffix(".parquet").write_bytes(b"altered")
    altered = needs_three.runpytest(saved)
    altered.assert_outcomes(failed=1)
    altered.stdout.fnmatch_lines(["*the saved partition is not what a search has saved", "*  where     *found_*.parquet"])


@pytest.mark.slow
def test_a_search_that_nobody_looks_at_fails_the_test_at_teardown(needs_three: pytest.Pytester) -> None:
    needs_three.makepyfile(test_it=f"def test_search(flops_search):\n    {SEARCHES}\n")
    result = needs_three.runpytest()
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        [
            "flops_search has found errors, and the test does not look at its result",
            "  where     test_it.py:2",
            "  expected  assert result.ok, result",
            "  got       a test that passes with <SearchResult 20 examples, examples; <Report incompatible: *",
            "  fix       assert on the result, or on result.report.errors where they are meant to be there",
        ]
    )


def test_a_saved_partition_that_is_gone_is_told(project: pytest.Pytester) -> None:
    project.makepyfile("def test_found(flops_replay):\n    flops_replay('found_0123456789ab.parquet')\n")
    result = project.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*the saved partition is not there", "*  where     *found_0123456789ab.parquet"])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("flops_search(examples=0)", "a search tries a number of partitions"),
        ("flops_search(through='load')", "a search does not end with such a stage"),
        ("flops_search(exmples=5)", "a check has no such argument"),
        ("flops_search(sla='a.json', save=__file__)", "what a search finds is saved in a folder, and this is a file"),
    ],
)
def test_an_argument_that_means_nothing_is_told(project: pytest.Pytester, call: str, message: str) -> None:
    project.makepyfile(f"def test_search(flops_search):\n    {call}\n")
    result = project.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"*{message}"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--flops-search=0"], "ERROR: a search tries a number of partitions"),
        (["--flops-search=5", "--flops-together"], "ERROR: a search takes one SLA, and these are checked together"),
        (["--flops-search=5", "--flops-search-save=mocks/mnist.json/x"], "ERROR: what a search finds cannot be saved"),
    ],
)
def test_a_search_that_cannot_be_is_refused_before_any_test(
    project: pytest.Pytester, options: list[str], message: str
) -> None:
    result = project.runpytest("--flops-check", "--flops-sla=mocks/mnist.json", *options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([message])


def test_without_hypothesis_a_search_names_the_extra(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    there = importlib.util.find_spec

    def not_there(name: str, package: str | None = None) -> Any:
        return None if name == "hypothesis" else there(name, package)

    monkeypatch.setattr(importlib.util, "find_spec", not_there)
    result = project.runpytest("--flops-check", "--flops-sla=mocks/mnist.json", "--flops-search=5")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["ERROR: a search needs Hypothesis, which is not installed", "*pytest-flops-mock[[]hypothesis[]]*"]
    )
