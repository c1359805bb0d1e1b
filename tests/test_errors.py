"""Errors as users read them."""

from __future__ import annotations

import pickle

import pytest

from pytest_flops_mock import errors
from pytest_flops_mock.codes import CODES
from pytest_flops_mock.errors import MAX_PART, FlopsMockError, LoadError, Problem, listing, nearest

ALL = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, FlopsMockError)]


def test_a_problem_shows_its_parts_in_one_order_under_each_other() -> None:
    problem = Problem("it breaks", fix="fix it", nearest="z", got="y", expected="x", where="a.py:1", code="FM603")
    assert str(problem) == ("it breaks\n  where     a.py:1\n  expected  x\n  got       y\n  nearest   z\n  fix       fix it")


def test_parts_that_are_empty_or_blank_are_not_shown() -> None:
    assert str(Problem("it breaks", where=" \n", got="")) == "it breaks"


def test_further_lines_of_a_part_stand_under_its_first() -> None:
    assert Problem("x", got="one\ntwo").parts("    ") == ["    got       one\n              two"]


@pytest.mark.parametrize("kind", ALL)
def test_every_error_is_caught_as_one_and_shows_its_problems(kind: type[FlopsMockError]) -> None:
    first, second = Problem("first", where="here"), Problem("second")
    with pytest.raises(FlopsMockError) as error:
        raise kind(first, second)
    assert error.value.problems == (first, second)
    assert str(error.value) == "first\n  where     here\nsecond"


@pytest.mark.parametrize("kind", ALL)
def test_the_code_of_an_error_is_in_the_catalogue_or_none(kind: type[FlopsMockError]) -> None:
    assert kind.code == "FM000" or kind.code in CODES


def test_an_error_survives_the_way_to_another_process() -> None:
    """As with pytest-xdist."""
    again = pickle.loads(pickle.dumps(LoadError(Problem("x", got="y"), Problem("z"))))
    assert (type(again), again.problems) == (LoadError, (Problem("x", got="y"), Problem("z")))


def test_what_a_terminal_would_obey_is_taken_out_and_what_is_too_long_is_cut() -> None:
    problem = Problem("a\x1b[31mb\x07c", where="x\udcff\n\ty é", got="z" * 10_000)
    assert problem.message == "ab\ufffdc"
    assert problem.where == "x\ufffd\n\ty é"
    assert problem.got.endswith("z… (10,000 characters)")
    assert len(problem.got) < MAX_PART


def test_the_nearest_of_huge_names_is_not_looked_for() -> None:
    assert nearest("a" * 100_000, ["a" * 100_000]) == ""
    assert nearest("numpi", ["n" * 100_000, "numpy"]) == "numpy"


@pytest.mark.parametrize(
    ("value", "valid", "told"),
    [
        ("pet", ["pets", "other"], "pets"),
        ("MODEL_MANAGER.PY", ["model_manager.py"], "model_manager.py"),
        ("", ["pets"], ""),
        ("partitions", ["partitioner", "number_of_partitions"], "number_of_partitions"),
        ("name", ["name", "dataset_name"], "name"),
        ("pets", [], ""),
        ("xyz", ["pets"], ""),
    ],
)
def test_the_nearest_value(value: str, valid: list[str], told: str) -> None:
    assert nearest(value, valid) == told


def test_a_listing_is_cut_only_where_there_are_more() -> None:
    assert listing(["a", 1]) == "a, 1"
    assert listing(range(3), max_items=3) == "0, 1, 2"
    assert listing(iter(range(4)), max_items=3) == "0, 1, 2, and 1 more"
