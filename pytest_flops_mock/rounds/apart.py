"""What the partitions of some learners have that those of the others have not, in words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pytest_flops_mock.errors import listing
from pytest_flops_mock.findings import SentFacts
from pytest_flops_mock.rounds.facts import LearnerData

SHOWN = 8
"""How many labels are named."""

MOST = 40
"""Most characters of a label's name."""

NODES_SHOWN = 6


@dataclass(frozen=True)
class NodeData:
    """What is known of the rows of one learner node.

    Attributes:
        node: Its number.
        rows: How many rows.
        labels: Rows of each class that occurs, by its name.
        columns: Column names and features, in words; empty if no learner has loaded them.
        missing: Missing values, by column.
        drift: What is wrong with them on request, as users write it.
    """

    node: int
    rows: int
    labels: Mapping[str, int]
    columns: tuple[tuple[str, str], ...] = ()
    missing: Mapping[str, int] | None = None
    drift: str = ""


def data_of_nodes(
    nodes: Collection[int], learners: Collection[LearnerData], sent: Mapping[int, Sequence[SentFacts]]
) -> dict[int, NodeData]:
    """What is known of each node, from what was sent to it and what its learner has loaded.

    Args:
        nodes: All nodes.
        learners: What learners have loaded.
        sent: What mock data providers have sent to each node.
    """
    loaded = {learner.node: learner for learner in learners}
    counted = {node: [each.statistics for each in sent.get(node, ()) if each.statistics is not None] for node in nodes}
    # One source for all: names of classes are compared. A learner that died early has told nothing.
    has_labels = all(counted.values()) and any(each.label for several in counted.values() for each in several)
    found = {}
    for node in nodes:
        own, learner = counted[node], loaded.get(node)
        labels = (
            [pair for each in own for pair in each.whole.labels] if has_labels else list(learner.labels if learner else ())
        )
        rows = learner.rows if learner is not None else sum(each.whole.rows for each in own)
        drifts = dict.fromkeys(part.drift for each in sent.get(node, ()) for part in each.partitions if part.drift)
        found[node] = NodeData(
            node,
            rows,
            _summed(labels),
            learner.columns if learner is not None else (),
            _summed([pair for each in own for pair in each.whole.missing]),
            "; ".join(drifts),
        )
    return found


def setting_apart(
    some: Collection[int], data: Mapping[int, NodeData], others_than: Collection[int] | None = None
) -> list[str]:
    """What all of some nodes have and none of the others has, a line for each node; empty if nothing sets them apart.

    Where there are no others, it is what each of them has and a partition like that of all together would not.

    Args:
        some: The nodes that something is said of.
        data: What is known of all nodes.
        others_than: The others, if not all others: of the rest it is not known on which side they are.
    """
    mine = [data[node] for node in sorted(some) if node in data]
    others = [each for node, each in data.items() if node not in some and (others_than is None or node in others_than)]
    if not mine:
        return []
    every = {label for each in data.values() for label in each.labels}
    told: dict[int, list[str]] = {each.node: [] for each in mine}
    found = [*_of_labels(mine, others, every), *_of_rows(mine, others)]
    for property_ in found or _of_rare_labels(mine, others, every):
        for node, text in property_.items():
            told[node].append(text)
    lines = [f"node {node} has {', '.join(texts)}" for node, texts in told.items() if texts]
    rest = len(lines) - NODES_SHOWN
    return [*lines[:NODES_SHOWN], *([f"and {rest} nodes more"] if rest > 0 else [])]


Property = dict[int, str]
"""What is told of each node."""


def _of_labels(mine: Sequence[NodeData], others: Sequence[NodeData], every: Collection[str]) -> Iterator[Property]:
    lacks = all(len(each.labels) < len(every) for each in mine)
    kinds = [len(each.labels) for each in mine]
    if lacks and all(len(each.labels) > max(kinds) for each in others):
        yield {each.node: _labels(each, every) for each in mine}
    elif others and (gone := _gone(mine, others, every)):
        yield {each.node: f"no rows of {_named(gone)}" for each in mine}
    own = set.intersection(*(set(each.labels) for each in mine))
    foreign = [label for label in own if all(label not in each.labels for each in others)]
    if foreign and others:
        yield {each.node: f"rows of {_named(foreign)}, which no other has" for each in mine}


def _gone(mine: Sequence[NodeData], others: Sequence[NodeData], every: Collection[str]) -> list[str]:
    """The labels that none of mine has, and each of the others."""
    lacking = set(every).difference(*(each.labels for each in mine))
    return [label for label in lacking if all(label in each.labels for each in others)]


def _of_rare_labels(mine: Sequence[NodeData], others: Sequence[NodeData], every: Collection[str]) -> Iterator[Property]:
    """The labels of which each has the fewest rows: some code needs a row of each, and in both parts of a split."""
    fewest = {each.node: min((each.labels.get(label, 0) for label in every), default=0) for each in (*mine, *others)}
    if not every or max(fewest[each.node] for each in mine) >= min((fewest[each.node] for each in others), default=2):
        return
    rare = {each.node: [name for name in every if each.labels.get(name, 0) == fewest[each.node]] for each in mine}
    if all(len(labels) * 2 <= len(every) for labels in rare.values()):  # else it is about all rows
        yield {each.node: f"{_rows(fewest[each.node])} of {_named(rare[each.node])}" for each in mine}


def _of_rows(mine: Sequence[NodeData], others: Sequence[NodeData]) -> Iterator[Property]:
    if not others:
        return
    for column in dict.fromkeys(name for each in mine for name in each.missing or ()):
        if all((each.missing or {}).get(column) for each in mine) and not any(
            (each.missing or {}).get(column) for each in others
        ):
            yield {each.node: f"missing values in {column}" for each in mine}
    usual = {each.columns for each in others if each.columns}
    if len(usual) == 1 and all(each.columns and each.columns not in usual for each in mine):
        (columns,) = usual
        yield {each.node: _columns(each.columns, columns) for each in mine}
    fewest = min(each.rows for each in others)
    if all(each.rows < fewest for each in mine):
        yield {each.node: f"{_rows(each.rows)}, the others {fewest:,} or more" for each in mine}
    if all(each.drift for each in mine) and not any(each.drift for each in others):
        yield {each.node: f"the drift {each.drift}" for each in mine}


def _labels(each: NodeData, every: Collection[str]) -> str:
    lacking = [label for label in every if label not in each.labels]
    if not each.labels:
        return "no labels"
    if len(each.labels) <= len(lacking):
        return f"{_named(each.labels)} only"
    return f"no rows of {_named(lacking)}"


def _named(labels: Collection[str]) -> str:
    cut = [label if len(label) <= MOST else f"{label[: MOST - 1]}…" for label in sorted(labels, key=_order)]
    return f"the label {cut[0]}" if len(cut) == 1 else f"labels {{{listing(cut, SHOWN)}}}"


def _order(label: str) -> tuple[int, int, str]:
    return (0, int(label), "") if label.isascii() and label.isdigit() else (1, 0, label)


def _columns(own: tuple[tuple[str, str], ...], usual: tuple[tuple[str, str], ...]) -> str:
    mine, theirs = dict(own), dict(usual)
    if gone := [name for name in theirs if name not in mine]:
        return f"no column {listing(gone)}"
    if more := [name for name in mine if name not in theirs]:
        return f"a column {listing(more)}, which no other has"
    other = [f"{name} as {mine[name]} in place of {theirs[name]}" for name in mine if mine[name] != theirs[name]]
    return listing(other) if other else "its columns in another order"


def _rows(count: int) -> str:
    return "no rows" if not count else f"{count:,} row{'' if count == 1 else 's'}"


def _summed(pairs: Sequence[tuple[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, count in pairs:
        if count:
            found[name] = found.get(name, 0) + count
    return found
