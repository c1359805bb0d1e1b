"""Who may use an ML data server of ours: whoever sends its token. FLOps' own server asks for none."""

from __future__ import annotations

import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.flight as fl

from pytest_flops_mock.errors import Problem, SettingsError
from pytest_flops_mock.flight.calls import Call, CallLog, OpenCall
from pytest_flops_mock.flight.messages import wire_text

HEADER = "authorization"
MIDDLEWARE = "access"
MAX_TOKEN = 4096
"""A header of gRPC holds little more."""


@dataclass(frozen=True)
class Access:
    """What a client shows and a server asks for. Without TLS it travels as it is: whoever listens on the way reads it.

    Attributes:
        token: Printable ASCII without blanks.

    Raises:
        SettingsError: The token cannot travel in a header.
    """

    token: str = field(repr=False)

    def __post_init__(self) -> None:
        plain = self.token.isascii() and self.token.isprintable() and " " not in self.token
        if not plain or not 0 < len(self.token) <= MAX_TOKEN:
            raise SettingsError(
                Problem(
                    "a token for an ML data server cannot be used",
                    expected=f"1 to {MAX_TOKEN} printable ASCII characters without blanks",
                    got=f"{len(self.token)} characters" + ("" if plain else ", others among them"),
                    fix="write the token alone into its file or variable",
                )
            )

    @classmethod
    def from_file(cls, path: str | os.PathLike[str]) -> Access:
        """Read the token from a file; line breaks around it do not count.

        Raises:
            SettingsError: The file cannot be read, or holds no token.
        """
        try:
            with Path(path).open(encoding="utf-8", errors="replace") as file:
                return cls(file.read(2 * MAX_TOKEN).strip())
        except OSError as error:
            raise SettingsError(
                Problem(
                    "the file of a token cannot be read",
                    where=os.fspath(path),
                    got=error.strerror or type(error).__name__,
                    fix="name a file that holds the token and nothing else",
                )
            ) from error

    @property
    def header(self) -> tuple[bytes, bytes]:
        """What a client sends with each call."""
        return HEADER.encode(), f"Bearer {self.token}".encode()

    def admits(self, values: Sequence[Any]) -> bool:
        """Whether a call with these values of the header may go on."""
        raw = [value.encode() if isinstance(value, str) else bytes(value) for value in values]
        return len(raw) == 1 and hmac.compare_digest(raw[0], self.header[1])


class Gate(fl.ServerMiddlewareFactory):  # type: ignore[misc]  # pyarrow has no types
    """Refuses calls without the token before anything of them is read; the log has them all the same."""

    def __init__(self, access: Access, log: CallLog) -> None:
        super().__init__()
        self._access = access
        self._log = log

    def start_call(self, info: Any, headers: dict[str, list[Any]]) -> None:
        """Let a call in, or refuse it."""
        values = headers.get(HEADER, [])
        if self._access.admits(values):
            return
        said = wire_text([_refusal(got="another one" if values else "none")])
        OpenCall(self._log, Call(info.method.name.lower(), "")).end("refused", message=said)
        raise fl.FlightUnauthenticatedError(said)


def _refusal(got: str) -> Problem:
    return Problem(
        "the ML data server asks for a token",
        expected="the token that it was started with",
        got=got,
        fix="pass it: access=Access(token), or --token-file",
    )
