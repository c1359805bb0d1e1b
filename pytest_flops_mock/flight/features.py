"""Hugging Face features in an Arrow schema: JSON under the metadata key ``huggingface``."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa

METADATA_KEY = b"huggingface"


def features_of(schema: pa.Schema) -> dict[str, Any]:
    """The features by column, as ``datasets`` writes them; the schema has to have some."""
    features: dict[str, Any] = json.loads(schema.metadata[METADATA_KEY])["info"]["features"]
    return features


def class_columns(features: dict[str, Any]) -> list[str]:
    """The columns of the feature ``ClassLabel``."""
    return [name for name, each in features.items() if isinstance(each, dict) and each.get("_type") == "ClassLabel"]
