"""The files of one data set have to agree: the first one that is read, or the data set's card, says what they hold."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import pyarrow as pa

from pytest_flops_mock.data.causes import UnfitError, reason
from pytest_flops_mock.errors import listing


@dataclass(frozen=True)
class Expected:
    """What the files of a data set have to hold.

    Attributes:
        schema: Columns and their types.
        origin: Who says so, in words.
    """

    schema: pa.Schema
    origin: str

    @classmethod
    def of_card(cls, features: Any) -> Expected | None:
        """What the features of a data set's card say, if it has some."""
        return None if features is None else cls(features.arrow_schema, "README.md says which there are")

    @classmethod
    def of_first(cls, path: str, schema: pa.Schema) -> Expected:
        """What the first file holds."""
        return cls(schema, f"{file_name(path)} was read first")

    def check_columns(self, path: str, got: pa.Schema) -> None:
        """Refuse a file that lacks a column, or has another one.

        Raises:
            UnfitError: It does.
        """
        ours, theirs = dict.fromkeys(self.schema.names), dict.fromkeys(got.names)
        lacking = [name for name in ours if name not in theirs]
        added = [name for name in theirs if name not in ours]
        if lacking or added:
            lacks = f" lacks {listing(lacking)}" if lacking else ""
            has = f"{' and' if lacking else ''} also has {listing(added)}" if added else ""
            raise UnfitError(f"files whose columns differ: {file_name(path)}{lacks}{has}; {self.origin}")

    def cast(self, path: str, table: pa.Table) -> pa.Table:
        """The table of a file with the types that are expected.

        Raises:
            UnfitError: Its columns are others, or hold what cannot have these types.
        """
        from datasets.table import table_cast

        self.check_columns(path, table.schema)
        if table.schema == self.schema:
            return table.replace_schema_metadata(self.schema.metadata)
        try:
            return table_cast(table, self.schema)
        except Exception as error:  # of Arrow or of datasets, which says it with all columns
            kinds = ((field.name, field.type, table.schema.field(field.name).type) for field in self.schema)
            differing = listing(f"{name} is {got}, not {expected}" for name, expected, got in kinds if got != expected)
            raise UnfitError(
                f"columns whose types differ: in {file_name(path)}, {differing}; {self.origin}; {reason(error)}"
            ) from None


def file_name(path: str) -> str:
    """The last part of a path or an address; of a file within an archive its own name."""
    return PurePosixPath(path.partition("::")[0]).name
