"""The YAML head of a data set card (``README.md``), which may be anybody's: read within bounds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pytest_flops_mock.data.causes import UnfitError
from pytest_flops_mock.errors import DataSourceError, Problem
from pytest_flops_mock.regular import MAX_DESCRIPTION_BYTES, read_regular

CARDS = ("README.md", ".huggingface.yaml")
"""Where ``datasets`` looks for what a folder says of itself; of the first, the YAML head counts."""

DESCRIPTIONS = (*CARDS, "dataset_infos.json")

MAX_ALIASES, MAX_DEPTH = 100, 50
"""References (``*name``) and levels: each reference may stand for all that stands before it."""


def head_of_card(text: str) -> Any:
    """The content of a card's YAML head; ``None`` if it has none.

    Raises:
        UnfitError: It has too many references, or is nested too deeply.
        yaml.YAMLError: It is no YAML.
    """
    start, head, _ = text.split("---\n", 2) if text.count("---\n") >= 2 else ("", "", "")
    return read_yaml(head) if not start.strip() else None


def read_yaml(text: str) -> Any:
    """The content of a YAML text.

    Raises:
        UnfitError: It has too many references, or is nested too deeply.
        yaml.YAMLError: It is no YAML.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    aliases = depth = 0
    for event in yaml.parse(text, loader):
        aliases += isinstance(event, yaml.AliasEvent)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if aliases > MAX_ALIASES or depth > MAX_DEPTH:
            raise UnfitError(f"YAML with more than {MAX_ALIASES} references, or more than {MAX_DEPTH} levels")
    return yaml.load(text, loader)


def check_card(folder: Path) -> None:
    """Refuse a folder whose card names files by addresses: local data need no network.

    Args:
        folder: A local data set.

    Raises:
        DataSourceError: It does so, or a file that describes the data is no file or too large.
        UnfitError: The card goes beyond bounds.
    """
    for name in DESCRIPTIONS:
        path = folder / name
        if not path.exists():
            continue
        try:
            content = read_regular(path, MAX_DESCRIPTION_BYTES)
        except OSError as error:
            if name == "README.md" and not path.is_file():
                continue  # datasets passes over it
            raise DataSourceError(_unfit(path, "a small file", error.strerror or str(error))) from error
        if name not in CARDS:
            continue
        text = content.decode("utf-8", "replace").replace("\r\n", "\n")
        for address in _texts(_configurations(text, name)):
            if "://" in address or "::" in address:
                raise DataSourceError(_unfit(path, "data files in this folder", address))


def _configurations(text: str, name: str) -> Any:
    import yaml

    try:
        said = head_of_card(text) if name == "README.md" else read_yaml(text)
    except yaml.YAMLError:
        return None  # datasets will say it
    return said.get("configs") if isinstance(said, Mapping) else None


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(each)


def _unfit(path: Path, expected: str, got: str) -> Problem:
    return Problem(
        "what the local data set says of itself cannot be used",
        where=str(path),
        expected=expected,
        got=got,
        fix="put the files into the folder, and name them in it; only data of the hub may need the network",
    )
