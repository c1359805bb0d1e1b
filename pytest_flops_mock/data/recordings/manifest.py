"""The form of a recorded sample: a Parquet file, and a manifest beside it that says what the rows are.

The manifest holds a digest over itself and the Parquet file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pytest_flops_mock.data.selection import SPLIT
from pytest_flops_mock.data.writing import TWIN_ENDING
from pytest_flops_mock.errors import listing
from pytest_flops_mock.regular import MAX_DESCRIPTION_BYTES, read_regular

FORM = "pytest-flops-mock/recording/1"
"""The version of the manifest's form; a change that breaks readers raises the number."""

ROWS, SEED = 256, 42
"""How many rows are recorded, and the seed of their choice, unless told otherwise."""


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


def recordings_in(folder: Path, broken: Callable[[Path, Exception], None] | None = None) -> list[Recording]:
    """The samples in a folder; a manifest that cannot be read is passed to ``broken``."""
    from pydantic import TypeAdapter, ValidationError

    found: list[Recording] = []
    adapter: TypeAdapter[Manifest] = TypeAdapter(Manifest)
    for path in sorted(folder.glob("*.json")) if folder.is_dir() else ():
        if path.name.endswith(TWIN_ENDING):
            continue
        try:
            manifest = adapter.validate_json(read_regular(path, MAX_DESCRIPTION_BYTES))
        except (OSError, ValidationError, RecursionError) as error:
            if broken is not None:
                broken(path, error)
            continue
        found.append(Recording(path.with_suffix(".parquet"), manifest))
    return found


def file_stem(manifest: Manifest) -> str:
    """The name of both files without their endings."""
    chosen = [manifest.config_name] if manifest.config_name else []
    chosen += [manifest.split] if manifest.split != SPLIT else []
    return ".".join(part.replace("/", "--") for part in [manifest.dataset, *chosen])


def digest_of(manifest: Manifest, content: bytes) -> str:
    """SHA-256 over all that a manifest says, and the Parquet file."""
    facts = {name: value for name, value in asdict(manifest).items() if name != "digest"}
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode())
    digest.update(content)
    return digest.hexdigest()


def schema_changes(before: dict[str, Any], after: dict[str, Any]) -> tuple[str, ...]:
    """How features have changed, a sentence for each column."""
    changes = [f"column {name} is gone" for name in before if name not in after]
    changes += [f"column {name} is new" for name in after if name not in before]
    for name, feature in before.items():
        if name in after and feature != after[name]:
            changes.append(f"column {name} was {json.dumps(feature)} and is {json.dumps(after[name])}")
    if not changes and list(before) != list(after):
        changes.append(f"the columns were {listing(before)} and are {listing(after)}")
    return tuple(changes)
