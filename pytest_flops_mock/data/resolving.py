"""What the name of a data set in an SLA means, and its rows.

A name means one thing, decided by its form and by what the user chose; what lies in a cache or a folder decides nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_flops_mock.data.choice import DataChoice, DataSource
from pytest_flops_mock.data.hub.loading import hub_rows
from pytest_flops_mock.data.libraries import quiet_datasets
from pytest_flops_mock.data.loaded import LoadedData, loaded, made
from pytest_flops_mock.data.local import local_files, local_path, local_rows
from pytest_flops_mock.data.media import NO_FILES, files_of_hub
from pytest_flops_mock.data.recordings.replaying import replay
from pytest_flops_mock.data.selection import REAL, Selection
from pytest_flops_mock.data.twin_source import known_twin, twin_names, twin_of, twin_rows
from pytest_flops_mock.errors import DataSourceError, Problem
from pytest_flops_mock.sla.keys import is_local_path

if TYPE_CHECKING:
    from pytest_flops_mock.data.twins.twin import Twin

LOCAL = "local"
"""The source of data sets that are named by a path."""


@dataclass(frozen=True)
class DataSet:
    """A data set that an SLA names, before anything of it is read.

    Attributes:
        name: As the SLA says it.
        source: ``local``, or one of :class:`DataSource`.
        selection: Which of its rows.
        names: All names by which it is known, ``name`` first.
        label: The column that a model learns to tell; empty if that is not known.
        recordings: Folder of recorded samples.
        path: Where local data lie.
        twin: What synthetic data are made from.
    """

    name: str
    source: str
    selection: Selection
    names: tuple[str, ...]
    label: str
    recordings: Path
    path: Path | None = None
    twin: Twin | None = None


def source_of(name: str, choice: DataChoice, recordings: Path) -> str:
    """Where a data set comes from: ``local`` for a path, else the source that is chosen for one of its names."""
    return LOCAL if is_local_path(name) else choice.source_of(*names_of(name, recordings)).value


def names_of(name: str, recordings: Path) -> tuple[str, ...]:
    """All names by which the hub knows a data set, ``name`` first."""
    return known_twin(name, recordings).names


def resolve(name: str, choice: DataChoice, recordings: Path, *, folder: Path, selection: Selection = REAL) -> DataSet:
    """What the name of a data set means.

    Args:
        name: Hub name or local path, as the SLA says it.
        choice: Where data sets come from that are named by their hub name.
        recordings: Folder of recorded samples, and of twins of the user's own data sets.
        folder: Where a relative local path starts: the SLA's folder.
        selection: Which rows the SLA asks for.

    Raises:
        DataSourceError: There is nothing at the path, no twin of that name, or the name is an address.
    """
    if is_local_path(name):
        return DataSet(name, LOCAL, selection, (name,), "", recordings, path=local_path(name, folder))
    if "://" in name:
        raise DataSourceError(_address(name))
    known = known_twin(name, recordings)
    source = choice.source_of(*known.names)
    twin = twin_of(known, recordings, folder) if source is DataSource.SYNTHETIC else None
    return DataSet(name, source.value, selection, known.names, known.label, recordings, twin=twin)


def _address(name: str) -> Problem:
    path = re.match(r"\w+://(?:datasets/|[^/]+/datasets/|[^/]+/)([\w.-]+(?:/[\w.-]+)?)", name)
    return Problem(
        "an address is no name of a data set",
        where=f"dataset_name = {name!r}",
        expected="the name of a data set on the Hugging Face hub, such as ylecun/mnist",
        got=name,
        nearest=path[1] if path else "",
        fix="leave out all but owner and name",
    )


def load(data: DataSet, *, partitions: int, least: int = 0, seed: int) -> LoadedData:
    """The rows of a data set.

    Args:
        data: Which one.
        partitions: How many partitions will be made; a twin is made large enough for them, up to the real size.
        least: How many rows they need; likewise.
        seed: Seed of a twin.

    Raises:
        DataSourceError: The data set cannot be read, has no such split, or a column that a learner could not read.
    """
    if data.twin is not None:  # ``datasets`` need not be imported for it
        table, origin = twin_rows(data.twin, data.name, data.selection, partitions=partitions, least=least, seed=seed)
        return made(table, name=data.name, source=data.source, origin=origin, label=data.label)
    classes, files = "", NO_FILES
    with quiet_datasets():
        if data.path is not None:
            files = local_files(data.path)
            rows, origin = local_rows(data.path, data.name, data.selection)
        elif data.source == DataSource.RECORDED:
            rows, origin, classes = replay(data.names, data.selection, data.recordings)
        else:
            files = files_of_hub()
            rows, origin = hub_rows(data.name, data.selection, (*data.names, *twin_names()))
        return loaded(rows, name=data.name, source=data.source, origin=origin, files=files, labels=(data.label, classes))
