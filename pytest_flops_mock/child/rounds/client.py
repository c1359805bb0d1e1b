"""What Flower's client calls: a learner's rounds on the repository's ``ModelManager``, call by call as on FLOps."""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Callable
from typing import Any

from flwr.client import NumPyClient, start_client

from ..learner import peak_bytes
from .teller import Telling, number

FOREVER = 3600.0
MAX_COUNT = 2**63
"""Flower sends whole numbers of 64 bits."""


class PlannedError(Exception):
    """What the plan's fault ``raise`` raises."""


class Learner(NumPyClient):  # type: ignore[misc]
    """A learner as Flower's client sees it.

    Args:
        manager: The repository's ``ModelManager``, with its data.
        teller: Tells the zygote.
        node: The number of its node. It travels with results, so that they can be put in order.
        faults: What goes wrong: kind, round, seconds, and as written.
        act: Lets one of them happen.
    """

    def __init__(
        self,
        manager: Any,
        teller: Telling,
        node: int,
        faults: list[list[Any]],
        act: Callable[[str, float, str], None] | None = None,
    ) -> None:
        self._act = act or go_wrong
        self._manager = manager
        self._teller = teller
        self._node = node
        self._faults = faults

    def fit(self, parameters: list[Any], config: dict[str, Any]) -> Any:
        """A round's training."""
        self._teller.round = config["round"]
        began = time.perf_counter()
        self._call("set_model_parameters()", self._manager.set_model_parameters, parameters)
        self._go_wrong()
        count = self._call("fit_model()", self._manager.fit_model)
        sent = self._call("get_model_parameters()", self._manager.get_model_parameters)
        seconds = time.perf_counter() - began
        self._teller.tell(
            "fit",
            round=self._teller.round,
            examples=_count(count),
            seconds=seconds,
            bytes=_size(parameters) + _size(sent),
            peak_bytes=peak_bytes(),
            finite=_are_finite(sent),
            shapes=_shapes(sent),
        )
        self._teller.idle("handing over the results of fit_model()")
        return sent, count, {"node": self._node}

    def evaluate(self, parameters: list[Any], config: dict[str, Any]) -> Any:
        """A round's evaluation."""
        self._teller.round = config["round"]
        began = time.perf_counter()
        self._call("set_model_parameters()", self._manager.set_model_parameters, parameters)
        loss, accuracy, count = self._call("evaluate_model()", self._manager.evaluate_model)
        self._teller.tell(
            "evaluation",
            round=self._teller.round,
            evaluated=_count(count),
            loss=number(loss) if isinstance(loss, float) else None,
            accuracy=number(accuracy) if isinstance(accuracy, (int, float)) else None,
            seconds=time.perf_counter() - began,
            bytes=_size(parameters),
            peak_bytes=peak_bytes(),
        )
        self._teller.idle("handing over the results of evaluate_model()")
        return loss, count, {"accuracy": accuracy, "node": self._node}

    def _call(self, what: str, method: Callable[..., Any], *arguments: Any) -> Any:
        self._teller.doing(what, method)
        return method(*arguments)

    def _go_wrong(self) -> None:
        for kind, round_, seconds, written in self._faults:
            if round_ != self._teller.round:
                continue
            self._teller.tell("fault", fault=kind, written=written, seconds=seconds)
            self._teller.doing(f"fit_model() with the planned fault {kind}", self._manager.fit_model)
            self._act(kind, seconds, written)


def go_wrong(kind: str, seconds: float, written: str) -> None:
    """Let a fault of the plan happen to this process."""
    if kind == "slow":
        time.sleep(seconds)
    elif kind == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif kind == "exit":
        raise SystemExit(1)
    elif kind == "raise":
        raise PlannedError(written)
    while kind == "hang":
        time.sleep(FOREVER)


def connected(address: str, learner: Any) -> None:
    """Take part until the aggregator says that it is over."""
    logging.getLogger("flwr").setLevel(logging.CRITICAL)  # an exception is told as a fact, and the rest is the repository's
    start_client(server_address=address, client=learner.to_client())


def _count(value: Any) -> Any:
    return value if type(value) is int and abs(value) < MAX_COUNT else None


def _size(parameters: Any) -> int:
    return sum(getattr(array, "nbytes", 0) for array in parameters) if isinstance(parameters, list) else 0


def _shapes(parameters: Any) -> list[str]:
    arrays = parameters if isinstance(parameters, list) else []
    return [f"{tuple(getattr(array, 'shape', ()))} {getattr(array, 'dtype', type(array).__name__)}" for array in arrays]


def _are_finite(parameters: Any) -> bool:
    import numpy as np

    try:
        return all(bool(np.isfinite(np.asarray(array)).all()) for array in parameters)
    except Exception:  # what that is, Flower says
        return True
