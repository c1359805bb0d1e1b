"""Hugging Face features in an Arrow schema: JSON under the metadata key ``huggingface``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

METADATA_KEY = b"huggingface"


def features_of(schema: pa.Schema) -> dict[str, Any]:
    """The features by column, as ``datasets`` writes them; the schema has to have some."""
    features: dict[str, Any] = json.loads(schema.metadata[METADATA_KEY])["info"]["features"]
    return features


def label_of(features: Mapping[str, Any], known: Iterable[str] = ()) -> str:
    """The column that a model learns to tell: the first that is known, else the only one of the feature ``ClassLabel``.

    Args:
        features: The features by column.
        known: Columns that may be the label; those that there are not do not count.

    Returns:
        The column; empty if it is not clear.
    """
    classes = class_columns(features)
    return next((label for label in known if label in features), classes[0] if len(classes) == 1 else "")


def class_columns(features: Mapping[str, Any]) -> list[str]:
    """The columns of the feature ``ClassLabel``."""
    return [name for name, each in features.items() if isinstance(each, dict) and each.get("_type") == "ClassLabel"]
