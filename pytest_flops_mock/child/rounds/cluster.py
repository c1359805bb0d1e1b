"""A cluster's aggregator in hierarchical mode: the root's client, and its own learners' server in each cycle."""

from __future__ import annotations

from statistics import fmean
from typing import Any

from flwr.client import NumPyClient

from .aggregator import serve
from .attendance import Attendance
from .client import connected
from .learner import wait_for
from .strategy import Averaging, Clients
from .teller import Teller


class Cluster(NumPyClient):  # type: ignore[misc]
    """A cluster as the root sees it.

    Args:
        config: What its aggregator is and does.
        manager: The repository's ``ModelManager``, without data.
        teller: Tells the zygote.
        attendance: Which of its learners live.
    """

    def __init__(self, config: dict[str, Any], manager: Any, teller: Teller, attendance: Attendance) -> None:
        self._config = config
        self._manager = manager
        self._teller = teller
        self._attendance = attendance
        self._cycle = 0
        self._rounds: Averaging | None = None

    def fit(self, parameters: list[Any], config: dict[str, Any]) -> Any:
        """A training cycle: rounds with the cluster's learners."""
        self._cycle = config["round"]
        offset = (self._cycle - 1) * self._config["rounds"]
        self._rounds = rounds = Averaging(self._config, self._manager, self._teller, parameters, offset)
        clients = Clients(self._attendance, self._config["min_available"])
        serve(self._config["addresses"][self._cycle - 1], rounds, clients, self._config["rounds"])
        rounds.finish()
        self._teller.tell("fit", round=self._cycle)
        self._teller.idle()
        return rounds.parameters, rounds.examples, {"node": self._config["number"]}

    def evaluate(self, parameters: list[Any], config: dict[str, Any]) -> Any:
        """What the rounds of this cycle gave: no model is evaluated anew."""
        rounds = self._rounds
        if rounds is None or not rounds.losses:
            raise ZeroDivisionError("no round of this cluster was evaluated")
        self._teller.tell("evaluation", round=config["round"])
        metrics = {"accuracy": fmean(rounds.accuracies), "node": self._config["number"]}
        return fmean(rounds.losses), rounds.evaluated, metrics


def take_part(config: dict[str, Any], manager: Any, teller: Teller, attendance: Attendance) -> None:
    """Be the root's client until it is done."""
    teller.idle()
    wait_for(config["root"])
    connected(config["root"], Cluster(config, manager, teller, attendance))
