"""What it means that the learner's process does not come to the repository's code: nothing of that can be said."""

from __future__ import annotations

from pytest_flops_mock.errors import Problem
from pytest_flops_mock.findings import Finding
from pytest_flops_mock.judging.failures import said, shown_output
from pytest_flops_mock.learner.environments.proof import Refused
from pytest_flops_mock.learner.facts import Failure


def not_started_finding(failure: Failure, python: str) -> Finding:
    """The process did not answer.

    Args:
        failure: How it ended.
        python: Which Python that is, in words.
    """
    return Finding.of(
        Problem(
            "the learner's process did not start",
            where=python,
            expected="a Python of 3.8 or later that answers",
            got=_how(failure),
            fix="run that Python by hand, and see the output below",
            code="FM206",
        ),
        detail=failure.output,
    )


def unready_finding(failure: Failure, refused: Refused | None, python: str, *, limited: bool) -> Finding:
    """The process failed while it imported what it needs itself.

    Args:
        failure: How it failed.
        refused: The package that a fresh process of that Python does not import either, if there is one.
        python: Which Python that is, in words.
        limited: Whether the user has limited its memory.
    """
    package = refused.package if refused is not None else ""
    got = _how(failure)
    if refused is not None and package:
        got = f"{' '.join(filter(None, (package, refused.version)))}: {refused.reason}"
    elif failure.how != "raised":
        got = f"{got} in the imports of numpy, pyarrow and datasets"
    repair = f'repair {package or "them"} in that Python (-c "import {package or "datasets"}" shows it), or name another one'
    return Finding.of(
        Problem(
            f"the learner's process could not import {package or 'what the check needs'}",
            where=python,
            expected="a Python that imports numpy, pyarrow and datasets; none of the repository's code has run",
            got=got,
            fix=f"give it more memory (--flops-memory), or {repair}" if limited else repair,
            code="FM206",
        ),
        detail=shown_output(failure.output),
    )


def _how(failure: Failure) -> str:
    return said(failure.raised.chain[0]) if failure.raised is not None else failure.ending
