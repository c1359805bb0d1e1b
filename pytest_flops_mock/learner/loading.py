"""What a learner would load, as one ``datasets.Dataset`` in this process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from pytest_flops_mock.child.loading import NoMatchingDataError, SchemasDifferError, load
from pytest_flops_mock.errors import LoadError, Problem, listing, nearest
from pytest_flops_mock.flight.client import MLDataClient
from pytest_flops_mock.flight.messages import problem_in
from pytest_flops_mock.flight.naming import tag_of
from pytest_flops_mock.flight.tls import apart_from_learner, refuse_tls
from pytest_flops_mock.learner.facts import Difference

if TYPE_CHECKING:
    import datasets

NOT_THERE = "FlightUnavailableError"
UNAVAILABLE = "Flight returned unavailable error, with message: "
DRIFT_FIX = (
    "on devices, agree on one schema before data are sent; here, give the drift to all partitions, to see what the "
    "repository makes of it, or to none"
)
FIXES = {
    NOT_THERE: "start the server, and check host and port",
    "FlightTimedOutError": "look at the server's log for what keeps it, or give the check more time",
    "ModuleNotFoundError": "install datasets and pyarrow into the Python that the learner runs in",
    "ImportError": "install datasets and pyarrow into the Python that the learner runs in",
}


def load_partitions(uri: str, data_tags: Iterable[str], *, timeout: float = 60.0) -> datasets.Dataset:
    """Load all partitions that match the tags, as FLOps' learner does: straight from Arrow, no file in between.

    Args:
        uri: Address of an ML data server, ``grpc://HOST:PORT``.
        data_tags: The tags, as in the project SLA.
        timeout: Seconds that one call on the server may take.

    Returns:
        All rows as one data set, in format ``arrow``, with the features that travelled in the schema
        (``Image`` and ``ClassLabel`` intact). The order of the parts is the server's; where only the features of the
        parts differ, those of the first hold for all, as in the learner.

    Raises:
        LoadError: Nothing matches, the partitions cannot be one data set, or the server is not there.
        SettingsError: The address asks for TLS.
    """
    refuse_tls(uri)
    tags = [data_tags] if isinstance(data_tags, str) else list(data_tags)
    try:
        dataset = load(uri, tags, timeout).dataset
    except NoMatchingDataError as error:
        raise LoadError(no_match(uri, error.tags, error.names)) from None
    except SchemasDifferError as error:
        found = (Difference(*(tuple(parts[name]) for name in ("texts", "first", "other"))) for parts in error.differences)
        raise LoadError(*(refused(uri, difference) for difference in found)) from None
    except (pa.ArrowException, OSError, KeyError, ValueError, TypeError, ImportError) as error:
        if type(error).__name__ == NOT_THERE and (apart := apart_from_learner(uri)) is not None:
            raise LoadError(apart) from error
        raise LoadError(unloadable(uri, type(error).__name__, str(error))) from error
    return dataset


def unverified(uri: str, data_tags: Iterable[str], names: Iterable[str]) -> dict[str, int]:
    """Those of the loaded partitions whose sender did not promise its rows, as far as the server says so, and their rows.

    Args:
        uri: Address of the ML data server.
        data_tags: The tags that were asked for.
        names: The partitions that are in question.
    """
    asked = set(names)
    if not asked:
        return {}
    try:
        with MLDataClient(uri) as client:
            listed = client.partitions(data_tags)
    except LoadError:
        return {}  # they were loaded; who goes away afterwards says nothing about them
    return {part.name: part.rows for part in listed if part.name in asked and not part.verified}


def no_match(uri: str, tags: Sequence[str], names: Iterable[str]) -> Problem:
    """No stored partition has one of the tags."""
    stored = sorted({tag_of(name) for name in names})
    return Problem(
        "no partition on the ML data server matches the data tags; a learner would exit with status 1",
        where=uri,
        expected=f"a tag of: {listing(stored)}" if stored else "partitions on the server",
        got=f"data_tags = {list(tags)}",
        nearest=next(filter(None, (nearest(tag, stored) for tag in tags)), ""),
        fix="use the MDP SLA's data_tag in the project SLA's data_tags" if stored else "run the mock data provider first",
        code="FM401",
    )


@dataclass(frozen=True)
class SchemaDrift:
    """That drift gave a partition columns or features which its data set does not have.

    Attributes:
        partition: Which partition, in words.
        what: The drift, without where.
    """

    partition: str
    what: str


def refused(
    uri: str,
    difference: Difference,
    senders: Mapping[str, str] | None = None,
    drifts: Mapping[str, SchemaDrift] | None = None,
) -> Problem:
    """Partitions under the learner's tags that cannot be one data set.

    Args:
        uri: Address of the ML data server.
        difference: Where they differ.
        senders: The MDP SLA that each partition was sent for, where several were.
        drifts: What gave partitions another schema, by their names.
    """
    drift = _drift_between(difference, drifts or {})
    return Problem(
        "the partitions cannot be one data set" + (", since drift gives some of them another schema" if drift else ""),
        where=uri,
        expected="equal columns and types in all partitions of the data tags",
        got=told(difference, senders) + drift,
        fix=DRIFT_FIX if drift else "give different data sets different data tags, and let each project ask for its own",
        code="FM402",
    )


def merged(
    uri: str,
    difference: Difference,
    senders: Mapping[str, str] | None = None,
    drifts: Mapping[str, SchemaDrift] | None = None,
) -> Problem:
    """Partitions whose features differ, and which a learner puts together without a word. See :func:`refused`."""
    drift = _drift_between(difference, drifts or {})
    return Problem(
        "the partitions say of the same values different things, and the learner takes all for what the first of them says",
        where=uri,
        expected="equal features, such as the names and the order of classes, in all partitions of the data tags",
        got=f"{told(difference, senders)}{drift}; which of them comes first is chance",
        fix=DRIFT_FIX if drift else "give different data sets different data tags, or the same classes in the same order",
        code="FM408",
    )


def _drift_between(difference: Difference, drifts: Mapping[str, SchemaDrift]) -> str:
    """The drift that one side has and the other has not, which is why they differ."""
    sides = (set(difference.first), set(difference.other))
    first, other = ({drifts[name].what if name in drifts else "" for name in side} for side in sides)
    having: dict[str, list[str]] = {}
    for name, drift in drifts.items():
        if name in sides[0] | sides[1]:
            having.setdefault(drift.what, []).append(drift.partition)
    return "".join(f"; drift {what} is in {listing(where, 4)}" for what, where in having.items()) if first != other else ""


def told(difference: Difference, senders: Mapping[str, str] | None = None) -> str:
    """Where schemas differ, and whose they are."""
    whose = " and ".join(_whose(names, senders or {}) for names in (difference.first, difference.other))
    return f"{'; '.join(difference.texts)}, in {whose}"


def _whose(names: Sequence[str], senders: Mapping[str, str]) -> str:
    slas = list(dict.fromkeys(senders[name] for name in names if name in senders))
    return f"{listing(names, 2)}" + (f" (of {listing(slas)})" if len(set(senders.values())) > 1 and slas else "")


def unloadable(uri: str, kind: str, text: str) -> Problem:
    """The server is not there, failed, or gave what ``datasets`` cannot read.

    Args:
        uri: Address of the ML data server.
        kind: Name of the exception's class.
        text: What the exception says.
    """
    for addition in (". Detail:", ". gRPC client debug context:", "; last error:"):
        text = text.partition(addition)[0]
    text = text.replace(UNAVAILABLE, "").strip()
    told = problem_in(text)  # by our server, which knows better than we do what to do about it
    return Problem(
        "the learner cannot load the data",
        where=uri if told is None or not told.where else f"{told.where} at {uri}",
        got=f"{kind}: {text}" if told is None else f"{kind}: {told.message}{f' ({told.got})' if told.got else ''}",
        fix=FIXES.get(kind, "check that the ML data server runs, and look at its call log") if told is None else told.fix,
        code="FM403",
    )
