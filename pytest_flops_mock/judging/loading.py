"""What a learner's attempt to load the data means."""

from __future__ import annotations

from pytest_flops_mock.errors import Problem
from pytest_flops_mock.findings import Finding
from pytest_flops_mock.judging.failures import shown_output
from pytest_flops_mock.learner.facts import Failure
from pytest_flops_mock.learner.loading import differing, no_match, unloadable


def load_failures(failure: Failure, uri: str) -> tuple[Finding, ...]:
    """Why the learner has no data.

    Args:
        failure: What the child answered.
        uri: Address of the ML data server.
    """
    if failure.raised is None:
        problem = Problem(
            "the learner's process ended while it loaded the data",
            where=uri,
            expected="data within the time limit" if failure.how == "timeout" else "",
            got=failure.ending,
            fix="look at its output, and at the ML data server's call log",
            code="FM404",
        )
        return (Finding.of(problem, detail=shown_output(failure.output)),)
    link = failure.raised.chain[0]
    if link.type == "NoMatchingDataError":
        return (Finding.of(no_match(uri, link.tags, link.names)),)
    if link.type == "SchemasDifferError":
        return tuple(map(Finding.of, differing(uri, link.differences)))
    return (Finding.of(unloadable(uri, link.type, link.text), detail=shown_output(failure.output)),)
