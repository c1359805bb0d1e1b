"""What learner and aggregator do with a ``ModelManager``, call by call, and what comes of it as plain facts.

Judges nothing: the parent does.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from .arrays import SEED, averaged, copied, equal, forms, seed_everything, shapes, shift, through_bytes, weight
from .values import MAX_LEAVES, described_data, described_number, described_parameters, kind_of


class Contact:
    """One learner's and one aggregator's calls on the repository's ``ModelManager``.

    Args:
        telling: Called with what is about to happen, in words, before the repository's code runs.
    """

    def __init__(self, telling: Callable[[str], None]) -> None:
        self._telling = telling
        self.manager: Any = None
        self.initial: list[Any] | None = None
        self.trained: tuple[list[Any], int] | None = None
        self.peer: tuple[list[Any], int] | None = None
        self.average: list[Any] | None = None

    def aggregator(self) -> dict[str, Any]:
        """What an aggregator does before the first round: it has no data, and no server in reach."""
        manager = self._made()
        parameters = self._got(manager)
        self._telling("get_model()")
        model = manager.get_model()
        facts = described_parameters(parameters)
        self.initial = copied(parameters) if facts["valid"] and facts["finite"] else None
        return {"parameters": facts, "model": "" if model is None else type(model).__name__}

    def transform(self) -> dict[str, Any]:
        """``ModelManager()`` and ``set_model_data()`` on the learner's data; what ``get_data()`` gave on the way."""
        self.manager = self.trained = self.peer = self.average = None
        manager = self._made()
        self._telling("set_model_data()")
        with _recorded_data() as given:
            manager.set_model_data()
        self.manager = manager
        return {"data": described_data(given[-1]) if given else []}

    def train(self) -> dict[str, Any]:
        """A learner's first round: the initial parameters in, ``fit_model()``, parameters out."""
        before = self._start()
        count, parameters = self._fitted(self.manager, before)
        facts = described_parameters(parameters)
        comparable = facts["valid"] and shapes(before) == shapes(parameters)
        if facts["valid"]:
            self.trained = copied(parameters), weight(count)
        return {
            "count": described_number(count),
            "parameters": facts,
            "changed": not (comparable and equal(before, parameters)),
        }

    def round_trip(self) -> dict[str, Any]:
        """Parameters in, through bytes as Flower sends them, and out again."""
        start = self._start()
        # Trained ones say more about values, unless they are of another form already.
        sent = copied(self.trained[0]) if self.trained and forms(self.trained[0]) == forms(start) else start
        self._set(self.manager, [through_bytes(array) for array in sent])
        second = self._got(self.manager)
        facts = described_parameters(second)
        same = facts["valid"] and shapes(sent) == shapes(second)
        survived = [equal([one], [other]) for one, other in zip(sent, second)] if same else []
        return {"first": described_parameters(sent), "second": facts, "equal": survived}

    def two_starts(self) -> dict[str, Any]:
        """Training from two different starts, all else equal."""
        import numpy as np

        one = self._start()
        generator = np.random.default_rng(SEED)
        other = [array + shift(array, generator) for array in one]
        if equal(one, other):
            return {"same": False, "overwritten": []}  # nothing but whole numbers: there is no second start
        ends = []
        overwritten: set[int] = set()
        for start in (one, other):
            given = copied(start)
            _, parameters = self._fitted(self.manager, given)
            ends.append(copied(parameters))
            overwritten |= {number for number, array in enumerate(given) if not equal([array], [start[number]])}
        return {"same": shapes(ends[0]) == shapes(ends[1]) and equal(*ends), "overwritten": sorted(overwritten)}

    def second_learner(self) -> dict[str, Any]:
        """A first round of another learner, on the data that are in reach now."""
        manager = self._made()
        self._telling("set_model_data() of a second learner")
        manager.set_model_data()
        count, parameters = self._fitted(manager, self._start())
        facts = described_parameters(parameters)
        if facts["valid"]:
            self.peer = copied(parameters), weight(count)
        return {"parameters": facts}

    def set_average(self) -> dict[str, Any]:
        """The weighted mean of both learners' parameters, as Flower's FedAvg makes it, set on the first one."""
        assert self.trained is not None
        assert self.peer is not None
        self.average = averaged(self.trained, self.peer)
        self._set(self.manager, copied(self.average))
        return {"sent": described_parameters(self.average), "parameters": described_parameters(self._got(self.manager))}

    def evaluate(self) -> dict[str, Any]:
        """``evaluate_model()`` on the best parameters that there are: averaged, trained, or initial ones."""
        parameters = self.average or (self.trained[0] if self.trained else None)
        self._set(self.manager, copied(parameters) if parameters else self._start())
        self._telling("evaluate_model()")
        result = self.manager.evaluate_model()
        values = list(result)[:MAX_LEAVES] if isinstance(result, (tuple, list)) else []
        return {
            "kind": kind_of(result),
            "is_tuple": isinstance(result, tuple),
            "length": len(result) if isinstance(result, (tuple, list)) else 0,
            "values": [described_number(value) for value in values],
        }

    def _made(self) -> Any:
        self._telling("import of model_manager")
        from model_manager import ModelManager  # type: ignore[import-not-found]

        self._telling("ModelManager()")
        return ModelManager()

    def _start(self) -> list[Any]:
        """What a first round starts from: the aggregator's parameters, else the learner's own."""
        if self.initial is None:
            self.initial = copied(self._got(self.manager))
        return copied(self.initial)

    def _got(self, manager: Any) -> Any:
        self._telling("get_model_parameters()")
        return manager.get_model_parameters()

    def _set(self, manager: Any, parameters: list[Any]) -> None:
        self._telling("set_model_parameters()")
        manager.set_model_parameters(parameters)

    def _fitted(self, manager: Any, start: list[Any]) -> tuple[Any, Any]:
        """One round of a learner; what is random in it is the same each time."""
        seed_everything()
        self._set(manager, start)
        self._telling("fit_model()")
        count = manager.fit_model()
        return count, self._got(manager)


@contextmanager
def _recorded_data() -> Iterator[list[Any]]:
    """What the repository's ``DataManager.get_data()`` returns meanwhile."""
    given: list[Any] = []
    manager: Any = getattr(sys.modules.get("data_manager"), "DataManager", None)
    original = vars(manager).get("get_data") if isinstance(manager, type) else None
    if not callable(original):
        yield given
        return

    def get_data(self: Any, *args: Any, **kwargs: Any) -> Any:
        data = original(self, *args, **kwargs)
        given.append(data)
        return data

    manager.get_data = get_data
    try:
        yield given
    finally:
        manager.get_data = original
