"""Learners in turn or side by side: which node each gets, and what becomes of errors."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pytest_flops_mock.nodes.learners import each_by_learners, one_by_one
from pytest_flops_mock.progress import Event, StageBegan
from pytest_flops_mock.stage import Stage


@contextmanager
def learner() -> Iterator[list[int]]:
    yield []


def test_results_are_in_the_order_of_the_nodes_whoever_is_first() -> None:
    later = threading.Event()

    def do(node: int, _: list[int]) -> int:
        if node == 0:
            assert later.wait(60)
        else:
            later.set()
        return node * node

    assert each_by_learners(range(5), 2, learner, do) == (0, 1, 4, 9, 16)


def test_a_single_learner_works_in_the_thread_that_calls_and_has_all_nodes() -> None:
    threads, nodes = set(), []

    def do(node: int, mine: list[int]) -> list[int]:
        threads.add(threading.current_thread())
        nodes.append(node)
        mine.append(node)
        return mine

    assert each_by_learners(range(3), 1, learner, do)[0] == [0, 1, 2]
    assert (threads, nodes) == ({threading.current_thread()}, [0, 1, 2])
    assert each_by_learners((), 4, learner, do) == ()


@pytest.mark.parametrize("at_once", [1, 3])
def test_after_an_error_no_further_node_is_begun_and_all_learners_end(at_once: int) -> None:
    begun, ended = [], []

    @contextmanager
    def closing() -> Iterator[None]:
        try:
            yield
        finally:
            ended.append(1)

    def do(node: int, _: None) -> int:
        begun.append(node)
        if node < 3:
            together.wait(60)
            raise ValueError(f"node {node}")
        return node

    together = threading.Barrier(at_once)
    with pytest.raises(ValueError, match="node 0"):
        each_by_learners(range(100), at_once, closing, do)
    assert len(begun) == len(ended) == at_once


def test_events_of_several_threads_are_told_one_after_another() -> None:
    inside = []
    most = []

    def on_event(event: Event, /) -> None:
        inside.append(event)
        most.append(len(inside))
        inside.remove(event)

    tell = one_by_one(on_event)
    assert tell is not None
    threads = [threading.Thread(target=tell, args=(StageBegan(Stage.LOAD),)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert most == [1] * 20
    assert one_by_one(None) is None
