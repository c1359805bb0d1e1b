"""What learner and aggregator do with a ``ModelManager``, call by call, and what comes of it as plain facts.

Runs inside the learner's process: loaded by ``probe.py``, imports nothing of this package, and is written for Python 3.8.
Judges nothing; ``rounds.py`` does, in the parent.
"""

from __future__ import annotations

import io
import math
import random
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import reduce
from typing import Any

SEED = 42
MAX_ARRAYS = 1000
MAX_LEAVES = 16
MAX_DEPTH = 4
START_SHIFT = 0.1
"""How far the second start lies from the first, at most; upwards only, since some parameters are variances."""


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
        comparable = facts["valid"] and _shapes(before) == _shapes(parameters)
        if facts["valid"]:
            self.trained = copied(parameters), _weight(count)
        return {
            "count": described_number(count),
            "parameters": facts,
            "changed": not (comparable and _equal(before, parameters)),
        }

    def round_trip(self) -> dict[str, Any]:
        """Parameters in, through bytes as Flower sends them, and out again."""
        start = self._start()
        # Trained ones say more about values, unless they are of another form already.
        sent = copied(self.trained[0]) if self.trained and _forms(self.trained[0]) == _forms(start) else start
        self._set(self.manager, [_through_bytes(array) for array in sent])
        second = self._got(self.manager)
        facts = described_parameters(second)
        same = facts["valid"] and _shapes(sent) == _shapes(second)
        equal = [_equal([one], [other]) for one, other in zip(sent, second)] if same else []
        return {"first": described_parameters(sent), "second": facts, "equal": equal}

    def two_starts(self) -> dict[str, Any]:
        """Training from two different starts, all else equal."""
        import numpy as np

        one = self._start()
        generator = np.random.default_rng(SEED)
        other = [array + _shift(array, generator) for array in one]
        if _equal(one, other):
            return {"same": False, "overwritten": []}  # nothing but whole numbers: there is no second start
        ends = []
        overwritten: set[int] = set()
        for start in (one, other):
            given = copied(start)
            _, parameters = self._fitted(self.manager, given)
            ends.append(copied(parameters))
            overwritten |= {number for number, array in enumerate(given) if not _equal([array], [start[number]])}
        return {"same": _shapes(ends[0]) == _shapes(ends[1]) and _equal(*ends), "overwritten": sorted(overwritten)}

    def second_learner(self) -> dict[str, Any]:
        """A first round of another learner, on the data that are in reach now."""
        manager = self._made()
        self._telling("set_model_data() of a second learner")
        manager.set_model_data()
        count, parameters = self._fitted(manager, self._start())
        facts = described_parameters(parameters)
        if facts["valid"]:
            self.peer = copied(parameters), _weight(count)
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
            "kind": _kind(result),
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
        _seed_everything()
        self._set(manager, start)
        self._telling("fit_model()")
        count = manager.fit_model()
        return count, self._got(manager)


def averaged(*results: tuple[list[Any], int]) -> list[Any]:
    """The mean of parameters, weighted by numbers of examples: FedAvg, as Flower computes it, dtypes included.

    Source: McMahan et al. 2017, algorithm 1 (arXiv:1602.05629).
    """
    import numpy as np

    total = sum(weight for _, weight in results)
    weighted = [[array * weight for array in parameters] for parameters, weight in results]
    return [reduce(np.add, arrays) / total for arrays in zip(*weighted)]


# --- values as facts --------------------------------------------------------------------------------------------------


def described_parameters(parameters: Any) -> dict[str, Any]:
    """Kind, and shape and dtype of each array; ``valid`` if Flower can send them and work with them."""
    import numpy as np

    kind = _kind(parameters)
    values = list(parameters)[:MAX_ARRAYS] if isinstance(parameters, (list, tuple)) else []
    arrays = [_described_array(value) for value in values]
    return {
        "kind": kind,
        "is_list": isinstance(parameters, list),
        "arrays": arrays,
        "finite": all(array["finite"] for array in arrays),
        "valid": isinstance(parameters, list)
        and bool(arrays)
        and all(isinstance(value, np.ndarray) for value in values)
        and all(array["numeric"] for array in arrays),
    }


def _described_array(value: Any) -> dict[str, Any]:
    import numpy as np

    is_array = isinstance(value, np.ndarray)
    numeric = is_array and value.dtype.kind in "biuf"
    return {
        "kind": _kind(value),
        "is_array": is_array,
        "shape": list(value.shape) if is_array else [],
        "dtype": str(value.dtype) if is_array else "",
        "numeric": numeric,
        "finite": bool(np.isfinite(value).all()) if numeric else True,
    }


def described_number(value: Any) -> dict[str, Any]:
    """Type and value of what should be a number that Flower can send."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    return {
        "kind": _kind(value),
        "is_int": isinstance(value, int),
        "is_float": isinstance(value, float),
        "finite": math.isfinite(number),
        "value": number if math.isfinite(number) else None,
        "text": _text(value),
    }


def described_data(value: Any, place: str = "", depth: int = 0) -> list[dict[str, Any]]:
    """The arrays, tables and other things that ``get_data()`` gave, each with its place in the whole."""
    if depth < MAX_DEPTH and isinstance(value, (tuple, list)) and value and not _is_plain(value[0]):
        pairs: Iterator[tuple[str, Any]] = ((f"[{number}]", part) for number, part in enumerate(value))
    elif depth < MAX_DEPTH and isinstance(value, Mapping):
        pairs = ((f"[{key!r}]", part) for key, part in value.items())
    else:
        return [{"place": place, **_described_leaf(value)}]
    leaves: list[dict[str, Any]] = []
    for step, part in pairs:
        leaves += described_data(part, place + step, depth + 1)
        if len(leaves) >= MAX_LEAVES:
            break
    return leaves[:MAX_LEAVES]


def _described_leaf(value: Any) -> dict[str, Any]:
    shape = getattr(value, "shape", None)
    shape = list(shape) if isinstance(shape, tuple) else None
    try:
        length = len(value)
    except Exception:  # it has none, or is the repository's own class
        length = None
    return {
        "kind": _kind(value),
        "shape": shape,
        "dtype": str(getattr(value, "dtype", "")) if shape is not None else "",
        "rows": length if isinstance(length, int) else None,
        "not_finite": _not_finite(value),
    }


def _not_finite(value: Any) -> int:
    """How many values of an array or table are NaN or infinite."""
    numpy = sys.modules.get("numpy")
    try:
        if numpy is None or not hasattr(value, "shape"):
            return 0
        array = numpy.asarray(value)
        return int(array.size - numpy.isfinite(array).sum()) if array.dtype.kind == "f" else 0
    except Exception:  # whatever it is, NumPy makes no array of it
        return 0


def _is_plain(value: Any) -> bool:
    return isinstance(value, (int, float, str, bytes, bool, type(None)))


def _kind(value: Any) -> str:
    kind = type(value)
    module = str(kind.__module__).partition(".")[0]
    return kind.__qualname__ if module in ("builtins", "model_manager") else f"{module}.{kind.__qualname__}"


def _text(value: Any) -> str:
    try:
        text = str(value)
    except Exception:
        text = "(cannot be shown)"
    return text if len(text) <= 100 else text[:99] + "…"


# --- arrays -----------------------------------------------------------------------------------------------------------


def copied(parameters: Any) -> list[Any]:
    """Copies that later rounds cannot change."""
    import numpy as np

    return [np.array(array, copy=True) for array in parameters]


def _shapes(parameters: Any) -> list[Any]:
    return [array.shape for array in parameters]


def _forms(parameters: Any) -> list[Any]:
    return [(array.shape, array.dtype) for array in parameters]


def _equal(one: list[Any], other: list[Any]) -> bool:
    """Whether all arrays are equal, value by value; NaN equals NaN."""
    import numpy as np

    return all(np.array_equal(a, b, equal_nan=a.dtype.kind == "f" and b.dtype.kind == "f") for a, b in zip(one, other))


def _through_bytes(array: Any) -> Any:
    """The array as the other side of the wire gets it: Flower sends NumPy's own format, without pickles."""
    import numpy as np

    wire = io.BytesIO()
    np.save(wire, array, allow_pickle=False)
    wire.seek(0)
    return np.load(wire, allow_pickle=False)


def _shift(array: Any, generator: Any) -> Any:
    if array.dtype.kind != "f":
        return array.dtype.type(0)
    return (START_SHIFT * generator.random(array.shape)).astype(array.dtype)


def _weight(count: Any) -> int:
    return int(count) if isinstance(count, int) and count > 0 else 1


def _seed_everything() -> None:
    random.seed(SEED)
    numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    if numpy is not None:
        numpy.random.seed(SEED)
    if torch is not None:
        torch.manual_seed(SEED)


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
