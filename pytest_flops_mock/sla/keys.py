"""What the keys and values of an SLA mean, as far as more than one module has to know it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import BaseModel


def is_local_path(name: str) -> bool:
    """Whether a data set's name means files on this machine and not a data set of the Hugging Face hub."""
    endings = (".parquet", ".csv", ".json", ".jsonl")
    return name.startswith((".", "/", "~")) or "\\" in name or name.casefold().endswith(endings)


def known_keys(model: type[BaseModel]) -> tuple[str, ...]:
    """The JSON keys that a model knows at its own level."""
    return tuple(field.alias or name for name, field in model.model_fields.items())
