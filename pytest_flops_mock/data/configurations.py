"""What is wrong with the name of a configuration."""

from __future__ import annotations

from collections.abc import Callable

from pytest_flops_mock.data.libraries import with_files_closed
from pytest_flops_mock.errors import Problem, listing, nearest


def configuration_problem(where: str, config_name: str | None, look_up: Callable[[], list[str]]) -> Problem | None:
    """What is wrong with the configuration's name; ``None`` if it is right, or if nobody can say.

    Args:
        where: Which data set, for the message.
        config_name: The name that was asked for.
        look_up: Gives the names that there are.
    """
    try:
        names = with_files_closed(look_up)
    except Exception:
        return None
    if config_name is None and len(names) > 1:
        return Problem(
            "the data set has several configurations, and none is its default",
            where=where,
            expected=f"one of: {listing(names)}",
            got="no configuration",
            fix=f'add "config_name": "{names[0]}" to the SLA (--config {names[0]} to a command); FLOps ignores that key, '
            "and its provider dies of this set",
        )
    if config_name is not None and config_name not in names:
        return Problem(
            "the data set has no such configuration",
            where=where,
            expected=f"one of: {listing(names)}",
            got=config_name,
            nearest=nearest(config_name, names),
            fix="correct config_name",
        )
    return None
