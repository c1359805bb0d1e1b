"""The split ``train`` of the data set that an SLA names: from a local path, a synthetic twin or the hub.

Which of them is decided by the name's form and one setting, never by what lies in a cache or a folder.
"""

from __future__ import annotations

import gc
import glob
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest_flops_mock.errors import DataSourceError, Problem, listing, nearest
from pytest_flops_mock.settings import DataSource
from pytest_flops_mock.sla.models import is_local_path

SPLIT = "train"
"""The split that the mock data provider sends; it knows no other."""

TWIN_ROWS = 600
TWIN_ROWS_PER_PARTITION = 10
READERS = {".parquet": "parquet", ".csv": "csv", ".json": "json", ".jsonl": "json"}


@dataclass(frozen=True)
class SourceData:
    """A data set, ready to be split.

    Attributes:
        dataset_name: As the SLA says it.
        source: ``synthetic``, ``hub``, ``local``, or ``memory`` for a data set that was handed in.
        origin: Where the rows came from, in words.
        dataset: The rows, a ``datasets.Dataset``.
    """

    dataset_name: str
    source: str
    origin: str
    dataset: Any


def source_data(dataset_name: str, source: DataSource, *, folder: Path, partitions: int, seed: int) -> SourceData:
    """The rows that a mock data provider would send.

    Args:
        dataset_name: Hub name or local path, as the SLA says it.
        source: Where a data set named by its hub name comes from.
        folder: Where a relative local path starts: the SLA's folder.
        partitions: How many partitions will be made; a twin is made large enough for them, up to the real size.
        seed: Seed of a twin.

    Raises:
        DataSourceError: The data set is unknown, cannot be read, or has no split ``train``.
    """
    with _quiet_datasets():
        if is_local_path(dataset_name):
            path = _absolute(folder / os.path.expanduser(dataset_name))
            return SourceData(dataset_name, "local", f"local {path.name}", _train(_local(path), dataset_name))
        if source is DataSource.HUB:
            return SourceData(dataset_name, "hub", "hub", _train(_hub(dataset_name), dataset_name))
        return _synthetic(dataset_name, folder, partitions, seed)


def _synthetic(name: str, folder: Path, partitions: int, seed: int) -> SourceData:
    from pytest_flops_mock.data.twins.catalogue import find_twin, twin_names
    from pytest_flops_mock.data.twins.twin import make_twin

    twin = find_twin(name)
    if twin is None:
        here = f"./{name}" if os.path.exists(folder / name) else ""
        raise DataSourceError(
            Problem(
                "there is no synthetic twin of this data set",
                where=f"dataset_name = {name!r}",
                expected=f"one of: {listing(twin_names())}",
                came=name,
                nearest=here or nearest(name, twin_names()),
                hint="either take the real data with --flops-data=hub (ini flops_data = hub), "
                "or name local data by a path such as ./data/train.parquet",
            )
        )
    # Large enough for the partitions, but no larger than the real one: too many of those are an error there, too.
    rows = max(TWIN_ROWS, min(TWIN_ROWS_PER_PARTITION * partitions, dict(twin.splits)[SPLIT]))
    data = make_twin(twin, rows=rows, seed=seed)
    return SourceData(name, "synthetic", f"synthetic twin of {twin.name}, {rows} rows, seed {seed}", data[SPLIT])


def _absolute(path: Path) -> Path:
    """Where a path leads; one that can lead nowhere (too long, with a NUL) comes back for the message."""
    return path.resolve() if os.path.exists(path) else Path(os.path.abspath(path))


def _siblings(path: Path) -> list[str]:
    try:
        return sorted(os.listdir(path.parent))
    except (OSError, ValueError):
        return []


def _local(path: Path) -> Any:
    if not os.path.exists(path):
        raise _unreadable(path, "nothing there", nearest(path.name, _siblings(path)))
    if path.is_file() and path.suffix.lower() not in READERS:
        raise _unreadable(path, f"a file ending in {path.suffix!r}", "")
    try:
        return _with_files_closed(lambda: _read(path))
    except Exception as error:  # whatever the reader of that format raises
        pattern = path.is_dir() and glob.escape(str(path)) != str(path)
        reason = "a path with one of * ? [ in it, which datasets takes for a pattern" if pattern else _reason(error)
        raise _unreadable(path, reason, "") from error


def _read(path: Path) -> Any:
    import datasets

    if path.is_file():
        return datasets.load_dataset(READERS[path.suffix.lower()], data_files=glob.escape(str(path)))
    saved = (path / "dataset_dict.json").exists() or (path / "state.json").exists()
    return datasets.load_from_disk(str(path)) if saved else datasets.load_dataset(str(path))


def _unreadable(path: Path, came: str, near: str) -> DataSourceError:
    return DataSourceError(
        Problem(
            "the local data set cannot be read",
            where=str(path),
            expected="a folder that datasets.load_dataset reads or save_to_disk made, "
            "or a .parquet, .csv, .json or .jsonl file",
            came=came,
            nearest=near,
            hint="a relative path starts at the SLA's folder; try datasets.load_dataset on it by hand",
        )
    )


def _hub(name: str) -> Any:
    import datasets

    # By its plain name, a folder that happens to lie in the working directory would be read instead.
    address = f"hf://datasets/{name}" if os.path.exists(name) else name
    try:
        return _with_files_closed(lambda: datasets.load_dataset(address))
    except Exception as error:  # not found, gated, no network, a configuration to choose: the library's own words say it
        raise DataSourceError(
            Problem(
                "the data set cannot be had from the Hugging Face hub",
                where=f"dataset_name = {name!r}",
                came=_reason(error),
                hint="check the name and the network, or work without both: --flops-data=synthetic",
            )
        ) from error


def _train(data: Any, name: str) -> Any:
    """The split that is sent; a data set saved without splits is taken for it."""
    if not hasattr(data, "keys"):
        return data
    if SPLIT not in data:
        raise DataSourceError(
            Problem(
                f"the data set has no split {SPLIT!r}, and the mock data provider sends no other",
                where=f"dataset_name = {name!r}",
                expected=SPLIT,
                came=listing(data),
                nearest=nearest(SPLIT, data),
                hint="use a data set with that split; on FLOps the provider dies before it sends anything",
                code="FM302",
            )
        )
    return data[SPLIT]


def _reason(error: BaseException) -> str:
    """The deepest cause's first line: ``datasets`` wraps what went wrong in sentences about itself."""
    while error.__cause__ is not None:
        error = error.__cause__
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


def _with_files_closed(read: Callable[[], Any]) -> Any:
    """What ``read`` gives. Files that ``datasets`` leaves open are closed: they would warn later, in another test."""
    try:
        return read()
    except Exception as error:
        link: BaseException | None = error
        while link is not None:  # a traceback keeps the variables of its calls, open files among them
            link.__traceback__ = None
            link = link.__cause__ or link.__context__
        raise error.with_traceback(None)  # noqa: B904 - a bare ``raise`` would bring the traceback back on Python 3.10
    finally:
        gc.collect()


@contextmanager
def _quiet_datasets() -> Iterator[None]:
    """Without the progress bars and warnings of ``datasets``: they would stand in a test run, or fail one (``-W error``)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import datasets

        shown = datasets.is_progress_bar_enabled()
        datasets.disable_progress_bar()
        try:
            yield
        finally:
            if shown:
                datasets.enable_progress_bar()
