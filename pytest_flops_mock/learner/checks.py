"""Facts from the learner's process, turned into findings. Pure functions: they run nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pytest_flops_mock.errors import Problem, listing, nearest
from pytest_flops_mock.findings import Finding
from pytest_flops_mock.learner.loading import differing, no_match, unloadable
from pytest_flops_mock.learner.process import Answer

KEY_ERRORS = ("KeyError", "ArrowKeyError", "ColumnNotFoundError")
COLUMN_ERRORS = (*KEY_ERRORS, "ValueError", "AttributeError")
NAMED = re.compile(r"""['"`]([^'"`]+)['"`]|[Cc]olumns? (\w[\w.-]*) not """)


def load_findings(answer: Answer, uri: str) -> tuple[Finding, ...]:
    """What the learner's attempt to load the data says."""
    if answer.how == "facts":
        return ()
    if answer.how != "error":
        problem = Problem(
            "the learner's process ended while it loaded the data",
            where=uri,
            came=answer.ending,
            hint="see its output below",
        )
        return (Finding.of(problem, code="FM404", detail=answer.output),)
    error = answer.error
    if error["type"] == "NoMatchingDataError":
        return (Finding.of(no_match(uri, error["tags"], error["names"])),)
    if error["type"] == "SchemasDifferError":
        return tuple(Finding.of(problem) for problem in differing(uri, error["differences"]))
    return (Finding.of(unloadable(uri, f"{error['type']}: {error['text']}"), detail=answer.output),)


def transform_findings(answer: Answer, columns: Mapping[str, str], modules: Sequence[str]) -> tuple[Finding, ...]:
    """What ``ModelManager()`` and ``set_model_data()`` came to.

    Args:
        answer: What the process answered.
        columns: The data set's columns and their features.
        modules: The repository's own modules and packages, for the nearest name of an import that fails.
    """
    if answer.how == "facts":
        return () if answer.facts["times_loaded"] else (_unused(),)
    if answer.how == "timeout":
        problem = Problem(
            "the repository did not finish in time",
            where="set_model_data()",
            expected="an end within the time limit",
            came=answer.ending,
            hint="look for an endless loop; slow but right: raise the limit with --flops-timeout (ini flops_timeout)",
        )
        return (Finding.of(problem, code="FM605", detail=answer.output),)
    if answer.how == "ended":
        problem = Problem(
            "the learner's process ended in the repository's code",
            where="set_model_data()",
            expected="set_model_data() returns",
            came=answer.ending,
            hint="look for os._exit, and for native code that crashes; the output shows where Python was",
        )
        return (Finding.of(problem, code="FM606", detail=answer.output),)
    error = _telling(answer.error, columns)
    return (Finding.of(_problem(error, columns, modules), code=_code(error, columns), detail=_trace(error)),)


def _unused() -> Finding:
    return Finding.of(
        Problem(
            "set_model_data() did not load the learner's data",
            where="set_model_data()",
            expected="a call of flops_utils.ml_repo_building_blocks.load_dataset()",
            came="none",
            hint="load the data with load_dataset(); what else the code reads is not there on a learner",
        ),
        code="FM607",
    )


def _telling(error: Mapping[str, Any], columns: Mapping[str, str]) -> Mapping[str, Any]:
    """The exception of the chain that says most: one about a column, else the one that was raised."""
    link: Mapping[str, Any] | None = error
    while link is not None:
        if _missing_column(link, columns):
            return link
        link = link.get("cause")
    return error


def _missing_column(error: Mapping[str, Any], columns: Mapping[str, str]) -> str:
    """The column that the code asked for and that is not there; empty if the error is not about one.

    A key that is missing is a column's only when a data library raised it or the code held a row.
    """
    if error["type"] not in COLUMN_ERRORS or not (error["packages"] or error["has_row"]):
        return ""
    text = error["text"]
    if error["type"] not in KEY_ERRORS and "olumn" not in text:
        return ""
    # A plain mapping says the key and nothing else; the libraries quote it in a sentence.
    named = [first or second for first, second in NAMED.findall(text)] or [text]
    return next((name for name in named if name not in columns), "")


def _code(error: Mapping[str, Any], columns: Mapping[str, str]) -> str:
    if _missing_column(error, columns):
        return "FM602"
    if error["type"] in ("ModuleNotFoundError", "ImportError"):
        return "FM601"
    return "FM604" if error["type"] == "SystemExit" else "FM603"


def _problem(error: Mapping[str, Any], columns: Mapping[str, str], modules: Sequence[str]) -> Problem:
    where = _where(error)
    if column := _missing_column(error, columns):
        return Problem(
            f"the repository asks for column {column!r}, which the data do not have",
            where=where,
            expected=f"one of: {listing(f'{name} ({feature})' for name, feature in columns.items())}",
            came=column,
            nearest=nearest(column, columns),
            hint="use the data set's column names, or send another data set",
        )
    if error["type"] in ("ModuleNotFoundError", "ImportError"):
        name = str(error.get("name") or "")
        return Problem(
            error["text"],
            where=where,
            expected="a package of this Python's environment, or a module of the repository",
            came=f"import of {name}" if name else error["text"],
            nearest=nearest(name, modules),
            hint=f"install it into the environment that runs the check (pip install {name.partition('.')[0]}), "
            "and list it in conda.yaml",
        )
    if error["type"] == "SystemExit":
        return Problem(
            "the repository ends the process",
            where=where,
            expected="set_model_data() returns, or raises an exception that says why not",
            came=f"sys.exit({error.get('code', error['text'])})",
            hint="raise an exception instead; a learner that exits leaves the aggregator waiting for a day",
        )
    hint = "see the repository's frames below"
    if "Column" in error["text"] and error["type"] in ("AttributeError", "TypeError"):
        hint = "datasets 4 gives a lazy Column where 2.x (the learner) gives values; use dataset[:][name] for both"
    return Problem(f"{error['type']}: {error['text']}", where=where, hint=hint)


def _where(error: Mapping[str, Any]) -> str:
    frames = error["frames"]
    return f"{frames[-1]['file']}:{frames[-1]['line']} in {frames[-1]['function']}" if frames else "set_model_data()"


def _trace(error: Mapping[str, Any]) -> str:
    """The traceback's frames in the repository, with their source."""
    return "\n".join(
        f"{frame['file']}:{frame['line']} in {frame['function']}\n    {frame['source']}" for frame in error["frames"]
    )
