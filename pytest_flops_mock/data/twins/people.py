"""Columns whose names say that they name people, or give them away."""

from __future__ import annotations

import re

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
