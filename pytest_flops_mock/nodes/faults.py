"""What is wrong with learner nodes, as users write it down: by its name, and with which nodes."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from pytest_flops_mock.errors import Problem, SettingsError, listing, nearest
from pytest_flops_mock.flight.fault_kinds import KINDS
from pytest_flops_mock.flight.faults import SEED, Fault, told_in

_EXAMPLE = "for example slow=0.2 node=1; fills_up=500 node=2"
_MANY = 10**6
_PLACES = ("node", "nodes", "seed")
_CALLS = ("call", "calls", "after", "probability")

RESTARTS, STALE_DATA = "restarts", "stale_data"
OF_SERVER: dict[str, tuple[str, float, str]] = {
    "slow": ("latency", 0.5, ""),
    "loses_connection": ("break_off", 0, "do_get"),
    "fills_up": ("full", 0, ""),
}
"""What nodes have that is a fault of their servers: its kind, its usual value, and the call that it is about."""

NAMES = (*OF_SERVER, RESTARTS, STALE_DATA)


@dataclass(frozen=True)
class NodeFault:
    """One thing that is wrong, and with which learner nodes.

    Attributes:
        name: ``slow`` (each call takes seconds), ``loses_connection`` (once a learner has got so many rows), ``fills_up``
            (has room for so many rows), ``restarts`` (its server, between the data's coming and the learner),
            ``stale_data`` (holds the data of another run under the same tag), or any fault of an ML data server.
        server: What its server does wrong; nothing for ``restarts`` and ``stale_data``.
        node: The nodes that can have it, by their numbers from 0; all if there is none.
        nodes: The share of those that have it. The seed puts them into an order; the first of them have it.
        seed: Seed of that order.
    """

    name: str
    server: Fault | None = None
    node: tuple[int, ...] = ()
    nodes: float = 1.0
    seed: int = SEED

    @property
    def written(self) -> str:
        """What is wrong, in short, without where."""
        return self.name if self.server is None or self.server.value is True else f"{self.name}={self.server.value}"

    def those(self, count: int) -> frozenset[int]:
        """The nodes that have it, of so many."""
        can = [number for number in range(count) if not self.node or number in self.node]
        can.sort(key=lambda number: random.Random(f"{self.seed} {number}").random())
        return frozenset(can[: round(self.nodes * len(can))])


def node_faults_of(value: object, where: str = "faults") -> tuple[NodeFault, ...]:
    """What ``value`` says is wrong with learner nodes.

    Args:
        value: A text such as ``slow=0.2 node=1; fills_up=500 node=2,3``; texts by the numbers of nodes
            (``{1: "slow=0.2"}``); the same as mappings; or a list of such.
        where: What says so, for messages.

    Raises:
        SettingsError: There is no such fault, or it takes no such value.
    """
    if isinstance(value, list | tuple):
        return tuple(fault for index, each in enumerate(value) for fault in node_faults_of(each, f"{where}[{index}]"))
    try:
        if isinstance(value, NodeFault):
            return (value,)
        if isinstance(value, str):
            return tuple(fault for told in told_in(value) for fault in _faults(told))
        if isinstance(value, Mapping) and value and all(type(key) is int for key in value):
            return tuple(replace(fault, node=_numbers(key)) for key, told in value.items() for fault in node_faults_of(told))
        if isinstance(value, Mapping):
            return tuple(_faults(value))
        _refuse("the faults of nodes cannot be read", "a text, a mapping, or a list of them", repr(value))
    except SettingsError as error:
        raise SettingsError(*(replace(problem, where=where) for problem in error.problems)) from None


def _faults(told: Mapping[Any, Any]) -> Iterator[NodeFault]:
    place = {name: told[name] for name in (*_PLACES, *_CALLS) if name in told}
    kinds = {str(name): value for name, value in told.items() if name not in place}
    if place and not kinds:
        _refuse("it is said which nodes go wrong, and not how", f"some of: {listing([*NAMES, *KINDS], 30)}", listing(place))
    node, share = _numbers(place.get("node", ())), _share(place.get("nodes", 1.0))
    calls = {name: value for name, value in place.items() if name not in ("node", "nodes")}
    for name, value in kinds.items():
        if name in (RESTARTS, STALE_DATA):
            if value is not True or calls.keys() - {"seed"}:
                _refuse(f"{name} takes no value, and is about no calls", name, f"{name}={value}")
            # A fault of some server reads the seed, and refuses what is none.
            yield NodeFault(name, None, node, share, Fault("unavailable", **calls).seed)
            continue
        if name not in OF_SERVER and name not in KINDS:
            known = [*NAMES, *KINDS, *_PLACES, *_CALLS]
            _refuse("there is no such fault of a node", f"some of: {listing(known, 30)}", name, nearest(name, known))
        kind, usual, call = OF_SERVER.get(name, (name, 0, ""))
        named = {"call": call} if call and "call" not in calls else {}
        fault = Fault(kind, usual if value is True and name in OF_SERVER else value, **{**calls, **named})
        yield NodeFault(name, fault, node, share, fault.seed)


def _numbers(value: Any) -> tuple[int, ...]:
    numbers = value.split(",") if isinstance(value, str) else [value] if isinstance(value, int) else value
    try:
        read = tuple(int(each) for each in numbers)
        if value is True or any(isinstance(each, bool) or not 0 <= int(each) < _MANY for each in numbers):
            raise ValueError(value)
    except (ValueError, TypeError):
        _refuse("node takes the numbers of learner nodes, from 0", "node=0,2", f"node={value}")
    return read


def _share(value: Any) -> float:
    try:
        share = float("nan") if isinstance(value, bool) else float(value)
    except (ValueError, TypeError):
        share = float("nan")
    if not 0 <= share <= 1:
        _refuse("nodes takes a share from 0 to 1", "nodes=0.3, or node=2 for the third", f"nodes={value}")
    return share


def of_server(faults: Sequence[NodeFault], number: int) -> tuple[Fault, ...]:
    """What the server of a node does wrong, with a chance of its own."""
    own = (each.server for each in faults if each.server is not None)
    return tuple(fault if fault.probability == 1 else replace(fault, seed=fault.seed + number) for fault in own)


def _refuse(message: str, expected: str, got: str, closest: str = "") -> NoReturn:
    raise SettingsError(Problem(message, "", expected, got, closest, _EXAMPLE))
