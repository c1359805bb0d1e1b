"""Reports as one page of HTML: one file that asks nothing of a network and holds no script.

The parts in ``parts/`` are Jinja templates with autoescaping on; all that is foreign goes through ``clean`` before. The page
is well-formed XML, too, and says by a policy of its own that a browser shall load nothing, whatever got into it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pytest_flops_mock.report.html.views import report_view, verdict_of
from pytest_flops_mock.report.report import Report
from pytest_flops_mock.report.rounds import RoundsShown
from pytest_flops_mock.texts import clean

if TYPE_CHECKING:
    from pytest_flops_mock.report.comparing import Change

PARTS = Path(__file__).parent / "parts"
NO_ROUNDS: Mapping[str, RoundsShown] = MappingProxyType({})


def html(reports: Mapping[str, Report], *, here: str = "", rounds: Mapping[str, RoundsShown] = NO_ROUNDS) -> str:
    """The whole page; several reports begin with an overview.

    Args:
        reports: By the names of their SLAs.
        here: What the folder of the repository is called, for reports that name it ``.``.
        rounds: Federated rounds that came after checks, under the same names.

    Returns:
        HTML that ends with a line break.
    """
    several = len(reports) > 1
    views = [
        report_view(report, f"report-{number}-" if several else "", name, here=here, rounds=rounds.get(name))
        for number, (name, report) in enumerate(reports.items(), 1)
    ]
    with_rounds = any(view.rounds is not None for view in views)
    told, ok = verdict_of(reports), all(view.ok for view in views)
    return _made("check.html", reports=views, told=told, ok=ok, several=several, with_rounds=with_rounds)


def diff_html(changes: Sequence[Change], old: str, new: str) -> str:
    """The page that compares two runs.

    Args:
        changes: What became of each SLA.
        old: What the earlier run is called.
        new: What the later one is called.

    Returns:
        HTML that ends with a line break.
    """
    from pytest_flops_mock.report.difference import tally
    from pytest_flops_mock.report.html.changes import change_view, verdict_of

    views = [change_view(change, f"change-{number}-") for number, change in enumerate(changes, 1)]
    is_ok = all(change.ok for change in changes)
    return _made("diff.html", changes=views, verdict=verdict_of(changes), told=tally(changes), ok=is_ok, old=old, new=new)


def _made(part: str, **values: Any) -> str:
    environment = Environment(
        loader=FileSystemLoader(PARTS, encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    style = Markup((PARTS / "style.css").read_text(encoding="utf-8"))  # it is ours
    text = environment.get_template(part).render(style=style, **values)
    return text.rstrip("\n") + "\n"


def _shown(value: Any) -> Any:
    """What a part writes: texts of others without what cannot be shown."""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value
