"""Learners of several nodes, in turn or side by side: each in a process of its own, which it keeps from node to node."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import TypeVar

from pytest_flops_mock.errors import Problem, SettingsError
from pytest_flops_mock.progress import Event, OnEvent

_Node = TypeVar("_Node")
_Learner = TypeVar("_Learner")
_Result = TypeVar("_Result")


def each_by_learners(
    nodes: Sequence[_Node],
    at_once: int,
    learner: Callable[[], AbstractContextManager[_Learner]],
    do: Callable[[_Node, _Learner], _Result],
) -> tuple[_Result, ...]:
    """What ``do`` gives for each node, in their order.

    Args:
        nodes: The nodes. The next one goes to whichever learner is free.
        at_once: How many learners there are. A single one works in the thread that calls.
        learner: Makes one.
        do: Is called with a node and a learner. Once it has failed, no further node is begun.

    Raises:
        SettingsError: There can be no such number of learners.
        Exception: What ``do`` raised, for the first node of those for which it did.
    """
    if type(at_once) is not int or at_once < 1:
        raise SettingsError(
            Problem(
                "there can be no such number of learners side by side",
                where="at_once",
                expected="a whole number from 1",
                got=repr(at_once),
                fix="for example at_once=2, where there are two cores",
            )
        )
    results: dict[int, _Result] = {}
    errors: dict[int, BaseException] = {}
    lock, left = threading.Lock(), iter(range(len(nodes)))

    def work() -> None:
        with learner() as mine:
            while True:
                with lock:
                    number = None if errors else next(left, None)
                if number is None:
                    return
                try:
                    results[number] = do(nodes[number], mine)
                except BaseException as error:
                    errors[number] = error
                    raise

    workers = min(at_once, len(nodes))
    if workers <= 1:
        work()
    else:
        with ThreadPoolExecutor(workers, thread_name_prefix="learner") as threads:
            try:
                ended = [threads.submit(work) for _ in range(workers)]
                for each in ended:
                    each.exception()
            except BaseException as error:  # an interrupt: those under way come to their end, no further one begins
                errors[-1] = error
                raise
        if errors:
            raise errors[min(errors)]
        for each in ended:
            each.result()
    return tuple(results[number] for number in range(len(nodes)))


def one_by_one(on_event: OnEvent | None) -> OnEvent | None:
    """The same for events of several threads, which it is told one after another."""
    if on_event is None:
        return None
    lock = threading.Lock()

    def told(event: Event, /) -> None:
        with lock:
            on_event(event)

    return told
