"""The data sets of the hub that have a synthetic twin.

For a further one, a file in ``facts/`` is enough: code in ``rows/`` makes what no statistic describes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from pytest_flops_mock.data.twins.twin import Twin, parse_twin
from pytest_flops_mock.data.writing import TWIN_ENDING

FACTS = Path(__file__).with_name("facts")


@lru_cache(maxsize=1)
def all_twins() -> tuple[Twin, ...]:
    """The twins; those of data sets without an organisation, which are the best known ones, come first."""
    twins = [parse_twin(path.read_text(encoding="utf-8")) for path in FACTS.glob(f"*{TWIN_ENDING}")]
    return tuple(sorted(twins, key=lambda twin: ("/" in twin.dataset, twin.dataset)))


def find_twin(name: str) -> Twin | None:
    """The twin of the data set with this name on the hub (with or without its organisation), or None."""
    return next((twin for twin in all_twins() if name in twin.names), None)


def twin_names() -> tuple[str, ...]:
    """Every name that :func:`find_twin` knows, for messages that name the nearest one."""
    return tuple(name for twin in all_twins() for name in twin.names)


def columns_by_names() -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The names of each data set and its columns, for who needs nothing else: what the twins are made from is not parsed."""
    for path in sorted(FACTS.glob(f"*{TWIN_ENDING}"), key=lambda path: ("--" in path.name, path.name)):
        facts = json.loads(path.read_text(encoding="utf-8"))
        yield (facts["dataset"], *facts.get("aliases", ())), tuple(facts["features"])
