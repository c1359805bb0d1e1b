"""What a description of a twin may ask for, looked at before a row is made: its numbers may be anybody's."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pytest_flops_mock.data.bounds import check_features
from pytest_flops_mock.data.causes import UnfitError
from pytest_flops_mock.data.twins import forms
from pytest_flops_mock.data.twins.drawing.sounds import RATE
from pytest_flops_mock.data.twins.texts import WORDS
from pytest_flops_mock.data.twins.twin import Known, Twin
from pytest_flops_mock.data.twins.values import ITEMS, SIZE, possible_classes

MAX_COLUMNS = 2_000
"""Columns of a twin; making their features takes a time that grows with the square of their number."""

MAX_SPECIAL = 50
"""Splits whose values are different."""

MAX_CELLS = 50_000_000
"""Numbers, words, pixels and samples in one row."""

MAX_WEIGHT = 10**9
MAX_PEOPLE = 10_000_000
MAX_DECIMALS = 15
MAX_NUMBER = 9 * 10**18
"""Times in nanoseconds are below it."""

MODES = ("L", "RGB", "RGBA")


def check_size(twin: Twin) -> None:
    """Refuse a description of too many columns, or of features that cannot be held; before its features are made.

    Raises:
        UnfitError: It says the number, and how many there may be.
    """
    if len(twin.features) > MAX_COLUMNS:
        raise UnfitError(f"{len(twin.features):,} columns, more than the {MAX_COLUMNS:,} that a twin may have")
    if len(twin.special) > MAX_SPECIAL:
        raise UnfitError(f"special: {len(twin.special):,} splits, more than {MAX_SPECIAL}")
    check_features(twin.features)


def check_numbers(twin: Twin, features: Mapping[str, Any]) -> None:
    """Refuse numbers of which no rows can be made, or rows that are too large.

    Args:
        twin: The description.
        features: Those of its columns.

    Raises:
        UnfitError: It says the column, and what is wrong.
    """
    classes = _classes(twin, features)
    for columns in (twin.columns, *twin.special.values()):
        for name, known in columns.items():
            if name not in features:
                raise UnfitError(f"columns: there is no column {name!r} among the features")
            for path, each in _within(name, known):
                _check_known(path, each, classes if path == name and name != twin.label else 1)
        cells = sum(_cells(feature, columns.get(str(name), Known())) for name, feature in features.items())
        if cells > MAX_CELLS:
            raise UnfitError(f"rows of {cells:,.0f} numbers, words, pixels or samples, more than {MAX_CELLS:,}")


def _classes(twin: Twin, features: Mapping[str, Any]) -> int:
    """How many classes rows may have."""
    if twin.label is None:
        return 1
    known = twin.columns.get(twin.label, Known())
    return len(known.values or possible_classes(features.get(twin.label)))


def _within(path: str, known: Known) -> Iterator[tuple[str, Known]]:
    yield path, known
    if known.items is not None:
        yield from _within(f"{path}[]", known.items)
    for key, inner in known.fields.items():
        yield from _within(f"{path}.{key}", inner)


def _check_known(path: str, known: Known, classes: int) -> None:
    for key, (fits, expected) in _RULES.items():
        value = getattr(known, key)
        if value not in (None, (), "") and not fits(value):
            raise UnfitError(f"column {path}: {key}: expected {expected}, but it is {_shown(value)}")
    if known.weights and any(len(each) != len(known.values) for each in known.weights):
        raise UnfitError(f"column {path}: weights: expected one for each of {len(known.values)} values in each list")
    for key in ("weights", "quantiles"):
        lists = len(getattr(known, key))
        if lists > 1 and lists != classes:
            raise UnfitError(
                f"column {path}: {key}: expected one list, or one for each of {classes} classes; there are {lists}"
            )


def _are_weights(lists: Any) -> bool:
    return all(each and min(each) >= 0 and 0 < sum(each) <= MAX_WEIGHT for each in lists)


def _are_shares(counts: list[int]) -> bool:
    return _are_weights([counts])


def _are_patterns(patterns: Any) -> bool:
    return all(forms.is_pattern(pattern) for pattern, _ in patterns) and _are_shares([weight for _, weight in patterns])


def _ordered(ends: Any) -> bool:
    return bool(0 <= ends[0] <= ends[1] < math.inf)


_RULES: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "missing": (lambda share: 0 <= share <= 1, "a share from 0 to 1"),
    "weights": (_are_weights, f"lists of numbers from 0, with a sum from 1 to {MAX_WEIGHT:,}"),
    "quantiles": (lambda lists: all(each and all(map(math.isfinite, each)) for each in lists), "lists of finite numbers"),
    "decimals": (lambda digits: 0 <= digits <= MAX_DECIMALS, f"a number from 0 to {MAX_DECIMALS}"),
    "people": (lambda people: 1 <= people <= MAX_PEOPLE, f"a number from 1 to {MAX_PEOPLE:,}"),
    "form": (forms.is_form, "a form of times or numbers, such as %Y-%m-%d or 0"),
    "step": (lambda step: 1 <= step <= MAX_NUMBER, f"a number from 1 to {MAX_NUMBER:,}"),
    "patterns": (_are_patterns, f"some patterns of at most {forms.MAX_PATTERN} characters, each with how often it comes"),
    "gaps": (lambda gaps: min(gaps) >= 0 and max(gaps) <= MAX_NUMBER, f"numbers from 0 to {MAX_NUMBER:,}"),
    "start": (lambda start: abs(start) <= MAX_NUMBER, f"a number up to {MAX_NUMBER:,}"),
    "lengths": (_ordered, "two numbers from 0, the smaller one first"),
    "seconds": (_ordered, "two numbers from 0, the smaller one first"),
    "sizes": (
        lambda sizes: min(min(size[:2]) for size in sizes) > 0 and _are_shares([size[2] for size in sizes]),
        "widths and heights from 1, each with how often it comes",
    ),
    "modes": (
        lambda modes: all(mode in MODES for mode, _ in modes) and _are_shares([count for _, count in modes]),
        f"some of {', '.join(MODES)}, each with how often it comes",
    ),
}
"""What is true of each number that is known of a column."""


def _cells(feature: Any, known: Known) -> float:
    """How many numbers, words, pixels or samples a row holds, at most."""
    kind, inner = type(feature).__name__, feature[0] if isinstance(feature, list) else getattr(feature, "feature", None)
    if isinstance(feature, Mapping):
        return sum(_cells(each, known.fields.get(key, Known())) for key, each in feature.items())
    if isinstance(inner, Mapping) and kind == "Sequence":
        fields = {key: known.fields.get(key, Known()) for key in inner}
        return sum(
            (fields[key].lengths or ITEMS)[1] * _cells(each, fields[key].items or Known()) for key, each in inner.items()
        )
    if inner is not None:
        length = getattr(feature, "length", -1)
        times = length if length is not None and length >= 0 else (known.lengths or ITEMS)[1]
        return times * _cells(inner, known.items or Known())
    if kind == "Image":
        return max((width * height for width, height, _ in known.sizes), default=SIZE * SIZE)
    if kind == "Audio":
        return (known.seconds or (1, 1))[1] * (feature.sampling_rate or RATE)
    sides = getattr(feature, "shape", ())  # of an array
    return math.prod(ITEMS[1] if side is None else side for side in sides) if sides else max((known.lengths or WORDS)[1], 1)


def _shown(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:60]}…"
