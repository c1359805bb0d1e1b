"""What of somebody's data may go into a description: nothing that fewer than five people have.

All that a description says of values comes out of a :class:`Column`. People are told apart by the column that names them, if
there is one; else each row is taken for one of its own. Of numbers only means are given, each over five people or more.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pytest_flops_mock.data.media import NO_FILES, MediaFiles
from pytest_flops_mock.data.twins.people import names_people, names_person

MIN_SHARING = 5
"""A value is given only if at least so many people have it, and a mean is over at least so many."""

MIN_PEOPLE = 20
"""There are no statistics of fewer."""

MAX_MEANS = 21
"""Numbers are described by the means of so many equal groups, in order."""

Numbers = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Column:
    """The values of a column, or of what is in it.

    Attributes:
        path: How users name it: ``address.city``, ``tags[]``.
        values: The values, for looking at their type and at what they consist of.
        owners: The person that each of them is of; items of a list are of one.
        hide: Paths of which no value may be given.
        hidden: Whether this is one of them, or inside one.
        files: Which files pictures and sounds may be.
    """

    path: str
    values: pa.Array
    owners: Rows
    hide: Collection[str] = ()
    hidden: bool = False
    files: MediaFiles = NO_FILES

    @property
    def missing(self) -> float:
        """Share of nulls, in hundredths."""
        return round(self.values.null_count / len(self.values), 2) if len(self.values) else 0.0

    def field(self, key: str) -> Column:
        """A field of structs."""
        inner = pc.struct_field(self.values, [self.values.type.get_field_index(key)])
        path = f"{self.path}.{key}"
        hidden = self.hidden or path in self.hide or names_people(key)
        return replace(self, path=path, values=inner, hidden=hidden)

    def items(self) -> Column:
        """The items of lists."""
        parents = pc.list_parent_indices(self.values).to_numpy(zero_copy_only=False)
        path, inner = f"{self.path}[]", pc.list_flatten(self.values)
        hidden = self.hidden or path in self.hide
        return replace(self, path=path, values=inner, owners=self.owners[parents], hidden=hidden)

    def common_values(self, max_values: int) -> tuple[Any, ...]:
        """The values that enough people have, in order, if there are at most so many different ones."""
        if self.hidden:
            return ()
        people = _people_by(self.values, self.owners)
        if len(people) > max_values:
            return ()
        return tuple(sorted(value for value, count in people.items() if count >= MIN_SHARING))

    def weights(self, values: Sequence[Any], classes: Sequence[Rows]) -> tuple[tuple[int, ...], ...]:
        """How often common values come, in thousandths: class by class where enough people share each, else over all."""
        by_class = [(self.values.take(pa.array(rows)), self.owners[rows]) for rows in classes]
        shared = all(min(_people_by(*part).values(), default=MIN_SHARING) >= MIN_SHARING for part in by_class)
        parts = [part for part, _ in by_class] if by_class and shared else [self.values]
        weighed = tuple(_weights(part, values) for part in parts)
        return weighed if all(map(any, weighed)) else (_weights(self.values, values),)

    def means(self, numbers: Numbers, classes: Sequence[Rows] = ()) -> tuple[tuple[float, ...], ...]:
        """Means of equal groups of the numbers in order, class by class where there are enough people in each.

        Args:
            numbers: A number for each value; none where it is not finite.
            classes: The rows of each class.
        """
        if self.hidden:
            return ()
        by_class = [_group_means(numbers[rows], self.owners[rows]) for rows in classes]
        if by_class and all(by_class):
            return tuple(by_class)
        over_all = _group_means(numbers, self.owners)
        return (over_all,) if over_all else ()

    def ends(self, lengths: Numbers) -> tuple[float, float] | None:
        """Usual small and large lengths, which say nothing of a value."""
        means = _group_means(lengths, self.owners)
        return (means[0], means[-1]) if means else None

    def common(self, things: Sequence[Any]) -> Counter[Any]:
        """How often things come that enough people have, one thing (or None) for each of the first values."""
        people: dict[Any, set[int]] = {}
        for thing, owner in zip(things, self.owners.tolist(), strict=False):
            people.setdefault(thing, set()).add(owner)
        return Counter(thing for thing in things if thing is not None and len(people[thing]) >= MIN_SHARING)


def owners_of(table: pa.Table) -> Rows:
    """The person that each row is of: by the column that names the fewest people, else each row for itself."""
    owners: Rows = np.arange(table.num_rows, dtype=np.int64)
    fewest = table.num_rows + 1
    for name in table.column_names:
        column = table[name].combine_chunks()
        if not names_person(name) or pa.types.is_nested(column.type) or isinstance(column, pa.ExtensionArray):
            continue
        coded = pc.dictionary_encode(column)
        codes = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        people = np.where(codes < 0, len(coded.dictionary) + np.arange(len(codes)), codes)
        if len(np.unique(people)) < fewest:
            owners, fewest = people, len(np.unique(people))
    return owners


def as_numbers(values: pa.Array) -> Numbers:
    """Numbers and times (in their unit) as floats; nulls as NaN."""
    if pa.types.is_temporal(values.type):
        values = values.cast(pa.int32() if values.type.bit_width == 32 else pa.int64()).cast(pa.int64())
    return np.array([np.nan if value is None else float(value) for value in values.to_pylist()], np.float64)


def _people_by(values: pa.Array, owners: Rows) -> Mapping[Any, int]:
    """How many people have each value."""
    counted = pa.table({"value": values, "owner": owners}).group_by("value").aggregate([("owner", "count_distinct")])
    pairs = zip(counted["value"].to_pylist(), counted["owner_count_distinct"].to_pylist(), strict=True)
    return {value: count for value, count in pairs if value is not None}


def _weights(part: pa.Array, values: Sequence[Any]) -> tuple[int, ...]:
    counts = {entry["values"]: entry["counts"] for entry in pc.value_counts(part).to_pylist()}
    return tuple(math.ceil(1_000 * counts.get(value, 0) / max(len(part), 1)) for value in values)


def _group_means(numbers: Numbers, owners: Rows) -> tuple[float, ...]:
    """One number of each person, in order and in equal groups: the mean of each group, to three digits of their range."""
    finite = np.isfinite(numbers)
    _, firsts = np.unique(owners[finite], return_index=True)
    if len(firsts) < MIN_PEOPLE:
        return ()
    ordered = np.sort(numbers[finite][firsts])
    means = [float(part.mean()) for part in np.array_split(ordered, min(MAX_MEANS, len(ordered) // MIN_SHARING))]
    spread = means[-1] - means[0]
    if not spread:
        return tuple(means)
    digits = 2 - math.floor(math.log10(spread))
    return tuple(round(mean, digits) for mean in means)
