"""What commands that serve or provide data share: TLS, and the token, from a file or the environment, never an argument."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pytest_flops_mock.errors import Problem, SettingsError

if TYPE_CHECKING:
    from pytest_flops_mock.flight.access import Access

TOKEN = "FLOPS_ML_DATA_SERVER_TOKEN"


def add_token(command: argparse.ArgumentParser, who: str) -> None:
    """Add the option; ``who`` sends the token."""
    command.add_argument(
        "--token-file", metavar="FILE", help=f"file of the token that {who}; without it, the environment variable {TOKEN}"
    )


def add_certificate(command: argparse.ArgumentParser) -> None:
    """Add the options of a server that speaks TLS."""
    command.add_argument("--tls-cert", metavar="FILE", help="speak TLS with this certificate (PEM)")
    command.add_argument("--tls-key", metavar="FILE", help="the certificate's private key (PEM, without a passphrase)")


def add_ca(command: argparse.ArgumentParser) -> None:
    """Add the option of a client that speaks TLS."""
    command.add_argument(
        "--tls-ca", metavar="FILE", help="CA to trust (PEM), at grpc+tls://HOST:PORT (those that this machine trusts)"
    )


def access_of(given: argparse.Namespace, here: Path) -> Access | None:
    """The token and the files of TLS, if there are any.

    Raises:
        SettingsError: One cannot be read or used.
    """
    named = {"certificate": "tls_cert", "key": "tls_key", "ca": "tls_ca"}
    tls = {name: _file(path, here) for name, key in named.items() if (path := getattr(given, key, None)) is not None}
    token = os.environ.get(TOKEN) or None
    if given.token_file is None and token is None and not tls:
        return None
    from pytest_flops_mock.flight.access import Access

    return Access(token, **tls) if given.token_file is None else Access.from_file(_file(given.token_file, here), **tls)


def _file(path: str, here: Path) -> Path:
    return here / Path(path).expanduser()


def server_address(uri: str, where: str, example: str) -> str:
    """The address of an ML data server.

    Args:
        uri: What is given.
        where: What says so.
        example: How it can be said.

    Raises:
        SettingsError: It is no address.
    """
    try:
        parts = urlsplit(uri)
        whole = parts.scheme in ("grpc", "grpc+tls") and parts.hostname and parts.port and parts.path in ("", "/")
    except ValueError:  # of the port
        whole = None
    if not whole:
        raise SettingsError(
            Problem(
                "this is no address of an ML data server",
                where=where,
                expected="grpc://HOST:PORT, or grpc+tls://HOST:PORT",
                got=uri,
                fix=f"for example {example}",
            )
        )
    return uri.rstrip("/")
