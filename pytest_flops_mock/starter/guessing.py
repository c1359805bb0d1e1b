"""Which data set an ML repository is written for: where it can be told for sure, and what is likely otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pytest_flops_mock.data.twins.catalogue import columns_by_names
from pytest_flops_mock.errors import listing
from pytest_flops_mock.starter.code import Code, mentions

USUAL = "mnist"
"""What FLOps takes where an SLA names no data set."""


@dataclass(frozen=True)
class Guess:
    """A data set that an SLA could name.

    Attributes:
        dataset: Its name.
        sure: Whether there is no other that fits as well.
        why: What speaks for it.
    """

    dataset: str
    sure: bool
    why: str


def guess(code: Code, folder_name: str, own: Mapping[str, tuple[str, ...]]) -> Guess:
    """The data set that the code is written for.

    Args:
        code: What the sources say.
        folder_name: What the repository's folder is called, which may name it.
        own: The columns of the user's own data sets that are described in the repository, by name.
    """
    known = {names: columns for names, columns in columns_by_names() if names[0] not in own}
    columns = {**own, **{names[0]: of_set for names, of_set in known.items()}}
    fitting = [name for name, of_set in columns.items() if code.columns and {*code.columns} <= {*of_set}]
    described = [name for name in own if name in fitting or not code.columns]
    if described:
        return Guess(described[0], len(described) == 1, "its description is in the repository")
    spelled = {name.rpartition("/")[2]: names[0] for names, _ in known.items() for name in names}
    named = mentions(f"{code.text}\n{folder_name}", spelled)
    both = [name for name in named if name in fitting or not code.columns]
    if both:
        return Guess(both[0], len(both) == 1, "the code names it")
    read = f"the code reads {listing(code.columns, 4)}"
    if fitting:
        best = USUAL if USUAL in fitting else fitting[0]
        more = (
            f", as {len(fitting)} known data sets have it" if len(fitting) > 1 else ", and no other known data set has that"
        )
        return Guess(best, len(fitting) == 1, read + more)
    if named:
        return Guess(named[0], False, f"the code names it, but reads {listing(code.columns, 4)}, which it does not have")
    return Guess(USUAL, False, "what FLOps takes where nothing is said")
