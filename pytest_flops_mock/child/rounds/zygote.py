"""The process that starts all actors: it has imported what they need, and started nothing that a fork does not bear.

It answers the parent's requests: ``prepare``, ``start``, and ``next`` until all is over. Judges nothing.
"""

from __future__ import annotations

import gc
import time
from typing import Any

from .actors import Actor
from .addresses import free_addresses
from .answering import taken
from .running import import_all
from .waiting import wait
from .watching import LOOK_SECONDS, Watching

NEXT_SECONDS = 1.0
TRIAL_SECONDS = 10.0
"""How long a trial may train without importing anything new: most never will again."""

NOT_FORKED = ("tensorflow", "jax")
"""Libraries whose threads do not bear a fork once they are imported."""


class Zygote:
    """Starts actors and hands on what they tell.

    Args:
        folder: The copy of the repository.
        requests: The file descriptor of the parent's requests.
    """

    def __init__(self, folder: str, requests: int) -> None:
        self._folder = folder
        self._requests = requests
        self._common: dict[str, Any] = {}
        self._modules: list[str] = []
        self._spawn = False
        self._watching = Watching(self._begin, 0.0)

    def prepare(self, uri: str, tags: list[str], timeout: float, seed: int, start_method: str) -> dict[str, Any]:
        """Find out what learners import, by one that trains once, and import it.

        Args:
            uri: The address of an ML data server with data.
            tags: The data tags.
            timeout: Seconds that one step of an actor may take.
            seed: What random numbers start from.
            start_method: ``zygote``, ``spawn`` or ``auto``.
        """
        _raise_limit_of_files()
        missing = _import_flower()
        if missing:
            return {"start_method": "", "missing": missing}
        self._watching = Watching(self._begin, timeout)
        self._common = {"folder": self._folder, "seed": seed, "tags": tags, "timeout": timeout, "modules": []}
        self._modules = modules = self._tried(uri, start_method)
        self._spawn = not _is_forked(start_method, modules)
        if self._spawn:
            self._common["modules"] = modules
        else:
            import_all(modules)
            gc.collect()
            gc.freeze()  # a collection in an actor would copy what all of them share
        return {"start_method": "spawn" if self._spawn else "zygote", "missing": ""}

    def start(self, **plan: Any) -> None:
        """Start the actors of a plan.

        Args:
            **plan: Its plain values, see ``wire`` on the parent's side.
        """
        clusters, cycles = plan["clusters"], plan["cycles"]
        *addresses, root = free_addresses(len(clusters) * cycles + 1)
        actors = []
        if plan["root"]:
            least = dict.fromkeys(("min_available", "min_fit", "min_evaluate"), len(clusters))
            of_root = {"addresses": [root], "root": "", "rounds": cycles, "clients": len(clusters), "joins": {}, **least}
            actors.append(self._actor("root", -1, -1, of_root))
        for number, nodes in enumerate(clusters):
            own = addresses[number * cycles : (number + 1) * cycles]
            joined = {node: plan["joins"].get(str(node), 1) for node in nodes}
            later = [round_ for round_ in joined.values() if round_ > 1]
            of_cluster = {
                "addresses": own,
                "root": root if plan["root"] else "",
                "rounds": plan["rounds"],
                "clients": len(nodes),
                "joins": {str(round_): later.count(round_) for round_ in later},
                **{name: plan[name] for name in ("min_available", "min_fit", "min_evaluate")},
            }
            actors.append(self._actor("aggregator", number, number, of_cluster))
            for node in nodes:
                of_learner = {
                    "uri": plan["uris"][str(node)],
                    "addresses": own,
                    "first_cycle": (joined[node] - 1) // plan["rounds"],
                    "joined": joined[node],
                    "faults": plan["faults"].get(str(node), []),
                }
                actors.append(self._actor("learner", node, number, of_learner))
        self._watching = Watching(self._begin, self._common["timeout"], actors)
        self._watching.begin()

    def common(self) -> dict[str, Any]:
        """What all actors have in common, and which modules they need; for those that this process does not start."""
        return {**self._common, "modules": self._modules}

    def next(self) -> dict[str, Any]:
        """What has happened since, once something has; nothing after a second."""
        deadline = time.monotonic() + NEXT_SECONDS
        watching = self._watching
        while not watching.events and not watching.over and time.monotonic() < deadline:
            watching.look()
        found = taken(watching.events)
        over = watching.over and not watching.events
        return {**found, "over": over, "seconds": watching.seconds}

    def _actor(self, kind: str, number: int, cluster: int, config: dict[str, Any]) -> Actor:
        return Actor({**self._common, "actor": kind, "number": number, "cluster": cluster, **config})

    def _begin(self, actor: Actor, others: list[Actor]) -> None:
        actor.start(self._spawn, self._requests, [pipe for other in others for pipe in other.pipes])

    def _tried(self, uri: str, start_method: str) -> list[str]:
        """The modules that a learner imports; what goes wrong with this one, all others will tell."""
        trial, modules = self._actor("trial", 0, 0, {"uri": uri, "joined": 1}), []
        trial.start(start_method == "spawn", self._requests, [])
        limit, since = self._common["timeout"], time.monotonic()
        while True:
            ended = trial.reap()
            for told in trial.heard():
                if told.get("tell") == "doing" and told.get("what") in ("fit_model()", "evaluate_model()"):
                    limit = min(limit, TRIAL_SECONDS)
                elif told.get("tell") == "modules" and isinstance(told.get("names"), list):
                    modules = [name for name in told["names"] if isinstance(name, str)]
                    if _is_forked(start_method, modules):
                        import_all(modules)  # while that one goes on
                since = time.monotonic()
            if ended:
                break
            if time.monotonic() > since + limit:
                trial.stop("stopped")
            wait([trial], LOOK_SECONDS)
        trial.close()
        return modules


def _is_forked(start_method: str, modules: list[str]) -> bool:
    """Whether actors are forks of an interpreter that has these modules."""
    bears_it = not any(name.partition(".")[0] in NOT_FORKED for name in modules)
    return start_method == "zygote" or (start_method == "auto" and bears_it)


def _import_flower() -> str:
    """Import Flower's own engines; what is missing, in words."""
    try:
        import flwr
        from flwr.client import NumPyClient, start_client  # noqa: F401
        from flwr.server import start_server  # noqa: F401

        from . import aggregator, client, cluster, learner, strategy  # noqa: F401
    except ImportError as error:
        return str(error)
    version = tuple(int(part) for part in flwr.__version__.split(".")[:2] if part.isdigit())
    return "" if version >= (1, 8) else f"flwr {flwr.__version__}"


def _raise_limit_of_files() -> None:
    """Each actor takes three file descriptors."""
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2**16 if most == resource.RLIM_INFINITY else min(most, 2**16)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
