"""How ``datasets`` is called: quietly, with no file left open, and with the cause of its errors."""

from __future__ import annotations

import gc
import inspect
import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class UnfitError(Exception):
    """What is wrong with a file, in words of ours that need no type before them."""


def reason(error: BaseException) -> str:
    """The deepest cause's first line: ``datasets`` wraps what went wrong in sentences about itself.

    What pydantic finds is said with the place where it found it.
    """
    error = causes(error)[-1]
    if isinstance(error, UnfitError):
        return str(error)
    if type(error).__name__ == "ValidationError" and hasattr(error, "errors"):
        first = error.errors()[0]
        return ": ".join(filter(None, [".".join(map(str, first["loc"])), str(first["msg"])]))
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


def causes(error: BaseException) -> list[BaseException]:
    """The error, its cause, the cause's cause and so on."""
    chain = [error]
    while chain[-1].__cause__ is not None:
        chain.append(chain[-1].__cause__)
    return chain


def is_lfs_pointer(path: Path) -> bool:
    """Whether Git has left a few lines about a file in its place, as it does where Git LFS is not set up."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(_LFS)) == _LFS


LFS_POINTER = "a pointer of Git LFS in place of the file; git lfs pull fetches it"

_LFS = b"version https://git-lfs"
"""How such a file starts: https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md"""


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
    """The splits of a local data set: ``datasets.load_dataset``, but with no request to the hub.

    It counts what is loaded, and old versions look for a copy that is prepared already: seconds where no network answers.

    Args:
        path: Folder, or name of a reader such as ``csv``.
        **arguments: For ``datasets.load_dataset_builder``.
    """
    import datasets

    counts = datasets.config.HF_UPDATE_DOWNLOAD_COUNTS
    datasets.config.HF_UPDATE_DOWNLOAD_COUNTS = False
    try:
        builder = datasets.load_dataset_builder(path, **arguments)
        known = inspect.signature(builder.download_and_prepare).parameters
        builder.download_and_prepare(**({"try_from_hf_gcs": False} if "try_from_hf_gcs" in known else {}))
    finally:
        datasets.config.HF_UPDATE_DOWNLOAD_COUNTS = counts
    return builder.as_dataset()


def hub_utils() -> Any:
    """The module ``huggingface_hub.utils``, whose names are the same in all versions, if not for type checkers."""
    import huggingface_hub.utils

    return huggingface_hub.utils


@contextmanager
def quiet_datasets() -> Iterator[None]:
    """Without the progress bars and warnings of ``datasets``: they would stand in a test run, or fail one (``-W error``)."""
    loggers = [logging.getLogger(name) for name in ("datasets", "huggingface_hub")]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import datasets

        hub = hub_utils()
        shown, hub_hidden = datasets.is_progress_bar_enabled(), hub.are_progress_bars_disabled()
        levels = [logger.level for logger in loggers]
        datasets.disable_progress_bar()
        hub.disable_progress_bars()
        for logger in loggers:
            logger.setLevel(logging.CRITICAL)
        try:
            yield
        finally:
            if shown:
                datasets.enable_progress_bar()
            if not hub_hidden:
                hub.enable_progress_bars()
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)
