"""What Flower's server calls: FedAvg as FLOps' aggregator has it, and what it waits for."""

from __future__ import annotations

import hashlib
import time
from typing import Any

from flwr.common import ndarrays_to_parameters, parameters_to_ndarrays
from flwr.server.client_manager import SimpleClientManager
from flwr.server.strategy import FedAvg

from .attendance import Attendance, Waits
from .teller import Telling, number

LOSE_SECONDS = 30.0
"""A result can fail without its client's end, though hardly any does."""


class Clients(SimpleClientManager):  # type: ignore[misc]
    """Flower's clients, and whether all that live are connected: who takes part must not be luck.

    Args:
        attendance: Tells which live.
        least: How many FLOps waits for.
    """

    def __init__(self, attendance: Attendance, least: int) -> None:
        super().__init__()
        self._attendance = attendance
        self._least = least
        attendance.on_change = self._wake

    def settle(self, round_: int, joining: bool) -> None:
        """Wait until those that live are connected, and those that do not are not.

        Args:
            round_: The round that comes.
            joining: Whether some join with it.

        Raises:
            Waits: There are too few.
        """
        with self._cv:
            self._cv.wait_for(lambda: (not joining or round_ in self._attendance.came) and self._is_settled())
            if self._attendance.expected < self._least:
                raise Waits(round_, self._least, self._attendance.expected)

    def lose(self, most: int) -> None:
        """Wait until no more than ``most`` are said to live: whose results failed has ended, and its end is known.

        Args:
            most: How many were asked, but for those that failed.
        """
        with self._cv:
            self._cv.wait_for(lambda: self._attendance.expected <= most, LOSE_SECONDS)

    def _is_settled(self) -> bool:
        expected = self._attendance.expected
        return bool(not self._attendance.starting and (len(self.clients) == expected or expected < self._least))

    def _wake(self) -> None:
        with self._cv:
            self._cv.notify_all()


class Best:
    """The best model so far, by FLOps' rule."""

    def __init__(self) -> None:
        self._loss: Any = None
        self._accuracy: Any = None

    def keeps(self, loss: float, accuracy: float) -> bool:
        """Whether a round's model is kept: it is the first, or accuracy is higher and loss is lower than the best."""
        if self._loss is None or (accuracy > self._accuracy and loss < self._loss):
            self._loss, self._accuracy = loss, accuracy
            return True
        return False


class Averaging(FedAvg):  # type: ignore[misc]
    """FedAvg over clients in the order of their numbers, whose averages are set on the aggregator's ``ModelManager``.

    Args:
        config: The aggregator's, see ``zygote``.
        manager: The repository's ``ModelManager``.
        teller: Tells the zygote.
        start: The initial parameters.
        offset: How many rounds there were in earlier cycles.
        best: The best model so far; none where none is kept.
    """

    def __init__(
        self, config: dict[str, Any], manager: Any, teller: Telling, start: Any, offset: int = 0, best: Best | None = None
    ) -> None:
        super().__init__(
            min_fit_clients=config["min_fit"],
            min_evaluate_clients=config["min_evaluate"],
            min_available_clients=config["min_available"],
            initial_parameters=ndarrays_to_parameters(start),
            on_fit_config_fn=self._told,
            on_evaluate_config_fn=self._told,
            evaluate_metrics_aggregation_fn=mean_accuracy,
        )
        self.parameters = start
        self.examples = 0
        self.evaluated = 0
        self.losses: list[float] = []
        self.accuracies: list[float] = []
        self._config = config
        self._manager = manager
        self._teller = teller
        self._offset = offset
        self._best = best
        self._began = 0.0
        self._facts: dict[str, Any] | None = None
        self._clients: Any = None

    def configure_fit(self, server_round: int, parameters: Any, client_manager: Any) -> Any:
        """Wait for all that take part, and begin a round."""
        self.finish()
        self._teller.round = number_ = self._offset + server_round
        joining = str(number_) in self._config["joins"]
        if joining:
            self._teller.tell("joining", round=number_)
        self._teller.idle()
        client_manager.settle(number_, joining)
        self._clients = client_manager
        self._began = time.perf_counter()
        later = sum(count for round_, count in self._config["joins"].items() if int(round_) > number_)
        self._facts = {"round": number_, "wished": self._config["clients"] - later, "fitted": [], "evaluated": []}
        chosen = super().configure_fit(server_round, parameters, client_manager)
        self._teller.tell("began", round=number_, phase="fit", taking=len(chosen))
        return chosen

    def aggregate_fit(self, server_round: int, results: Any, failures: Any) -> Any:
        """Average, in the order of the nodes, and set the average."""
        self._lose(len(results), len(failures))
        results = _in_order(results)
        self._teller.doing("averaging of parameters")
        averaged, metrics = super().aggregate_fit(server_round, results, failures)
        facts = self._facts or {}
        facts.update(fitted=[_number(each) for each in results], failures=len(failures))
        if averaged is not None:
            self.examples += sum(result.num_examples for _, result in results)
            self.parameters = parameters_to_ndarrays(averaged)
            facts.update(digest=digest_of(self.parameters), finite=_are_finite(self.parameters))
            self._teller.doing("set_model_parameters()", self._manager.set_model_parameters)
            self._manager.set_model_parameters(parameters_to_ndarrays(averaged))
        self._teller.idle()
        return averaged, metrics

    def configure_evaluate(self, server_round: int, parameters: Any, client_manager: Any) -> Any:
        """Wait again, since FLOps does, and begin the round's evaluation."""
        self._teller.idle()
        try:
            client_manager.settle(self._teller.round, False)
        except Waits:
            self.finish()  # its training is over
            raise
        chosen = super().configure_evaluate(server_round, parameters, client_manager)
        self._teller.tell("began", round=self._teller.round, phase="evaluation", taking=len(chosen))
        return chosen

    def aggregate_evaluate(self, server_round: int, results: Any, failures: Any) -> Any:
        """The means of loss and accuracy, and whether FLOps would keep this round's model."""
        self._lose(len(results), len(failures))
        results = _in_order(results)
        loss, metrics = super().aggregate_evaluate(server_round, results, failures)
        if results:
            accuracy = metrics["accuracy"]
            self.losses.append(loss)
            self.accuracies.append(accuracy)
            self.evaluated += sum(result.num_examples for _, result in results)
            facts = self._facts or {}
            facts.update(
                evaluated=[_number(each) for each in results],
                loss=number(loss),
                accuracy=number(accuracy),
                kept=self._best is not None and self._best.keeps(loss, accuracy),
                arrived=[[_number(each), number(each[1].loss)] for each in results],
            )
        self.finish()
        return loss, metrics

    def finish(self) -> None:
        """Tell the round that is over, if there is one that was not told."""
        if self._facts is not None:
            self._teller.tell("round", **self._facts, seconds=time.perf_counter() - self._began)
            self._facts = None

    def _lose(self, results: int, failures: int) -> None:
        if failures:
            self._teller.idle()
            self._clients.lose(results)

    def _told(self, server_round: int) -> dict[str, int]:
        """What travels with instructions; the repository does not see it."""
        return {"round": self._offset + server_round}


def mean_accuracy(results: Any) -> dict[str, Any]:
    """The mean of accuracies, weighted by numbers of examples."""
    examples = sum(count for count, _ in results)
    return {"accuracy": sum(count * metrics["accuracy"] for count, metrics in results) / examples}


def digest_of(parameters: list[Any]) -> str:
    """A digest of all types, shapes and bytes: equal digests are equal parameters, bit by bit."""
    digest = hashlib.sha256()
    for array in parameters:
        digest.update(f"{array.dtype.str} {array.shape} ".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def _in_order(results: Any) -> Any:
    """Float sums depend on their order, and results come in any."""
    return sorted(results, key=_number)


def _number(result: Any) -> int:
    return int(result[1].metrics["node"])


def _are_finite(parameters: list[Any]) -> bool:
    import numpy as np

    return all(bool(np.isfinite(array).all()) for array in parameters if array.dtype.kind in "fc")
