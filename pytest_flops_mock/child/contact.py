"""What learner and aggregator do with a ``ModelManager``, call by call, and what comes of it as plain facts.

Judges nothing: the parent does.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from .arrays import averaged, copied, equal, halfway, moved, seed_everything, shapes, weight
from .frames import Places
from .values import MAX_LEAVES, described_data, described_number, described_parameters, kind_of


class Contact:
    """One learner's and one aggregator's calls on the repository's ``ModelManager``.

    Args:
        telling: Called with what is about to happen, in words, before the repository's code runs.
        places: Tells places in the repository.
    """

    def __init__(self, telling: Callable[[str], None], places: Places) -> None:
        self._telling = telling
        self._places = places
        self._manager: Any = None
        self._initial: list[Any] | None = None
        self._trained: tuple[list[Any], int] | None = None
        self._peer: tuple[list[Any], int] | None = None
        self._average: list[Any] | None = None
        self._forks = 0
        os.register_at_fork(after_in_parent=self._count_fork)  # there is no way to take that back

    def aggregator(self) -> dict[str, Any]:
        """What an aggregator does before the first round: it has no data, and no server in reach."""
        manager = self._made()
        facts, arrays = self._got(manager)
        self._telling("get_model()")
        model, place = self._places.returned(manager.get_model)
        self._initial = arrays if facts["valid"] and facts["finite"] else None
        return {"parameters": facts, "model": described_model(model), "place": place}

    def transform(self) -> dict[str, Any]:
        """``ModelManager()`` and ``set_model_data()`` on the learner's data; what ``get_data()`` gave on the way."""
        self._manager = self._trained = self._peer = self._average = None
        manager = self._made()
        self._telling("set_model_data()")
        with _recorded_data() as given:
            manager.set_model_data()
        self._manager = manager
        return {"data": described_data(given[-1]) if given else []}

    def train(self) -> dict[str, Any]:
        """A learner's first round: the initial parameters in, ``fit_model()``, parameters out."""
        start = self._start()
        facts, arrays, count = self._round(self._manager, start)
        if facts["parameters"]["valid"]:
            self._trained = arrays, weight(count)
        return facts

    def again(self) -> dict[str, Any]:
        """A learner's second round: the averaged parameters in, ``fit_model()`` on the same object, parameters out."""
        start = self._average or (self._trained[0] if self._trained else self._start())
        return self._round(self._manager, copied(start))[0]

    def round_trip(self) -> dict[str, Any]:
        """Other parameters in than the model has, and out again.

        They are real ones of earlier in the same round. Arrays that training has left alone get values of our own making
        afterwards; of those it is told only whether setting had any effect.
        """
        before = self._trained[0] if self._trained else []
        start = self._start()
        comparable = shapes(before) == shapes(start)
        facts, second, kept = self._set_and_got(start)
        same = bool(kept)
        moving = [comparable and not equal([one], [other]) for one, other in zip(before, start)] if comparable else []
        ignored = [
            number for number, moves in enumerate(moving) if same and moves and equal([second[number]], [before[number]])
        ]
        unmoved = [number for number, moves in enumerate(moving) if not moves]
        return {
            "first": described_parameters(start)[0],
            "second": facts,
            # Initial parameters are often zeros, which survive much; trained ones say more.
            "equal": [a and b for a, b in zip(kept, self._set_and_got(before)[2])] if comparable and all(kept) else kept,
            "ignored": ignored,
            "ignored_unmoved": self._without_effect(start, unmoved) if same and all(kept) else [],
        }

    def second_start(self) -> dict[str, Any]:
        """Training of a fresh object from another start, all else equal; whether it ends where the first one did."""
        start = self._start()
        if self._trained is None or shapes(start) != shapes(self._trained[0]):
            return {"same": False}
        other = halfway(start, self._trained[0])
        if equal(other, start):
            return {"same": False}  # too near for the precision of their types
        manager = self._made()
        self._telling("set_model_data() of a fresh ModelManager")
        manager.set_model_data()
        _, arrays, _ = self._round(manager, other)
        return {"same": shapes(arrays) == shapes(self._trained[0]) and equal(arrays, self._trained[0])}

    def second_learner(self) -> dict[str, Any]:
        """A first round of another learner, on the data that are in reach now."""
        manager = self._made()
        self._telling("set_model_data() of a second learner")
        manager.set_model_data()
        if self._initial is None:
            self._initial = self._got(manager)[1]
        facts, arrays, count = self._round(manager, copied(self._initial))
        if facts["parameters"]["valid"]:
            self._peer = arrays, weight(count)
        return {"parameters": facts["parameters"]}

    def set_average(self) -> dict[str, Any]:
        """The weighted mean of both learners' parameters, as Flower's FedAvg makes it, set on the first one."""
        if self._trained is None:
            raise LookupError("no learner has trained")
        results = (self._trained, self._peer or self._trained)
        self._average = averaged(*results)
        weights = [weight for _, weight in results]
        exact = [_exact_mean(list(arrays), weights) for arrays in zip(*(parameters for parameters, _ in results))]
        self._set(self._manager, copied(self._average))
        return {
            "sent": described_parameters(self._average)[0],
            "parameters": self._got(self._manager)[0],
            "overflowed": [number for number, mean in enumerate(exact) if not _near(self._average[number], mean)],
        }

    def evaluate(self) -> dict[str, Any]:
        """``evaluate_model()`` on the best parameters that there are: averaged, trained, or initial ones."""
        best = self._average or (self._trained[0] if self._trained else self._start())
        self._set(self._manager, copied(best))
        self._telling("evaluate_model()")
        result, place = self._places.returned(self._manager.evaluate_model)
        values = list(result)[:MAX_LEAVES] if isinstance(result, (tuple, list)) else []
        return {
            "kind": kind_of(result),
            "length": len(result) if isinstance(result, (tuple, list)) else 0,
            "values": [described_number(value) for value in values],
            "place": place,
        }

    def evaluate_start(self) -> dict[str, Any]:
        """``evaluate_model()`` once more, on the initial parameters."""
        self._set(self._manager, self._start())
        self._telling("evaluate_model()")
        result = self._manager.evaluate_model()
        values = list(result)[:MAX_LEAVES] if isinstance(result, (tuple, list)) else []
        best = self._average or (self._trained[0] if self._trained else [])
        start = self._start()
        return {
            "values": [described_number(value) for value in values],
            "differ": shapes(best) == shapes(start) and not equal(best, start),
        }

    def _made(self) -> Any:
        self._telling("import of model_manager")
        from model_manager import ModelManager  # type: ignore[import-not-found]

        self._telling("ModelManager()")
        return ModelManager()

    def _start(self) -> list[Any]:
        """What a first round starts from: the aggregator's parameters, else the learner's own."""
        if self._initial is None:
            self._initial = self._got(self._manager)[1]
        return copied(self._initial)

    def _got(self, manager: Any) -> tuple[dict[str, Any], list[Any]]:
        """The parameters as facts, and as the other side of the wire gets them."""
        self._telling("get_model_parameters()")
        parameters, place = self._places.returned(manager.get_model_parameters)
        facts, arrays = described_parameters(parameters)
        return {**facts, "place": place}, arrays

    def _set(self, manager: Any, parameters: list[Any]) -> None:
        self._telling("set_model_parameters()")
        manager.set_model_parameters(parameters)

    def _round(self, manager: Any, start: list[Any]) -> tuple[dict[str, Any], list[Any], Any]:
        """One round of a learner; what is random in it is the same each time."""
        seed_everything()
        self._set(manager, copied(start))
        self._telling("fit_model()")
        before = self._forks
        count, place = self._places.returned(manager.fit_model)
        forked = self._forks - before
        facts, arrays = self._got(manager)
        comparable = facts["valid"] and shapes(start) == shapes(arrays)
        told = {
            "count": described_number(count),
            "place": place,
            "parameters": facts,
            "changed": not (comparable and equal(start, arrays)),
            "forks": forked,
        }
        return told, arrays, count

    def _set_and_got(self, given: list[Any]) -> tuple[dict[str, Any], list[Any], list[bool]]:
        """What the model has after parameters were set, and which of them survived; none where shapes differ."""
        self._set(self._manager, copied(given))
        facts, arrays = self._got(self._manager)
        same = facts["valid"] and shapes(given) == shapes(arrays)
        return facts, arrays, [equal([one], [other]) for one, other in zip(given, arrays)] if same else []

    def _count_fork(self) -> None:
        self._forks += 1

    def _without_effect(self, start: list[Any], numbers: list[int]) -> list[int]:
        """Which of these arrays are as they were after other values were set."""
        given = copied(start)
        for number in numbers:
            given[number] = moved(start[number], number + 1)
        try:
            self._set(self._manager, copied(given))
            _, arrays = self._got(self._manager)
            return [
                number
                for number in numbers
                if not equal([given[number]], [start[number]]) and equal([arrays[number]], [start[number]])
            ]
        except Exception:  # our values may be outside of what the repository takes
            return []


def described_model(model: Any) -> dict[str, Any]:
    """What MLflow's flavours look at: the names of the model's classes, and whether cloudpickle can write it."""
    names = [f"{kind.__module__.partition('.')[0]}.{kind.__qualname__}" for kind in type(model).__mro__]
    return {
        "kind": "" if model is None else kind_of(model),
        "classes": names[:MAX_LEAVES],
        "fits": callable(getattr(model, "fit", None)) and callable(getattr(model, "predict", None)),
        "not_pickled": _not_pickled(model),
    }


def _not_pickled(model: Any) -> str:
    """Why cloudpickle cannot write the model; empty if it can, or is not there to be asked."""
    try:
        import cloudpickle
    except ImportError:
        return ""
    try:
        cloudpickle.dumps(model)
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:200]
    return ""


def _exact_mean(arrays: list[Any], weights: list[int]) -> Any:
    """The weighted mean in double precision."""
    import numpy as np

    wide = np.complex128 if any(array.dtype.kind == "c" for array in arrays) else np.float64
    return sum(array.astype(wide) * weight for array, weight in zip(arrays, weights)) / sum(weights)


def _near(array: Any, mean: Any) -> bool:
    import numpy as np

    return bool(np.allclose(array, mean, rtol=1e-2, atol=1e-3, equal_nan=True))


@contextmanager
def _recorded_data() -> Iterator[list[Any]]:
    """What the repository's ``DataManager.get_data()`` returns meanwhile."""
    given: list[Any] = []
    manager: Any = getattr(sys.modules.get("data_manager"), "DataManager", None)
    original = vars(manager).get("get_data") if isinstance(manager, type) else None
    wrap = type(original) if isinstance(original, (staticmethod, classmethod)) else lambda function: function
    called = getattr(original, "__func__", original)
    if not callable(called):
        yield given
        return

    def get_data(*args: Any, **kwargs: Any) -> Any:
        data = called(*args, **kwargs)
        given.append(data)
        return data

    manager.get_data = wrap(get_data)
    try:
        yield given
    finally:
        manager.get_data = original
