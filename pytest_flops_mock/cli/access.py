"""What the commands share that serve or provide data: the token, from a file or the environment, never an argument."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_flops_mock.flight.access import Access

TOKEN = "FLOPS_ML_DATA_SERVER_TOKEN"


def add_token(command: argparse.ArgumentParser, who: str) -> None:
    """Add the option; ``who`` sends the token."""
    command.add_argument(
        "--token-file", metavar="FILE", help=f"file of the token that {who}; without it, the environment variable {TOKEN}"
    )


def access_of(given: argparse.Namespace, here: Path) -> Access | None:
    """The token, if there is one.

    Raises:
        SettingsError: It cannot be read or used.
    """
    token = os.environ.get(TOKEN)
    if given.token_file is None and not token:
        return None
    from pytest_flops_mock.flight.access import Access

    return Access(token or "") if given.token_file is None else Access.from_file(here / Path(given.token_file).expanduser())
