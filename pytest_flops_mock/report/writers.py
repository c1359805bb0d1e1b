"""The forms in which reports go to a file, and how each is written. None is loaded before it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_flops_mock.report.places import Places
    from pytest_flops_mock.report.report import Report

Write = Callable[["Mapping[str, Report]", "Places"], str]
"""Makes the whole text of reports, each under the name of its SLA; the text ends with a line break."""


@dataclass(frozen=True)
class Form:
    """One form of reports.

    Attributes:
        about: What it is for, in a row.
        write: Makes the text.
        suffixes: Files that end so have it, unless the user says otherwise.
    """

    about: str
    write: Write
    suffixes: tuple[str, ...] = ()


def as_text(reports: Mapping[str, Report], _: Places) -> str:
    """Every report in full; several under the names of their SLAs, with a last line about all."""
    from pytest_flops_mock.report import text

    if len(reports) == 1:
        return f"{next(iter(reports.values()))}\n"
    return "\n\n".join([*(text.headed(name, report) for name, report in reports.items()), text.tally(reports)]) + "\n"


def _json(reports: Mapping[str, Report], _: Places) -> str:
    from pytest_flops_mock.report.as_json import written

    return written(reports.values()) + "\n"


def _markdown(reports: Mapping[str, Report], _: Places) -> str:
    from pytest_flops_mock.report.markdown import markdown

    return markdown(reports.values(), names=list(reports))


def _sarif(reports: Mapping[str, Report], places: Places) -> str:
    from pytest_flops_mock.report.sarif import sarif

    return sarif(reports, places)


def _code_quality(reports: Mapping[str, Report], places: Places) -> str:
    from pytest_flops_mock.report.code_quality import code_quality

    return code_quality(reports, places)


def _html(reports: Mapping[str, Report], places: Places) -> str:
    from pytest_flops_mock.report.html.page import html

    return html(reports, here=places.repository.resolve().name if places.repository is not None else "")


FORMS = {
    "text": Form("the report in full; several SLAs one after another, with a last line about all", as_text, (".txt",)),
    "json": Form("one report or several in one form (docs/report.schema.json)", _json, (".json",)),
    "markdown": Form("verdict, stages and findings as tables", _markdown, (".md", ".markdown")),
    "html": Form("one page for people: findings, stages, data, environment", _html, (".html", ".htm")),
    "sarif": Form("SARIF 2.1.0, for GitHub's code scanning and editors", _sarif, (".sarif", ".sarif.json")),
    "gitlab": Form("GitLab's code quality, for merge requests", _code_quality),
}
"""By their names, as ``--format`` and ``--output`` have them."""


def form_of(file: str) -> str:
    """The form that the name of a file says; empty if it says none."""
    endings = {suffix: name for name, form in FORMS.items() for suffix in form.suffixes}
    fitting = [suffix for suffix in endings if file.lower().endswith(suffix)]
    return endings[max(fitting, key=len)] if fitting else ""
