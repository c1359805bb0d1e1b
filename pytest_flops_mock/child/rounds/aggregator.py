"""Aggregators: the only one of classic mode; the root and those of clusters of hierarchical mode. None has data."""

from __future__ import annotations

from typing import Any

from .attendance import Attendance
from .teller import Teller, Telling


def aggregate(config: dict[str, Any], teller: Teller, control: int) -> None:
    """An aggregator's life.

    Args:
        config: What it is and does.
        teller: Tells the zygote.
        control: Where the zygote tells who lives.
    """
    from .strategy import Averaging, Best, Clients

    attendance = Attendance(control)
    manager = made(teller)
    if config["root"]:
        from .cluster import take_part

        take_part(config, manager, teller, attendance)
        return
    teller.doing("get_model_parameters()", manager.get_model_parameters)
    strategy = Averaging(config, manager, teller, manager.get_model_parameters(), best=Best())
    serve(config["addresses"][0], strategy, Clients(attendance, config["min_available"]), config["rounds"])
    strategy.finish()


def serve(address: str, strategy: Any, clients: Any, rounds: int) -> None:
    """Run Flower's server to the end of its rounds; clients are then told that it is over."""
    from flwr.server import ServerConfig, start_server

    start_server(server_address=address, config=ServerConfig(num_rounds=rounds), strategy=strategy, client_manager=clients)


def made(teller: Telling) -> Any:
    """The aggregator's ``ModelManager``. There is no module ``data_loading`` in its image, and no server in reach."""
    teller.doing("import of model_manager")
    from model_manager import ModelManager  # type: ignore[import-not-found]

    teller.doing("ModelManager()", ModelManager.__init__)
    return ModelManager()
