"""What clients ask for, decoded: criteria, descriptors, the promised number of rows. Everything has a bound."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

import pyarrow.flight as fl

from pytest_flops_mock.errors import NameRefusedError, Problem, RequestRefusedError, nearest
from pytest_flops_mock.flight.messages import shown
from pytest_flops_mock.flight.naming import checked_name

ROWS_HEADER = "x-flops-mock-rows"
"""Call header in which our provider promises the number of rows; the real server ignores it."""

DROP_DATASET = "drop_dataset"

MAX_CRITERIA_BYTES = 2**20
"""More is no list of data tags."""

_COUNT = re.compile(r"[0-9]{1,18}")


def tags_in(criteria: bytes) -> frozenset[str] | None:
    """The tags that are asked for; ``None`` for all.

    Raises:
        RequestRefusedError: They are no JSON with a list of tags.
    """
    if not criteria:
        return None
    try:
        tags = json.loads(criteria)["data_tags"] if len(criteria) <= MAX_CRITERIA_BYTES else None
    except (ValueError, KeyError, TypeError, RecursionError):
        tags = None
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise RequestRefusedError(
            Problem(
                "the ML data server cannot read these criteria",
                expected='JSON such as {"data_tags": ["mnist"]}, or nothing for all',
                got=shown(criteria),
                fix="send the tags as a list of strings",
            )
        )
    return frozenset(tags)


def promised_rows(values: Sequence[Any]) -> int | None:
    """The number of rows that a sender promises in its headers; ``None`` where it promises nothing.

    Raises:
        RequestRefusedError: It promises something else than one number.
    """
    texts = {value if isinstance(value, str) else bytes(value).decode(errors="backslashreplace") for value in values}
    if not texts:
        return None
    if len(texts) > 1 or not _COUNT.fullmatch(min(texts)):
        raise RequestRefusedError(
            Problem(
                f"the header {ROWS_HEADER} holds no number of rows",
                expected="one whole number such as 60000, or no such header",
                got=shown(", ".join(sorted(texts))) or "nothing",
                fix="send the number of rows that will come, or leave the header out",
            )
        )
    return int(min(texts))


def name_in(descriptor: Any) -> str:
    """The file name that a descriptor is about.

    Raises:
        NameRefusedError: It has none, or one that must not be stored.
    """
    if descriptor.descriptor_type != fl.DescriptorType.PATH or not descriptor.path:
        raise NameRefusedError(
            Problem(
                "the ML data server wants a path descriptor with the file name as its one element",
                got=described(descriptor),
                fix="use FlightDescriptor.for_path(name)",
            )
        )
    return checked_name(descriptor.path[0])


def described(descriptor: Any) -> str:
    """A descriptor on one line."""
    if descriptor.descriptor_type == fl.DescriptorType.PATH:
        return shown(b"/".join(descriptor.path or [])) or "an empty path"
    return "a descriptor without a path"


def check_action(kind: str) -> None:
    """Make sure that there is such an action. Raises RequestRefusedError."""
    if kind != DROP_DATASET:
        raise RequestRefusedError(
            Problem(
                "the ML data server does not know this action",
                expected=DROP_DATASET,
                got=shown(kind),
                nearest=nearest(kind[:100], [DROP_DATASET]),
                fix="ask list_actions for the actions there are",
            )
        )
