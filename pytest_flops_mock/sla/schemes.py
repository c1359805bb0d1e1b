"""Drift, as users write it down: what is wrong with the rows of which partitions."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, NoReturn

from pytest_flops_mock.errors import Problem, SettingsError, listing, nearest
from pytest_flops_mock.sla.drift_kinds import KINDS, DriftValue, Kind, nearest_share, number_in_text, share

_EXAMPLE = "for example missing=0.1 column=age; extra_column=site devices=0.5"
_MANY = 10**9
_PLACES = ("column", "partitions", "devices", "probability")


@dataclass(frozen=True)
class DriftRule:
    """One thing that is wrong, and where.

    Attributes:
        kind: What is wrong; one of ``KINDS``.
        value: How much, or what becomes of a column; the kind says what it takes.
        column: The only column that it is about; by default all that the kind fits, or the label for kinds about classes.
        partitions: The partitions that can have it, by their numbers from 0; all if there is none.
        devices: The share of those partitions that have it. The seed puts the partitions into an order, which is the same
            for all rules: the first of them have it.
        probability: The chance with which each of those has it, which the seed decides for each rule by itself.

    Raises:
        SettingsError: There is no such kind, the value means nothing to it, or there can be no such place.
    """

    kind: str
    value: DriftValue = True
    column: str = ""
    partitions: tuple[int, ...] = ()
    devices: float = 1.0
    probability: float = 1.0

    def __post_init__(self) -> None:
        if not isinstance(self.kind, str) or self.kind not in KINDS:
            _refuse(
                "there is no such kind of drift",
                expected=f"some of: {listing([*KINDS, *_PLACES], 30)}",
                got=str(self.kind),
                nearest=nearest(str(self.kind), [*KINDS, *_PLACES]),
            )
        kind = KINDS[self.kind]
        object.__setattr__(self, "value", _value(kind, self.value))
        object.__setattr__(self, "partitions", _numbers(self.partitions))
        object.__setattr__(self, "devices", _share("devices", self.devices))
        object.__setattr__(self, "probability", _share("probability", self.probability))
        _refuse_column(kind, self.column)

    @property
    def what(self) -> str:
        """What is wrong, as it is written in settings, without where."""
        kind = KINDS[self.kind]
        return self.kind if self.value is True else f"{self.kind}={_quoted(kind.takes.written(self.value))}"

    @property
    def place(self) -> str:
        """Where it is wrong, as it is written in settings."""
        words = [f"column={_quoted(self.column)}"] if self.column else []
        words += [f"partitions={','.join(map(str, self.partitions))}"] if self.partitions else []
        words += [f"devices={number_in_text(self.devices)}"] if self.devices != 1 else []
        words += [f"probability={number_in_text(self.probability)}"] if self.probability != 1 else []
        return " ".join(words)

    @property
    def written(self) -> str:
        """The rule as it is written in settings."""
        return f"{self.what} {self.place}".strip()

    @property
    def everywhere(self) -> bool:
        """Whether every partition has it."""
        return not self.partitions and self.devices == self.probability == 1


@dataclass(frozen=True)
class Drift:
    """What is wrong with the rows of partitions, as on real devices.

    Attributes:
        rules: Each thing that is wrong, and where. Their order does not matter, and names of columns are those of the data
            set, whatever another rule does to them. A share of 0 is no rule, and left out.
    """

    rules: tuple[DriftRule, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "rules", tuple(rule for rule in self.rules if rule.value != 0))

    @property
    def value(self) -> str:
        """The drift as it is written in settings; reading it gives the same drift."""
        return "; ".join(f"{' '.join(kinds)} {place}".strip() for place, kinds in _written(self.rules))

    def of_kind(self, *kinds: str) -> Iterator[DriftRule]:
        """Its rules of some kinds."""
        return (rule for rule in self.rules if rule.kind in kinds)


def drift_of(value: object, where: str = "drift") -> Drift:
    """The drift that ``value`` writes down.

    Args:
        value: A text such as ``missing=0.1 column=age; extra_column=site devices=0.5``, in which ``;`` parts rules of
            different places; the same as mappings (``{"missing": 0.1, "column": "age"}``); a list of such; or what was read
            before.
        where: What says so, for messages.

    Raises:
        SettingsError: A kind of drift that there is not, a value that it cannot take, or a place that there cannot be.
    """
    if isinstance(value, Drift):
        return value
    if isinstance(value, list | tuple):
        parts = (drift_of(each, f"{where}[{index}]") for index, each in enumerate(value))
        return Drift(tuple(rule for part in parts for rule in part.rules))
    try:
        if isinstance(value, DriftRule):
            return Drift((value,))
        if isinstance(value, str):
            return Drift(tuple(rule for told in _told(value) for rule in _rules(told)))
        if isinstance(value, Mapping):
            return Drift(tuple(_rules(value)))
        _refuse("the drift cannot be read", expected="a text, a mapping, or a list of them", got=repr(value))
    except SettingsError as error:
        raise SettingsError(*(replace(problem, where=where) for problem in error.problems)) from None


def schema_drift(text: str) -> str:
    """What a drift, as it is written, does to columns and features, without where; empty if they stay as they are."""
    rules = (rule for rule in drift_of(text).rules if KINDS[rule.kind].new_schema)
    return "; ".join(replace(rule, partitions=(), devices=1.0, probability=1.0).written for rule in rules)


def no_partition(drift: Drift, count: int) -> Iterator[Problem]:
    """The partitions that rules name and that there are not.

    Args:
        drift: What is wrong, and for which partitions.
        count: How many partitions there are.
    """
    for rule in drift.rules:
        if beyond := [number for number in rule.partitions if number >= count]:
            yield Problem(
                f"there is no partition {beyond[0]} that could have drift",
                expected=f"numbers from 0 to {count - 1}" if count > 1 else "partition 0, the only one",
                got=rule.written,
                fix="correct the numbers, or ask for more partitions",
            )


def _rules(told: Mapping[Any, Any]) -> Iterator[DriftRule]:
    """The rules of one place."""
    place = {name: told[name] for name in _PLACES if name in told}
    kinds = {str(name): value for name, value in told.items() if name not in place}
    if place and not kinds:
        _refuse(
            "drift says where something is wrong, and not what",
            expected=f"some of: {listing(KINDS, 30)}",
            got=listing(place),
        )
    return (DriftRule(kind, value, **place) for kind, value in kinds.items())


def _written(rules: Sequence[DriftRule]) -> Iterator[tuple[str, list[str]]]:
    """The places, and what is wrong at each; a kind comes once in a place."""
    for place, group in groupby(rules, key=lambda rule: rule.place):
        kinds: dict[str, str] = {}
        for rule in group:
            if rule.kind in kinds:
                yield place, [*kinds.values()]
                kinds = {}
            kinds[rule.kind] = rule.what
        yield place, [*kinds.values()]


_PIECE = r"""'[^']*'|"(?:[^"\\]|\\.)*"|\\.|[^\s,;'"\\]|,(?![\s;,]|$|[a-z_]+=|(?:{flags})(?![\w=]))"""
_TOKEN = re.compile(
    rf"(?P<word>(?:{_PIECE.format(flags='|'.join(name for name, kind in KINDS.items() if kind.is_flag))})+)"
    r"|(?P<end>;)|[\s,]+",
    re.DOTALL,
)
_PLAIN = re.compile(r"[\w.+:/%@-]+", re.ASCII)


def _quoted(text: str) -> str:
    """The text, in quotes if it holds what would end it."""
    return text if _PLAIN.fullmatch(text) else "'" + text.replace("'", "'\"'\"'") + "'"


def _told(text: str) -> Iterator[dict[str, str]]:
    """What each place says by name. Blanks or commas are between words; a comma within a list of numbers stays."""
    told: dict[str, str] = {}
    position = 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            _refuse("the drift cannot be read", expected="quotes that are closed", got=text)
        position = token.end()
        if token["end"]:
            yield told
            told = {}
        elif token["word"]:
            (word,) = shlex.split(token["word"])
            name, _, value = word.partition("=")
            if name in told:
                _refuse(
                    f"{name} is told twice",
                    expected="each name once in a place; ; parts places",
                    got=text,
                    fix=f"for example {name}={told[name]}; {name}={value}",
                )
            told[name] = value
    yield told


def _value(kind: Kind, value: object) -> DriftValue:
    try:
        return kind.takes.read(value)
    except ValueError:
        nothing = value is True or value == ""
        closest = "" if nothing else kind.takes.nearest(value)
        _refuse(
            f"{kind.name} takes {kind.takes.means}",
            expected=kind.example,
            got=kind.name if nothing else f"{kind.name}={_shown(value)}",
            nearest=kind.name if kind.is_flag else f"{kind.name}={closest}" if closest else "",
            fix=f"for example {kind.example}",
        )


def _share(name: str, value: object) -> float:
    try:
        return share(value)
    except ValueError:
        closest = nearest_share(value)
        _refuse(
            f"{name} takes a share from 0 to 1",
            expected=f"{name}=0.3",
            got=f"{name}={_shown(value)}",
            nearest=f"{name}={closest}" if closest else "",
            fix=f"for example {name}=0.1 for one partition in ten",
        )


def _shown(value: object) -> str:
    try:
        return str(value)
    except ValueError:  # Python writes no number of thousands of digits
        return "a number of thousands of digits"


def _numbers(value: object) -> tuple[int, ...]:
    numbers: Any = value
    if isinstance(value, str):
        texts = value.split(",")
        numbers = [int(text) if re.fullmatch(r"\s*\d{1,9}\s*", text, re.ASCII) else text for text in texts]
    elif not isinstance(value, list | tuple):
        numbers = [value]
    if wrong := [each for each in numbers if type(each) is not int or not 0 <= each < _MANY]:
        _refuse(
            "drift is for partitions that cannot be",
            expected="their numbers, from 0",
            got=f"partitions={listing(map(_shown, wrong))}",
            fix="for example partitions=0,2",
        )
    return tuple(numbers)


def _refuse_column(kind: Kind, column: object) -> None:
    if not isinstance(column, str):
        _refuse(
            "drift is for a column that cannot be",
            expected="the name of a column",
            got=repr(column),
            fix="for example column=age",
        )
    if column and not kind.about.has_column:
        _refuse(
            f"{kind.name} is about {kind.about.value}, and not about one column",
            expected=f"{kind.name} without column",
            got=f"{kind.example} column={column}",
            fix=f"part it from the rest by ;, as in missing=0.1 column={_quoted(column)}; {kind.example}",
        )
    if kind.about.needs_column and not column:
        _refuse(
            f"{kind.name} does not say which column it is about",
            expected="the name of a column",
            got="no column",
            fix=f"for example {kind.example}",
        )


def _refuse(message: str, *, expected: str, got: str, nearest: str = "", fix: str = _EXAMPLE) -> NoReturn:
    raise SettingsError(Problem(message, "", expected, got, nearest, fix))
