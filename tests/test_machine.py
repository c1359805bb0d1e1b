"""What a machine runs out of is no verdict, whatever it is wrapped in."""

from __future__ import annotations

import errno
import os

import pytest

from pytest_flops_mock.errors import Problem, RepositoryError, ToolError
from pytest_flops_mock.findings import findings_of
from pytest_flops_mock.machine import ran_out


def error_of(number: int, file: str | None = None) -> OSError:
    return OSError(number, os.strerror(number), file)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (error_of(errno.ENOSPC, "a.py"), "a file cannot be written, since there is no space left for it\n  where     a.py"),
        (error_of(errno.EDQUOT), "a file cannot be written, since there is no space left for it"),
        (error_of(errno.EROFS, "a.py"), "a file cannot be written, since its file system is read-only\n  where     a.py"),
        (error_of(errno.EMFILE), "this process has as many files open as it may"),
        (error_of(errno.EAGAIN), "this machine starts no further process or thread"),
        (RuntimeError("can't start new thread"), "this machine starts no further process or thread"),
        (MemoryError(), "this machine has no memory left"),
    ],
)
def test_it_is_told_as_what_it_is(error: Exception, told: str) -> None:
    exhausted = ran_out(error)
    assert isinstance(exhausted, ToolError)
    assert str(exhausted).startswith(told)


@pytest.mark.parametrize("error", [error_of(errno.ENOENT, "a.py"), error_of(errno.EACCES, "a.py"), RuntimeError("x"), None])
def test_other_errors_are_not_the_machines(error: Exception | None) -> None:
    assert ran_out(error) is None


def test_it_is_found_below_what_was_made_of_it_and_is_no_finding() -> None:
    try:
        try:
            raise error_of(errno.ENOSPC, "a.py")
        except OSError:
            raise RepositoryError(Problem("a file of the ML repository cannot be read")) from None
    except RepositoryError as error:
        with pytest.raises(ToolError, match="no space left"):
            findings_of(error)
