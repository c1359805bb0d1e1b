"""The errors that users of this package can meet, and the five parts of what each one says.

Every error is a :class:`FlopsMockError` and carries one or more :class:`Problem` values: where it is, what was expected,
what was got, the nearest valid value, and the next step. The pipeline turns the same problems into findings, so a mistake
reads the same as an exception and in a report.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from itertools import islice

MAX_PART = 5_000
"""How many characters a part of a problem may have; what others wrote may have millions."""

MAX_NAME = 200
MAX_NAMES = 5_000
"""How long names may be, and how many, that are compared to find the nearest."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, in five parts (empty parts are not shown).

    Attributes:
        message: What is wrong, as one sentence without a full stop.
        where: File, key path, partition or address that it is about.
        expected: What would have been right.
        got: What was found instead.
        nearest: The valid value closest to what was got.
        fix: The next step.
        code: The finding's code (see ``codes.py``); empty takes the error class' own.
    """

    message: str
    where: str = ""
    expected: str = ""
    got: str = ""
    nearest: str = ""
    fix: str = ""
    code: str = ""

    def __str__(self) -> str:
        from pytest_flops_mock.texts import clean  # most runs have nothing to say

        return clean("\n".join([self.message, *self.parts()]))

    def parts(self, indent: str = "  ") -> list[str]:
        """The parts beside the message, one line each (further lines of a part are indented under it)."""
        named = [
            ("where", self.where),
            ("expected", self.expected),
            ("got", self.got),
            ("nearest", self.nearest),
            ("fix", self.fix),
        ]
        hang = "\n" + indent + " " * 10
        return [f"{indent}{name:<8}  {text.strip().replace(chr(10), hang)}" for name, text in named if text.strip()]

    def __post_init__(self) -> None:
        for part in fields(self):
            text = getattr(self, part.name)
            if (fitting := _fitting(text)) is not text:
                object.__setattr__(self, part.name, fitting)


class FlopsMockError(Exception):
    """Base of all errors of this package; ``str()`` shows every problem with its parts.

    Attributes:
        problems: What is wrong, at least one.
        code: The code of a finding made from a problem that names none itself.
    """

    code: str = "FM000"

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__(*problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class SLAError(FlopsMockError):
    """An SLA that cannot be used: missing, not JSON, or with keys and values that FLOps would refuse."""

    code = "FM003"


class DataSourceError(FlopsMockError):
    """A data set that cannot be had, or that the mock data provider could not split and send."""

    code = "FM301"


class SettingsError(FlopsMockError):
    """An option, ini key or marker with a value that means nothing."""


class LearnerEnvironmentError(FlopsMockError):
    """A Python for the check that is not there, cannot be used, or cannot be built."""

    code = "FM204"


class SavedPartitionError(FlopsMockError):
    """A partition that a search saved and that is gone or altered, or that cannot be saved."""


class ToolError(FlopsMockError):
    """A tool that a check needs (Git, uv, the network) is missing or fails: nothing can be said of the repository."""


class HubUnavailableError(DataSourceError, ToolError):
    """The Hugging Face hub is not in reach, refuses, or breaks off: nothing can be said of the data set."""


class ContainerError(ToolError):
    """A container engine that is not there, an image that cannot be had, or a container that failed; with its logs."""


class NameRefusedError(FlopsMockError):
    """A file name that an ML data server must not store (``/``, ``..``, NUL, absolute or empty)."""

    code = "FM306"


class RequestRefusedError(FlopsMockError):
    """A request that the ML data server cannot make sense of: criteria that are not JSON, an unknown action."""


class UploadError(FlopsMockError):
    """A partition that did not arrive whole; nothing of it is visible on the server."""

    code = "FM306"


class UnreachableError(UploadError):
    """An ML data server that is not there, or was gone before a partition had arrived; sending it again may help."""


class InvalidRowsError(FlopsMockError):
    """Arrow data that contradict themselves: offsets that decrease, text that is not UTF-8; using them ends a process."""

    code = "FM306"


class StoreError(FlopsMockError):
    """An ML data server that cannot keep what it got: a full disk, a read-only folder, a damaged file."""

    code = "FM306"


class ServerStateError(FlopsMockError):
    """A server that was started twice, asked for its address before it runs, or cannot have its port."""


class ServerHandlerError(FlopsMockError):
    """A call on the ML data server ended in an error of the server itself; raised when its test ends."""


class LoadError(FlopsMockError):
    """Stored partitions that a learner cannot load as one data set."""

    code = "FM401"


class RepositoryError(FlopsMockError):
    """An ML repository that is not there or cannot be read."""

    code = "FM101"


def _fitting(text: str) -> str:
    """The text as it can be shown, and cut where it is too long: names of files and what programs say may be anything."""
    if len(text) > MAX_PART:
        text = f"{text[: MAX_PART - 100]}… ({len(text):,} characters)"
    from pytest_flops_mock.texts import clean  # most runs have nothing to say

    return clean(text)


def nearest(value: str, valid: Iterable[str]) -> str:
    """The valid value closest to ``value``, or an empty string."""
    from difflib import get_close_matches  # most runs have nothing to look for

    if len(value) > MAX_NAME:
        return ""
    candidates = {choice.casefold(): choice for choice in islice(valid, MAX_NAMES) if len(choice) <= MAX_NAME}
    whole = [key for key in candidates if "_" in key and value.casefold() in key.split("_")]
    if len(whole) == 1 and value.casefold() not in candidates:  # partitions: number_of_partitions, not partitioner
        return candidates[whole[0]]
    matches = get_close_matches(value.casefold(), candidates, n=1, cutoff=0.5)
    return candidates[matches[0]] if matches else ""


def listing(values: Iterable[object], max_items: int = 12) -> str:
    """The values in a row, cut after ``max_items`` with a count of the rest; ``none`` for no value."""
    shown = [str(value) for value in values]
    rest = len(shown) - max_items
    return ", ".join(shown[:max_items]) + (f", and {rest} more" if rest > 0 else "") if shown else "none"
