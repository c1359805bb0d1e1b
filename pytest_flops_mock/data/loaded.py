"""A data set that is loaded: Arrow rows and facts about them, all that the steps behind need to know."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pytest_flops_mock.data.features import learner_schema
from pytest_flops_mock.data.media import ANY_FILES, NO_FILES, MediaFiles, with_media
from pytest_flops_mock.errors import DataSourceError, Problem
from pytest_flops_mock.flight.features import features_of, label_of


@dataclass(frozen=True, eq=False)
class LoadedData:
    """The rows of a data set, ready to be split.

    Attributes:
        name: As the SLA says it.
        source: ``synthetic``, ``recorded``, ``hub``, ``local``, or ``memory`` for a data set that was handed in.
        origin: Where the rows came from, in words.
        schema: Arrow schema, with the features as the learner reads them.
        table: The rows as they lie in memory or in a mapped file, maybe with others.
        rows: Which rows of the table, in order; shape ``(rows,)``.
        files: Which files its rows may name.
        label: The column that a model learns to tell: the one that is known, else the only one of the feature
            ``ClassLabel``; empty if it is not clear.
    """

    name: str
    source: str
    origin: str
    schema: pa.Schema
    table: pa.Table
    rows: npt.NDArray[Any]
    files: MediaFiles
    label: str = ""

    def complete(self, batch: pa.RecordBatch, where: str) -> Iterator[pa.RecordBatch]:
        """Rows of the table as the learner gets them: under the schema, media files as bytes.

        Args:
            batch: Rows of the table.
            where: What they are, for the message.

        Raises:
            DataSourceError: A media file that a row names cannot be read, or may not be.
        """
        return with_media(pa.RecordBatch.from_arrays(batch.columns, schema=self.schema), where, self.files)


def loaded(
    dataset: Any, *, name: str, source: str, origin: str, files: MediaFiles, labels: tuple[str, ...] = ()
) -> LoadedData:
    """What is loaded, taken out of a ``datasets.Dataset``.

    Args:
        dataset: The rows.
        name: As the SLA says it.
        source: See :class:`LoadedData`.
        origin: Where the rows came from, in words.
        files: Which files its rows may name.
        labels: Columns that may be the label; the first one that there is counts.

    Raises:
        DataSourceError: A column has a feature type that a learner could not read.
    """
    # Not by way of ``dataset.features``, a copy: it takes time that grows with the square of the number of columns.
    schema, table = learner_schema(dataset.info.features.arrow_schema, name), dataset.data.table
    return LoadedData(
        name=name,
        source=source,
        origin=origin,
        schema=schema,
        table=table if table.column_names == schema.names else table.select(schema.names),
        rows=_rows(dataset),
        files=files,
        label=label_of(features_of(schema), labels),
    )


def made(table: pa.Table, *, name: str, source: str, origin: str, label: str) -> LoadedData:
    """All rows of a table whose schema carries Hugging Face features, with no file beside them: a twin's.

    Args:
        table: The rows.
        name: As the SLA says it.
        source: See :class:`LoadedData`.
        origin: Where the rows came from, in words.
        label: The column that a model learns to tell; it counts if there is such a column.

    Raises:
        DataSourceError: A column has a feature type that a learner could not read.
    """
    schema = learner_schema(table.schema, name)
    label = label_of(features_of(schema), (label,))
    return LoadedData(name, source, origin, schema, table, np.arange(table.num_rows), NO_FILES, label)


def handed_in(dataset: Any, name: str, label: str = "") -> LoadedData:
    """A data set that the user hands in, in place of the one that the SLA names.

    Args:
        dataset: What is handed in.
        name: As the SLA says it.
        label: The label of the data set that is replaced; it counts if there is such a column.

    Raises:
        DataSourceError: It is no ``datasets.Dataset``, or has a column that a learner could not read.
    """
    rows = getattr(dataset, "num_rows", None)
    if not isinstance(rows, int) or not hasattr(type(dataset), "features"):
        raise DataSourceError(
            Problem(
                "the data handed in are not a data set that can be split",
                where="dataset",
                expected="a datasets.Dataset",
                got=f"{type(dataset).__module__.partition('.')[0]}.{type(dataset).__qualname__}",
                fix='take one split of a DatasetDict, such as data["train"]; '
                "make a Dataset of a table with datasets.Dataset(table)",
            )
        )
    return loaded(dataset, name=name, source="memory", origin=f"{rows} rows handed in", files=ANY_FILES, labels=(label,))


def _rows(dataset: Any) -> npt.NDArray[Any]:
    """Which rows of the table under it a data set has, in order.

    ``dataset.data`` ignores what ``select``, ``filter`` or ``shuffle`` did, and the public access to the rows copies them
    one by one; the index between the two has no public name.
    """
    index = dataset._indices
    return np.arange(len(dataset)) if index is None else index.column(0).to_numpy()
