"""Texts of other people, made safe to show."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_flops_mock.texts import clean


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text, with ünïcode and 漢字 and 👩\u200d🔬", "plain text, with ünïcode and 漢字 and 👩\u200d🔬"),
        ("two\n\tlines", "two\n\tlines"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x9b31mred", "red"),
        ("\x1b]0;a title\x07text", "text"),
        ("\x1b]8;;http://example.org\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bc\x1b(Breset", "reset"),
        ("\x1b", "\ufffd"),
        ("\x1b[", ""),
        ("nul \x00 bell \x07 delete \x7f", "nul \ufffd bell \ufffd delete \ufffd"),
        ("carriage\r\nreturn\rhere", "carriage\nreturn\nhere"),
        ("a\u00a0b\u2028c\x0bd", "a b c d"),
        ("right \u202eto left", "right \ufffdto left"),
        ("\ud800", "\ufffd"),
        ("::error::x", ": :error::x"),
        ("a\n \u3000::error::x", "a\n  : :error::x"),
        (":\x1b[m:error::x", ": :error::x"),
        ("std::vector", "std::vector"),
        ("##[error]x ###[", "# #[error]x ## #["),
    ],
)
def test_what_is_shown(text: str, shown: str) -> None:
    assert clean(text) == shown


@given(st.text(st.characters(codec=None) | st.sampled_from("\x1b\x9b[]:#\r\n\u2028")))
def test_what_is_clean_is_printable_and_stays_as_it_is(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert all(char.isprintable() or char in "\n\t\u200c\u200d" for char in once)
    assert not any(line.lstrip().startswith("::") for line in once.splitlines())
    once.encode()


@pytest.mark.parametrize("part", ["\x1b", "\x1b[", "\x1b]", "\x9d", "\x9b0", "\x1b[0", " ", ":", "\n :", "##["])
def test_time_is_linear(part: str) -> None:
    begun = time.process_time()
    clean(part * 200_000)
    assert time.process_time() - begun < 5
