"""What is known of a data set, as a file says it (``*.twin.json``): all that a twin of it is made from.

Files on data sets of the hub are in ``facts/``; those on the user's own data sets lie with the user's tests.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pytest_flops_mock.data.causes import UnfitError
from pytest_flops_mock.data.selection import SPLIT

FORM = "pytest-flops-mock/twin/1"
"""The version of the form; a change that breaks readers raises the number."""


@dataclass(frozen=True)
class Known:
    """What is known of the values of a column; nothing of it is a row.

    Lists in lists hold one list for each class, or a single one for all.

    Attributes:
        missing: Share of nulls.
        values: All values, if they are few.
        weights: How often each of ``values`` comes; equally often if this is empty.
        quantiles: Numbers (or times, in their unit) from small to large, the same share of the values around each.
        decimals: How many digits numbers have after the point.
        people: How many different identifiers there are.
        form: How texts write the numbers or times that ``quantiles`` says, as in ``%d.%m.%Y`` or ``0 mg``; see ``forms``.
        step: Times are multiples of so many of their unit, those in texts of microseconds.
        patterns: Patterns of codes (``9`` a digit, ``A`` a letter; see ``forms``), each with how often it comes.
        gaps: For a column that increases from row to row, how far a row is from the one before, as ``quantiles``.
        start: Where such a column begins.
        lengths: Fewest and most items of a list, words of a text, or bytes.
        sizes: Widths and heights of pictures, in pixels, each with how often it comes.
        modes: Pillow's modes of pictures (``L``, ``RGB``, ``RGBA``), each with how often it comes.
        seconds: Shortest and longest sound.
        items: What is known of the items of a list.
        fields: What is known of the fields of a struct.
    """

    missing: float = 0.0
    values: tuple[bool | int | float | str, ...] = ()
    weights: tuple[tuple[int, ...], ...] = ()
    quantiles: tuple[tuple[float, ...], ...] = ()
    decimals: int | None = None
    people: int | None = None
    form: str = ""
    step: int | None = None
    patterns: tuple[tuple[str, int], ...] = ()
    gaps: tuple[float, ...] = ()
    start: float | None = None
    lengths: tuple[int, int] | None = None
    sizes: tuple[tuple[int, int, int], ...] = ()
    modes: tuple[tuple[str, int], ...] = ()
    seconds: tuple[float, float] | None = None
    items: Known | None = None
    fields: dict[str, Known] = field(default_factory=dict)


@dataclass(frozen=True)
class Twin:
    """A data set of which rows can be made on the spot.

    Attributes:
        form: Version of this form.
        dataset: Name by which SLAs call the data set.
        config_name: The configuration that the twin stands in for.
        splits: Names of the splits in order, each with the number of rows that the data set has.
        features: The columns as ``datasets`` writes them, lists in the older form (``Sequence``).
        label: The column that a model learns to tell; ``None`` if no other column follows from one.
        columns: What is known of the values of each column.
        configs: All configurations, if the data set has several and none is the default: then an SLA has to name one.
        aliases: Other names that the hub takes for the same data set; no others, so that a wrong name is told.
        counter: The column that numbers the rows of a split from 1, if there is one.
        special: For a split whose values are different, what is known of the columns there.
        rows: Which code makes the columns whose values are not described, as ``module:name`` in ``rows/``.
        source: Where these facts were looked up.
        unsure: What is not certain of these facts, or known to be different in the real data: a sentence each.
        withheld: What was not said of columns of the user's data, by path, and why.
        kept_at_own_risk: Columns of which all values were kept, since the user asked for it.
    """

    form: str
    dataset: str
    config_name: str
    splits: dict[str, int]
    features: dict[str, Any]
    label: str | None = None
    columns: dict[str, Known] = field(default_factory=dict)
    configs: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    counter: str | None = None
    special: dict[str, dict[str, Known]] = field(default_factory=dict)
    rows: str = ""
    source: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    withheld: dict[str, str] = field(default_factory=dict)
    kept_at_own_risk: tuple[str, ...] = ()

    def __hash__(self) -> int:
        return hash((self.dataset, self.config_name))

    @property
    def names(self) -> tuple[str, ...]:
        """All names by which an SLA may call the data set."""
        return (self.dataset, *self.aliases)

    @property
    def main(self) -> str:
        """The split whose size decides that of the others: ``train``, or the first one where there is none."""
        return SPLIT if SPLIT in self.splits else next(iter(self.splits))


def parse_twin(text: str) -> Twin:
    """Read a description.

    Raises:
        ValueError: It is no JSON, or not of this form.
        UnfitError: It is of another version of the form.
    """
    twin: Twin = _adapter().validate_json(text)
    if twin.form != FORM:
        raise UnfitError(f"form: expected {FORM}, but it is {twin.form}")
    return twin


@cache
def _adapter() -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(Twin)
