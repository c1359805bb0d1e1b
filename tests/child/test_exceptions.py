"""How the child describes exceptions, tried without a process."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_flops_mock.child.exceptions import MAX_CHARACTERS, Exceptions


def chain(error: BaseException) -> list[dict[str, Any]]:
    """The facts about an exception and its causes, after their way over the pipe."""
    facts: list[dict[str, Any]] = json.loads(json.dumps(Exceptions("/nowhere").described(error)))
    return facts


def described(error: BaseException) -> dict[str, Any]:
    """The facts about an exception without its causes."""
    return chain(error)[0]


class UnprintableError(Exception):
    def __str__(self) -> str:
        raise KeyboardInterrupt


class BrokenMeta(type):
    @property
    def __name__(cls) -> str:  # type: ignore[override]
        raise RuntimeError


class BrokenError(Exception, metaclass=BrokenMeta):
    pass


class BrokenCauseError(Exception):
    @property
    def __cause__(self) -> BaseException:  # type: ignore[override]
        raise RuntimeError


class BrokenNameError(ImportError):
    @property
    def name(self) -> str:  # type: ignore[override]
        raise RuntimeError


class GroupError(Exception):
    """As an ExceptionGroup of Python 3.11 is."""

    exceptions = (ValueError("inside"), TypeError("also inside"))


def test_causes_that_go_round_in_a_circle_are_told_once() -> None:
    first, second = ValueError("first"), RuntimeError("second")
    first.__cause__, second.__cause__ = second, first
    assert [link["text"] for link in chain(first)] == ["first", "second"]


def test_a_long_chain_of_causes_is_cut() -> None:
    error = ValueError("0")
    for number in range(1, 50):
        later = ValueError(str(number))
        later.__cause__, error = error, later
    assert len(chain(error)) < 20


def test_the_first_member_of_a_group_is_its_cause() -> None:
    assert [link["text"] for link in chain(GroupError())[1:]] == ["inside"]


@pytest.mark.parametrize(
    ("error", "kind", "text"),
    [
        (ValueError(), "ValueError", ""),
        (KeyError("image"), "KeyError", "image"),
        (KeyError(("a", 1)), "KeyError", "('a', 1)"),
        (KeyError(), "KeyError", ""),
        (ValueError("lone \udcff"), "ValueError", "lone \\udcff"),
        (OSError(2, "No such file", "/nowhere/data.csv"), "FileNotFoundError", "[Errno 2] No such file: 'data.csv'"),
        (UnprintableError(), "UnprintableError", "(its text cannot be shown: KeyboardInterrupt)"),
        (BrokenError(), "Exception", "(cannot be shown: RuntimeError)"),
        (BrokenNameError("x"), "Exception", "(cannot be shown: RuntimeError)"),
        (BrokenCauseError("x"), "BrokenCauseError", "x"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_exception_becomes_facts_that_can_be_written(error: BaseException, kind: str, text: str) -> None:
    facts = described(error)
    assert (facts["type"], facts["text"]) == (kind, text)
    str(facts).encode()


def test_only_a_text_can_be_the_name_of_a_column() -> None:
    assert described(KeyError("image"))["key_is_text"]
    assert not described(KeyError(0))["key_is_text"]
    assert not described(KeyError())["key_is_text"]


def test_what_an_exception_says_is_cut_where_it_is_very_long() -> None:
    assert len(described(ValueError("x" * 10_000_000))["text"]) == MAX_CHARACTERS


@pytest.mark.parametrize(("code", "told"), [(None, None), (0, 0), (True, 1), ("no data", "no data"), ([1], "[1]")])
def test_the_status_of_an_exit_is_told(code: object, told: object) -> None:
    assert described(SystemExit(code))["code"] == told
