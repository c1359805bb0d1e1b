"""``flops-mock env``: the learners' environments that are kept, and how to be rid of them."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from pytest_flops_mock.cli.shared import COMPATIBLE, AddCommand, show
from pytest_flops_mock.errors import Problem, SettingsError, listing
from pytest_flops_mock.learner.environments.image import LEARNER_PINS
from pytest_flops_mock.learner.environments.kept import user_cache
from pytest_flops_mock.learner.environments.shelf import MAX_BYTES, UNUSED_DAYS, Lying, lying, stale, take_away

HOURS_OF_A_DAY = 24


def add(add: AddCommand) -> None:
    """Add the command."""
    env = add(
        "env",
        help="list the learners' environments that are kept, and remove them",
        description="List the environments that checks have built: what for, how large, and when they were last used.",
        epilog=f"When one is built, those go by themselves that were not used for {UNUSED_DAYS:.0f} days, and the oldest "
        f"beyond {MAX_BYTES / 10**9:.0f} GB.",
        allow_abbrev=False,
    )
    env.set_defaults(run=_run)
    env.add_argument("--folder", action="store_true", help="show the folder in which they lie, and nothing else")
    env.add_argument("--prune", action="store_true", help="remove what would go by itself; or what the options below say")
    env.add_argument("--older-than", metavar="DAYS", help="with --prune: those that were not used for so many days")
    env.add_argument("--max-size", metavar="GB", help="with --prune: the oldest, until the others take no more")
    env.add_argument("--all", action="store_true", help="with --prune: all of them")


def _run(given: argparse.Namespace) -> int:
    told = {"--older-than": given.older_than, "--max-size": given.max_size, "--all": given.all}
    named = [option for option, value in told.items() if value not in (None, False)]
    if named and not given.prune:
        raise SettingsError(
            Problem(
                f"{named[0]} says what to remove, and nothing is removed without --prune",
                where="flops-mock env",
                expected="--prune with it",
                got=listing(named),
                fix=f"flops-mock env --prune {named[0]}{'' if given.all and named == ['--all'] else ' …'}",
            )
        )
    shelf = user_cache()
    if given.folder:
        show(str(shelf))
        return COMPATIBLE
    environments = lying(shelf)
    if not given.prune:
        show("\n".join([_headed(str(shelf), environments), *_table(environments)]))
        return COMPATIBLE
    days = _number(given.older_than, "--older-than", "a number of days, such as 7") if given.older_than else UNUSED_DAYS
    size = _number(given.max_size, "--max-size", "a number of GB, such as 5") * 10**9 if given.max_size else MAX_BYTES
    if given.older_than and not given.max_size:
        size = float("inf")
    if given.max_size and not given.older_than:
        days = float("inf")
    chosen = environments if given.all else stale(environments, unused_days=days, max_bytes=size)
    staying = take_away(chosen)
    removed = [each for each in chosen if each not in staying]
    lines = [f"removed     {_count(removed)}", *_table(removed)] if removed else ["removed     none"]
    if staying:
        lines += [f"in use      {_count(staying)}, which stay", *_table(staying)]
    show("\n".join([*lines, f"kept        {_count(lying(shelf))}"]))
    return COMPATIBLE


def _headed(shelf: str, environments: list[Lying]) -> str:
    return f"{_count(environments)} in {shelf}"


def _count(environments: list[Lying]) -> str:
    total = sum(each.nbytes for each in environments)
    number = len(environments)
    return f"{number or 'no'} environment{'' if number == 1 else 's'}" + (f", {size_of(total)}" if number else "")


def _table(environments: list[Lying]) -> Iterator[str]:
    if not environments:
        return
    rows = [("name", "Python", "size", "last used", "built for"), *map(_row, environments)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        cells = [
            text.rjust(width) if column == 2 else text.ljust(width)
            for column, (text, width) in enumerate(zip(row, widths, strict=False))
        ]
        yield f"  {'  '.join(cells)}  {row[4]}".rstrip()


def _row(each: Lying) -> tuple[str, str, str, str, str]:
    own = [line for line in each.asked if line not in LEARNER_PINS]
    built_for = listing(own, 6) if own else "what every learner has"
    return (
        each.folder.name[:8],
        each.python or "?",
        size_of(each.nbytes),
        _ago(each.unused_days),
        built_for if each.complete else f"{built_for} (its build did not come to its end)",
    )


def size_of(nbytes: int) -> str:
    """A size in three digits, as in ``612 MB`` or ``2.35 GB``."""
    if nbytes < 10**9:
        return f"{nbytes / 10**6:.3g} MB" if nbytes < 999.5 * 10**6 else "1 GB"
    return f"{nbytes / 10**9:.3g} GB"


def _ago(days: float) -> str:
    if days < 1:
        hours = round(days * HOURS_OF_A_DAY)
        return "now" if hours == 0 else f"{hours} hour{'' if hours == 1 else 's'} ago"
    return f"{days:.0f} day{'' if round(days) == 1 else 's'} ago"


def _number(text: str, option: str, expected: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number < float("inf"):
        raise SettingsError(
            Problem(
                f"{option} takes a number",
                where=option,
                expected=expected,
                got=repr(text),
                nearest=text.lower().removesuffix("gb").removesuffix("d").strip(),
                fix=f"for example {option} 5",
            )
        )
    return number
