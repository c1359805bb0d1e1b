"""An actor's process from its first line to its last, be it forked by the zygote or an interpreter of its own."""

from __future__ import annotations

import hashlib
import sys
from importlib import import_module
from typing import Any

from ..arrays import seed_everything
from ..exceptions import Exceptions
from ..loading import NoMatchingDataError
from ..standin import provide_flops_utils
from .attendance import Waits
from .teller import Teller

FAILED = 1
"""The exit status of an interpreter that an exception ends, and of a learner without data."""


def run_actor(config: dict[str, Any], descriptor: int, control: int) -> int:
    """Run an actor to its end; its exit status.

    Args:
        config: What it is and does, as the zygote says.
        descriptor: Where it tells facts.
        control: Where aggregators hear who is there.
    """
    teller = Teller(descriptor, config["folder"])
    exceptions = Exceptions(config["folder"])
    dataset: list[Any] = []
    try:
        prepare(config)  # not yet on the clock
        teller.doing("import of model_manager")
        _act(config, teller, control, dataset)
    except BaseException as error:  # SystemExit and KeyboardInterrupt of the repository's code included
        return _ended(error, teller, exceptions.described(error, dataset[-1] if dataset else None))
    teller.tell("done")
    return 0


def seed_of(seed: int, actor: str, number: int) -> int:
    """Where an actor's random numbers start: somewhere else for each, and the same each time."""
    return int.from_bytes(hashlib.sha256(f"{seed} {actor} {number}".encode()).digest()[:4], "big")


def import_all(modules: list[str]) -> None:
    """Import what actors need, as far as that works: what does not is told by the actor that needs it."""
    for name in modules:
        try:
            import_module(name)
        except BaseException:
            continue


def prepare(config: dict[str, Any]) -> None:
    """Seed what is random, and let the repository be imported."""
    import_all(config["modules"])  # in an interpreter of its own; whoever is forked has them
    seed_everything(seed_of(config["seed"], config["actor"], config["number"]))
    provide_flops_utils()
    sys.modules.pop("data_loading", None)
    if config["folder"] not in sys.path:
        sys.path.insert(0, config["folder"])


def _act(config: dict[str, Any], teller: Teller, control: int, dataset: list[Any]) -> None:
    if config["actor"] == "learner":
        from .learner import learn

        learn(config, teller, dataset)
    elif config["actor"] == "trial":
        from .learner import try_once

        try_once(config, teller, dataset)
    else:
        from .aggregator import aggregate

        aggregate(config, teller, control)


def _ended(error: BaseException, teller: Teller, chain: list[dict[str, Any]]) -> int:
    if isinstance(error, Waits):
        teller.tell("waits", round=error.round, wanted=error.wanted, there=error.there)
        return 0
    teller.tell("raised", chain=chain, lost=_is_lost(error), exits=isinstance(error, (SystemExit, NoMatchingDataError)))
    if isinstance(error, SystemExit):
        code = error.code
        return FAILED if code is not None and not isinstance(code, int) else int(code or 0) & 0xFF
    return FAILED


def _is_lost(error: BaseException) -> bool:
    """Whether it is the connection to the aggregator that broke."""
    grpc = sys.modules.get("grpc")
    return grpc is not None and isinstance(error, grpc.RpcError)
