"""How ``datasets`` and ``huggingface_hub`` are called: quietly, and with no file left open."""

from __future__ import annotations

import gc
import inspect
import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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


def local_dataset(path: str, **arguments: Any) -> Any:
    """The splits of a local data set: ``datasets.load_dataset``, but without any request to the hub.

    It would count what is loaded, and old versions would look for a prepared copy: seconds where no network answers.

    Args:
        path: Folder, or name of a reader such as ``csv``.
        **arguments: For ``datasets.load_dataset_builder``.
    """
    import datasets

    from pytest_flops_mock.data.files import builder_as_provider  # pyarrow: the names of twins go without

    counts = datasets.config.HF_UPDATE_DOWNLOAD_COUNTS
    datasets.config.HF_UPDATE_DOWNLOAD_COUNTS = False
    try:
        builder = builder_as_provider(path, **arguments)
        known = inspect.signature(builder.download_and_prepare).parameters
        builder.download_and_prepare(**({"try_from_hf_gcs": False} if "try_from_hf_gcs" in known else {}))
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
