"""Columns whose names say that they name people, or give them away; and whose each row is."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Rows = npt.NDArray[np.int64]

_PERSONS = {
    *("account", "author", "client", "customer", "employee", "id", "ip", "login", "mail", "member", "name", "owner"),
    *("participant", "patient", "person", "speaker", "staff", "student", "subject", "surname", "user", "username", "writer"),
}
_TELLING = {
    *("address", "birth", "birthday", "birthdate", "born", "dob", "email", "iban", "passport", "phone", "postcode", "ssn"),
    *("street", "telephone", "zip"),
}
_OTHERS = {"doctor", "nurse", "plate"}


def names_person(column: str) -> bool:
    """Whether a column by this name is likely to say who a row is of."""
    last = _parted(column)[-1]
    return bool({last, last.removesuffix("s")} & _PERSONS)


def names_people(column: str) -> bool:
    """Whether a column by this name is likely to give somebody away: who a row is of, or whom it has to do with."""
    words = _parted(column)
    return names_person(column) or bool({words[-1], words[-1].removesuffix("s")} & _OTHERS or set(words) & _TELLING)


def _parted(column: str) -> list[str]:
    """The words of a name such as ``patient_id``, ``home-address`` or ``firstName``."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", column)
    return re.findall(r"[^\W_]+", apart.lower()) or [""]


def owners_of(table: pa.Table, person: str | None = None) -> tuple[Rows, str]:
    """The person that each row is of, and the column that says so (empty if none does, and each row is of one of its own).

    Args:
        table: The rows.
        person: The column; by default that which names the fewest people.
    """
    owners: Rows = np.arange(table.num_rows, dtype=np.int64)
    fewest, said = table.num_rows + 1, ""
    for name in table.column_names if person is None else [person]:
        column = table[name].combine_chunks()
        if person is None and (not names_person(name) or not can_name(column)):
            continue
        coded = pc.dictionary_encode(column)
        codes = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        people = np.where(codes < 0, len(coded.dictionary) + np.arange(len(codes)), codes)
        if len(np.unique(people)) < fewest:
            owners, fewest, said = people, len(np.unique(people)), name
    return owners, said


def can_name(column: pa.Array) -> bool:
    """Whether the values of a column can say who a row is of."""
    return not (pa.types.is_nested(column.type) or isinstance(column, pa.ExtensionArray))
