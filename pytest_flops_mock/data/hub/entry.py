"""What the hub says about a data set."""

from __future__ import annotations

from dataclasses import dataclass

LOOK_UP_SECONDS = 5.0
"""How long the hub may take to answer a question about a data set."""


@dataclass(frozen=True)
class HubEntry:
    """What the hub says about a data set.

    Attributes:
        asked: The name by which it was asked for.
        id: Its full name on the hub, ``owner/name``.
        commit: The commit of the wanted revision.
        files: Paths of its files.
        gated: Whether its owner decides who may read it.
        licence: As its card says it; may be empty.
    """

    asked: str
    id: str
    commit: str
    files: tuple[str, ...] = ()
    gated: bool = False
    licence: str = ""
