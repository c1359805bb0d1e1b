"""Partitioners as users write them: a text, a mapping or a list, in an SLA, an option, a marker or a call."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn, get_args

from pydantic import ValidationError

from pytest_flops_mock.errors import Problem, SettingsError, listing, nearest
from pytest_flops_mock.sla.parsing import described, shown
from pytest_flops_mock.sla.partitioners import (
    PARTITIONERS,
    Dirichlet,
    Group,
    GroupedNaturalId,
    InnerDirichlet,
    NaturalId,
    Partitioner,
    Partitioning,
    Size,
)

_EXAMPLE = "for example dirichlet alpha=0.3"
_FORMS = 'a name with arguments, as a text or as {"name": …}, or a list of groups'
_GROUP = 'a group such as {"partitioner": "dirichlet alpha=0.3", "number_of_partitions": 3}'
_EXAMPLES = {
    "dirichlet": "dirichlet alpha=0.3",
    "pathological": "pathological num_classes_per_partition=2",
    "shard": "shard num_shards_per_partition=2",
    "size": "size partition_sizes=100,200,300",
    "natural_id": "natural_id partition_by=user",
    "grouped_natural_id": "grouped_natural_id partition_by=user group_size=2",
    "inner_dirichlet": "inner_dirichlet partition_sizes=100,200,300 alpha=0.5",
    "distribution": "distribution 'distribution_array=1,2;3,4' num_unique_labels_per_partition=2 "
    "preassigned_num_samples_per_label=5",
    "continuous": "continuous strictness=0.8 partition_by=age",
}


def partitioning_of(value: object, where: str = "partitioner") -> Partitioning:
    """What ``value`` writes down: ``dirichlet alpha=0.3``, the same as a mapping or as JSON, or a list of groups.

    Args:
        value: A text, a mapping with ``name``, a list of groups, or what was read before.
        where: What says so, for messages.

    Raises:
        SettingsError: There is no such partitioner, or an argument that is missing, unknown or means nothing.
    """
    if isinstance(value, str) and value.lstrip().startswith(("{", "[")):
        value = _from_json(value, where)
    if isinstance(value, list | tuple):
        return _groups(value, where)
    return _partitioner(value, where)


def number_problems(partitioning: Partitioning, asked: int | None, where: str, *, code: str) -> Iterator[Problem]:
    """Why so many partitions cannot be had, as far as it can be said without the rows.

    Args:
        partitioning: How rows are split.
        asked: The SLA's ``number_of_partitions``; ``None`` if it does not say.
        where: What names the partitioner, for messages.
        code: The code of what is wrong.
    """
    if isinstance(partitioning, tuple):
        for index, group in enumerate(partitioning):
            yield from _own_problems(group.partitioner, group.number_of_partitions, f"{where}[{index}]", code)
        total = number_of(partitioning)
        if asked not in (None, total):
            yield _not_adding_up("there are groups for", total, asked, where, code)
    else:
        yield from _own_problems(partitioning, partitions_asked(partitioning, asked), where, code)


def number_of(partitioning: Partitioning) -> int | None:
    """How many partitions it makes of its own; ``None`` if any number, or as many as there are ids."""
    if isinstance(partitioning, tuple):
        return sum(group.number_of_partitions for group in partitioning)
    return len(partitioning.partition_sizes) if isinstance(partitioning, Size | InnerDirichlet) else None


def partitions_asked(partitioning: Partitioning | None, asked: int | None) -> int | None:
    """How many partitions are to be made.

    Args:
        partitioning: How rows are split; ``None`` as on FLOps.
        asked: The SLA's ``number_of_partitions``; ``None`` if it does not say.

    Returns:
        The number; ``None`` for one for each id, or each group of ids.
    """
    if asked is not None:
        return asked
    if isinstance(partitioning, NaturalId | GroupedNaturalId):
        return None
    return (number_of(partitioning) if partitioning is not None else None) or 1


def rows_needed(partitioning: Partitioning, partitions: int) -> int:
    """How many rows it needs at least for so many partitions, as far as it can be said without them."""
    if isinstance(partitioning, tuple):
        return sum(rows_needed(group.partitioner, group.number_of_partitions) for group in partitioning)
    return sum(partitioning.partition_sizes) if isinstance(partitioning, Size | InnerDirichlet) else partitions


def _own_problems(partitioner: Partitioner, asked: int | None, where: str, code: str) -> Iterator[Problem]:
    own = number_of(partitioner)
    if own is not None and own != asked:
        yield _not_adding_up("there are sizes for", own, asked, where, code)
    if isinstance(partitioner, Dirichlet) and isinstance(partitioner.alpha, tuple) and len(partitioner.alpha) != asked:
        yield _not_adding_up("there are alphas for", len(partitioner.alpha), asked, where, code)


def _not_adding_up(what: str, own: int | None, asked: int | None, where: str, code: str) -> Problem:
    return Problem(
        f"{what} {own} {'partition' if own == 1 else 'partitions'}, and number_of_partitions is {asked}",
        where=where,
        expected=f"{asked} of them, or number_of_partitions = {own}",
        got=f"{own} and {asked}",
        nearest=str(own),
        fix="make the two agree",
        code=code,
    )


def _from_json(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        _refuse("the partitioner is not JSON", where, expected=_FORMS, got=f"{shown(text)}: {error}")


def _groups(values: Sequence[object], where: str) -> tuple[Group, ...]:
    if not values:
        _refuse("the mixed fleet has no group", where, expected=_GROUP, got="an empty list")
    return tuple(_group(value, f"{where}[{index}]") for index, value in enumerate(values))


def _group(value: object, where: str) -> Group:
    if isinstance(value, Group):
        return value.model_copy(update={"partitioner": _partitioner(value.partitioner, where)})
    if not isinstance(value, Mapping):
        _refuse("this is no group of a mixed fleet", where, expected=_GROUP, got=described(value))
    keys = ["partitioner", "number_of_partitions"]
    if unknown := [key for key in value if key not in keys]:
        closest = nearest(str(unknown[0]), keys)
        _refuse("a group has no such key", where, expected=listing(keys), got=listing(unknown), nearest=closest)
    if "partitioner" not in value:
        _refuse("the group has no partitioner", where, expected=_GROUP, got=shown(dict(value)))
    partitioner = _partitioner(value["partitioner"], f"{where}.partitioner")
    number = value.get("number_of_partitions", number_of(partitioner))
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        message = "the group does not say how many partitions it has" if number is None else "a group has no such number"
        _refuse(message, f"{where}.number_of_partitions", expected="a whole number, 1 or more", got=described(number))
    return Group(partitioner=partitioner, number_of_partitions=number)


def _partitioner(value: object, where: str) -> Partitioner:
    if isinstance(value, get_args(Partitioner)):  # read before, or made in Python: then only its name is not set
        named: Partitioner = value.model_copy(update={"name": value.name})
        return named
    told = _words(value, where) if isinstance(value, str) else value
    if not isinstance(told, Mapping):
        _refuse("this is no partitioner", where, expected=_FORMS, got=described(value))
    name = told.get("name")
    if name is None:
        _refuse("the partitioner has no name", where, expected=f"one of: {listing(PARTITIONERS, 20)}", got=described(value))
    kind = PARTITIONERS.get(name) if isinstance(name, str) else None
    if kind is None:
        _refuse(
            "there is no such partitioner",
            where,
            expected=f"one of: {listing(PARTITIONERS, 20)}",
            got=shown(name),
            nearest=_nearest_partitioner(str(name)),
        )
    try:
        return kind.model_validate(dict(told))
    except ValidationError as error:
        problems = {str(detail["loc"][:1]): _problem(kind, detail, where) for detail in reversed(error.errors())}
        raise SettingsError(*reversed(problems.values())) from None  # one for each argument


def _nearest_partitioner(name: str) -> str:
    bare = name.casefold().removesuffix("partitioner").replace("-", "_").strip("_")
    squeezed = {known.replace("_", ""): known for known in PARTITIONERS}
    return squeezed.get(bare.replace("_", ""), "") or nearest(bare, PARTITIONERS)


def _words(text: str, where: str) -> dict[str, object]:
    try:
        name, *words = shlex.split(text) or [""]
    except ValueError as error:
        _refuse("the partitioner cannot be read", where, expected=_FORMS, got=f"{shown(text)}: {error}".lower())
    told: dict[str, object] = {"name": name}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or not key or key in told:
            twice = "is given twice" if equals and key else "has no value"
            _refuse(f"{key or word} {twice}", where, expected="NAME ARGUMENT=VALUE …, each argument once", got=text)
        told[key] = value
    return told


def _problem(kind: type[Partitioner], detail: Any, where: str) -> Problem:
    name, key = kind.model_fields["name"].default, str(detail["loc"][0]) if detail["loc"] else ""
    fix = f"for example {_EXAMPLES.get(name, name)}"
    known = [each for each in kind.model_fields if each != "name"]
    if detail["type"] in ("extra_forbidden", "invalid_key"):
        closest = nearest(key, known)
        if key in ("num_partitions", "number_of_partitions"):
            closest, fix = "", "number_of_partitions of the SLA, or of the group, says how many partitions there are"
        message, expected = f"{name} has no argument {key}", f"some of: {listing(known)}"
        return Problem(message, where, expected, key, closest, fix)
    if not key:  # of several arguments together
        if detail["type"] == "shards":
            expected, got = "num_shards_per_partition, shard_size or both", "neither"
            return Problem("shard does not say how large its shards are", where, expected, got, "", fix)
        key, got = detail["type"], shown(detail["input"][detail["type"]])
    else:
        got = described(detail["input"])
    expected = kind.model_fields[key].description or ""
    if detail["type"] == "missing" and len(detail["loc"]) == 1:
        return Problem(f"{name} needs {key}", where, expected, "no such argument", "", fix)
    closest = nearest(str(detail["input"]), re.split(r"[:,] ", expected)[1:]) if "literal" in detail["type"] else ""
    return Problem(f"{key} of {name} is not {re.split('[,:]', expected)[0]}", where, expected, got, closest, fix)


def _refuse(message: str, where: str, *, expected: str, got: str, nearest: str = "") -> NoReturn:
    raise SettingsError(Problem(message, where, expected, got, nearest, _EXAMPLE))
