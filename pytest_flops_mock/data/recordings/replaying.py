"""Replaying a recorded sample."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pytest_flops_mock.data.bounds import MAX_RECORDING_BYTES, check_features, check_parquet, validate_table
from pytest_flops_mock.data.causes import LFS_POINTER, is_lfs_pointer, reason
from pytest_flops_mock.data.recordings.manifest import FORM, Recording, digest_of, recordings_in, schema_changes
from pytest_flops_mock.data.recordings.problems import none_recorded, other_rows_recorded, unfit
from pytest_flops_mock.data.selection import Selection, first_rows
from pytest_flops_mock.errors import DataSourceError
from pytest_flops_mock.flight.features import features_of
from pytest_flops_mock.regular import read_regular


def replay(names: Sequence[str], selection: Selection, folder: Path) -> tuple[Any, str, str]:
    """The rows of a recorded sample, where they came from in words, and the column of classes (empty if there is none).

    Args:
        names: Names of the data set, the one that was asked for first.
        selection: Which rows.
        folder: Folder of recorded samples.

    Raises:
        DataSourceError: There is no such sample, or it is not whole or not as it was recorded.
    """
    recording = _found(names, selection, folder)
    manifest, content = recording.manifest, _content(recording)
    check_parquet(io.BytesIO(content), recording.path)
    try:
        table = pq.read_table(io.BytesIO(content))
        validate_table(table)
        described = features_of(table.schema)
        check_features(described)
    except Exception as error:  # whatever Arrow says about a file that is none
        got = LFS_POINTER if is_lfs_pointer(recording.path) else reason(error)
        raise unfit(recording.path, "the recorded sample cannot be read", "a Parquet file", got, manifest) from error
    if described != manifest.features or table.num_rows != manifest.rows:
        got = "; ".join(schema_changes(manifest.features, described)) or f"{table.num_rows} rows"
        expected = f"the columns of its manifest and {manifest.rows} rows"
        raise unfit(recording.path, "the recorded sample does not fit its manifest", expected, got, manifest)
    if manifest.digest != digest_of(manifest, content):
        expected = f"digest {manifest.digest}"
        got = f"digest {digest_of(manifest, content)}"
        raise unfit(recording.path, "the recorded sample or its manifest was changed afterwards", expected, got, manifest)
    data = first_rows(_rows(table, recording), selection.max_rows)
    day = f"revision {manifest.revision[:12]}, recorded {manifest.recorded}"
    origin = f"recorded sample of {manifest.title}, {day}, {data.num_rows} row{'s' * (data.num_rows != 1)}"
    return data, origin, manifest.by or ""


def _found(names: Sequence[str], selection: Selection, folder: Path) -> Recording:
    unreadable: dict[Path, Exception] = {}
    recordings = recordings_in(folder, unreadable.__setitem__)
    same = [known for known in recordings if set(names) & {known.manifest.dataset, *known.manifest.names}]
    revisions = {selection.revision} - {None}
    for known in same:
        theirs = known.manifest
        if theirs.form != FORM:
            raise unfit(known.path.with_suffix(".json"), "the manifest has another form", FORM, theirs.form, theirs)
        fits = (theirs.split, theirs.config_name) == (selection.split, selection.config_name)
        if fits and revisions <= {theirs.asked_revision, theirs.revision}:
            return known
    stems = tuple(name.replace("/", "--") for name in names)
    for path, error in unreadable.items():
        if path.stem in stems or path.stem.startswith(tuple(f"{stem}." for stem in stems)):
            raise unfit(
                path, "the manifest of the recorded sample cannot be read", "what flops-mock record wrote", reason(error)
            )
    if same:
        raise DataSourceError(other_rows_recorded(names[0], selection, same, folder))
    raise DataSourceError(none_recorded(names[0], folder, [known.manifest.dataset for known in recordings]))


def _rows(table: pa.Table, recording: Recording) -> Any:
    import datasets

    try:
        return datasets.Dataset(table, fingerprint=recording.manifest.digest[:16])
    except Exception as error:  # whatever datasets says about features that are none
        expected = "features that datasets knows"
        raise unfit(
            recording.path, "the recorded sample cannot be read", expected, reason(error), recording.manifest
        ) from error


def _content(recording: Recording) -> bytes:
    try:
        return read_regular(recording.path, MAX_RECORDING_BYTES)
    except OSError as error:
        got = error.strerror or str(error)
        missing = isinstance(error, FileNotFoundError)
        message = f"the Parquet file of the recorded sample {'is missing' if missing else 'cannot be read'}"
        raise unfit(recording.path, message, "a file", got, recording.manifest) from error
