"""What the learner's process holds, the data set and the repository's objects, and what it can be asked to do."""

from __future__ import annotations

import os
import sys
import uuid
from collections.abc import Callable
from typing import Any

from .contact import Contact
from .exceptions import Exceptions
from .frames import Places
from .labels import classes_of
from .loading import load
from .standin import provide, provide_flops_utils

PACKAGES = (
    "datasets",
    "pyarrow",
    "numpy",
    "flwr",
    "ray",
    "pillow",
    "scikit-learn",
    "torch",
    "tensorflow",
    "keras",
    "jax",
    "xgboost",
)
"""Distributions whose versions are told, if they are installed."""


class Learner:
    """Each public method is a request of the parent: it takes what the request says and gives facts back.

    Args:
        folder: The copy of the repository.
        unfenced: Why the kernel does not keep this process within its folder; empty if it does.
        requests: The file descriptor of the parent's requests, which is this process' alone.
    """

    def __init__(self, folder: str, unfenced: str = "", requests: int = -1) -> None:
        self.unready: Any = None  # why this process could not import what it needs itself
        self._requests = requests
        self._zygote: Any = None
        self._ray: Any = None
        self._unfenced = unfenced
        self._folder = os.path.realpath(folder)
        self._exceptions = Exceptions(self._folder)
        self._dataset: Any = None
        self._times_loaded = 0
        self._doing = ""
        self._contact = Contact(self._is_doing, Places(self._folder))

    def answer(self, do: str, request: dict[str, Any]) -> dict[str, Any]:
        """Do what is asked for; facts, or the exception that ended it.

        Args:
            do: Name of a public method.
            request: Its arguments.
        """
        self._doing = do
        try:
            return {"facts": getattr(self, do)(**request)}
        except BaseException as error:  # SystemExit and KeyboardInterrupt of the repository's code included
            return {"error": {"chain": self._exceptions.described(error, self._dataset), "doing": self._doing}}

    def hello(self) -> dict[str, Any]:
        """The versions that matter, of those that are installed. Imports none of them."""
        from importlib.metadata import PackageNotFoundError, version

        versions = {"Python": "{}.{}.{}".format(*sys.version_info[:3])}
        for name in PACKAGES:
            try:
                versions[name] = version(name)
            except PackageNotFoundError:
                continue
        return {"versions": versions, "unfenced": self._unfenced}

    def ready(self) -> dict[str, Any]:
        """Answered once this process has imported what it needs itself.

        Raises:
            Exception: It could not.
        """
        if self.unready is not None:
            raise self.unready
        return {}

    def load(self, uri: str, tags: list[str], timeout: float, seed: int | None = None) -> dict[str, Any]:
        """Load the data of these tags; see ``loading.load``."""
        self._dataset, parts, merged = load(uri, tags, timeout, seed)
        features = {name: shown(feature) for name, feature in (self._dataset.info.features or {}).items()}
        return {
            "rows": self._dataset.num_rows,
            "parts": parts,
            "merged": merged,
            "columns": features,
            "classes": classes_of(self._dataset),
        }

    def aggregator(self) -> dict[str, Any]:
        """The aggregator's contact: there is no module ``data_loading`` in its image, and no server in reach."""
        self._provide_repository()
        sys.modules.pop("data_loading", None)
        return self._contact.aggregator()

    def transform(self) -> dict[str, Any]:
        """``ModelManager()`` and ``set_model_data()``, as the learner calls them."""
        facts = self._with_data(self._dataset, self._contact.transform)
        return {**facts, "times_loaded": self._times_loaded, "rows": self._dataset.num_rows}

    def train(self) -> dict[str, Any]:
        """A learner's first round."""
        facts = self._contact.train()
        return {**facts, "peak_bytes": peak_bytes()}

    def round_trip(self) -> dict[str, Any]:
        """Parameters in and out again."""
        return self._contact.round_trip()

    def second_start(self) -> dict[str, Any]:
        """Training from another start."""
        return self._with_data(self._dataset, self._contact.second_start)

    def second_learner(self, rows: str) -> dict[str, Any]:
        """Another learner's first round.

        Args:
            rows: ``half`` of them; those that are ``lacking`` a class; or as many as those, but with it (``fewer``).
        """
        chosen, lacks = _half(self._dataset), ""
        if rows != "half":
            some, lacks = _without_a_class(self._dataset)
            if some is None:
                return {"lacks": "", "parameters": None}
            chosen = some if rows == "lacking" else _first(self._dataset, some.num_rows)
        return {**self._with_data(chosen, self._contact.second_learner), "lacks": lacks}

    def set_average(self) -> dict[str, Any]:
        """The average of both learners' parameters, set on the first one."""
        return self._contact.set_average()

    def again(self) -> dict[str, Any]:
        """The first learner's second round."""
        return {**self._contact.again(), "peak_bytes": peak_bytes()}

    def evaluate(self) -> dict[str, Any]:
        """``evaluate_model()``."""
        return self._contact.evaluate()

    def evaluate_start(self) -> dict[str, Any]:
        """``evaluate_model()`` on the initial parameters."""
        return self._contact.evaluate_start()

    def rounds_prepare(self, **values: Any) -> dict[str, Any]:
        """Import what actors of federated rounds need; see ``rounds.zygote``."""
        from .rounds.zygote import Zygote

        self._zygote = Zygote(self._folder, self._requests)
        facts: dict[str, Any] = self._zygote.prepare(**values)
        return facts

    def rounds_start(self, **values: Any) -> dict[str, Any]:
        """Start the actors."""
        self._zygote.start(**values)
        return {}

    def rounds_next(self) -> dict[str, Any]:
        """What the actors have told since."""
        facts: dict[str, Any] = self._zygote.next()
        return facts

    def rounds_ray_start(self, **values: Any) -> dict[str, Any]:
        """Start the actors in Ray's workers."""
        from .rounds.ray_federation import RayFederation

        self._ray = RayFederation(self._zygote.common())
        facts: dict[str, Any] = self._ray.start(**values)
        return facts

    def rounds_ray_next(self) -> dict[str, Any]:
        """What they have told since."""
        facts: dict[str, Any] = self._ray.next()
        return facts

    def _is_doing(self, what: str) -> None:
        self._doing = what

    def _with_data(self, rows: Any, act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        self._times_loaded = 0
        self._provide_repository()
        loaded, self._dataset = self._dataset, rows
        provide("data_loading", load_data_from_ml_data_server=self._load_data_from_ml_data_server)
        try:
            return act()
        finally:
            self._dataset = loaded

    def _provide_repository(self) -> None:
        self._doing = "import of model_manager"
        provide_flops_utils()
        if self._folder not in sys.path:
            sys.path.insert(0, self._folder)

    def _load_data_from_ml_data_server(self) -> Any:
        self._times_loaded += 1
        return self._dataset.with_format("arrow")


def peak_bytes() -> int:
    """The most memory that this process has had."""
    try:
        # Not ru_maxrss, in which Linux counts what the parent had before this program took its place.
        with open("/proc/self/status", encoding="ascii") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # macOS, in bytes


def _half(dataset: Any) -> Any:
    return _first(dataset, (dataset.num_rows + 1) // 2)


def _first(dataset: Any, rows: int) -> Any:
    return _of_rows(dataset, dataset.data.table.slice(0, rows))


def _without_a_class(dataset: Any) -> tuple[Any, str]:
    """The rows of all classes but the last one that occurs, and which that is; nothing where there are too few classes."""
    import pyarrow.compute as pc

    for name, present in classes_of(dataset).items():
        if len(present) > 2:  # two that remain are still a classification
            last = present[-1]
            rows = dataset.data.table.filter(pc.not_equal(dataset.data.table[name], last))
            return _of_rows(dataset, rows), f"{name} {dataset.info.features[name].names[last]}"
    return None, ""


def _of_rows(dataset: Any, rows: Any) -> Any:
    part = type(dataset)(rows, info=dataset.info, split=dataset.split, fingerprint=uuid.uuid4().hex)
    return part.with_format("arrow")


def shown(feature: Any) -> str:
    """A feature in a few words: ``Image``, ``int64``, ``ClassLabel of 10``, ``list of string``."""
    if isinstance(feature, dict):
        return "{{{}}}".format(", ".join(f"{name}: {shown(child)}" for name, child in feature.items()))
    if isinstance(feature, (list, tuple)):
        return f"list of {shown(feature[0])}"
    kind = type(feature).__name__
    if kind in ("List", "LargeList", "Sequence"):
        return f"list of {shown(feature.feature)}"
    if kind == "ClassLabel":
        return f"ClassLabel of {feature.num_classes}"
    return str(feature.dtype) if kind == "Value" else kind
