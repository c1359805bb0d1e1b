"""The features of a twin's rows, without ``datasets`` where they are plain: importing it takes longer than making the rows.

Features of any other kind, or written otherwise than ``datasets`` writes them, are its own objects.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from pytest_flops_mock.flight.features import METADATA_KEY

_TYPES = {
    "bool": pa.bool_(),
    "int8": pa.int8(),
    "int16": pa.int16(),
    "int32": pa.int32(),
    "int64": pa.int64(),
    "uint8": pa.uint8(),
    "float32": pa.float32(),
    "float64": pa.float64(),
    "string": pa.string(),
}
_FILE = pa.struct({"bytes": pa.binary(), "path": pa.string()})


@dataclass(frozen=True)
class Value:
    """A column of values of one type."""

    pa_type: pa.DataType


@dataclass(frozen=True)
class ClassLabel:
    """A column of classes, by their numbers."""

    names: tuple[str, ...]
    pa_type = pa.int64()

    @property
    def num_classes(self) -> int:
        """How many classes there are."""
        return len(self.names)


@dataclass(frozen=True)
class Image:
    """A column of pictures."""

    pa_type = _FILE


@dataclass(frozen=True)
class Audio:
    """A column of sounds."""

    sampling_rate: int | None
    pa_type = _FILE


@dataclass(frozen=True)
class RowFeatures:
    """What rows are made from and written under.

    Attributes:
        kinds: The feature of each column, of the classes above or of ``datasets``: they have the same names and attributes.
        schema: The Arrow schema that ``datasets`` has for them, with its metadata.
    """

    kinds: Mapping[str, Any]
    schema: pa.Schema


def row_features(features: Mapping[str, Any]) -> RowFeatures:
    """The features of a twin's rows.

    Args:
        features: As ``datasets`` writes them.
    """
    kinds = {name: _plain(feature) for name, feature in features.items()}
    if None in kinds.values():
        import datasets

        made = datasets.Features.from_dict(features)
        return RowFeatures(made, made.arrow_schema)
    schema = pa.schema({name: kind.pa_type for name, kind in kinds.items() if kind is not None})
    return RowFeatures(kinds, schema.with_metadata({METADATA_KEY: json.dumps({"info": {"features": features}}).encode()}))


def _plain(feature: Any) -> Value | ClassLabel | Image | Audio | None:
    match feature:
        case {"dtype": str(dtype), "_type": "Value"} if list(feature) == ["dtype", "_type"] and dtype in _TYPES:
            return Value(_TYPES[dtype])
        case {"names": [*names], "_type": "ClassLabel"} if list(feature) == ["names", "_type"]:
            return ClassLabel(tuple(names))
        case {"_type": "Image"} if len(feature) == 1:
            return Image()
        case {"sampling_rate": int(rate), "_type": "Audio"} if list(feature) == ["sampling_rate", "_type"]:
            return Audio(rate)
        case {"_type": "Audio"} if len(feature) == 1:
            return Audio(None)
    return None


def is_a(feature: Any, *names: str) -> bool:
    """Whether a feature, plain or of ``datasets``, is of one of these kinds."""
    return type(feature).__name__ in names
