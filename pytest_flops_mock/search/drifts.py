"""The texts of drift, as the search makes them smaller."""

from __future__ import annotations

from collections.abc import Iterator


def simpler(drift: str) -> Iterator[str]:
    """The same drift of fewer kinds, and of every row."""
    rules = [rule.strip() for rule in drift.split(";")]
    if len(rules) > 1:
        yield from rules
    whole = "; ".join(" ".join(_whole(word) for word in rule.split(" ")) for rule in rules)
    if whole != drift:
        yield whole


def _whole(word: str) -> str:
    """A share of everything; a word that is no share stays."""
    name, _, value = word.partition("=")
    try:
        return f"{name}=1" if 0 < float(value) < 1 else word
    except ValueError:
        return word
