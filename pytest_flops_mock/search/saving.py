"""Partitions that broke a repository, kept: a Parquet file, and beside it a test that replays it without Hypothesis."""

from __future__ import annotations

import errno
import io
import json
import os
import re
import tempfile
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pytest_flops_mock.errors import Problem, SavedPartitionError
from pytest_flops_mock.flight.digest import ContentDigest
from pytest_flops_mock.flight.parquet_file import batches, opened
from pytest_flops_mock.flight.validity import valid
from pytest_flops_mock.regular import refuse_irregular
from pytest_flops_mock.stage import THROUGH, Stage
from pytest_flops_mock.texts import clean

KEY = b"flops_found"
"""Under this name the schema's metadata say what the partition is."""

MOST_BYTES = 2**30
NAME_DIGITS = 12
WIDTH = 100


@dataclass(frozen=True)
class Facts:
    """What a saved partition says of itself.

    Attributes:
        digest: Of its columns, features and values.
        text: What it is, as in ``2 rows whose labels are {7}``.
        code: The finding's code.
        through: The last stage that it went through.
        dataset_name: The data set that it is made of, as the SLA says it.
        label: The column that a model learns to tell; empty if nobody said it.
    """

    digest: str
    text: str
    code: str
    through: str
    dataset_name: str
    label: str = ""


@dataclass(frozen=True, eq=False)
class SavedPartition:
    """A saved partition that was read.

    Attributes:
        path: The file.
        rows: Its rows, under the features that they were sent with.
        facts: What it is.
    """

    path: Path
    rows: pa.Table
    facts: Facts

    @property
    def through(self) -> Stage:
        """The last stage that it is to go through."""
        return Stage(self.facts.through)


@dataclass(frozen=True)
class Saved:
    """Two files that belong together.

    Attributes:
        partition: The Parquet file.
        test: The test that replays it.
    """

    partition: Path
    test: Path


def digest_of(rows: pa.Table) -> str:
    """Digest of columns, features and values."""
    digest = ContentDigest(rows.schema)
    for batch in rows.to_batches():
        digest.update(batch)
    return digest.hexdigest()


def refuse_unwritable(folder: Path, where: str) -> None:
    """Refuse a folder in which nothing could be saved, before a search begins.

    Args:
        folder: It need not be there yet.
        where: What names it, for the message.

    Raises:
        SavedPartitionError: It cannot be written.
    """
    there = folder
    while not os.path.lexists(there) and there != there.parent:
        there = there.parent
    reason = "" if there.is_dir() else os.strerror(errno.ENOTDIR)
    if not reason:
        try:
            with tempfile.TemporaryFile(dir=there):
                pass
        except OSError as error:
            reason = error.strerror or str(error)
    if reason:
        raise SavedPartitionError(_unwritable(folder, reason, where))


def save(
    rows: pa.Table, folder: Path, *, text: str, broke: str, code: str, through: Stage, dataset_name: str, label: str
) -> Saved:
    """Save a partition and a test that replays it: both, or none. The names follow from the rows; what is there stays.

    Args:
        rows: The partition, as it was sent.
        folder: Where; it is made.
        text: What it is, in words.
        broke: How the repository failed, in words.
        code: The finding's code.
        through: The last stage that it went through.
        dataset_name: The data set that it is made of.
        label: The column that a model learns to tell.

    Raises:
        SavedPartitionError: It cannot be written, Parquet cannot hold it, or there is another file of that name.
    """
    facts = Facts(digest_of(rows), text, code, through.value, dataset_name, label)
    name = f"found_{facts.digest[:NAME_DIGITS]}"
    saved = Saved(folder / f"{name}.parquet", folder / f"test_{name}.py")
    content = _parquet(rows, facts, saved.partition)
    with _told(folder):
        folder.mkdir(parents=True, exist_ok=True)
        is_new = _written(saved.partition, content)
        try:
            _written(saved.test, _test(name, facts, broke).encode())
        except BaseException:
            if is_new:
                saved.partition.unlink(missing_ok=True)
            raise
    if not is_new:
        read_saved(saved.partition)
    return saved


def read_saved(path: Path) -> SavedPartition:
    """A partition that :func:`save` has written.

    Raises:
        SavedPartitionError: It is gone, was altered, or is something else.
    """
    try:
        refuse_irregular(path.stat(), path, MOST_BYTES)
        file = opened(path)
        schema, found = file.schema_arrow, list(valid(batches(file), path.name))
    except FileNotFoundError:
        raise SavedPartitionError(_gone(path)) from None
    except (OSError, ValueError, pa.ArrowException) as error:
        raise SavedPartitionError(_altered(path, "a partition that a search has saved", _line(error))) from error
    raw = (schema.metadata or {}).get(KEY)
    facts = _facts(raw)
    if facts is None:
        raise SavedPartitionError(_altered(path, "a partition that a search has saved", "a Parquet file of another kind"))
    schema = schema if not found else found[0].schema
    metadata = {key: value for key, value in (schema.metadata or {}).items() if key != KEY}
    rows = pa.Table.from_batches(found, schema=schema).replace_schema_metadata(metadata or None)
    digest = digest_of(rows)
    if digest != facts.digest or not _fits(path, digest):
        named = f", under the name found_{facts.digest[:NAME_DIGITS]}.parquet"
        raise SavedPartitionError(
            _altered(path, f"rows of the digest {facts.digest}{named}", f"rows of the digest {digest}")
        )
    return SavedPartition(path, rows, facts)


def _fits(path: Path, digest: str) -> bool:
    """Whether the name is that of these rows; under one that a user has given, anything may be."""
    named = re.fullmatch(rf"found_([0-9a-f]{{{NAME_DIGITS}}})", path.stem)
    return named is None or digest.startswith(named[1])


def _facts(raw: bytes | None) -> Facts | None:
    try:
        facts = Facts(**json.loads(raw or b""))
    except (TypeError, ValueError, RecursionError):
        return None
    whole = all(isinstance(value, str) for value in asdict(facts).values())
    return facts if whole and facts.through in {stage.value for stage in THROUGH} else None


def _parquet(rows: pa.Table, facts: Facts, path: Path) -> bytes:
    metadata = {**(rows.schema.metadata or {}), KEY: json.dumps(asdict(facts)).encode()}
    sink = io.BytesIO()
    try:
        with pq.ParquetWriter(sink, rows.schema.with_metadata(metadata), write_page_checksum=True) as writer:
            writer.write_table(rows.replace_schema_metadata(metadata))
    except pa.ArrowException as error:
        raise SavedPartitionError(
            Problem(
                "the partition cannot be saved as Parquet",
                where=str(path),
                expected="values that Parquet can hold",
                got=_line(error),
                fix="search again with the same seed to have it again",
            )
        ) from error
    return sink.getvalue()


def _test(name: str, facts: Facts, broke: str) -> str:
    """The test's text. What others wrote stands in comments, on lines that are cut to a length."""
    story = (
        f"Found by flops-mock search: the repository fails on a partition of {facts.dataset_name} with {facts.text}: "
        f"{facts.code} {broke}. Commit this file and {name}.parquet; the test needs no Hypothesis."
    )
    lines = textwrap.wrap(" ".join(clean(story).split()), WIDTH - 2, break_on_hyphens=False)
    comment = "\n".join(f"# {line}" for line in lines)
    return (
        f"{comment}\n\n\n"
        f"def test_{name}(flops_replay):\n"
        f'    report = flops_replay("{name}.parquet")\n'
        "    assert report.ok, report\n"
    )


def _written(path: Path, content: bytes) -> bool:
    """Write a file in one step, unless one is there; whether it was written."""
    if os.path.lexists(path):
        return False
    handle, aside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(aside, 0o644)  # mkstemp makes a private file
        try:
            os.link(aside, path)  # not replace(): a file that has come to be meanwhile stays
        except FileExistsError:
            return False
        except OSError:  # a file system without such links
            if os.path.lexists(path):
                return False
            os.rename(aside, path)
    finally:
        Path(aside).unlink(missing_ok=True)
    return True


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SavedPartitionError(_unwritable(folder, error.strerror or str(error))) from error


def _unwritable(folder: Path, reason: str, where: str = "") -> Problem:
    return Problem(
        "what a search finds cannot be saved",
        where=where or str(folder),
        expected="a folder that can be written",
        got=f"{folder}: {reason}",
        fix="name another folder, or none",
    )


def _gone(path: Path) -> Problem:
    there = sorted(each.name for each in path.parent.glob("found_*.parquet")) if path.parent.is_dir() else []
    return Problem(
        "the saved partition is not there",
        where=str(path),
        expected="the Parquet file that a search has saved beside the test",
        got="no such file",
        nearest=there[0] if len(there) == 1 else "",
        fix="bring it back (git checkout), or delete the test that replays it",
    )


def _altered(path: Path, expected: str, got: str) -> Problem:
    return Problem(
        "the saved partition is not what a search has saved",
        where=str(path),
        expected=expected,
        got=got,
        fix="bring it back (git checkout), or delete it with its test and search again",
    )


def _line(error: Exception) -> Any:
    return (str(error).strip() or type(error).__name__).partition("\n")[0]
