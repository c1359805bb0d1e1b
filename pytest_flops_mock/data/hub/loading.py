"""Rows of data sets of the hub."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

from pytest_flops_mock.data.files import builder_as_provider
from pytest_flops_mock.data.hub.entry import HubEntry, is_offline, look_up
from pytest_flops_mock.data.hub.patience import LOOK_UP_SECONDS, impatient
from pytest_flops_mock.data.hub.problems import WITHOUT, load_error, not_cached, where
from pytest_flops_mock.data.libraries import with_files_closed
from pytest_flops_mock.data.selection import Selection, chosen_split, first_rows, in_words
from pytest_flops_mock.errors import DataSourceError, Problem


def hub_rows(name: str, selection: Selection, known: tuple[str, ...] = ()) -> tuple[Any, str]:
    """The wanted rows of a data set of the hub, and where they came from in words.

    With ``selection.max_rows``, only the files' beginnings are read.

    Args:
        name: Name on the hub, with or without its owner.
        selection: Which rows.
        known: Names that the data set may have meant, for the message; other names of the same one first.

    Raises:
        DataSourceError: It cannot be had.
    """
    chosen = f", configuration {selection.config_name}" if selection.config_name else ""
    if is_offline():
        # The cache knows full names only.
        full = name if "/" in name else next((other for other in known if other.endswith(f"/{name}")), name)
        try:
            splits = _load(full, selection.revision, selection, streaming=False, cached=True)
        except Exception as error:
            raise not_cached(name, error) from error
        rows = first_rows(chosen_split(splits, name, selection.split), selection.max_rows)
        pinned = f", revision {selection.revision}" if selection.revision else ""
        return rows, in_words(f"hub {full} (from its cache, offline){pinned}{chosen}", selection, rows)
    entry = look_up(name, selection.revision, known)
    check_readable(entry, selection)

    def begin(splits: Any) -> Any:
        stream = chosen_split(splits, name, selection.split)
        return rows_of_stream(stream, lambda found: list(islice(found, selection.max_rows)))

    if selection.max_rows is not None:
        rows = read_streams(entry, selection, begin)
    else:
        with _reading(entry, selection), _one_at_a_time(entry):
            rows = chosen_split(_load(entry.id, entry.commit, selection, streaming=False), name, selection.split)
    return rows, in_words(f"hub {entry.id}, revision {entry.commit[:12]}{chosen}", selection, rows)


def read_streams(entry: HubEntry, selection: Selection, take: Callable[[Any], Any]) -> Any:
    """What ``take`` takes from the streams of a data set's splits.

    Raises:
        DataSourceError: The data set cannot be read, from the start or from some row on.
    """
    with _reading(entry, selection):
        return with_files_closed(lambda: take(_load(entry.id, entry.commit, selection, streaming=True)))


def check_readable(entry: HubEntry, selection: Selection) -> None:
    """Refuse, before anything is downloaded, files that this user may not read, and a script in place of data.

    Raises:
        DataSourceError: It is one of the two.
    """
    import datasets
    import huggingface_hub
    from packaging.version import Version

    if entry.gated and entry.files:
        url = huggingface_hub.hf_hub_url(entry.id, entry.files[-1], repo_type="dataset", revision=entry.commit)
        with _reading(entry, selection):
            huggingface_hub.get_hf_file_metadata(url, timeout=LOOK_UP_SECONDS)
    script = f"{entry.id.rpartition('/')[2]}.py"
    if script in entry.files and Version(datasets.__version__) >= Version("4"):
        raise DataSourceError(
            Problem(
                f"the data set is made by a script, which datasets {datasets.__version__} does not run",
                where=where(entry.asked),
                expected="a data set of Parquet, CSV or JSON files",
                got=f"{script} in {entry.id}",
                fix='take the Parquet files that the hub makes of most data sets, with "revision": "refs/convert/parquet" '
                "in the SLA, " + WITHOUT,
            )
        )


def rows_of_stream(stream: Any, take: Callable[[Iterator[dict[str, Any]]], list[dict[str, Any]]]) -> Any:
    """What ``take`` takes of a stream, as a data set of the stream's features; media stay as the files that they are."""
    import datasets

    features = stream.features
    for name, feature in (features or {}).items():
        if hasattr(feature, "decode"):
            undecoded = type(feature)(**{**_arguments(feature), "decode": False})
            stream = stream.cast_column(name, undecoded)
    taken = take(iter(stream))
    if not taken and features is not None:
        return datasets.Dataset.from_dict({name: [] for name in features}, features=features)
    return datasets.Dataset.from_list(taken, features=features)


def _arguments(feature: Any) -> dict[str, Any]:
    return {name: value for name, value in vars(feature).items() if not name.startswith("_") and name not in ("id", "dtype")}


def _load(address: str, revision: str | None, selection: Selection, *, streaming: bool, cached: bool = False) -> Any:
    """The splits of a data set; those in the cache of ``datasets``, its way out of trouble, only if ``cached``."""
    import datasets

    # By its plain name, a folder that happens to lie in the working directory would be read instead.
    path = f"hf://datasets/{address}" if os.path.exists(address) else address

    def load() -> Any:
        try:
            builder = builder_as_provider(path, selection.config_name, revision=revision)
        except (ConnectionError, FileNotFoundError):
            if not cached:
                raise
            # What other programs have put into the cache: of that only what their datasets made of it is there.
            builder = datasets.load_dataset_builder(path, selection.config_name, revision=revision)
        if not cached and ".packaged_modules.cache." in type(builder).__module__:
            raise ConnectionError("the hub did not send the files")
        if streaming:
            return builder.as_streaming_dataset()
        builder.download_and_prepare()
        return builder.as_dataset()

    return with_files_closed(load)


@contextmanager
def _reading(entry: HubEntry, selection: Selection) -> Iterator[None]:
    """Says what goes wrong while a data set is read, and waits only seconds for a hub that has too much to do."""
    with impatient() as impatience:
        try:
            yield
        except DataSourceError:
            raise
        except Exception as error:
            raise load_error(entry, selection, error, impatience.gave_up) from error
    if impatience.gave_up is not None:  # the libraries took what lay in a cache instead
        raise load_error(entry, selection, impatience.gave_up, impatience.gave_up)


@contextmanager
def _one_at_a_time(entry: HubEntry) -> Iterator[None]:
    """One process downloads; the others (pytest-xdist's workers, say) wait, and find it done."""
    import datasets
    from filelock import FileLock

    cache = os.fspath(datasets.config.HF_DATASETS_CACHE)
    os.makedirs(cache, exist_ok=True)
    with FileLock(os.path.join(cache, f"flops_mock_{entry.id.replace('/', '___')}.lock")):
        yield
