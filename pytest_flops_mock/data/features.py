"""Hugging Face features as the learner's older ``datasets`` can read them.

A data set's Arrow schema carries its features as JSON under the metadata key ``huggingface``. ``datasets`` 4 writes lists
there as ``List``, which 2.x and 3.x do not know (huggingface/datasets#7676). The learner's image has 2.x, so lists are
written in the older forms, which the newer versions read as well: ``Sequence`` for lists of one type, a JSON list of one
element for lists of structs (a ``Sequence`` of structs meant a struct of lists).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from pytest_flops_mock.errors import DataSourceError, Problem, listing
from pytest_flops_mock.flight.features import METADATA_KEY, features_of

KNOWN_TYPES = (
    "Value",
    "ClassLabel",
    "Translation",
    "TranslationVariableLanguages",
    "Sequence",
    "Array2D",
    "Array3D",
    "Array4D",
    "Array5D",
    "Audio",
    "Image",
)
"""The feature types of ``datasets`` 2.14 to 2.21, which ``flwr_datasets==0.1.0`` in the learner's image brings."""

NEWER_VALUES = ("string_view", "binary_view")
"""Kinds of ``Value`` that those versions do not know."""


def learner_schema(schema: pa.Schema, where: str) -> pa.Schema:
    """The schema with its features rewritten for the learner; other metadata, of no use there, is left out.

    Args:
        schema: Arrow schema of a ``datasets.Dataset``'s features.
        where: Which data set, for the message.

    Raises:
        DataSourceError: A column has a feature type that the learner's ``datasets`` does not know.
    """
    problems: list[Problem] = []
    features = {}
    for name, feature in features_of(schema).items():
        try:
            features[name] = _older(feature)
        except _UnknownTypeError as error:
            problems.append(
                Problem(
                    f"column {name!r} has a feature type that the learner's datasets (2.x) cannot read",
                    where=where,
                    expected=listing(KNOWN_TYPES),
                    got=str(error),
                    fix="cast the column to another feature type, or leave it out",
                    code="FM304",
                )
            )
    if problems:
        raise DataSourceError(*problems)
    return schema.with_metadata({METADATA_KEY: json.dumps({"info": {"features": features}}).encode()})


class _UnknownTypeError(Exception):
    """The name of a feature type without an older form."""


def _older(feature: Any) -> Any:
    if isinstance(feature, list):
        return [_older(item) for item in feature]
    kind = feature.get("_type") if isinstance(feature, Mapping) else None
    if not isinstance(kind, str):  # a struct: its fields by name, one of which may be called _type
        return {name: _older(child) for name, child in feature.items()}
    if kind == "List":
        return _older_list(feature)
    if kind == "Sequence":
        return {**feature, "feature": _older(feature["feature"])}
    if kind not in KNOWN_TYPES:
        raise _UnknownTypeError(kind)
    if kind == "Value" and feature["dtype"] in NEWER_VALUES:
        raise _UnknownTypeError(f"Value of {feature['dtype']}")
    return dict(feature)


def _older_list(feature: Mapping[str, Any]) -> Any:
    inner, length = feature["feature"], feature.get("length", -1)
    if not _is_struct(inner):
        fixed = {} if length == -1 else {"length": length}
        return {"feature": _older(inner), **fixed, "_type": "Sequence"}
    if length != -1:
        raise _UnknownTypeError(f"a list of exactly {length} structs")
    return [_older(inner)]


def _is_struct(feature: Any) -> bool:
    return isinstance(feature, Mapping) and not isinstance(feature.get("_type"), str)
