"""What the child says, as frozen facts: an answer is parsed once, see ``answers``, and what does not fit is no answer.

The child's code in ``child/`` makes them; the names are the same on both sides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from pytest_flops_mock.findings import Frame

F = TypeVar("F")


@dataclass(frozen=True)
class Nothing:
    """The answer to a request that asks for nothing."""


@dataclass(frozen=True)
class Hello:
    """The child as it starts.

    Attributes:
        versions: Its Python and the packages that matter, with their versions.
        unfenced: Why the kernel does not keep it from writing elsewhere than in its folder; empty if it does.
    """

    versions: Mapping[str, str]
    unfenced: str = ""


@dataclass(frozen=True)
class Difference:
    """Where the schemas of partitions differ.

    Attributes:
        texts: What differs, column by column: that of the first partitions, and that of the others.
        first: Names of the first partitions.
        other: Names of the others.
    """

    texts: tuple[str, ...]
    first: tuple[str, ...]
    other: tuple[str, ...]


@dataclass(frozen=True)
class Loaded:
    """What a learner has loaded.

    Attributes:
        rows: Number of rows of the data set.
        parts: Name and number of rows of each partition, in the order in which they came.
        merged: Where the partitions' schemas differ, and are put together all the same.
        columns: Column names and their features, in words.
        classes: The classes that occur in each column of classes.
    """

    rows: int
    parts: tuple[tuple[str, int], ...]
    merged: tuple[Difference, ...]
    columns: Mapping[str, str]
    classes: Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class Array:
    """One of a model's parameters, as the other side of the wire gets it.

    Attributes:
        kind: Name of its type in the repository.
        shape: The shape that arrives.
        dtype: Name of the dtype that arrives.
        finite: Whether it holds neither NaN nor infinity.
        refused: Why it cannot be sent; empty if it can. Then shape and dtype are empty.
        not_averaged: Why its mean cannot be made or means nothing; empty if it can.
        lost: What of it does not travel; empty for nothing.
    """

    kind: str
    shape: tuple[int, ...]
    dtype: str
    finite: bool
    refused: str = ""
    not_averaged: str = ""
    lost: str = ""


@dataclass(frozen=True)
class Parameters:
    """What ``get_model_parameters()`` gave.

    Attributes:
        kind: Name of its type.
        is_list: Whether it is a list.
        arrays: What is in it.
        finite: Whether all of it is finite.
        valid: Whether Flower can send it and work with it.
        place: The ``return`` that it came from.
    """

    kind: str
    is_list: bool
    arrays: tuple[Array, ...]
    finite: bool
    valid: bool
    place: Frame | None = None

    @property
    def usable(self) -> bool:
        """Whether further stages can work with them."""
        return self.valid and self.finite


@dataclass(frozen=True)
class Number:
    """What should be a number.

    Attributes:
        kind: Name of its type.
        is_int: Whether it is a Python int.
        is_float: Whether it is a Python float.
        finite: Whether it is a finite number.
        value: Its value; ``None`` if it is no finite number.
        text: The value as text.
    """

    kind: str
    is_int: bool
    is_float: bool
    finite: bool
    value: float | None
    text: str


@dataclass(frozen=True)
class Leaf:
    """One array, table or other thing that ``get_data()`` gave.

    Attributes:
        place: Where in the whole it is, such as ``[0]['x']``; empty for the whole.
        kind: Name of its type.
        shape: Its shape, if it has one.
        dtype: Name of its dtype, if it has a shape.
        rows: How many rows it holds, if its length says that.
        not_finite: How many of its values are NaN or infinite.
        classes: The numbers in it, if they may be classes.
    """

    place: str
    kind: str
    shape: tuple[int, ...] | None
    dtype: str
    rows: int | None
    not_finite: int
    classes: tuple[int, ...] = ()


@dataclass(frozen=True)
class Model:
    """What ``get_model()`` gave.

    Attributes:
        kind: Name of its type; empty for nothing.
        classes: Names of its class and of those that this one is derived from, each with its package.
        fits: Whether it has the methods ``fit`` and ``predict``.
        not_pickled: Why cloudpickle cannot write it; empty if it can, or could not be asked.
    """

    kind: str
    classes: tuple[str, ...]
    fits: bool
    not_pickled: str


@dataclass(frozen=True)
class Aggregator:
    """An aggregator's contact: the initial parameters, the model, and the ``return`` that it came from."""

    parameters: Parameters
    model: Model
    place: Frame | None = None


@dataclass(frozen=True)
class Transformed:
    """What ``set_model_data()`` did: the data on the way, how often they were loaded, and the rows there were."""

    data: tuple[Leaf, ...]
    times_loaded: int
    rows: int


@dataclass(frozen=True)
class Trained:
    """A round of a learner.

    Attributes:
        count: What ``fit_model()`` returned.
        parameters: The parameters after it.
        changed: Whether they are others than before.
        peak_bytes: The most memory that the process has had.
        forks: How often the process forked during ``fit_model()``.
        place: The ``return`` that the count came from.
    """

    count: Number
    parameters: Parameters
    changed: bool
    peak_bytes: int
    forks: int = 0
    place: Frame | None = None


def _refuse_others(numbers: tuple[int, ...], parameters: Parameters) -> None:
    if any(not 0 <= number < len(parameters.arrays) for number in numbers):
        raise ValueError("there is no array of that number")


@dataclass(frozen=True)
class RoundTrip:
    """Other parameters than the model had, set and got back.

    Attributes:
        first: What was set.
        second: What was got.
        equal: Which arrays were equal then.
        ignored: Numbers of the arrays that training changes, and on which setting had no effect.
        ignored_unmoved: The same of arrays that training leaves alone.
    """

    first: Parameters
    second: Parameters
    equal: tuple[bool, ...]
    ignored: tuple[int, ...] = ()
    ignored_unmoved: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Refuse numbers of arrays that are not there."""
        _refuse_others((*self.ignored, *self.ignored_unmoved), self.first)


@dataclass(frozen=True)
class SecondStart:
    """Training from another start: whether it ended just where the first one did."""

    same: bool


@dataclass(frozen=True)
class SecondLearner:
    """Another learner's first round: the class that its rows lack, and its parameters (none without classes)."""

    lacks: str
    parameters: Parameters | None


@dataclass(frozen=True)
class Averaged:
    """The averaged parameters as they were set, as they were got back, and which of them are no means at all."""

    sent: Parameters
    parameters: Parameters
    overflowed: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Refuse numbers of arrays that are not there."""
        _refuse_others(self.overflowed, self.sent)


@dataclass(frozen=True)
class Evaluated:
    """What ``evaluate_model()`` returned: its type, its length, the values in it, and the ``return`` that it came from."""

    kind: str
    length: int
    values: tuple[Number, ...]
    place: Frame | None = None


@dataclass(frozen=True)
class EvaluatedStart:
    """What it returned with the initial parameters, and whether those differ from the ones evaluated before."""

    values: tuple[Number, ...]
    differ: bool


@dataclass(frozen=True)
class Link:
    """One exception of a chain.

    Attributes:
        type: Name of its class.
        text: What it says.
        frames: The calls in the repository that it passed, outermost first.
        key_is_text: Whether a key that was missing is a text.
        by_library: Whether a data library raised it.
        of_data: Whether the repository's line asked something made of the data.
        shapes: Arrays in reach of the last call, and their shapes.
        name: The module that an import did not find.
        code: The status of an exit.
        tags: The data tags for which there were no partitions.
        names: The partitions that there were instead.
        differences: Where the schemas of partitions differ that cannot be put together.
    """

    type: str
    text: str
    frames: tuple[Frame, ...]
    key_is_text: bool
    by_library: bool
    of_data: bool
    shapes: tuple[tuple[str, str], ...]
    name: str = ""
    code: int | str | None = None
    tags: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True)
class Raised:
    """An exception that ended a request: it and what caused it, and what was being done."""

    chain: tuple[Link, ...]
    doing: str


@dataclass(frozen=True)
class Told(Generic[F]):
    """An answer with facts.

    Attributes:
        facts: What the child found out.
        output: The last lines that it printed meanwhile.
    """

    facts: F
    output: str = ""


@dataclass(frozen=True)
class Failure:
    """A request that came to no facts.

    Attributes:
        how: ``raised`` an exception; ``ended`` when the process did; ``timeout``; ``limit`` when it took too much.
        raised: The exception, if there was one.
        ending: How the process ended, in words.
        output: The last lines that it printed meanwhile.
        exceeded: What it may take, and what it took, in words.
    """

    how: Literal["raised", "ended", "timeout", "limit"]
    raised: Raised | None = None
    ending: str = ""
    output: str = ""
    exceeded: tuple[str, str] | None = None
