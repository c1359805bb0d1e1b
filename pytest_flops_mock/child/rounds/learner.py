"""A learner: it loads its node's data, makes its ``ModelManager``, and takes part in rounds until its aggregator is done."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from typing import Any

from ..learner import shown
from ..loading import load
from ..standin import provide
from .teller import Teller, Telling

RETRY_SECONDS = 0.02
TELL_SECONDS = 0.5


def learn(config: dict[str, Any], teller: Teller, dataset: list[Any]) -> None:
    """A learner's life.

    Args:
        config: What it is and does.
        teller: Tells the zygote.
        dataset: Gets the data that were loaded last.
    """
    from .client import Learner, connected

    began = time.perf_counter()
    provide_data(config, teller, dataset)
    for cycle in range(config["first_cycle"], len(config["addresses"])):
        manager = made(teller)
        address = config["addresses"][cycle]
        teller.idle()
        wait_for(address)
        if began:
            teller.tell("connected", seconds=time.perf_counter() - began)
            began = 0.0
        connected(address, Learner(manager, teller, config["number"], config["faults"]))


def try_once(config: dict[str, Any], teller: Teller, dataset: list[Any]) -> None:
    """Train once, and tell meanwhile which modules that takes: the zygote imports them for all others."""
    provide_data(config, teller, dataset)
    threading.Thread(target=_tell_modules, args=(config["folder"], teller), daemon=True).start()
    manager = made(teller)
    teller.doing("fit_model()")
    manager.fit_model()
    teller.doing("evaluate_model()")
    manager.evaluate_model()
    teller.tell("modules", names=_modules(config["folder"]))


def made(teller: Telling) -> Any:
    """A learner's ``ModelManager`` with its data."""
    teller.doing("import of model_manager")
    from model_manager import ModelManager  # type: ignore[import-not-found]

    teller.doing("ModelManager()", ModelManager.__init__)
    manager = ModelManager()
    teller.doing("set_model_data()", manager.set_model_data)
    manager.set_model_data()
    return manager


def provide_data(config: dict[str, Any], teller: Telling, dataset: list[Any]) -> None:
    """The module ``data_loading`` of the learner's image, whose data come from the server of its own node."""

    def load_data_from_ml_data_server() -> Any:
        loaded = load(config["uri"], config["tags"], config["timeout"]).dataset
        if not dataset:
            teller.tell("loaded", **_described(loaded), joined=config["joined"])
        dataset[:] = [loaded]
        return loaded

    provide("data_loading", load_data_from_ml_data_server=load_data_from_ml_data_server)


def _described(dataset: Any) -> dict[str, Any]:
    features = dataset.info.features or {}
    return {
        "rows": dataset.num_rows,
        "columns": [[name, shown(feature)] for name, feature in features.items()],
        "labels": next(([*map(list, _counts(dataset, n, f))] for n, f in features.items() if hasattr(f, "num_classes")), []),
    }


def _counts(dataset: Any, name: str, feature: Any) -> list[tuple[str, int]]:
    """How many rows each class has, those without any included."""
    import pyarrow.compute as pc

    counted = {each["values"]: each["counts"] for each in pc.value_counts(dataset.data.table[name]).to_pylist()}
    return [(str(text), counted.get(number, 0)) for number, text in enumerate(feature.names)]


def _tell_modules(folder: str, teller: Teller) -> None:
    told = 0
    while True:
        time.sleep(TELL_SECONDS)
        names = _modules(folder)
        if len(names) > told:
            told = len(names)
            teller.tell("modules", names=names)


def _modules(folder: str) -> list[str]:
    """What is imported by now and lies outside of the repository, in the order in which it came."""
    found = []
    for name, module in list(sys.modules.items()):
        origin = getattr(getattr(module, "__spec__", None), "origin", None) or ""
        inside = os.path.realpath(str(origin)).startswith(folder + os.sep)
        if origin and not inside and not name.startswith("_flops_child") and name != "__main__":
            found.append(name)
    return found


def wait_for(address: str) -> None:
    """Wait until the aggregator listens: Flower's client does not try again."""
    host, _, port = address.rpartition(":")
    while True:
        try:
            socket.create_connection((host, int(port))).close()
        except OSError:
            time.sleep(RETRY_SECONDS)
        else:
            return
