"""What drift has to know of columns: which kinds fit one, its classes, and random numbers of its own."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pytest_flops_mock.sla.drift_kinds import KINDS, About
from pytest_flops_mock.sla.schemes import DriftRule

Seed = int | tuple[int, ...]


def fits(about: About, type_: pa.DataType, feature: Any) -> bool:
    """Whether a column of this type and feature is one that a kind of drift can be about."""
    if about is About.IMAGES:
        return is_a(feature, "Image")
    if about is About.TEXTS:
        return bool(pa.types.is_string(type_) or pa.types.is_large_string(type_))
    if about is About.TIMES:
        return bool(pa.types.is_timestamp(type_) or pa.types.is_date(type_))
    if about is About.NUMBERS:
        return is_number(type_) and not is_a(feature, "ClassLabel")
    if about is About.ONE_PLAIN:
        return is_number(type_) or bool(pa.types.is_boolean(type_))
    return not pa.types.is_nested(type_) if about is About.LABEL else True


def concerns(rule: DriftRule, field: pa.Field, feature: Any, label: str) -> bool:
    """Whether a rule is about this column. Where it names none, labels stay as they are, but for kinds about classes."""
    about = KINDS[rule.kind].about
    if rule.column or about is About.LABEL:
        return bool(field.name == (rule.column or label))
    if field.name == label and about in (About.VALUES, About.NUMBERS):
        return False
    return fits(about, field.type, feature)


def is_number(type_: pa.DataType) -> bool:
    """Whether it is an integer or a float."""
    return bool(pa.types.is_integer(type_) or pa.types.is_floating(type_))


def is_a(feature: Any, kind: str) -> bool:
    """Whether a feature is of this type of ``datasets``."""
    return isinstance(feature, dict) and feature.get("_type") == kind


def classes_of(values: Sequence[Any], feature: Any) -> list[Any]:
    """All classes that the feature knows, so that partitions agree on them; else those that occur."""
    if is_a(feature, "ClassLabel") and (count := len(feature.get("names") or ()) or feature.get("num_classes")):
        return list(range(count))
    return sorted(set(values) - {None})


def without(column: pa.Array, gone: npt.NDArray[np.bool_]) -> pa.Array:
    """The column with nulls at some places."""
    return column.take(pa.array(np.arange(len(column)), mask=gone))  # no index, no value: for any type


def stream(seed: Seed, *names: str) -> np.random.Generator:
    """Random numbers for one drift of one column: neither another drift nor another column moves them."""
    numbers = (seed,) if isinstance(seed, int) else seed
    return np.random.default_rng([*numbers, *(zlib.crc32(name.encode("utf-8", "surrogatepass")) for name in names)])
