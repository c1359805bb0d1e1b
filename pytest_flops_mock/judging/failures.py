"""Facts from the learner's process, turned into findings: loading, ``set_model_data()``, and whatever fails in any stage.

Pure functions: they run nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from pytest_flops_mock.errors import Problem, listing, nearest
from pytest_flops_mock.findings import Finding, Frame
from pytest_flops_mock.learner.loading import differing, no_match, unloadable
from pytest_flops_mock.learner.process import Answer
from pytest_flops_mock.stage import Stage

KEY_ERRORS = ("KeyError", "ArrowKeyError", "ColumnNotFoundError")
VALUE_ERRORS = ("ValueError", "ArrowInvalid")
NO_ATTRIBUTE = re.compile(r"^'(?:DataFrame|Series)' object has no attribute '(\w+)'")
IMPORT_ERRORS = ("ModuleNotFoundError", "ImportError")
MESSAGE_LENGTH = 200

# How the libraries name a column that is not there: quoted, in brackets, or bare.
NAMED = re.compile(
    r"""['"`]([^'"`]+)['"`]|(?:[Cc]olumn |FieldRef\.Name)\(([^)]+)\)|(?:[Cc]olumn(?: name)?|Key) (\w[\w.-]*) not """
)
ABOUT_COLUMNS = re.compile(r"[Cc]olumn.* not (in|found)|[Cc]olumn.*must be identical|^Key .* not found|^No match for Field")

# A frame of the repository in the trace that a crash or a stop leaves; its path is relative.
STACK_FRAME = re.compile(r"""^  File "([^"/<][^"]*)", line (\d+) in (.+)$""", re.MULTILINE)

DISTRIBUTIONS = {
    "PIL": "pillow",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python-headless",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}
"""What packages are called where they are installed from, for those that are called otherwise."""


def load_findings(answer: Answer, uri: str) -> tuple[Finding, ...]:
    """What the learner's attempt to load the data says."""
    if answer.how == "facts":
        return ()
    if answer.how != "error":
        problem = Problem(
            "the learner's process ended while it loaded the data",
            where=uri,
            expected="data within the time limit" if answer.how == "timeout" else "",
            got=answer.ending,
            fix="look at its output, and at the ML data server's call log",
        )
        return (Finding.of(problem, code="FM404", detail=shown_output(answer)),)
    error = answer.error
    if error["type"] == "NoMatchingDataError":
        return (Finding.of(no_match(uri, error["tags"], error["names"])),)
    if error["type"] == "SchemasDifferError":
        return tuple(Finding.of(problem) for problem in differing(uri, error["differences"]))
    return (Finding.of(unloadable(uri, error["type"], error["text"]), detail=shown_output(answer)),)


DOING = {
    Stage.AGGREGATOR: "ModelManager() without data",
    Stage.TRANSFORM: "set_model_data()",
    Stage.TRAIN: "fit_model()",
    Stage.EXCHANGE: "the exchange of parameters",
    Stage.EVALUATE: "evaluate_model()",
}
"""What a stage runs, where the process cannot say it any more."""


def transform_findings(answer: Answer, columns: Mapping[str, str], modules: Sequence[str]) -> tuple[Finding, ...]:
    """What ``ModelManager()`` and ``set_model_data()`` came to.

    Args:
        answer: What the process answered.
        columns: The data set's columns and their features.
        modules: The repository's own modules and packages, for the nearest name of an import that fails.
    """
    if answer.how != "facts":
        return failure_findings(answer, Stage.TRANSFORM, columns, modules)
    found = () if answer.facts["times_loaded"] else (_unused(),)
    return (*found, *(_not_finite(leaf) for leaf in answer.facts["data"] if leaf["not_finite"]))


def failure_findings(
    answer: Answer, stage: Stage, columns: Mapping[str, str], modules: Sequence[str]
) -> tuple[Finding, ...]:
    """An answer without facts, in any stage that runs the repository's code; empty if it has some."""
    if answer.how == "facts":
        return ()
    family = f"FM{list(Stage).index(stage)}"
    if answer.how != "error":
        return (_ended(answer, stage, family),)
    error = _telling(answer.error, columns)
    detail = "\n".join(filter(None, [_trace(answer.error), shown_output(answer)]))
    frames = tuple(Frame(**frame) for frame in error["frames"])
    return (Finding.of(_problem(error, columns, modules, answer.error["doing"], family), detail=detail, frames=frames),)


def _unused() -> Finding:
    return Finding.of(
        Problem(
            "set_model_data() did not load the learner's data",
            where="set_model_data()",
            expected="a call of flops_utils.ml_repo_building_blocks.load_dataset()",
            got="none",
            fix="load the data with load_dataset(); what else the code reads is not there on a learner",
        ),
        code="FM607",
    )


def _not_finite(leaf: Mapping[str, Any]) -> Finding:
    return Finding.of(
        Problem(
            "the data that get_data() gives hold values that are NaN or infinite",
            where=f"get_data(){leaf['place']}",
            expected="finite numbers",
            got=f"{leaf['not_finite']:,} of them in {shown_leaf(leaf)}",
            fix="fill or drop missing values in the data manager, and look for divisions by zero",
        ),
        code="FM608",
    )


def shown_leaf(leaf: Mapping[str, Any]) -> str:
    """An array, table or other thing in a few words: ``ndarray (480, 784) float32``."""
    kind = leaf["kind"].rpartition(".")[2]
    if leaf["shape"] is not None:
        return (
            f"{kind} ({', '.join(map(str, leaf['shape']))}{',' if len(leaf['shape']) == 1 else ''}) {leaf['dtype']}".strip()
        )
    return f"{kind} of {leaf['rows']:,}" if leaf["rows"] is not None else kind


def _ended(answer: Answer, stage: Stage, family: str) -> Finding:
    frame = STACK_FRAME.search(answer.output)
    where = "{}:{} in {}".format(*frame.groups()) if frame else DOING[stage]
    frames = (Frame(frame[1], int(frame[2]), frame[3], ""),) if frame else ()
    if answer.how == "timeout":
        problem = Problem(
            "the repository did not finish in time",
            where=where,
            expected="an end within the time limit",
            got=answer.ending,
            fix="look for an endless loop; slow but right: raise the limit (--flops-timeout; flops-mock check --timeout)",
            code=f"{family}05",
        )
    else:
        problem = Problem(
            "the learner's process ended in the repository's code",
            where=where,
            expected=f"{DOING[stage]} returns",
            got=answer.ending,
            fix="look for os._exit, and for native code that crashes; the output shows where Python was",
            code=f"{family}06",
        )
    return Finding.of(problem, detail=shown_output(answer), frames=frames)


def _chain(error: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The exception and what caused it."""
    return [error, *error["causes"]]


def _telling(error: Mapping[str, Any], columns: Mapping[str, str]) -> Mapping[str, Any]:
    """The exception of the chain that says most: one about a column, else the one that was raised."""
    return next((link for link in _chain(error) if _missing_column(link, columns)), error)


def _missing_column(error: Mapping[str, Any], columns: Mapping[str, str]) -> str:
    """The column that the code asked for and that is not there; empty if the error is not about one.

    A key that is missing is a column's only when a data library raised it or the code asked a row for it.
    """
    kind, text = error["type"], error["text"]
    if kind in KEY_ERRORS and error["key_is_text"]:
        # A plain key stands alone; else it is named in a sentence.
        plain = [text]
    elif kind in VALUE_ERRORS and ABOUT_COLUMNS.search(text):
        plain = []
    elif kind == "AttributeError" and (asked := NO_ATTRIBUTE.match(text)) and nearest(asked[1], columns):
        plain = [asked[1]]  # frame.labl; without a column of nearly that name it may as well be a method
    else:
        return ""
    if error["of_data"]:
        named = plain
    elif error["by_library"]:
        sentence = () if kind == "AttributeError" else NAMED.finditer(text)
        named = [next(filter(None, match.groups())) for match in sentence] or plain
    else:
        return ""
    return next((name for name in named if name not in columns), "")


def _problem(
    error: Mapping[str, Any], columns: Mapping[str, str], modules: Sequence[str], doing: str, family: str
) -> Problem:
    frames = error["frames"]
    where = f"{frames[-1]['file']}:{frames[-1]['line']} in {frames[-1]['function']}" if frames else doing
    if column := _missing_column(error, columns):
        return Problem(
            f"the repository asks for column {column!r}, which the data do not have",
            where=where,
            expected=f"one of: {listing(f'{name} ({feature})' for name, feature in columns.items())}",
            got=column,
            nearest=nearest(column, columns),
            fix="use the data set's column names, or send another data set",
            code=f"{family}02",
        )
    if error["type"] in IMPORT_ERRORS:
        return _import_problem(error, modules, where, family)
    if error["type"] == "SystemExit":
        return Problem(
            "the repository ends the process",
            where=where,
            expected=f"{doing} returns, or raises an exception that says why not",
            got="sys.exit()" if error["code"] is None else f"sys.exit({error['code']!r})",
            fix="raise an exception instead; a learner that exits leaves the aggregator waiting for a day",
            code=f"{family}04",
        )
    fix = "see the repository's frames below" if frames else ""
    if "'Column'" in error["text"] and error["type"] in ("AttributeError", "TypeError"):
        fix = "datasets 4 gives a lazy Column where 2.x (the learner) gives values; use dataset[:][name] for both"
    return Problem(_said(error), where=where, fix=fix, code=f"{family}03")


def _import_problem(error: Mapping[str, Any], modules: Sequence[str], where: str, family: str) -> Problem:
    name = error["name"]
    package = name.partition(".")[0]
    if not name or package in modules:
        fix = "correct the import; modules are found from the repository's root"
        return Problem(_said(error), where=where, fix=fix, code=f"{family}03")
    if error["type"] == "ImportError":
        fix = "check the version that is installed, and pin the one that works in conda.yaml"
        return Problem(_said(error), where=where, expected="a name that the package has", fix=fix, code=f"{family}01")
    return Problem(
        f"the repository imports {name}, which is not installed",
        where=where,
        expected="a package of this Python's environment, or a module of the repository",
        got=_said(error),
        nearest=nearest(name, modules),
        fix=f"install it into the environment that runs the check (pip install {DISTRIBUTIONS.get(package, package)}), "
        "and list it in conda.yaml",
        code=f"{family}01",
    )


def _said(error: Mapping[str, Any]) -> str:
    """Type and text in one line; all of the text is in the trace."""
    line = error["text"].strip().partition("\n")[0]
    line = line if len(line) <= MESSAGE_LENGTH else line[: MESSAGE_LENGTH - 1] + "…"
    return f"{error['type']}: {line}" if line else error["type"]


def _trace(error: Mapping[str, Any]) -> str:
    """The exception and its causes, each with its frames in the repository and their source."""
    lines: list[str] = []
    for link in _chain(error):
        said = f"{link['type']}: {link['text'].strip()}".rstrip(": ").splitlines()
        if lines and not link["frames"] and lines[-1] == said[-1]:
            continue  # a library passes on its own exception
        lines += ["caused by"] if lines else []
        for frame, same in groupby(link["frames"]):
            again = len(list(same)) - 1
            lines += [f"{frame['file']}:{frame['line']} in {frame['function']}", f"    {frame['source']}"]
            lines += [f"    (and again {again} times)"] if again else []
        lines += said
        lines += [f"    with {name}: {shape}" for name, shape in link["shapes"]]
    return "\n".join(lines)


def shown_output(answer: Answer) -> str:
    """What the process printed during a request, under a heading; empty if it was silent."""
    return "\n".join(["output:", *(f"    {line}" for line in answer.output.splitlines())]) if answer.output else ""
