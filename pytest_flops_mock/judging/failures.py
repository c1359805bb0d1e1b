"""What it means that the repository's code failed, in whichever stage: an exception, an exit, a crash, or no end in time."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import groupby

from pytest_flops_mock.codes.failures import FAILURES, Failures
from pytest_flops_mock.errors import Problem, listing, nearest
from pytest_flops_mock.findings import Finding, Frame
from pytest_flops_mock.judging.causes import asked_for_split, cause
from pytest_flops_mock.learner.facts import Failure, Link, Raised
from pytest_flops_mock.stage import Stage

KEY_ERRORS = ("KeyError", "ArrowKeyError", "ColumnNotFoundError")
VALUE_ERRORS = ("ValueError", "ArrowInvalid")
NO_ATTRIBUTE = re.compile(r"^'(?:DataFrame|Series)' object has no attribute '(\w+)'")
IMPORT_ERRORS = ("ModuleNotFoundError", "ImportError")
MAX_MESSAGE = 200

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


def failure_finding(failure: Failure, stage: Stage, columns: Mapping[str, str], modules: Sequence[str]) -> Finding:
    """What a request that came to no facts means, in any stage that runs the repository's code.

    Args:
        failure: What the child answered.
        stage: The stage that asked.
        columns: The data set's columns and their features, in words.
        modules: The repository's own modules and packages, for the nearest name of an import that fails.
    """
    family = FAILURES[stage]
    if failure.raised is None:
        return _ended(failure, family)
    link = next((each for each in failure.raised.chain if _missing_column(each, columns)), failure.raised.chain[0])
    detail = "\n".join(filter(None, [_trace(failure.raised), shown_output(failure.output)]))
    problem = _problem(link, columns, modules, failure.raised.doing, family)
    return Finding.of(problem, detail=detail, frames=link.frames, exception=link.type)


def needs_data(failure: Failure) -> Finding | None:
    """Whether the aggregator failed because the repository wanted data there."""
    raised = failure.raised
    if raised is None or not any(link.name == "data_loading" for link in raised.chain):
        return None
    frames = next((link.frames for link in raised.chain if link.frames), ())
    return Finding.of(
        Problem(
            "the repository loads data where the aggregator has none",
            where=place(frames, raised.doing),
            expected=f"{raised.doing} works without data and without a server in reach",
            got="load_dataset() or data_loading, which only a learner has",
            fix="load the data in set_model_data(), which the aggregator does not call",
            code="FM510",
        ),
        frames=raised.chain[0].frames,
    )


def shown_output(output: str) -> str:
    """What the process printed during a request, under a heading; empty if it was silent."""
    return "\n".join(["output:", *(f"    {line}" for line in output.splitlines())]) if output else ""


def place(frames: Sequence[Frame], otherwise: str) -> str:
    """Where the innermost call was, or ``otherwise`` if there is none in the repository."""
    return frames[-1].place if frames else otherwise


def said(link: Link) -> str:
    """Type and text of an exception in one line; all of the text is in the trace."""
    line = link.text.strip().partition("\n")[0]
    line = line if len(line) <= MAX_MESSAGE else line[: MAX_MESSAGE - 1] + "…"
    return f"{link.type}: {line}" if line else link.type


def _ended(failure: Failure, family: Failures) -> Finding:
    frame = STACK_FRAME.search(failure.output)
    frames = (Frame(frame[1], int(frame[2]), frame[3], ""),) if frame else ()
    if failure.how == "timeout":
        problem = Problem(
            "the repository did not finish in time",
            where=place(frames, family.doing),
            expected="an end within the time limit",
            got=failure.ending,
            fix="look for an endless loop; slow but right: raise the limit (--flops-timeout; flops-mock check --timeout)",
            code=family.timeout,
        )
    elif failure.exceeded is not None:
        allowed, taken = failure.exceeded
        problem = Problem(
            "the repository's code takes more than the check allows it, and was ended",
            where=place(frames, family.doing),
            expected=allowed,
            got=taken,
            fix="look for data or processes that pile up; or raise the limit (--flops-memory; flops-mock check --memory)"
            if "memory" in allowed
            else "look for processes or threads that are started again and again",
            code=family.crash,
        )
    else:
        problem = Problem(
            "the learner's process ended in the repository's code",
            where=place(frames, family.doing),
            expected=f"{family.doing} returns",
            got=failure.ending,
            fix="look for os._exit, and for native code that crashes; the output shows where Python was",
            code=family.crash,
        )
    return Finding.of(problem, detail=shown_output(failure.output), frames=frames)


def _missing_column(link: Link, columns: Mapping[str, str]) -> str:
    """The column that the code asked for and that is not there; empty if the error is not about one.

    A key that is missing is a column's only when a data library raised it or the code asked a row for it.
    """
    if link.type in KEY_ERRORS and link.key_is_text:
        # A plain key stands alone; else it is named in a sentence.
        plain = [link.text]
    elif link.type in VALUE_ERRORS and ABOUT_COLUMNS.search(link.text):
        plain = []
    elif link.type == "AttributeError" and (asked := NO_ATTRIBUTE.match(link.text)) and nearest(asked[1], columns):
        plain = [asked[1]]  # frame.labl; without a column of nearly that name it may as well be a method
    else:
        return ""
    if link.of_data:
        named = plain
    elif link.by_library:
        sentence = () if link.type == "AttributeError" else NAMED.finditer(link.text)
        named = [next(filter(None, match.groups())) for match in sentence] or plain
    else:
        return ""
    return next((name for name in named if name not in columns), "")


def _problem(link: Link, columns: Mapping[str, str], modules: Sequence[str], doing: str, family: Failures) -> Problem:
    where = place(link.frames, doing)
    known = cause(link, modules, doing)
    if column := _missing_column(link, columns):
        if asked_for_split(column, columns):
            return Problem(
                f"the repository asks for the split {column!r}, and the learner's data set has no splits",
                where=where,
                expected="the rows themselves: load_dataset() gives one data set",
                got=f"dataset[{column!r}]",
                fix="leave the split out, and split the rows with dataset.train_test_split() where two parts are needed",
                code=family.no_column,
            )
        return Problem(
            f"the repository asks for column {column!r}, which the data do not have",
            where=where,
            expected=f"one of: {listing(f'{name} ({feature})' for name, feature in columns.items())}",
            got=column,
            nearest=nearest(column, columns),
            fix="use the data set's column names, or send another data set",
            code=family.no_column,
        )
    if link.type in IMPORT_ERRORS:
        return _import_problem(link, modules, where, family, known)
    if link.type == "SystemExit":
        return Problem(
            "the repository ends the process",
            where=where,
            expected=f"{doing} returns, or raises an exception that says why not",
            got="sys.exit()" if link.code is None else f"sys.exit({link.code!r})",
            fix="raise an exception instead; a learner that exits leaves the aggregator waiting for a day",
            code=family.exits,
        )
    fix = known or ("see the repository's frames below" if link.frames else "")
    return Problem(said(link), where=where, fix=fix, code=family.exception)


def _import_problem(link: Link, modules: Sequence[str], where: str, family: Failures, known: str) -> Problem:
    package = link.name.partition(".")[0]
    if not link.name or package in modules:
        fix = known or "correct the import; modules are found from the repository's root"
        return Problem(said(link), where=where, fix=fix, code=family.exception)
    if link.type == "ImportError":
        fix = known or "check the version that is installed, and pin the one that works in conda.yaml"
        return Problem(said(link), where=where, expected="a name that the package has", fix=fix, code=family.no_package)
    return Problem(
        f"the repository imports {link.name}, which is not installed",
        where=where,
        expected="a package of this Python's environment, or a module of the repository",
        got=said(link),
        nearest=nearest(link.name, modules),
        fix=known
        or f"install it into the environment that runs the check (pip install {DISTRIBUTIONS.get(package, package)}), "
        "and list it in conda.yaml",
        code=family.no_package,
    )


def _trace(raised: Raised) -> str:
    """The exception and its causes, each with its frames in the repository and their source."""
    lines: list[str] = []
    for link in raised.chain:
        text = f"{link.type}: {link.text.strip()}".rstrip(": ").splitlines() or [""]
        if lines and not link.frames and lines[-1] == text[-1]:
            continue  # a library passes on its own exception
        lines += ["caused by"] if lines else []
        for frame, same in groupby(link.frames):
            again = len(list(same)) - 1
            lines += [frame.place, f"    {frame.source}"]
            lines += [f"    (and again {again} times)"] if again else []
        lines += text
        lines += [f"    with {name}: {shape}" for name, shape in link.shapes]
    return "\n".join(lines)
