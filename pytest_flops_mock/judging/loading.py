"""What a learner's attempt to load the data means, and whether it has the rows that were sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from pytest_flops_mock.errors import Problem, listing
from pytest_flops_mock.findings import Finding, PartitionFacts, SentFacts
from pytest_flops_mock.flight.naming import tag_of
from pytest_flops_mock.judging.failures import shown_output
from pytest_flops_mock.learner.facts import Difference, Failure, Loaded
from pytest_flops_mock.learner.loading import SchemaDrift, merged, no_match, refused, unloadable
from pytest_flops_mock.sla.schemes import schema_drift


def _senders(sent: Sequence[SentFacts]) -> dict[str, str]:
    """The MDP SLA that each partition was sent for, by name."""
    return {part.name: each.sla for each in sent for part in each.partitions}


def load_failures(failure: Failure, uri: str, sent: Sequence[SentFacts]) -> tuple[Finding, ...]:
    """Why the learner has no data.

    Args:
        failure: What the child answered.
        uri: Address of the ML data server.
        sent: What each mock data provider sent.
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
        senders = _senders(sent)
        return tuple(Finding.of(refused(uri, each, senders, _drifts(each, sent))) for each in link.differences)
    return (Finding.of(unloadable(uri, link.type, link.text), detail=shown_output(failure.output)),)


def merged_findings(loaded: Loaded, uri: str, sent: Sequence[SentFacts]) -> tuple[Finding, ...]:
    """Partitions that a learner puts together, though they say of the same values different things.

    Args:
        loaded: What the learner loaded.
        uri: Address of the ML data server.
        sent: What each mock data provider sent.
    """
    senders = _senders(sent)
    return tuple(Finding.of(merged(uri, each, senders, _drifts(each, sent))) for each in loaded.merged)


def _drifts(difference: Difference, sent: Sequence[SentFacts]) -> dict[str, SchemaDrift]:
    """What gave partitions of one data set different schemas, by name; nothing where two data sets differ anyway."""
    data_sets = {part.name: each.dataset_name for each in sent for part in each.partitions}
    first, other = ({data_sets.get(name) for name in side} for side in (difference.first, difference.other))
    found: dict[str, SchemaDrift] = {}
    if not first & other:
        return found
    for each in sent:
        of_sla = f" of {each.sla}" if len(sent) > 1 else ""
        for index, part in enumerate(each.partitions):
            if what := schema_drift(part.drift):
                found[part.name] = SchemaDrift(f"partition {index}{of_sla}", what)
    return found


def equal_partitions(sent: Sequence[PartitionFacts]) -> tuple[Finding, ...]:
    """Which partitions overwrote each other: a name is made of the content, so equal partitions have one name.

    Args:
        sent: What the mock data provider sent, in order.
    """
    times, stored = Counter(part.name for part in sent), _rows_by_name(sent)
    rows, left = sum(part.rows for part in sent), sum(stored.values())
    if left == rows:  # empty ones may well be one
        return ()
    problem = Problem(
        f"partitions with equal rows overwrite each other: {left} of {_counted(rows, 'row')} are left",
        where=listing(f"{name}, sent {count} times" for name, count in times.items() if count > 1),
        expected=f"{_counted(len(sent), 'partition')} that differ, {_counted(rows, 'row')}",
        got=f"{_counted(len(stored), 'partition')}, {_counted(left, 'row')}; learners train on those",
        fix="ask for fewer partitions, or use data whose rows differ: equal rows give equal names",
        code="FM307",
    )
    return (Finding.of(problem),)


def row_findings(sent: Sequence[PartitionFacts], loaded: Loaded, uri: str) -> tuple[Finding, ...]:
    """Where the rows that a learner loaded are not those that were sent.

    Args:
        sent: What the mock data provider sent; empty for data that the server had already.
        loaded: What the learner loaded.
        uri: Address of the ML data server.
    """
    if not loaded.rows:
        return (Finding.of(_nothing_left(sent, loaded, uri)),)
    stored, parts = _rows_by_name(sent), Counter[str]()
    for name, rows in loaded.parts:
        parts[name] += rows
    tags = {tag_of(name) for name in stored}
    missing = {name: rows for name, rows in stored.items() if parts[name] < rows}
    foreign = {name: parts[name] - stored.get(name, 0) for name in parts if tag_of(name) in tags}
    foreign = {name: rows for name, rows in foreign.items() if rows > 0}
    problems = [_missing(missing, stored, parts, uri)] if missing else []
    problems += [_foreign(foreign, stored, uri)] if foreign else []
    return tuple(map(Finding.of, problems))


def unverified_finding(unverified: Mapping[str, int], uri: str) -> tuple[Finding, ...]:
    """That the verdict rests on uploads that may have been cut.

    Args:
        unverified: Number of rows of each loaded partition whose sender did not promise it.
        uri: Address of the ML data server.
    """
    if not unverified:
        return ()
    problem = Problem(
        f"nobody has promised the number of rows of {_counted(len(unverified), 'partition')}: an upload may have been cut",
        where=uri,
        expected="senders that say how many rows will come; FLOps' own provider does not",
        got=listing(f"{name} with {_counted(rows, 'row')}" for name, rows in sorted(unverified.items())),
        fix="compare the rows with what the sender has, or let the check send the data itself, with an MDP SLA",
        code="FM409",
    )
    return (Finding.of(problem),)


def _nothing_left(sent: Sequence[PartitionFacts], loaded: Loaded, uri: str) -> Problem:
    rows, drifts = sum(part.rows for part in sent), [part.drift for part in sent if part.drift]
    return Problem(
        "the learner's data set has no rows",
        where=uri,
        expected=f"the {_counted(rows, 'row')} that were sent" if rows else "partitions with rows",
        got=f"{_counted(len(loaded.parts), 'partition')} without rows: {listing(name for name, _ in loaded.parts)}",
        fix=f"give the drift to fewer partitions: {drifts[0]}"
        if not rows and drifts
        else "drop what is stored under the tag, and send the data again",
        code="FM407",
    )


def _missing(missing: Iterable[str], stored: Mapping[str, int], parts: Mapping[str, int], uri: str) -> Problem:
    lost = sum(stored[name] - parts[name] for name in missing)
    rows = sum(stored.values())
    return Problem(
        f"the learner did not load {lost} of the {_counted(rows, 'row')} that were sent",
        where=uri,
        expected=listing(f"{name} with {_counted(stored[name], 'row')}" for name in missing),
        got=listing(f"{name} with {_counted(parts[name], 'row')}" if parts[name] else f"no {name}" for name in missing),
        fix="look at the ML data server's call log for uploads that broke off, and for others that write under the tag",
        code="FM406",
    )


def _foreign(foreign: Mapping[str, int], stored: Mapping[str, int], uri: str) -> Problem:
    return Problem(
        f"the learner loaded {_counted(sum(foreign.values()), 'row')} that this run did not send",
        where=uri,
        expected=f"the {_counted(sum(stored.values()), 'row')} that were sent, and no others under the tag",
        got=listing(f"{name} with {_counted(rows, 'row')} more" for name, rows in foreign.items()),
        fix="drop what earlier runs have left under the tag, or use another tag, unless several providers shall share it",
        code="FM405",
    )


def _rows_by_name(sent: Iterable[PartitionFacts]) -> dict[str, int]:
    return {part.name: part.rows for part in sent}


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"
