"""How a search is done, as users set it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, cast

from pytest_flops_mock.option_table import OPTIONS
from pytest_flops_mock.stage import Stage

if TYPE_CHECKING:
    from typing_extensions import Unpack


@dataclass(frozen=True)
class SearchOptions:
    """How a search is done. Each attribute is a keyword of ``search_repository`` and of the fixture ``flops_search``.

    Attributes:
        examples: How many partitions to try, at least 1.
        seed: What they are drawn with; the same seed gives the same ones.
        seconds: How long the search may take beside the check; ``None`` for as long as it takes.
        through: The last stage that each partition goes through: ``transform``, ``train``, ``exchange`` or ``evaluate``.
        save: Folder in which each smallest partition is saved, with a test that replays it; ``"none"`` or ``None`` for none.
        strict: Whether what the SLA's own scheme does not give is an error, too.
    """

    examples: int = 200
    seed: int = 0
    seconds: float | None = None
    through: Stage = Stage.EVALUATE
    save: Path | None = None
    strict: bool = False

    def changed(self, where: str = "", /, **arguments: Unpack[SearchArguments]) -> SearchOptions:
        """These options with others, as users write them. ``None`` leaves one as it is.

        Args:
            where: What says so, for messages; by default the name of the keyword.
            **arguments: What is to be another.

        Raises:
            SettingsError: A value means nothing.
        """
        given = [(option, arguments.get(option.key)) for option in OPTIONS if "search" in option.doors]
        changes = {
            option.key: option.read(value, Path(), where or option.key) for option, value in given if value is not None
        }
        return replace(self, **changes)

    def arguments(self) -> SearchArguments:
        """These options as keywords of a search."""
        return cast("SearchArguments", {**vars(self), "save": "none" if self.save is None else self.save})


class SearchArguments(TypedDict, total=False):
    """The keywords of a search, as users write them; :class:`SearchOptions` says what each means."""

    examples: int
    seed: int
    seconds: float | None
    through: Stage | str
    save: str | os.PathLike[str] | None
    strict: bool


SEARCH_KEYWORDS = tuple(each.name for each in fields(SearchOptions))


def search_options(values: Mapping[str, Any], **defaults: Any) -> SearchOptions:
    """The options of a search among values by :attr:`Option.key`.

    Args:
        values: What is set.
        **defaults: What holds for those that are not set, where it differs from the usual.
    """
    return SearchOptions(**{**defaults, **{name: values[name] for name in SEARCH_KEYWORDS if name in values}})
