"""What of somebody's data may go into a description: nothing that fewer than five people have.

All that a description says of values comes out of a :class:`Column`. People are told apart by the column that names them, if
there is one; else each row is taken for one of its own. Of numbers only means are given, each over five people or more.

How texts are written (a date, a number, a code of one letter and four digits) is no value of anybody's: such forms are given
where five people and more have them, of columns that name people as well.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pytest_flops_mock.data.media import NO_FILES, MediaFiles
from pytest_flops_mock.data.twins import forms
from pytest_flops_mock.data.twins.people import Rows, names_people

MIN_SHARING = 5
"""A value is given only if at least so many people have it, and a mean is over at least so many."""

MIN_PEOPLE = 20
"""There are no statistics of fewer."""

MAX_MEANS = 21
"""Numbers are described by the means of so many equal groups, in order."""

MAX_KEPT_VALUES = 1_000
"""So many values are given at most of a column that its owner wants kept."""

MAX_DECIMALS = 6

MAX_PATTERNS, PATTERNED = 20, 0.9
"""Codes are described if they have at most so many patterns, which cover at least this share of them."""

EVEN_INTEGERS, EVEN_REALS = 10.0, 3.0
"""How much longer the long gaps of an increasing column are than the short ones; more is no series, but sorted rows."""

MAX_APART = 0.25
"""Of an increasing column, how far the means of two classes are apart; more is a column that follows from the class."""

UNITS = (86_400 * 10**6, 3_600 * 10**6, 60 * 10**6, 10**6, 10**3)
"""A day, an hour, a minute, a second and a thousandth of it, in microseconds."""

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Column:
    """The values of a column, or of what is in it.

    Attributes:
        path: How users name it: ``address.city``, ``tags[]``.
        values: The values, for looking at their type and at what they consist of.
        owners: The person that each of them is of; items of a list are of one.
        hide: Paths of which nothing may be given, by their owner's wish.
        hidden: Whether this is one of them, or inside one.
        personal: Whether its name, or that of one around it, says that it names people: no value may be given.
        keep: Paths of which all values are given, by their owner's wish and at their risk.
        files: Which files pictures and sounds may be.
        places: The number of each row in the data set.
        notes: What was withheld, by path; filled while the column is looked at.
    """

    path: str
    values: pa.Array
    owners: Rows
    hide: Collection[str] = ()
    hidden: bool = False
    personal: bool = False
    keep: Collection[str] = ()
    files: MediaFiles = NO_FILES
    places: Rows | None = None
    notes: dict[str, str] = field(default_factory=dict, compare=False)

    @property
    def kept(self) -> bool:
        """Whether all values are given, whatever the rules say."""
        return within(self.path, self.keep)

    @property
    def silent(self) -> bool:
        """Whether no value is given."""
        return not self.kept and (self.hidden or self.personal)

    @property
    def missing(self) -> float:
        """Share of nulls, in hundredths."""
        return round(self.values.null_count / len(self.values), 2) if len(self.values) else 0.0

    def field(self, key: str) -> Column:
        """A field of structs."""
        inner = pc.struct_field(self.values, [self.values.type.get_field_index(key)])
        path = f"{self.path}.{key}"
        hidden, personal = self.hidden or path in self.hide, self.personal or names_people(key)
        return replace(self, path=path, values=inner, hidden=hidden, personal=personal)

    def items(self) -> Column:
        """The items of lists."""
        parents = pc.list_parent_indices(self.values).to_numpy(zero_copy_only=False)
        path, inner = f"{self.path}[]", pc.list_flatten(self.values)
        hidden = self.hidden or path in self.hide
        return replace(self, path=path, values=inner, owners=self.owners[parents], hidden=hidden)

    def common_values(self, max_values: int) -> tuple[Any, ...]:
        """The values that enough people have, in order, if there are at most so many different ones."""
        if self.silent:
            return ()
        people = _people_by(self.values, self.owners)
        if len(people) > (MAX_KEPT_VALUES if self.kept else max_values):
            return ()
        return tuple(sorted(value for value, count in people.items() if self.kept or count >= MIN_SHARING))

    def as_integers(self) -> Column:
        """The same column with points in time as whole numbers of their unit."""
        if not pa.types.is_temporal(self.values.type):
            return self
        narrow = pa.int32() if self.values.type.bit_width == 32 else pa.int64()
        return replace(self, values=self.values.cast(narrow).cast(pa.int64()))

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
        if self.silent:
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

    def covered(self, values: Collection[Any]) -> float:
        """The share of all values that these are."""
        there = self.values.drop_null()
        return pc.sum(pc.is_in(there, pa.array(list(values), there.type))).as_py() / len(there) if len(there) else 0.0

    def form(self) -> str:
        """How nearly all texts write times or numbers; empty if they write none."""
        texts = self.values.drop_null().to_pylist()
        enough = len(set(self.owners[self._there()].tolist())) >= MIN_PEOPLE
        return forms.form_of(texts) if enough and (self.kept or not self.hidden) else ""

    def patterns(self) -> tuple[tuple[str, int], ...]:
        """The patterns that nearly all codes have, each with its thousandths; none if they are words or texts.

        A character is told where all codes of the pattern have it. Each of them is of five people or more.
        """
        if self.hidden and not self.kept:
            return ()
        texts, owners = self.values.drop_null().to_pylist(), self.owners[self._there()].tolist()
        groups: dict[str, dict[str, int]] = defaultdict(dict)
        for text, owner in zip(texts, owners, strict=True):
            groups[forms.skeleton(text)][text] = owner
        rows = Counter(map(forms.skeleton, texts))
        common = {bones: set(group.values()) for bones, group in groups.items()}
        common = {bones: people for bones, people in common.items() if len(people) >= MIN_SHARING}
        found = []
        for bones in sorted(common, key=lambda bones: (-rows[bones], bones))[:MAX_PATTERNS]:
            pattern = _pattern(bones, groups[bones])
            if pattern and forms.is_pattern(pattern) and _is_code(pattern, personal=self.personal):
                found.append((pattern, math.ceil(1_000 * rows[bones] / len(texts)), rows[bones]))
        enough = sum(count for *_, count in found) >= PATTERNED * len(texts)
        return tuple((pattern, weight) for pattern, weight, _ in found) if enough and found else ()

    def decimals(self, digits: Sequence[int] | None = None) -> int | None:
        """How many decimals numbers have, but for those that fewer than five people have; None if they are arbitrary.

        Args:
            digits: Those of each value, where the values are texts.
        """
        if self.hidden and not self.kept:
            return None
        numbers = np.zeros(0) if digits is not None else as_numbers(self.values)
        single = pa.types.is_float32(self.values.type)
        for places in range(MAX_DECIMALS + 1):
            if digits is not None:
                longer = np.array(digits) > places
            else:
                rounded = np.round(numbers, places)
                same = rounded.astype(np.float32) == numbers.astype(np.float32) if single else rounded == numbers
                longer = np.isfinite(numbers) & ~same
            if _few(self.owners[longer]):
                return places
        return None if digits is None else MAX_DECIMALS

    def unit(self, numbers: Numbers, second: int) -> int | None:
        """The largest unit of time of which the points in time are multiples, but for those of fewer than five people.

        None if it is the smallest there is.

        Args:
            numbers: The points in time.
            second: How many of them are a second.
        """
        owners, finite = self.owners[np.isfinite(numbers)], numbers[np.isfinite(numbers)]
        if (self.hidden and not self.kept) or len(finite) < MIN_PEOPLE:
            return None
        per = max(second // 10**6, 1)  # of nanoseconds, floats do not hold the last
        finite = np.round(finite / per)
        for unit in (*UNITS, 1):
            size = unit * second // 10**6 // per
            if size > 1 and size * per * 10**6 == unit * second and _few(owners[np.mod(finite, size) != 0]):
                return size * per
        return per if per > 1 else None

    def steps(
        self, numbers: Numbers, classes: Sequence[Rows], *, even: float | None
    ) -> tuple[tuple[float, ...], float | None]:
        """The gaps of a column that increases from row to row, and where it begins; no gaps if it does not.

        Args:
            numbers: A number for each row.
            classes: The rows of each class; what follows from the class is no series.
            even: How much longer than the short gaps the long ones may be.
        """
        if (self.hidden and not self.kept) or not np.all(np.isfinite(numbers)) or len(numbers) < MIN_PEOPLE:
            return (), None
        places = np.arange(len(numbers)) if self.places is None else self.places
        gaps = np.diff(numbers) / np.diff(places)
        if np.any(gaps < 0) or (even is not None and np.any(gaps == 0)) or np.mean(gaps > 0) < PATTERNED:
            return (), None
        middles = [float(numbers[rows].mean()) for rows in classes if len(rows)]
        if middles and max(middles) - min(middles) > MAX_APART * (numbers[-1] - numbers[0]):
            return (), None
        means = _group_means(np.concatenate([[np.nan], gaps]), self.owners)
        if not means or (even is not None and means[-1] > even * means[0]):
            return (), None
        _, firsts = np.unique(self.owners, return_index=True)
        first = np.sort(firsts)[:MIN_SHARING]
        start = float(numbers[first].mean() - np.mean(means) * places[first].mean())
        return means, None if self.personal and not self.kept else start

    def withheld(
        self, *, values: int = 0, means: bool = False, form: bool = False, gaps: bool = False, lengths: bool = False
    ) -> str:
        """What is not given of the values, and why; empty if all is.

        Args:
            values: How many different values are given.
            means: Whether means of numbers are given.
            form: Whether it is given how they are written.
            gaps: Whether the gaps between them are given.
            lengths: Whether it is given how long they are.
        """
        different = len(_people_by(self.values, self.owners))
        told = {
            "means over five people and more": means,
            "how they are written": form,
            "how far they are apart": gaps,
            "how long they are": lengths,
        }
        given = ", ".join(text for text, is_told in told.items() if is_told)
        but, said = (f" but {given}", f"; kept: {given}") if given else ("", "")
        if not different or (self.kept and values >= different):
            return ""
        if self.kept:
            return f"all {different:,} values, although they are to be kept: no more than {MAX_KEPT_VALUES:,} can be"
        if self.hidden:
            return f"everything{but}, since it is hidden"
        if self.personal:
            return f"everything{but}, since its name says that it names people"
        if values:
            rare = different - values
            return f"{rare} value{'s' * (rare != 1)} that fewer than {MIN_SHARING} people have" if rare > 0 else ""
        return f"all {different:,} values, which are too many, or of too few people each{said}"

    def _there(self) -> npt.NDArray[np.bool_]:
        there: npt.NDArray[np.bool_] = self.values.is_valid().to_numpy(zero_copy_only=False)
        return there

    def common(self, things: Sequence[Any]) -> Counter[Any]:
        """How often things come that enough people have, one thing (or None) for each of the first values."""
        people: dict[Any, set[int]] = {}
        for thing, owner in zip(things, self.owners.tolist(), strict=False):
            people.setdefault(thing, set()).add(owner)
        return Counter(thing for thing in things if thing is not None and len(people[thing]) >= MIN_SHARING)


def within(path: str, paths: Collection[str]) -> bool:
    """Whether a path is one of these, or inside one."""
    return any(path == each or path.startswith((f"{each}.", f"{each}[]")) for each in paths)


def as_numbers(values: pa.Array) -> Numbers:
    """Numbers and times (in their unit) as floats; nulls as NaN."""
    if pa.types.is_temporal(values.type):
        values = values.cast(pa.int32() if values.type.bit_width == 32 else pa.int64()).cast(pa.int64())
    return np.array([np.nan if value is None else float(value) for value in values.to_pylist()], np.float64)


def _few(owners: Rows) -> bool:
    """Whether these are so few people that nothing may be said of them."""
    return len(np.unique(owners)) < MIN_SHARING


def _pattern(bones: str, texts: Mapping[str, int]) -> str:
    """The pattern of codes that are alike, each with a person that it is of."""
    signs = []
    for place, bone in enumerate(bones):
        if bone != "*" or all(text[place] == "*" for text in texts):
            signs.append(forms.itself(bone))
            continue
        people: dict[str, set[int]] = defaultdict(set)
        for text, owner in texts.items():
            people[forms.class_of(text[place])].add(owner)
        letters = {text[place] for text in texts}
        classes = {sign for sign, owners in people.items() if len(owners) >= MIN_SHARING} or {"9", "A", "a"}
        constant = len(letters) == 1 and len(set(texts.values())) >= MIN_SHARING
        signs.append(forms.itself(letters.pop()) if constant else forms.position(classes, letters - set("0123456789")))
    return "".join(signs)


def _is_code(pattern: str, *, personal: bool) -> bool:
    """Whether a pattern is one of codes: with digits, or of capitals; names of people may be written in capitals."""
    signs = re.sub(r"\\(.)", lambda found: "9" if found[1].isdigit() else "A" if found[1].isupper() else "a", pattern)
    if personal and " " in pattern:
        return False
    return bool(set(signs) & set("9Xx*")) or (not personal and "A" in signs and "a" not in signs and " " not in signs)


def _people_by(values: pa.Array, owners: Rows) -> Mapping[Any, int]:
    """How many people have each value."""
    counted = pa.table({"value": values, "owner": owners}).group_by("value").aggregate([("owner", "count_distinct")])
    pairs = zip(counted["value"].to_pylist(), counted["owner_count_distinct"].to_pylist(), strict=True)
    return {value: count for value, count in pairs if value is not None and not _is_nan(value)}


def _is_nan(value: Any) -> bool:
    return isinstance(value, float) and math.isnan(value)


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
