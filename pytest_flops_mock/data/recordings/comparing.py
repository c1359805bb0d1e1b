"""Comparing recorded samples with what the hub has now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from pytest_flops_mock.data.features import learner_schema
from pytest_flops_mock.data.hub.loading import read_streams, rows_of_stream
from pytest_flops_mock.data.libraries import quiet_datasets
from pytest_flops_mock.data.recordings.manifest import Manifest, recordings_in, schema_changes
from pytest_flops_mock.data.recordings.problems import none_recorded
from pytest_flops_mock.data.recordings.recording import entry_to_read
from pytest_flops_mock.data.selection import Selection
from pytest_flops_mock.errors import DataSourceError
from pytest_flops_mock.flight.features import features_of

ROWS_FOR_SCHEMA = 100
"""Rows whose types tell the schema of files that have none, such as CSV."""


@dataclass(frozen=True)
class Comparison:
    """What the hub says now about a data set that was recorded.

    Attributes:
        manifest: What was recorded.
        revision: The hub's commit now.
        changes: How the schema has changed, a sentence for each column; empty if it has not.
    """

    manifest: Manifest
    revision: str
    changes: tuple[str, ...]


def compare_with_hub(folder: Path, name: str | None = None) -> Iterator[Comparison]:
    """What the hub says now about each sample in a folder, or about those of one data set.

    Raises:
        DataSourceError: There is no sample, or the hub cannot say it.
    """
    found = [
        known for known in recordings_in(folder) if name is None or name in (known.manifest.dataset, *known.manifest.names)
    ]
    if not found:
        raise DataSourceError(none_recorded(name or "any data set", folder))
    for manifest in (recording.manifest for recording in found):
        selection = Selection(manifest.split, manifest.config_name, manifest.asked_revision)
        with quiet_datasets():
            entry = entry_to_read(manifest.dataset, selection)
            described = read_streams(entry, selection, partial(_now, split=manifest.split))
        gone = (f"split {manifest.split} is gone",)
        yield Comparison(manifest, entry.commit, gone if described is None else schema_changes(manifest.features, described))


def _now(splits: Any, split: str) -> dict[str, Any] | None:
    if split not in splits:
        return None
    features = splits[split].features
    if features is None:
        features = rows_of_stream(splits[split], lambda found: list(islice(found, ROWS_FOR_SCHEMA))).features
    return features_of(learner_schema(features.arrow_schema, split))
