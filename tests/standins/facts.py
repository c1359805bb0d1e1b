"""Facts as the child would tell them of a good repository, and variations of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pytest_flops_mock.findings import Frame
from pytest_flops_mock.learner.facts import Array, Evaluated, Link, Number, Parameters, Trained

ARRAY = Array("numpy.ndarray", shape=(10,), dtype="float64", finite=True)


def array(**changes: Any) -> Array:
    """An array of ten numbers."""
    return replace(ARRAY, **changes)


def parameters(*arrays: Array) -> Parameters:
    """A list of arrays; one of ten numbers unless others are given."""
    kept = arrays or (ARRAY,)
    fit = not any(one.refused or one.not_averaged for one in kept)
    return Parameters("list", is_list=True, arrays=kept, finite=all(one.finite for one in kept), valid=fit)


def number(value: float | None, **changes: Any) -> Number:
    """A whole number, as a Python int."""
    plain = Number("int", is_int=True, is_float=False, finite=value is not None, value=value, text=str(value))
    return replace(plain, **changes)


def trained(**changes: Any) -> Trained:
    """A round of training on 600 rows."""
    return replace(Trained(number(600), parameters(), changed=True, peak_bytes=10**8), **changes)


def evaluated(loss: Number | None = None, accuracy: Number | None = None, count: Number | None = None) -> Evaluated:
    """An evaluation on 120 rows."""
    half = number(0.5, kind="float", is_int=False, is_float=True)
    return Evaluated("tuple", length=3, values=(loss or half, accuracy or half, count or number(120)))


def link(kind: str, text: str = "", *, frames: tuple[Frame, ...] = (), **changes: Any) -> Link:
    """An exception of the repository's code."""
    plain = Link(kind, text, frames, key_is_text=True, by_library=False, of_data=False, shapes=())
    return replace(plain, **changes)
