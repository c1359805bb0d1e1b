"""What Flower's server calls where learners are in Ray's workers: a client proxy for each, and who takes part.

Messages are those of the wire, so that results have its types and precision.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flwr.common import serde
from flwr.proto.transport_pb2 import ClientMessage, ServerMessage
from flwr.server import Server
from flwr.server.client_manager import SimpleClientManager
from flwr.server.client_proxy import ClientProxy

from .attendance import Waits
from .strategy import Averaging


def _fit(client: Any, instructions: bytes) -> bytes:
    told = serde.fit_ins_from_proto(ServerMessage.FitIns.FromString(instructions))
    answer: bytes = serde.fit_res_to_proto(client.fit(told)).SerializeToString()
    return answer


def _evaluate(client: Any, instructions: bytes) -> bytes:
    told = serde.evaluate_ins_from_proto(ServerMessage.EvaluateIns.FromString(instructions))
    answer: bytes = serde.evaluate_res_to_proto(client.evaluate(told)).SerializeToString()
    return answer


ANSWERS = {"fit": _fit, "evaluate": _evaluate}
"""What a learner's client answers to instructions."""


def instructions(do: str, told: Any) -> bytes:
    """Flower's instructions as they travel."""
    to_proto = serde.fit_ins_to_proto if do == "fit" else serde.evaluate_ins_to_proto
    travelling: bytes = to_proto(told).SerializeToString()
    return travelling


class Proxy(ClientProxy):  # type: ignore[misc]
    """A learner as Flower's server sees it.

    Args:
        node: The number of its node.
        ask: Gives it Flower's instructions, and gets its answer.
    """

    def __init__(self, node: int, ask: Callable[[int, str, Any], bytes]) -> None:
        super().__init__(str(node))
        self._node = node
        self._ask = ask

    def fit(self, ins: Any, timeout: float | None, group_id: int | None = None) -> Any:
        """A round's training."""
        return serde.fit_res_from_proto(ClientMessage.FitRes.FromString(self._ask(self._node, "fit", ins)))

    def evaluate(self, ins: Any, timeout: float | None, group_id: int | None = None) -> Any:
        """A round's evaluation."""
        return serde.evaluate_res_from_proto(ClientMessage.EvaluateRes.FromString(self._ask(self._node, "evaluate", ins)))

    def get_parameters(self, ins: Any, timeout: float | None, group_id: int | None = None) -> Any:
        """Nobody asks for that: the aggregator has parameters of its own."""
        raise NotImplementedError("the aggregator has parameters of its own, and asks no learner for them")

    def get_properties(self, ins: Any, timeout: float | None, group_id: int | None = None) -> Any:
        """Nobody asks for that."""
        raise NotImplementedError("no aggregator of FLOps asks a learner for properties")

    def reconnect(self, ins: Any, timeout: float | None, group_id: int | None = None) -> Any:
        """There is no connection."""
        raise NotImplementedError("learners that share a worker have no connection to close")


class Pool(SimpleClientManager):  # type: ignore[misc]
    """The learners that live.

    Args:
        least: How many FLOps waits for.
        start: Starts those that come with a round; gives their proxies.
        chosen: Lets something be done with the aggregator's random numbers.
    """

    def __init__(self, least: int, start: Callable[[int], list[Proxy]], chosen: Callable[[Callable[[], Any]], Any]) -> None:
        super().__init__()
        self._least = least
        self._start = start
        self._chosen = chosen
        self._begun = 0

    def settle(self, round_: int, joining: bool) -> None:
        """Start those that come with this round.

        Args:
            round_: The round that comes.
            joining: Whether some join with it later than others.

        Raises:
            Waits: There are too few.
        """
        if joining or not self._begun:
            for proxy in self._start(round_):
                self.register(proxy)
        self._begun = round_
        if len(self.clients) < self._least:
            raise Waits(round_, self._least, len(self.clients))

    def lose(self, most: int) -> None:
        """Nothing is to be waited for: whoever fails has ended, and that is known at once."""

    def sample(self, num_clients: int, min_num_clients: int | None = None, criterion: Any = None) -> Any:
        """Whom Flower chooses."""
        choose = super().sample
        return self._chosen(lambda: choose(num_clients, min_num_clients, criterion))


class Bounded(Averaging):
    """FedAvg that ends with the federation.

    Args:
        check: Raises if there is nothing to average any more.
        *given: See ``Averaging``.
        **named: See ``Averaging``.
    """

    def __init__(self, check: Callable[[], None], *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._check = check

    def aggregate_fit(self, server_round: int, results: Any, failures: Any) -> Any:
        """Average what came."""
        self._check()
        return super().aggregate_fit(server_round, results, failures)

    def aggregate_evaluate(self, server_round: int, results: Any, failures: Any) -> Any:
        """The means of what came."""
        self._check()
        return super().aggregate_evaluate(server_round, results, failures)


def serve(strategy: Any, pool: Pool, rounds: int, workers: int) -> None:
    """Run Flower's server to the end of its rounds."""
    server = Server(client_manager=pool, strategy=strategy)
    server.set_max_workers(workers)
    server.fit(num_rounds=rounds, timeout=None)
