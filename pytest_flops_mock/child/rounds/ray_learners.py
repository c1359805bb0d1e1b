"""Learners that share a process of Ray's: each has its own ``ModelManager``, random numbers, modules and data."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import Any

from ..standin import provide_flops_utils
from ..wide import make_features_linear
from .apart import Bound, HungError, Own
from .notes import KilledError, Notes
from .running import import_all, prepare, seed_of


class Life:
    """One learner.

    Args:
        config: What it is and does, see ``zygote``.
        others: See ``Own``.
    """

    def __init__(self, config: dict[str, Any], others: dict[str, Any]) -> None:
        self.config = config
        self.own = Own(seed_of(config["seed"], "learner", config["number"]), config["folder"], others)
        self.bound = Bound(config["timeout"])
        self.notes = Notes(config["folder"], self.bound)
        self.dataset: list[Any] = []
        self.client: Any = None


class Learners:
    """All learners of a process.

    Args:
        common: What they have in common.
    """

    def __init__(self, common: dict[str, Any]) -> None:
        # isort: off
        import pyarrow.flight  # noqa: F401
        import datasets  # noqa: F401

        # isort: on
        make_features_linear()
        provide_flops_utils()
        import_all(common["modules"])
        gc.freeze()
        self._common = {**common, "actor": "learner", "modules": []}
        self._lives: dict[int, Life] = {}
        self._others: dict[str, Any] = {}

    def call(self, number: int, do: str, given: Any) -> dict[str, Any]:
        """Let one of them do something; what it told, what it answers, and how it ended if it did.

        Args:
            number: Of its node.
            do: ``start``, ``fit`` or ``evaluate``.
            given: Its configuration; or Flower's instructions, as they travel.
        """
        if do == "start":
            life = self._lives[number] = Life({**self._common, **given, "number": number}, self._others)
            return self._apart(life, lambda: _start(life))
        from .ray_flower import ANSWERS

        life = self._lives[number]
        return self._apart(life, lambda: ANSWERS[do](life.client, given))

    def _apart(self, life: Life, work: Callable[[], bytes]) -> dict[str, Any]:
        answer, end = b"", None
        with life.own.apart():
            try:
                with life.bound.held():
                    answer = work()
            except BaseException as error:  # SystemExit and KeyboardInterrupt of the repository's code included
                dataset = life.dataset[-1] if life.dataset else None
                end = life.notes.ended(error, dataset, life.own.output.text())
        if end is not None:
            del self._lives[life.config["number"]]
        return {"told": life.notes.taken(), "answer": answer, "end": end}


def _start(life: Life) -> bytes:
    from .client import Learner
    from .learner import made, provide_data

    began = time.perf_counter()
    prepare(life.config)
    life.notes.doing("import of model_manager")
    provide_data(life.config, life.notes, life.dataset)
    manager = made(life.notes)
    life.notes.tell("connected", seconds=time.perf_counter() - began)
    life.notes.idle()
    life.client = Learner(manager, life.notes, life.config["number"], life.config["faults"], go_wrong).to_client()
    return b""


def go_wrong(kind: str, seconds: float, written: str) -> None:
    """Do what the plan says, to this learner and not to the others in its process."""
    from .client import go_wrong as alone

    if kind == "kill":
        raise KilledError
    if kind == "hang":
        raise HungError  # it would, and nobody waits for that
    alone(kind, seconds, written)
