"""Data sets as files that ``datasets.load_dataset`` reads, from a folder or a hub: Parquet, and a card."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from pytest_flops_mock.data.features import learner_schema
from pytest_flops_mock.data.writing import write_whole
from pytest_flops_mock.errors import DataSourceError, Problem, listing

CARD, MADE_BY = "README.md", "Made by flops-mock"


def files_of(configs: Mapping[str, Mapping[str, Any]], name: str, *, others: Sequence[str] = ()) -> dict[str, bytes]:
    """The files of a data set, by path.

    Args:
        configs: The splits of each configuration.
        name: Name of the data set, for messages.
        others: Further configurations, of which there are no rows.

    Raises:
        DataSourceError: A column is of a type that the learner's ``datasets`` does not know.
    """
    files = {
        _path(config, split): _parquet(data, name) for config, splits in configs.items() for split, data in splits.items()
    }
    return {CARD: _card(configs, name, others).encode(), **files}


def export(splits: Mapping[str, Any], name: str, folder: Path, *, config_name: str = "default") -> None:
    """Write a data set into a folder that ``datasets.load_dataset`` reads.

    Args:
        splits: Its splits.
        name: Its name.
        folder: Where to.
        config_name: The configuration that these are.

    Raises:
        DataSourceError: The folder cannot be written, or holds something else.
    """
    card = folder / CARD
    if folder.is_dir() and any(folder.iterdir()) and not (card.is_file() and MADE_BY in card.read_text("utf-8", "replace")):
        raise DataSourceError(
            Problem(
                "the folder of the data set holds other files",
                where=str(folder),
                expected="a new or empty folder, or one that was exported before",
                got=listing(sorted(path.name for path in folder.iterdir()), 3),
                fix="name another folder with --export",
            )
        )
    files = files_of({config_name: splits}, name)
    write_whole({folder / path: content for path, content in files.items()}, "the data set", "--export")


def _parquet(data: Any, name: str) -> bytes:
    table = data.with_format("arrow")[:]
    schema = learner_schema(data.features.arrow_schema, name)
    file = io.BytesIO()
    pq.write_table(table.cast(schema).replace_schema_metadata(schema.metadata), file)
    return file.getvalue()


def _path(config: str, split: str) -> str:
    return f"{'data' if config == 'default' else config}/{split}-00000-of-00001.parquet"


def _card(configs: Mapping[str, Mapping[str, Any]], name: str, others: Sequence[str]) -> str:
    import yaml

    said: list[dict[str, Any]] = [
        {"config_name": config, "data_files": [{"split": split, "path": _path(config, split)} for split in splits]}
        for config, splits in configs.items()
    ]
    said += [{"config_name": other, "data_files": f"{other}/*.parquet"} for other in others]
    return f"---\n{yaml.safe_dump({'configs': said}, sort_keys=False)}---\n\n{MADE_BY} to stand in for {name}.\n"
