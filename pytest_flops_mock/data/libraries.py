"""How ``datasets`` and ``huggingface_hub`` are called: quietly, and with no file left open."""

from __future__ import annotations

import gc
import hashlib
import inspect
import logging
import os
import shutil
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pytest_flops_mock.child.wide import linear_features


def with_files_closed(read: Callable[[], Any]) -> Any:
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


def provider_cache() -> Path:
    """The folder in which data are kept as FLOps' provider reads them.

    What other programs have put into the usual cache, ``datasets`` may have read otherwise.
    """
    import datasets

    return Path(datasets.config.HF_DATASETS_CACHE, "flops_mock_as_2.16")


def local_cache(path: Path) -> Path:
    """The folder in it for a local data set's tables and the content of its archives, of which others have none."""
    return provider_cache() / hashlib.sha256(os.fsencode(path)).hexdigest()[:16]


def local_dataset(path: str, place: Path, **arguments: Any) -> Any:
    """The splits of a local data set: ``datasets.load_dataset``, but without any request to the hub.

    It would count what is loaded, and old versions would look for a prepared copy: seconds where no network answers.

    Args:
        path: Folder, or name of a reader such as ``csv``.
        place: Where the data set lies.
        **arguments: For ``datasets.load_dataset_builder``.
    """
    import datasets

    from pytest_flops_mock.data.bounds import bounded, check_files  # pyarrow: the names of twins go without
    from pytest_flops_mock.data.files import builder_as_provider

    cache = local_cache(place)
    was_there = cache.exists()
    counts = datasets.config.HF_UPDATE_DOWNLOAD_COUNTS
    datasets.config.HF_UPDATE_DOWNLOAD_COUNTS = False
    try:
        builder = builder_as_provider(path, cache=cache, **arguments)
        files = [str(file) for files in (builder.config.data_files or {}).values() for file in files]
        check_files(files, place if place.is_dir() else place.parent)
        if hasattr(builder, "_generate_tables"):
            is_arrow = type(builder).__module__.endswith(".arrow")
            size = sum(map(os.path.getsize, files))
            builder._generate_tables = bounded(builder._generate_tables, size, str(place), validate=is_arrow)
        known = inspect.signature(builder.download_and_prepare).parameters
        builder.download_and_prepare(**({"try_from_hf_gcs": False} if "try_from_hf_gcs" in known else {}))
    except Exception:
        if not was_there:
            shutil.rmtree(cache, ignore_errors=True)  # of what cannot be read, nothing is left
        raise
    finally:
        datasets.config.HF_UPDATE_DOWNLOAD_COUNTS = counts
    return builder.as_dataset()


def hub_utils() -> Any:
    """The module ``huggingface_hub.utils``: its names are the same in all versions, but type checkers do not know all."""
    import huggingface_hub.utils

    return huggingface_hub.utils


@contextmanager
def quiet_datasets() -> Iterator[None]:
    """Hides progress bars and warnings of ``datasets``: they would clutter a test run, or fail it (``-W error``)."""
    loggers = [logging.getLogger(name) for name in ("datasets", "huggingface_hub")]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import datasets

        hub = hub_utils()
        bars, hub_hidden = datasets.is_progress_bar_enabled(), hub.are_progress_bars_disabled()
        levels = [logger.level for logger in loggers]
        datasets.disable_progress_bar()
        hub.disable_progress_bars()
        for logger in loggers:
            logger.setLevel(logging.CRITICAL)
        try:
            with linear_features():
                yield
        finally:
            if bars:
                datasets.enable_progress_bar()
            if not hub_hidden:
                hub.enable_progress_bars()
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)
