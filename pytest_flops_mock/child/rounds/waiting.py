"""Waiting for what several actors tell or print."""

from __future__ import annotations

import select

from .actors import Actor


def wait(actors: list[Actor], seconds: float) -> None:
    """Wait until one of them tells or prints something, for so many seconds at most."""
    poll = select.poll()
    for actor in actors:
        for pipe in (actor.facts, actor.output):
            if pipe >= 0:
                poll.register(pipe, select.POLLIN)
    poll.poll(int(seconds * 1000))
