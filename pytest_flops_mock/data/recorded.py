"""Recorded samples: a few rows of a data set of the hub, kept in a project and replayed without a network.

A sample is a Parquet file and a manifest beside it, which says what the rows are and holds a digest over both.
"""

from __future__ import annotations

import hashlib
import io
import json
import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timezone
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pytest_flops_mock.data.features import METADATA_KEY, learner_schema
from pytest_flops_mock.data.hub import HubEntry, check_readable, is_offline, look_up, rows_of, stream_rows
from pytest_flops_mock.data.media import with_media
from pytest_flops_mock.data.reading import LFS_POINTER, is_lfs_pointer, quiet_datasets, reason
from pytest_flops_mock.data.request import SPLIT, TWIN_ENDING, Wanted
from pytest_flops_mock.data.writing import write_whole
from pytest_flops_mock.errors import DataSourceError, Problem, listing, nearest

SCHEMA = "pytest-flops-mock/recording/1"
"""The version of the manifest's form; a change that breaks readers raises the number."""

ROWS, SEED = 256, 42
MIN_READ, READ_PER_ROW = 2_000, 50
"""How far a stream is read for rows of every class: so many rows for each wanted one, and at least so many."""

ROWS_FOR_SCHEMA = 100
"""Rows whose types tell the schema of files that have none, such as CSV."""

OTHER_WAYS = "or take other data: --flops-data=synthetic or hub"


@dataclass(frozen=True)
class Manifest:
    """What a recorded sample is.

    Attributes:
        form: Version of this form.
        dataset: Full name on the hub.
        names: Names by which it was asked for.
        config_name: Configuration; ``None`` is the default one.
        asked_revision: Branch, tag or commit that was asked for; ``None`` is the newest.
        revision: The commit that the rows are of.
        split: Name of the split.
        features: The columns as ``datasets`` describes them, in its older form.
        rows: How many rows.
        by: Column whose values all have rows in the sample; ``None`` for the split's first rows.
        seed: Seed of the choice of rows.
        licence: As the data set's card says it.
        recorded: The day, UTC.
        digest: SHA-256 over all of the above and the Parquet file.
    """

    form: str
    dataset: str
    names: tuple[str, ...]
    config_name: str | None
    asked_revision: str | None
    revision: str
    split: str
    features: dict[str, Any]
    rows: int
    by: str | None
    seed: int
    licence: str
    recorded: str
    digest: str

    @property
    def title(self) -> str:
        """What it is a sample of, in words."""
        chosen = [f"configuration {self.config_name}"] if self.config_name else []
        chosen += [f"split {self.split}"] if self.split != SPLIT else []
        return ", ".join([self.dataset, *chosen])


@dataclass(frozen=True)
class Recording:
    """A sample in a folder.

    Attributes:
        path: The Parquet file; the manifest lies beside it.
        manifest: What it is.
        lacking: Names of the classes without a row.
    """

    path: Path
    manifest: Manifest
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True)
class Drift:
    """What the hub says now about a data set that was recorded.

    Attributes:
        manifest: What was recorded.
        revision: The hub's commit now.
        changes: How the schema has changed, a sentence for each column; empty if it has not.
    """

    manifest: Manifest
    revision: str
    changes: tuple[str, ...]


def record(name: str, wanted: Wanted, folder: Path, *, by: str | None = None, seed: int = SEED) -> Recording:
    """Record a sample of a data set of the hub, reading no more of it than needed.

    Args:
        name: Name on the hub, with or without its owner.
        wanted: Configuration, revision, split, and how many rows.
        folder: Where the sample is written; what it held of the same split and configuration is replaced.
        by: Column of classes: all of them get about equally many rows.
        seed: Seed of the choice among the rows of a class.

    Raises:
        DataSourceError: The data set cannot be had, has no such split or column, or the folder cannot be written.
    """
    with quiet_datasets():
        entry = _entry(name, wanted)
        rows = ROWS if wanted.max_rows is None else wanted.max_rows

        def take(splits: Any) -> Any:
            stream = _stream(splits, entry, wanted.split)
            if by is None:
                return rows_of(stream, lambda found: list(islice(found, rows)))
            classes = _classes(stream, by, name)
            return rows_of(stream, lambda found: _stratified(found, by, rows, classes, seed, name))

        data = stream_rows(entry, wanted, take)
        schema = learner_schema(data.features.arrow_schema, name)
        batches = [whole for batch in data.with_format("arrow")[:].to_batches() for whole in with_media(batch, name)]
        table = pa.Table.from_batches(batches, schema=data.features.arrow_schema).replace_schema_metadata(schema.metadata)
    manifest = Manifest(
        form=SCHEMA,
        dataset=entry.id,
        names=tuple(dict.fromkeys((name, entry.id))),
        config_name=wanted.config_name,
        asked_revision=wanted.revision,
        revision=entry.commit,
        split=wanted.split,
        features=_described(schema),
        rows=table.num_rows,
        by=by,
        seed=seed,
        licence=entry.licence or "unknown",
        recorded=datetime.now(timezone.utc).date().isoformat(),
        digest="",
    )
    names = getattr(data.features[by], "names", ()) if by is not None else ()
    present = set(table[by].to_pylist()) if by is not None else set()
    lacking = tuple(name for number, name in enumerate(names or ()) if number not in present)
    return replace(_written(table, manifest, folder), lacking=lacking)


def replay(names: Sequence[str], wanted: Wanted, folder: Path) -> tuple[Any, str]:
    """The rows of a recorded sample, and where they came from in words.

    Args:
        names: Names of the data set, the one that was asked for first.
        wanted: Which rows.
        folder: Folder of recorded samples.

    Raises:
        DataSourceError: There is no such sample, or it is not whole or not as it was recorded.
    """
    recording = _found(names, wanted, folder)
    manifest, content = recording.manifest, _content(recording)
    try:
        table = pq.read_table(io.BytesIO(content))
        described = _described(table.schema)
    except Exception as error:  # whatever Arrow says about a file that is none
        got = LFS_POINTER if is_lfs_pointer(recording.path) else reason(error)
        raise _unfit(recording.path, "the recorded sample cannot be read", "a Parquet file", got, manifest) from error
    if described != manifest.features or table.num_rows != manifest.rows:
        got = "; ".join(_changes(manifest.features, described)) or f"{table.num_rows} rows"
        expected = f"the columns of its manifest and {manifest.rows} rows"
        raise _unfit(recording.path, "the recorded sample does not fit its manifest", expected, got, manifest)
    if manifest.digest != _digest(manifest, content):
        expected = f"digest {manifest.digest}"
        got = f"digest {_digest(manifest, content)}"
        raise _unfit(recording.path, "the recorded sample or its manifest was changed afterwards", expected, got, manifest)
    import datasets

    data = datasets.Dataset(table, fingerprint=manifest.digest[:16])
    if wanted.max_rows is not None and wanted.max_rows < data.num_rows:
        data = data.select(range(wanted.max_rows))
    day = f"revision {manifest.revision[:12]}, recorded {manifest.recorded}"
    return data, f"recorded sample of {manifest.title}, {day}, {data.num_rows} row{'s' * (data.num_rows != 1)}"


def check_drift(folder: Path, name: str | None = None) -> Iterator[Drift]:
    """What the hub says now about each sample in a folder, or about those of one data set.

    Raises:
        DataSourceError: There is no sample, or the hub cannot say it.
    """
    found = [
        known for known in _recordings(folder) if name is None or name in (known.manifest.dataset, *known.manifest.names)
    ]
    if not found:
        raise DataSourceError(_none_recorded(name or "any data set", folder))
    for manifest in (recording.manifest for recording in found):
        wanted = Wanted(manifest.split, manifest.config_name, manifest.asked_revision)
        with quiet_datasets():
            entry = _entry(manifest.dataset, wanted)
            described = stream_rows(entry, wanted, partial(_now, split=manifest.split))
        gone = (f"split {manifest.split} is gone",)
        yield Drift(manifest, entry.commit, gone if described is None else _changes(manifest.features, described))


def _entry(name: str, wanted: Wanted) -> HubEntry:
    if is_offline():
        raise DataSourceError(
            Problem(
                "a sample cannot be recorded or compared while the network is switched off",
                where=f"dataset_name = {name!r}",
                got="HF_HUB_OFFLINE or HF_DATASETS_OFFLINE",
                fix="unset them and try again",
            )
        )
    from pytest_flops_mock.data.twins.catalogue import twin_names

    entry = look_up(name, wanted.revision, twin_names())
    check_readable(entry, wanted)
    return entry


def _stream(splits: Any, entry: HubEntry, split: str) -> Any:
    if split not in splits:
        raise DataSourceError(
            Problem(
                f"the data set has no split {split!r}",
                where=f"dataset_name = {entry.asked!r}",
                expected=f"one of: {listing(splits)}",
                got=split,
                nearest=nearest(split, splits),
                fix="name one that there is with --split",
                code="FM302",
            )
        )
    return splits[split]


def _now(splits: Any, split: str) -> dict[str, Any] | None:
    if split not in splits:
        return None
    features = splits[split].features
    if features is None:
        features = rows_of(splits[split], lambda found: list(islice(found, ROWS_FOR_SCHEMA))).features
    return _described(learner_schema(features.arrow_schema, split))


def _classes(stream: Any, by: str, name: str) -> int | None:
    """How many classes the column has, as far as it says so."""
    names = list(stream.features or next(iter(stream), {}))
    if by not in names:
        raise DataSourceError(
            Problem(
                f"the data set has no column {by!r}",
                where=f"dataset_name = {name!r}",
                expected=f"one of: {listing(names)}",
                got=by,
                nearest=nearest(by, names),
                fix="name the column of the classes with --by",
            )
        )
    count = getattr((stream.features or {}).get(by), "num_classes", None)
    return int(count) if count else None


def _stratified(
    found: Iterable[dict[str, Any]], by: str, rows: int, classes: int | None, seed: int, name: str
) -> list[dict[str, Any]]:
    """Rows of all classes, about equally many, in the order in which they came.

    Each class keeps a uniform choice of what was read of it. Reading ends when every class has its share, if it is known
    how many there are, and in any case before much more is read than is kept.
    """
    rng = np.random.default_rng(seed)
    share = rows if classes is None else -(-rows // classes)
    kept: dict[Any, list[tuple[int, dict[str, Any]]]] = {}
    seen: dict[Any, int] = {}
    for index, row in enumerate(islice(found, max(MIN_READ, READ_PER_ROW * rows))):
        try:
            rows_of_class = kept.setdefault(row[by], [])
        except TypeError:
            raise DataSourceError(
                Problem(
                    f"the values of column {by!r} are no classes",
                    where=f"dataset_name = {name!r}",
                    expected="numbers or texts",
                    got=type(row[by]).__name__,
                    fix="name another column with --by, or none",
                )
            ) from None
        seen[row[by]] = seen.get(row[by], 0) + 1
        if len(rows_of_class) < share:
            rows_of_class.append((index, row))
        elif (place := int(rng.integers(seen[row[by]]))) < share:
            rows_of_class[place] = (index, row)
        if classes is not None and len(kept) >= classes and all(len(group) >= share for group in kept.values()):
            break
    chosen: list[tuple[int, dict[str, Any]]] = []
    groups = [kept[value] for value in sorted(kept, key=repr)]
    for turn in range(share):
        chosen += [group[turn] for group in groups if turn < len(group)]
    return [row for _, row in sorted(chosen[:rows], key=lambda pair: pair[0])]


def _written(table: pa.Table, manifest: Manifest, folder: Path) -> Recording:
    """Both files appear whole or not at all; should only the first one do, its digest tells."""
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    content = buffer.getvalue()
    manifest = replace(manifest, digest=_digest(manifest, content))
    path = folder / f"{_stem(manifest)}.parquet"
    text = json.dumps(asdict(manifest), indent=2, ensure_ascii=False) + "\n"
    write_whole({path: content, path.with_suffix(".json"): text.encode()}, "the recorded sample")
    return Recording(path, manifest)


def _stem(manifest: Manifest) -> str:
    chosen = [manifest.config_name] if manifest.config_name else []
    chosen += [manifest.split] if manifest.split != SPLIT else []
    return ".".join(part.replace("/", "--") for part in [manifest.dataset, *chosen])


def _digest(manifest: Manifest, content: bytes) -> str:
    facts = {name: value for name, value in asdict(manifest).items() if name != "digest"}
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode())
    digest.update(content)
    return digest.hexdigest()


def _described(schema: pa.Schema) -> dict[str, Any]:
    features: dict[str, Any] = json.loads(schema.metadata[METADATA_KEY])["info"]["features"]
    return features


def _changes(before: dict[str, Any], after: dict[str, Any]) -> tuple[str, ...]:
    changes = [f"column {name} is gone" for name in before if name not in after]
    changes += [f"column {name} is new" for name in after if name not in before]
    for name, feature in before.items():
        if name in after and feature != after[name]:
            changes.append(f"column {name} was {json.dumps(feature)} and is {json.dumps(after[name])}")
    if not changes and list(before) != list(after):
        changes.append(f"the columns were {listing(before)} and are {listing(after)}")
    return tuple(changes)


def _recordings(folder: Path, broken: Callable[[Path, Exception], None] | None = None) -> list[Recording]:
    """The samples in a folder; manifests that are none are passed to ``broken``."""
    from pydantic import TypeAdapter, ValidationError

    found: list[Recording] = []
    adapter: TypeAdapter[Manifest] = TypeAdapter(Manifest)
    for path in sorted(folder.glob("*.json")) if folder.is_dir() else ():
        if path.name.endswith(TWIN_ENDING):
            continue
        try:
            manifest = adapter.validate_json(path.read_bytes())
        except (OSError, ValidationError) as error:
            if broken is not None:
                broken(path, error)
            continue
        found.append(Recording(path.with_suffix(".parquet"), manifest))
    return found


def _found(names: Sequence[str], wanted: Wanted, folder: Path) -> Recording:
    unreadable: dict[Path, Exception] = {}
    recordings = _recordings(folder, unreadable.__setitem__)
    same = [known for known in recordings if set(names) & {known.manifest.dataset, *known.manifest.names}]
    revisions = {wanted.revision} - {None}
    for known in same:
        theirs = known.manifest
        if theirs.form != SCHEMA:
            raise _unfit(known.path.with_suffix(".json"), "the manifest has another form", SCHEMA, theirs.form, theirs)
        fits = (theirs.split, theirs.config_name) == (wanted.split, wanted.config_name)
        if fits and revisions <= {theirs.asked_revision, theirs.revision}:
            return known
    stems = tuple(name.replace("/", "--") for name in names)
    for path, error in unreadable.items():
        if path.stem in stems or path.stem.startswith(tuple(f"{stem}." for stem in stems)):
            raise _unfit(
                path, "the manifest of the recorded sample cannot be read", "what flops-mock record wrote", reason(error)
            )
    if same:
        raise DataSourceError(_other_recorded(names[0], wanted, same, folder))
    raise DataSourceError(_none_recorded(names[0], folder, [known.manifest.dataset for known in recordings]))


def _content(recording: Recording) -> bytes:
    try:
        return recording.path.read_bytes()
    except OSError as error:
        got = error.strerror or str(error)
        message = "the Parquet file of the recorded sample is missing"
        raise _unfit(recording.path, message, "a file", got, recording.manifest) from error


def _command(name: str, wanted: Wanted, folder: Path, *more: str) -> str:
    chosen = ["--config", wanted.config_name] if wanted.config_name else []
    chosen += ["--split", wanted.split] if wanted.split != SPLIT else []
    chosen += ["--revision", wanted.revision] if wanted.revision else []
    return shlex.join(["flops-mock", "record", name, *chosen, *more, "--to", str(folder)])


def _again(manifest: Manifest, folder: Path) -> str:
    """The command that records a sample of the same rows, if the hub still has them."""
    wanted = Wanted(manifest.split, manifest.config_name, manifest.asked_revision)
    chosen = ["--by", manifest.by] if manifest.by else []
    chosen += ["--rows", str(manifest.rows)] if manifest.rows != ROWS else []
    chosen += ["--seed", str(manifest.seed)] if manifest.seed != SEED else []
    return _command(manifest.names[0] if manifest.names else manifest.dataset, wanted, folder, *chosen)


def _unfit(path: Path, message: str, expected: str, got: str, manifest: Manifest | None = None) -> DataSourceError:
    command = f"record it again: {_again(manifest, path.parent)}" if manifest else "record it again (flops-mock record)"
    return DataSourceError(Problem(message, where=str(path), expected=expected, got=got, fix=f"{command}, {OTHER_WAYS}"))


def _none_recorded(name: str, folder: Path, there: Sequence[str] = ()) -> Problem:
    command = _command("DATASET" if " " in name else name, Wanted(), folder)
    return Problem(
        f"there is no recorded sample of {name}",
        where=str(folder),
        expected="a sample that flops-mock record has written there",
        got=f"samples of: {listing(there)}" if folder.is_dir() else "no such folder",
        nearest=nearest(name, there),
        fix=f"{command} (needs the network once), {OTHER_WAYS}",
    )


def _other_recorded(name: str, wanted: Wanted, there: Sequence[Recording], folder: Path) -> Problem:
    def told(split: str, config: str | None, revision: str | None) -> str:
        chosen = [f"configuration {config}"] if config else []
        return ", ".join([f"split {split}", *chosen, *([f"revision {revision}"] if revision else [])])

    manifests = [recording.manifest for recording in there]
    return Problem(
        f"there is a recorded sample of {name}, but not of the rows that are wanted",
        where=str(folder),
        expected=told(wanted.split, wanted.config_name, wanted.revision),
        got="; ".join(
            told(known.split, known.config_name, known.asked_revision or known.revision[:12]) for known in manifests
        ),
        fix=f"{_command(name, wanted, folder)} (needs the network once), {OTHER_WAYS}",
    )
