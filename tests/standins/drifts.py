"""Any drift that can be written down."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from pytest_flops_mock import Drift, DriftRule
from pytest_flops_mock.sla.drift_kinds import IMAGE_MODES, KINDS, MAX_SHIFT, TYPES

NAMES = st.text("ab1;, =+'\"\\\n\t#%-\xa0é←", min_size=1, max_size=6) | st.sampled_from(
    ["empty", "a,missing=1", "a,reordered"]
)
SHARES = st.floats(0, 1, exclude_min=True)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False).filter(bool)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(KINDS, SHARES),
    **dict.fromkeys(("factor", "outlier"), NUMBERS),
    **dict.fromkeys(("extra_column", "missing_column", "renamed"), NAMES),
    **dict.fromkeys(("empty", "reordered"), st.just(True)),
    "time_shift": st.timedeltas(-MAX_SHIFT, MAX_SHIFT).filter(bool),
    "image_size": st.tuples(st.integers(1, 64), st.integers(1, 64)),
    "image_mode": st.sampled_from(IMAGE_MODES),
    "type": st.sampled_from(TYPES),
}


@st.composite
def rules(draw: st.DrawFn, names: st.SearchStrategy[str]) -> DriftRule:
    kind = KINDS[draw(st.sampled_from(list(KINDS)))]
    named = st.just("") if not kind.about.has_column else names if kind.about.needs_column else names | st.just("")
    return DriftRule(
        kind.name,
        draw(names if kind.name == "missing_column" else VALUES[kind.name]),
        draw(named),
        tuple(draw(st.lists(st.integers(0, 99), max_size=3))),
        draw(st.just(1.0) | SHARES),
        draw(st.just(1.0) | st.floats(0, 1)),
    )


def drifts(names: st.SearchStrategy[str] = NAMES, most: int = 5) -> st.SearchStrategy[Drift]:
    """Drifts of columns with these names."""
    return st.lists(rules(names), max_size=most).map(lambda drawn: Drift(tuple(drawn)))
