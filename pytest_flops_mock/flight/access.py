"""Who may use an ML data server of ours, and what is read on the way: a token, and TLS. FLOps' own server has neither."""

from __future__ import annotations

import hmac
import os
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, field
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
    """What a client shows and a server asks for; and with TLS, who the server is. Neither is needed.

    Without TLS a token travels as it is: whoever listens on the way reads it. Files are looked at when this is made, and
    read again by each server that starts and each client that connects.

    Attributes:
        token: Printable ASCII without blanks.
        certificate: Of a server that speaks TLS: the PEM file of its certificate, and of those between it and its CA.
        key: The PEM file of that certificate's private key, without a passphrase.
        ca: Of a client at ``grpc+tls://HOST:PORT``: the PEM file of the CA that it trusts; by default those that this
            machine does. One that a certificate signs itself is its own CA.

    Raises:
        SettingsError: The token cannot travel in a header; a file is not there or no PEM; the key is another certificate's,
            or only one of the two is given.
    """

    token: str | None = field(default=None, repr=False)
    _: KW_ONLY
    certificate: str | os.PathLike[str] | None = None
    key: str | os.PathLike[str] | None = None
    ca: str | os.PathLike[str] | None = None

    def __post_init__(self) -> None:
        if self.token is not None:
            _check_token(self.token)
        for name in ("certificate", "key", "ca"):
            path = getattr(self, name)
            object.__setattr__(self, name, None if path is None else os.path.abspath(path))
        if (self.certificate is None) is not (self.key is None):
            raise SettingsError(
                Problem(
                    "a server that speaks TLS needs a certificate and its key",
                    expected="both",
                    got="a certificate alone" if self.key is None else "a key alone",
                    fix="name both files: Access(certificate=..., key=...), or --tls-cert and --tls-key",
                )
            )
        if self.certificate is not None and self.key is not None:
            from pytest_flops_mock.flight.tls import check_certificate

            check_certificate(os.fspath(self.certificate), os.fspath(self.key))
        if self.ca is not None:
            from pytest_flops_mock.flight.tls import check_ca

            check_ca(os.fspath(self.ca))

    @classmethod
    def from_file(cls, path: str | os.PathLike[str], **tls: str | os.PathLike[str] | None) -> Access:
        """Read the token from a file; line breaks around it do not count.

        Args:
            path: The file of the token.
            **tls: ``certificate``, ``key`` and ``ca``.

        Raises:
            SettingsError: The file cannot be read, or holds no token; or as for :class:`Access`.
        """
        try:
            with Path(path).open(encoding="utf-8", errors="replace") as file:
                return cls(file.read(2 * MAX_TOKEN).strip(), **tls)
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
    def scheme(self) -> str:
        """The scheme of the address of a server with this."""
        return "grpc" if self.certificate is None else "grpc+tls"

    def refuse_unless_of_server(self) -> None:
        """Refuse what would make a server believe that it speaks TLS. Raises SettingsError."""
        if self.ca is not None and self.certificate is None:
            raise SettingsError(
                Problem(
                    "a CA is what a client trusts, and this is a server",
                    expected="certificate and key, for TLS",
                    got="a CA alone",
                    fix="Access(certificate=..., key=...)",
                )
            )

    def refuse_unless_of_client(self, uri: str) -> None:
        """Refuse an address without TLS for a client that was told whom to trust. Raises SettingsError."""
        if self.ca is not None and not uri.startswith("grpc+tls:"):
            raise SettingsError(
                Problem(
                    "a CA is given, and the address asks for no TLS",
                    where=uri,
                    expected="grpc+tls://HOST:PORT",
                    got=uri,
                    fix="write the address so, or leave the CA out",
                )
            )

    @property
    def headers(self) -> tuple[tuple[bytes, bytes], ...]:
        """What a client sends with each call."""
        return () if self.token is None else ((HEADER.encode(), f"Bearer {self.token}".encode()),)

    def admits(self, values: Sequence[Any]) -> bool:
        """Whether a call with these values of the header may go on."""
        raw = [value.encode() if isinstance(value, str) else bytes(value) for value in values]
        return all(len(raw) == 1 and hmac.compare_digest(raw[0], shown) for _, shown in self.headers)

    def of_server(self) -> dict[str, Any]:
        """What Flight's server takes for TLS. Raises SettingsError if a file is gone meanwhile."""
        if self.certificate is None or self.key is None:
            return {}
        from pytest_flops_mock.flight.tls import pem_in

        certificate = pem_in(os.fspath(self.certificate), "a certificate", b"CERTIFICATE")
        return {"tls_certificates": [(certificate, pem_in(os.fspath(self.key), "a private key", b"PRIVATE KEY"))]}

    def of_client(self) -> dict[str, Any]:
        """What Flight's client takes for TLS. Raises SettingsError if a file is gone meanwhile."""
        if self.ca is None:
            return {}
        from pytest_flops_mock.flight.tls import pem_in

        return {"tls_root_certs": pem_in(os.fspath(self.ca), "a CA's certificate", b"CERTIFICATE")}


def _check_token(token: str) -> None:
    plain = token.isascii() and token.isprintable() and " " not in token
    if not plain or not 0 < len(token) <= MAX_TOKEN:
        raise SettingsError(
            Problem(
                "a token for an ML data server cannot be used",
                expected=f"1 to {MAX_TOKEN} printable ASCII characters without blanks",
                got=f"{len(token)} characters" + ("" if plain else ", others among them"),
                fix="write the token alone into its file or variable",
            )
        )


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
