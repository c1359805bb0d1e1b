"""What can be said about SLAs without running anything: the traps that FLOps itself shows late, obscurely or never.

Each rule yields a problem, with its code, for each mistake of one kind, and says what fails on FLOps and why. Nothing
here raises.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from pydantic import BaseModel

from pytest_flops_mock.errors import Problem, listing, nearest
from pytest_flops_mock.sla import project_rules
from pytest_flops_mock.sla.keys import is_local_path, known_keys
from pytest_flops_mock.sla.parsing import shown
from pytest_flops_mock.sla.partitioning import number_problems, partitions_asked
from pytest_flops_mock.sla.schemes import no_partition

if TYPE_CHECKING:
    from pytest_flops_mock.sla.models import MockSLA, ProjectSLA

_MOCK = "mock_data_configuration"
_TRAINING = "training_configuration"
_MAX_NAME_BYTES = 255  # of Linux' file systems
_MAX_TAG_BYTES = _MAX_NAME_BYTES - len(f".{'0' * 32}.parquet")
_SAFE_TAG = "letters, digits, _ and - only"


def mock_problems(sla: MockSLA, project: ProjectSLA | None = None) -> tuple[Problem, ...]:
    """What would fail on FLOps with this MDP SLA; with a project SLA, also whether its learners would find the data.

    Problems of the project SLA alone are not among them, see :func:`project_problems`.
    """
    return (
        *_customer(sla),
        *_unknown_keys(sla),
        *_local_data_set(sla),
        *_command_line(sla),
        *_partitions(sla),
        *_partitioner(sla),
        *_drift(sla),
        *_mock_tag(sla),
        *(_shared_tag(sla, project) if project else ()),
    )


def project_problems(sla: ProjectSLA) -> tuple[Problem, ...]:
    """What would fail on FLOps with this project SLA."""
    return (*_customer(sla), *_unknown_keys(sla), *_project_tags(sla), *project_rules.traps(sla))


def _customer(sla: MockSLA | ProjectSLA) -> Iterator[Problem]:
    if sla.customer_id and sla.customer_id.strip():
        return
    similar = nearest("customerID", sla.model_extra or ())
    missing = f"the key {similar}" if similar else "no such key"
    yield Problem(
        message="without customerID the FLOps manager answers 500 with nothing but the key's name",
        where=f"{sla.origin}: customerID",
        expected='your id at the orchestrator, such as "Admin"',
        got=missing if sla.customer_id is None else shown(sla.customer_id),
        nearest="customerID" if similar else "",
        fix=f"rename {similar} to customerID" if similar else 'add "customerID": "Admin" (or your own id)',
        code="FM009",
    )


def _levels(model: BaseModel, path: str = "") -> Iterator[tuple[str, BaseModel]]:
    """Every object of an SLA with the start of its keys' paths, such as ``training_configuration.``."""
    yield path, model
    for name in type(model).model_fields:
        value = getattr(model, name)
        if isinstance(value, BaseModel) and value.model_config.get("extra") == "allow":  # others know all their keys
            yield from _levels(value, f"{path}{name}.")


def _unknown_keys(sla: MockSLA | ProjectSLA) -> Iterator[Problem]:
    levels = list(_levels(sla))
    elsewhere = {key: f"{path}{key}" for path, model in levels for key in known_keys(type(model))}
    for path, model in levels:
        valid = known_keys(type(model))
        for key in model.model_extra or ():
            closest = elsewhere.get(key) or nearest(key, valid)
            fix = f"rename it to {closest}, or remove it" if closest else "remove it"
            if key in elsewhere:
                fix = f"move it to {closest}, or remove it"
            yield Problem(
                message=f"the FLOps manager ignores the key {path}{key}, since it does not know it",
                where=f"{sla.origin}: {path}{key}",
                expected=f"one of {listing(valid)}",
                got=key,
                nearest=closest,
                fix=fix,
                code="FM004",
            )


def _local_data_set(sla: MockSLA) -> Iterator[Problem]:
    if is_local_path(sla.dataset_name):
        yield Problem(
            message="the MDP on FLOps cannot see this data set, since it runs on a worker node and loads from the hub",
            where=f"{sla.origin}: {_MOCK}.dataset_name",
            expected="a data set's name on the Hugging Face hub, to deploy this SLA",
            got=f"a path on this machine: {shown(sla.dataset_name)}",
            fix="fine for checks on this machine; where the data cannot go, check with a twin of them "
            "(flops-mock twin NAME --like PATH); to deploy, name a data set of the hub that has the same columns",
            code="FM011",
        )


def _partitions(sla: MockSLA) -> Iterator[Problem]:
    if sla.number_of_partitions < 1:
        yield Problem(
            message="the MDP dies before it sends anything, since its partitioner cannot make less than one partition",
            where=f"{sla.origin}: {_MOCK}.number_of_partitions",
            expected="1 or more",
            got=str(sla.number_of_partitions),
            nearest="1",
            fix="set number_of_partitions to 1 or more",
            code="FM007",
        )


def _partitioner(sla: MockSLA) -> Iterator[Problem]:
    if sla.partitioner is not None and sla.number_of_partitions >= 1:
        where = f"{sla.origin}: {_MOCK}.partitioner"
        yield from number_problems(sla.partitioner, sla.asked_partitions, where, code="FM022")


def _drift(sla: MockSLA) -> Iterator[Problem]:
    count = partitions_asked(sla.partitioner, sla.asked_partitions)
    if sla.drift is not None and count is not None and count >= 1:
        where = f"{sla.origin}: {_MOCK}.drift"
        yield from (replace(problem, where=where, code="FM023") for problem in no_partition(sla.drift, count))


def _split(line: str) -> list[str] | None:
    """The arguments into which a shell splits ``line``; ``None`` if it cannot, as with an open quote."""
    try:
        return shlex.split(line)
    except ValueError:
        return None


def _clean(tag: str) -> str:
    """A tag without pitfalls that looks like ``tag``."""
    return re.sub(r"[^\w-]+", "_", tag).strip("_-")


def _command_line(sla: MockSLA) -> Iterator[Problem]:
    arguments = [sla.dataset_name, str(sla.number_of_partitions), sla.data_tag]
    split = _split(" ".join(arguments))
    got = "a quote or backslash that is never closed"
    if split is not None:
        got = f"{len(split)} arguments in place of 3: {', '.join(shown(part) for part in split)}"
        if len(split) == len(arguments):
            got = f"other arguments: {', '.join(shown(part) for part in split)}"
    for key, value in (("dataset_name", sla.dataset_name), ("data_tag", sla.data_tag)):
        # A path never reaches the command line of a real MDP; FM011 says what matters about it.
        if key == "dataset_name" and is_local_path(value):
            continue
        is_tag = key == "data_tag"
        expected = _SAFE_TAG if is_tag else "a data set's name on the Hugging Face hub, such as mnist"
        if value.startswith("-"):
            closest = _clean(value) if is_tag else ""
            yield Problem(
                message=f"the MDP gets wrong arguments and dies, since it takes {key} {shown(value)} for an option",
                where=f"{sla.origin}: {_MOCK}.{key}",
                expected=f"{expected}, and no dash at the beginning",
                got=shown(value),
                nearest=closest,
                fix=f"set data_tag to {shown(closest or 'my_tag')}" if is_tag else "write the name as the hub shows it",
                code="FM006",
            )
        if split == arguments or _split(value) == [value]:
            continue
        more = "; nor would a learner ask for it whole, since its arguments are split at blanks as well"
        blank = is_tag and len(value.split()) > 1
        closest = (_clean(value) or _clean(sla.dataset_name)) if is_tag else ""
        yield Problem(
            message=(
                "the MDP gets wrong arguments and dies, since the FLOps manager joins them with blanks and splits them "
                f"again by shell rules, which {key} {shown(value)} does not survive{more if blank else ''}"
            ),
            where=f"{sla.origin}: {_MOCK}.{key}",
            expected=expected,
            got=got,
            nearest=closest,
            fix=f"set data_tag to {shown(closest or 'my_tag')}" if is_tag else "write the name as the hub shows it",
            code="FM006",
        )


def _tag_traps(tag: str, *, command_line: bool) -> Iterator[str]:
    """Why a tag can never match, one reason for each cause (those of the command line unless FM006 tells them)."""
    if command_line and not tag:
        yield "is empty, and no MDP can send data under an empty tag"
    if "." in tag.replace("..", ""):
        known = shown(tag.partition(".")[0])
        yield f"holds a '.', and the ML data server knows a file only by what is before its first '.' (here {known})"
    if "," in tag:
        yield "holds a comma, and a learner's tags are joined by commas and taken apart there"
    if command_line and any(char.isspace() for char in tag):
        yield "holds a blank, and a learner's arguments are split at blanks"
    if command_line and tag.startswith("-"):
        yield "begins with a dash, and an MDP takes such a tag for an option and dies"
    if any(part in tag for part in ("/", "..", "\0")):
        yield "holds '/', '..' or NUL, and a file of that name would leave the ML data server's store, which refuses it"


def _tag_problem(tag: str, reason: str, where: str) -> Problem:
    closest = _clean(tag)
    return Problem(
        message=f"no learner can ever get data of this tag, since it {reason}",
        where=where,
        expected=_SAFE_TAG,
        got=shown(tag),
        nearest=closest,
        fix=f"use {shown(closest or 'my_tag')} in the MDP SLA and in the project SLA",
        code="FM005",
    )


def _mock_tag(sla: MockSLA) -> Iterator[Problem]:
    tag, where = sla.data_tag, f"{sla.origin}: {_MOCK}.data_tag"
    for reason in _tag_traps(tag, command_line=_split(tag) == [tag] and not tag.startswith("-")):
        yield _tag_problem(tag, reason, where)
    length = len(tag.encode())
    if length > _MAX_TAG_BYTES:
        yield Problem(
            message="nothing can be stored, since the partitions' file names are too long for the ML data server's disk",
            where=where,
            expected=f"at most {_MAX_TAG_BYTES} bytes; with digest and ending, a name has at most {_MAX_NAME_BYTES}",
            got=f"{length} bytes: {shown(tag)}",
            fix="use a shorter tag in the MDP SLA and in the project SLA",
            code="FM020",
        )


def _no_tags(project: ProjectSLA) -> Problem:
    return Problem(
        message="every learner finds no data and ends with status 1, since the project SLA names no data tag",
        where=f"{project.origin}: {_TRAINING}.data_tags",
        expected="the data_tag of at least one MDP SLA",
        got="an empty list" if "data_tags" in project.training_configuration.model_fields_set else "no such key",
        fix='add the MDP SLA\'s tag, such as "data_tags": ["mnist"]',
        code="FM008",
    )


def _project_tags(sla: ProjectSLA) -> Iterator[Problem]:
    if not sla.data_tags:
        yield _no_tags(sla)
    for index, tag in enumerate(sla.data_tags):
        for reason in _tag_traps(tag, command_line=True):
            yield _tag_problem(tag, reason, f"{sla.origin}: {_TRAINING}.data_tags[{index}]")


def _shared_tag(sla: MockSLA, project: ProjectSLA) -> Iterator[Problem]:
    if not project.data_tags:
        yield _no_tags(project)
    elif sla.data_tag not in project.data_tags:
        closest = nearest(sla.data_tag, project.data_tags)
        yield Problem(
            message="no learner of the project gets what this MDP sends, since the two SLAs share no data tag",
            where=f"{sla.origin}: {_MOCK}.data_tag",
            expected=f"one of the data_tags of {project.origin}: {', '.join(shown(tag) for tag in project.data_tags)}",
            got=shown(sla.data_tag),
            nearest=closest,
            fix=f"set data_tag to {shown(closest or project.data_tags[0])}, or add this tag to the project SLA",
            code="FM008",
        )
