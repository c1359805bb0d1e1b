"""TLS, which Flight itself speaks: whether certificates and keys can be used, and what keeps two sides apart."""

from __future__ import annotations

import socket
import ssl
from urllib.parse import urlsplit

from pytest_flops_mock.errors import Problem, SettingsError, listing
from pytest_flops_mock.regular import read_regular

PLAIN, TLS = "grpc", "grpc+tls"
"""The schemes of addresses."""

MAX_PEM_BYTES = 2**20
HANDSHAKE_SECONDS = 2.0
_OTHER_HOST = (62, 64)
_NOT_NOW = (9, 10)
"""Why OpenSSL does not accept a certificate."""

_NO_TLS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG", "HTTP_REQUEST", "UNKNOWN_PROTOCOL")
"""What OpenSSL makes of an answer that is no TLS."""

_NAME_THE_CA = "name the CA that signed it: access=Access(ca=path), or --tls-ca"


def refuse_tls(uri: str) -> None:
    """Refuse an address that asks for TLS, where a learner is to load. Raises SettingsError."""
    if uri.startswith(f"{TLS}:"):
        raise SettingsError(
            Problem(
                "a learner of FLOps speaks no TLS, so nothing can be said of what it loads there",
                where=uri,
                expected="an ML data server without TLS, grpc://HOST:PORT",
                got=uri,
                fix="start one without a certificate for checks, or fetch the rows with MLDataClient(uri, access=...)",
            )
        )


def apart_from_learner(uri: str) -> Problem | None:
    """That the server at an address without TLS speaks it all the same, so that no learner can load from it."""
    if obstacle(uri) is None:
        return None
    return Problem(
        "the ML data server speaks TLS, and a learner of FLOps does not",
        where=uri,
        expected="an ML data server without TLS",
        got="one that answers to TLS alone",
        fix="start one without a certificate for learners and checks",
        code="FM403",
    )


def check_certificate(certificate: str, key: str) -> None:
    """Make sure that a server can show a certificate.

    Args:
        certificate: The file of the certificate, and of those between it and its CA.
        key: The file of its private key.

    Raises:
        SettingsError: A file cannot be read or is no PEM, or the key is another certificate's.
    """
    pem_in(certificate, "a certificate", b"CERTIFICATE")
    pem_in(key, "a private key", b"PRIVATE KEY")
    asked = False

    def passphrase() -> str:  # else OpenSSL asks the terminal
        nonlocal asked
        asked = True
        return ""

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, passphrase)
    except (ssl.SSLError, ValueError) as error:
        if asked:
            message, fix = "the private key is encrypted", "write it without a passphrase: openssl pkey -in KEY -out PLAIN"
        elif getattr(error, "reason", None) == "KEY_VALUES_MISMATCH":
            message, fix = "the private key does not belong to the certificate", "name the key that it was made with"
        else:
            message, fix = "the certificate and its key cannot be used", "make them anew"
        where, got = f"{certificate} and {key}", str(getattr(error, "reason", None) or error)
        raise SettingsError(Problem(message, where=where, got="" if asked else got, fix=fix)) from error


def check_ca(path: str) -> None:
    """Make sure that a client can trust a CA. Raises SettingsError if its file cannot be read or is no certificate."""
    pem_in(path, "a CA's certificate", b"CERTIFICATE")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except ssl.SSLError as error:
        got = str(error.reason or error)
        raise SettingsError(
            Problem("the CA's certificate cannot be used", where=path, got=got, fix="name the certificate of a CA, as PEM")
        ) from error


def pem_in(path: str, what: str, kind: bytes) -> bytes:
    """What a PEM file holds.

    Args:
        path: The file.
        what: What it should hold, in words.
        kind: The same, as PEM has it.

    Raises:
        SettingsError: It cannot be read, or holds no such thing.
    """
    try:
        content = read_regular(path, MAX_PEM_BYTES)
    except OSError as error:
        got = error.strerror or type(error).__name__
        raise SettingsError(
            Problem(f"the file of {what} cannot be read", where=path, got=got, fix=f"name a file that holds {what}, as PEM")
        ) from error
    if kind + b"-----" not in content:
        raise SettingsError(
            Problem(
                f"the file holds no {what.partition(' ')[2]}",
                where=path,
                expected=f"PEM: a line -----BEGIN {kind.decode()}-----, or the like",
                got=f"{len(content):,} bytes of something else",
                fix=f"name a file that holds {what}; openssl turns other forms into PEM",
            )
        )
    return content


def obstacle(uri: str, ca: str | None = None) -> Problem | None:
    """What of TLS keeps a client from the server at an address; ``None`` if nothing does, or nobody is there.

    Shakes hands once, with the standard library: Flight says no more than that the server is not there.

    Args:
        uri: The address.
        ca: The CA that the client trusts; by default those that this machine does.
    """
    parts = urlsplit(uri)
    try:
        host, port = parts.hostname or "", parts.port or 0
        found = _handshake(host, port, _trusting(ca) if parts.scheme == TLS else _trusting_all())
    except (OSError, ValueError) as error:
        if parts.scheme != TLS or not isinstance(error, ssl.SSLError):
            return None
        return _why(error, uri, host, port, ca)
    if parts.scheme == TLS or found is None:
        return None
    return Problem(
        "the ML data server speaks TLS, and the client does not",
        where=uri,
        expected=uri.replace(parts.scheme, TLS, 1),
        got=uri,
        fix="write the address so, and " + _NAME_THE_CA,
    )


def _why(error: ssl.SSLError, uri: str, host: str, port: int, ca: str | None) -> Problem | None:
    if not isinstance(error, ssl.SSLCertVerificationError):
        if error.reason not in _NO_TLS:
            return None
        return Problem(
            "the client speaks TLS, and the ML data server does not",
            where=uri,
            expected=uri.replace(TLS, PLAIN, 1),
            got=uri,
            fix="write the address so, or give the server a certificate: --tls-cert and --tls-key",
        )
    if error.verify_code in _OTHER_HOST:
        names = _names(host, port, ca)
        if not names:  # and has another way to name a host: that is Flight's to judge
            return None
        return Problem(
            "the certificate of the ML data server is one for another host",
            where=uri,
            expected=f"a certificate for {host}",
            got=f"one for {listing(names)}",
            fix="use a name of the certificate in the address, or make one for this host",
        )
    if error.verify_code in _NOT_NOW:
        fix = "give the server a new certificate, or set the clock right"
        return Problem("the certificate of the ML data server is not valid now", uri, got=error.verify_message, fix=fix)
    return Problem(
        "the certificate of the ML data server is not trusted",
        where=uri,
        expected="one of a CA that this machine trusts" if ca is None else f"one of the CA in {ca}",
        got=error.verify_message,
        fix=_NAME_THE_CA,
    )


def _names(host: str, port: int, ca: str | None) -> tuple[str, ...]:
    """The names in the certificate of a server whose CA is trusted."""
    context = _trusting(ca)
    context.check_hostname = False
    try:
        found = _handshake(host, port, context) or {}
    except OSError:
        return ()
    return tuple(name for _, name in found.get("subjectAltName", ()))


def _handshake(host: str, port: int, context: ssl.SSLContext) -> dict[str, tuple[tuple[str, str], ...]] | None:
    context.set_alpn_protocols(["h2"])
    with (
        socket.create_connection((host, port), HANDSHAKE_SECONDS) as connection,
        context.wrap_socket(connection, server_hostname=host) as wrapped,
    ):
        return wrapped.getpeercert()  # type: ignore[return-value]


def _trusting(ca: str | None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if ca is None:
        context.load_default_certs()
    else:
        context.load_verify_locations(ca)
    return context


def _trusting_all() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
