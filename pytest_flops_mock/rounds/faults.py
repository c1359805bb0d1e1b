"""What goes wrong with a learner in federated rounds, as users write it down: which node, which round, what."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NoReturn

from pytest_flops_mock.errors import Problem, SettingsError, listing, nearest
from pytest_flops_mock.rounds.plan import FaultKind, RoundFault

EXAMPLE = "for example node 2 round 2 kill; node 2 round 2 slow 6; node 3 joins round 2"
_FORM = "node N round R KIND, or node N joins round R"
_IN_A_ROUND = tuple(kind.value for kind in FaultKind if kind is not FaultKind.JOINS)
_OF_NODE = re.compile(r"node\s+(?P<node>\S+)\s+(?:joins\s+round\s+(?P<joins>\S+)|round\s+(?P<round>\S+)\s+(?P<what>.+))")
_ENDS = (FaultKind.KILL, FaultKind.RAISE, FaultKind.EXIT, FaultKind.HANG)
"""After these a learner takes part no more."""


def round_faults_of(value: object, where: str = "faults") -> tuple[RoundFault, ...]:
    """What ``value`` says goes wrong with learners.

    Args:
        value: A text such as ``node 2 round 2 kill; node 3 joins round 2``, a :class:`RoundFault`, or a list of such.
        where: What says so, for messages.

    Raises:
        SettingsError: There is no such fault, or it takes no such value.
    """
    if isinstance(value, RoundFault):
        return (value,)
    if isinstance(value, str):
        texts = [text.strip() for text in value.split(";")]
        return tuple(_fault(" ".join(text.split()), where) for text in texts if text)
    if not isinstance(value, list | tuple):
        _refuse("the faults of learners cannot be read", where, "a text, or a list of texts", repr(value))
    several = len(value) > 1 and not where.startswith("-")  # an option that is repeated has one name
    named = (f"{where}[{index}]" if several else where for index in range(len(value)))
    return tuple(fault for each, place in zip(value, named, strict=True) for fault in round_faults_of(each, place))


def refuse_impossible(faults: Sequence[RoundFault], nodes: Iterable[int], rounds: int, where: str = "faults") -> None:
    """Refuse faults that cannot come true: of a node or in a round that is not there, or of a learner that is gone by then.

    Args:
        faults: What shall go wrong.
        nodes: The numbers of the learner nodes.
        rounds: How many rounds there are, through all cycles.
        where: What says so, for messages.

    Raises:
        SettingsError: One cannot come true.
    """
    there = tuple(nodes)
    for fault in faults:
        _refuse_numbers(fault, there, rounds, where)
    for node in dict.fromkeys(fault.node for fault in faults):
        own = [fault for fault in faults if fault.node == node]
        joins = [fault for fault in own if fault.kind is FaultKind.JOINS]
        if len(joins) > 1:
            _refuse(f"node {node} joins more than once", where, "one round in which it joins", _written(joins))
        came = joins[0].round if joins else 1
        ends = min((fault.round for fault in own if fault.kind in _ENDS), default=rounds)
        if early := [fault for fault in own if fault.round < came]:
            _refuse(f"node {node} has not joined by then", where, f"a round from {came} on", _written(early))
        if any(fault.round > ends for fault in own):
            _refuse(f"node {node} is gone by then", where, f"a round up to {ends}", _written(own))
        for kinds in (_ENDS, (FaultKind.SLOW,)):
            alike = [fault for fault in own if fault.kind in kinds]
            if both := [each for each in alike if [other.round for other in alike].count(each.round) > 1]:
                _refuse(f"two things go wrong with node {node} in one round", where, "one of them", _written(both))


def _refuse_numbers(fault: RoundFault, nodes: tuple[int, ...], rounds: int, where: str) -> None:
    if fault.node not in nodes:
        expected = f"numbers from 0 to {len(nodes) - 1}" if len(nodes) > 1 else "0, the only node"
        _refuse(f"there is no learner node {fault.node}", where, expected, fault.written)
    if not 1 <= fault.round <= rounds:
        expected = f"rounds from 1 to {rounds}" if rounds > 1 else "1, the only round"
        _refuse(f"there is no round {fault.round}", where, expected, fault.written)
    if fault.kind is FaultKind.JOINS and fault.round == 1:
        _refuse("every learner joins with round 1", where, "a round from 2 on", fault.written)
    if fault.kind is FaultKind.SLOW and not (0 < fault.seconds < math.inf):
        _refuse("slow takes a number of seconds above 0", where, "node 2 round 2 slow 6", fault.written)


def _fault(text: str, where: str) -> RoundFault:
    try:
        return _read(text)
    except SettingsError as error:
        raise SettingsError(*(replace(problem, where=where) for problem in error.problems)) from None


def _read(text: str) -> RoundFault:
    match = _OF_NODE.fullmatch(text)
    if match is None:
        _refuse("a fault of rounds cannot be read", "", _FORM, text, _nearest_form(text))
    node = _number(match["node"], "a node has a number from 0", text, least=0)
    if match["joins"] is not None:
        return RoundFault(FaultKind.JOINS, node, _number(match["joins"], "a round has a number from 1", text, least=1))
    round_ = _number(match["round"], "a round has a number from 1", text, least=1)
    name, *values = match["what"].split()
    if name not in _IN_A_ROUND:
        close = nearest(name, _IN_A_ROUND)
        said = f"node {node} round {round_} {close}" if close else ""
        _refuse("there is no such fault of a learner", "", f"one of: {listing(_IN_A_ROUND)}", name, said)
    if name != FaultKind.SLOW.value:
        if values:
            _refuse(f"{name} takes no value", "", name, " ".join([name, *values]))
        return RoundFault(FaultKind(name), node, round_)
    if len(values) != 1:
        _refuse("slow takes how many seconds slower", "", f"node {node} round {round_} slow 6", text)
    return RoundFault(FaultKind.SLOW, node, round_, _seconds(values[0], text))


def _number(text: str, message: str, all_of_it: str, *, least: int) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) < least:
        _refuse(message, "", _FORM, all_of_it)
    return int(text)


def _seconds(text: str, all_of_it: str) -> float:
    try:
        seconds = float(text.removesuffix("s"))
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        _refuse("slow takes a number of seconds above 0", "", "node 2 round 2 slow 6", all_of_it)
    return seconds


def _nearest_form(text: str) -> str:
    """What was meant, where the words are in another order."""
    numbers = re.findall(r"\d+", text)
    kind = next((word for word in text.split() if word in _IN_A_ROUND), "")
    if len(numbers) >= 2 and kind and kind != FaultKind.SLOW.value:
        return f"node {numbers[0]} round {numbers[1]} {kind}"
    return f"node {numbers[0]} joins round {numbers[1]}" if len(numbers) >= 2 and "join" in text else ""


def _written(faults: Iterable[RoundFault]) -> str:
    return "; ".join(fault.written for fault in faults)


def _refuse(message: str, where: str, expected: str, got: str, closest: str = "") -> NoReturn:
    raise SettingsError(Problem(message, where, expected, got, closest, EXAMPLE))
