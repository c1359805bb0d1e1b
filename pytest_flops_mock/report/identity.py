"""Which findings of two runs are the same one: what stays of a finding when lines move, numbers differ and folders are new.

What counts is its stage, its code, its place without line numbers, the text of the line that it is about, and its message in
a normal form. Not its severity (a setting), not what was expected and got, not the fix.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass

from pytest_flops_mock.findings import Finding
from pytest_flops_mock.texts import clean

VERSION = "flopsMock/v1"
"""The name of this way to tell findings apart; another way gets another name."""

# The order matters: what comes first is not looked at again.
_NORMAL_FORMS = (
    # A path from the root, and what stands for the user's own folder: its last name is what the repository has.
    (re.compile(r"(?<![\w./:\\])(?:~|[A-Za-z]:)?[/\\](?:[\w.@+~-]+[/\\])+"), "…/"),
    (re.compile(r"\b(?:tmp|flops-\w+-)[a-z0-9_]{8}\b"), "tmp"),
    (re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "#"),
    (re.compile(r"\b0x[0-9a-fA-F]+\b"), "#"),
    (re.compile(r"\b(?=[0-9a-f]*\d)(?=\d*[a-f])[0-9a-f]{8,64}\b"), "#"),
)
# A number by itself. Not one in a name (conv1.weight, float32, x_2), nor one in quotes, which a user has called so.
_NUMBER = re.compile(r"(?<![\w'\"`])[-+]?\d+(?:[.,:]\d+)*(?:e[-+]?\d+)?(?![\w'\"`])")
_LINES = re.compile(r"(?<=[\w>)]):\d+(?::\d+)?(?=$|[:\s,])|\blines? \d+\b")


@dataclass(frozen=True)
class Identity:
    """What a finding is known by in another run.

    Attributes:
        stage: The stage that found it.
        code: Its code.
        place: File and function, or whatever it is about, without line numbers.
        source: The text of the line, where it is about one.
        exception: Name of the exception's class, if there is one.
        message: The message in its normal form.
    """

    stage: str
    code: str
    place: str
    source: str
    exception: str
    message: str

    def digest(self, nth: int = 1) -> str:
        """A short text for other tools, which is the same in every run.

        Args:
            nth: Which one it is of those that are alike.
        """
        text = "\0".join([*astuple(self), *([str(nth)] if nth > 1 else [])])
        return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:32]


def identity(finding: Finding) -> Identity:
    """What ``finding`` is known by."""
    frame = finding.frames[-1] if finding.frames else None
    return Identity(
        finding.stage.value,
        finding.code,
        normal(_LINES.sub("", finding.problem.where)) if frame is None else f"{frame.file} {frame.function}",
        "" if frame is None else " ".join(frame.source.split()),
        finding.exception,
        normal(finding.message),
    )


def numbered(findings: Iterable[Finding]) -> Iterator[tuple[Finding, Identity, int]]:
    """Each finding with its identity and a number, from 1, that tells those apart that are alike."""
    seen: Counter[Identity] = Counter()
    for finding in findings:
        mine = identity(finding)
        seen[mine] += 1
        yield finding, mine, seen[mine]


def normal(text: str) -> str:
    """The text without what differs from run to run: numbers, addresses, digests, folders of the machine."""
    text = _LINES.sub("", " ".join(clean(text).split()))
    for pattern, form in _NORMAL_FORMS:
        text = pattern.sub(form, text)
    return _NUMBER.sub("#", text)
