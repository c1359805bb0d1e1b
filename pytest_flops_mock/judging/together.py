"""What is another thing where several mock data providers send to one learner."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pytest_flops_mock.errors import Problem, listing, nearest
from pytest_flops_mock.findings import Finding
from pytest_flops_mock.sla.models import MockSLA


def told_together(found: Iterable[Finding], mocks: Sequence[MockSLA], tags: Sequence[str]) -> tuple[Finding, ...]:
    """What SLAs cause: an MDP whose tag nobody asks for ends no learner that gets the data of another one.

    Args:
        found: What was found of each SLA alone.
        mocks: The MDP SLAs.
        tags: What the learner asks for.
    """
    unasked = [mock for mock in mocks if mock.data_tag not in tags]
    if len(unasked) in (0, len(mocks)):
        return tuple(found)
    return (
        *(finding for finding in found if finding.code != "FM008"),
        *(Finding.of(_unasked(mock, tags)) for mock in unasked),
    )


def _unasked(mock: MockSLA, tags: Sequence[str]) -> Problem:
    return Problem(
        "no learner gets what this MDP sends, since none asks for its data tag; they train on the data of the other MDPs",
        where=f"{mock.origin}: mock_data_configuration.data_tag",
        expected=f"one of the tags that the learner asks for: {listing(tags)}",
        got=repr(mock.data_tag),
        nearest=nearest(mock.data_tag, tags),
        fix="add this tag to the project SLA's data_tags, or leave the SLA out",
        code="FM021",
    )
