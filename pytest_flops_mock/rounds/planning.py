"""A project SLA, numbers of nodes, rounds and clusters, and faults as texts → the plan of federated rounds."""

from __future__ import annotations

from itertools import pairwise
from typing import NoReturn

from pytest_flops_mock.errors import Problem, SettingsError
from pytest_flops_mock.nodes.plan import NodesPlan
from pytest_flops_mock.rounds.faults import refuse_impossible, round_faults_of
from pytest_flops_mock.rounds.plan import FaultKind, Mode, RoundFault, RoundsPlan
from pytest_flops_mock.sla.models import ProjectSLA, TrainingConfiguration

NODES = 5
CLUSTERS = 2
"""How many nodes and clusters there are if nobody says it."""

MAX_ROUNDS = 10_000


def planned(
    project: ProjectSLA | None = None,
    *,
    nodes: int | None = None,
    rounds: int | None = None,
    cycles: int | None = None,
    clusters: int | None = None,
    seed: int = 0,
    faults: object = (),
) -> RoundsPlan:
    """The plan of federated rounds.

    Args:
        project: The project SLA, which says mode, rounds, cycles and how many learners are waited for. Without one: classic
            mode (hierarchical, if ``clusters`` is given), three rounds, and no round begins before all learners are there.
        nodes: How many learner nodes; by default as many as the project starts learners, if those are more than one, else 5.
        rounds: Rounds of training, in place of what the project SLA says.
        cycles: Rounds of the root aggregator, likewise; hierarchical mode alone has them.
        clusters: How many clusters, for hierarchical mode; by default 2. Nodes are dealt to them in blocks.
        seed: What all actors' random numbers start from.
        faults: What goes wrong: texts such as ``node 2 round 2 kill``. See :func:`round_faults_of`.

    Raises:
        SettingsError: There can be no such plan.
    """
    training = project.training_configuration if project is not None else None
    origin = project.origin if project is not None else ""
    mode = _mode(training, clusters, origin)
    if cycles is not None and mode is Mode.CLASSIC:
        _refuse(
            "classic mode has no cycles",
            "cycles",
            "rounds alone, or hierarchical mode",
            str(cycles),
            "leave cycles out, or ask for clusters" if training is None else "set mode to hierarchical in the project SLA",
        )
    of_clusters = _whole("clusters", clusters, CLUSTERS) if mode is Mode.HIERARCHICAL else 1
    started = training.min_available_clients * of_clusters if training is not None else 1
    count = nodes if nodes is not None else started if started > 1 else max(NODES, of_clusters)
    NodesPlan(count)  # refuses what is no number of nodes
    if count < of_clusters:
        message = f"{count} learner nodes are too few for {of_clusters} clusters"
        _refuse(message, "nodes", "a node or more for each cluster", str(count), "start more nodes, or fewer clusters")
    how_many = _whole("rounds", rounds, _of(training, "training_rounds"))
    how_often = _whole("cycles", cycles, _of(training, "training_cycles")) if mode is Mode.HIERARCHICAL else 1
    wrong = round_faults_of(faults)
    dealt = _dealt(count, of_clusters)
    refuse_impossible(wrong, range(count), how_many * how_often)
    least = _least(training, dealt, wrong, origin)
    return RoundsPlan(dealt, how_many, how_often, mode, *least, seed=_seed(seed), faults=wrong)


def _mode(training: TrainingConfiguration | None, clusters: int | None, origin: str) -> Mode:
    if training is None:
        return Mode.CLASSIC if clusters is None else Mode.HIERARCHICAL
    mode = Mode(training.mode.value)
    if mode is Mode.CLASSIC and clusters not in (None, 1):
        _refuse(
            "classic mode has no clusters",
            f"clusters, {origin}: training_configuration.mode",
            "hierarchical mode for several clusters",
            f"{clusters} clusters in classic mode",
            "leave clusters out, or set mode to hierarchical in the project SLA",
        )
    return mode


def _least(
    training: TrainingConfiguration | None,
    clusters: tuple[tuple[int, ...], ...],
    faults: tuple[RoundFault, ...],
    origin: str,
) -> tuple[int, int, int]:
    """How many learners an aggregator waits for; and the least that train, and that evaluate."""
    late = {fault.node for fault in faults if fault.kind is FaultKind.JOINS}
    first = [sum(node not in late for node in cluster) for cluster in clusters]
    smallest = min(map(len, clusters))
    if not min(first):
        _refuse(
            "no learner is there when the first round begins",
            "faults",
            "a node or more (of each cluster) that does not join later",
            "; ".join(fault.written for fault in faults if fault.kind is FaultKind.JOINS),
            "start more nodes, or let one join with round 1",
        )
    if training is None:
        least = min(first)
        return least, least, least
    available = training.min_available_clients
    of_one = " of the smallest cluster" if len(clusters) > 1 else ""
    if available > smallest:
        _refuse(
            f"min_available_clients is more than the {smallest} learner nodes{of_one}: no round would ever begin",
            f"{origin}: training_configuration.min_available_clients",
            f"at most {smallest}, or {available} nodes{' for each cluster' if len(clusters) > 1 else ''}",
            str(available),
            "start more nodes, or lower min_available_clients",
        )
    if available > min(first):
        _refuse(
            f"round 1 waits for {available} learners, and {min(first)}{of_one} are there before the others join",
            f"{origin}: training_configuration.min_available_clients",
            f"at most {min(first)}, or fewer learners that join later",
            str(available),
            "lower min_available_clients, or let fewer learners join later",
        )
    return available, training.min_fit_clients, training.min_evaluate_clients


def _dealt(nodes: int, clusters: int) -> tuple[tuple[int, ...], ...]:
    """Blocks of nodes that follow each other, the first ones larger by one where they are not equal."""
    size, larger = divmod(nodes, clusters)
    ends = [number * size + min(number, larger) for number in range(clusters + 1)]
    return tuple(tuple(range(begin, end)) for begin, end in pairwise(ends))


def _of(training: TrainingConfiguration | None, key: str) -> int:
    return int(getattr(training if training is not None else TrainingConfiguration(), key))


def _whole(name: str, given: int | None, otherwise: int) -> int:
    number = otherwise if given is None else given
    if type(number) is not int or not 1 <= number <= MAX_ROUNDS:
        _refuse(
            f"there can be no such number of {name}",
            name,
            f"a whole number from 1 to {MAX_ROUNDS:,}",
            repr(number),
            f"for example {name}=3",
        )
    return number


def _seed(seed: int) -> int:
    if type(seed) is not int or not 0 <= seed < 2**32:
        _refuse("the seed is a whole number", "seed", "a number from 0 to 4,294,967,295", repr(seed), "for example seed=1")
    return seed


def _refuse(message: str, where: str, expected: str, got: str, fix: str) -> NoReturn:
    raise SettingsError(Problem(message, where, expected, got, fix=fix))
