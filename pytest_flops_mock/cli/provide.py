"""``flops-mock provide``: the mock data provider as a command, also for a server elsewhere."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from pathlib import Path

from pytest_flops_mock.cli.access import access_of, add_ca, add_token, server_address
from pytest_flops_mock.cli.progress import waits_shown
from pytest_flops_mock.cli.providing import add_settings, provider_of, usable
from pytest_flops_mock.cli.shared import COMPATIBLE, AddCommand, show, whole_number
from pytest_flops_mock.texts import clean

HOST, PORT = "127.0.0.1", "11027"
"""Where ``flops-mock serve`` listens."""

OF_HOST, OF_PORT = "ML_DATA_SERVER_IP", "DATA_MANAGER_PORT"
"""The environment variables in which FLOps tells its provider the server's address."""

_EXPLAINED = f"""\
A partition's name is made of its content. One that the server holds already is not sent again; what breaks off is.

environment:
  {OF_HOST}  host of the server, without --to ({HOST})
  {OF_PORT}  its port ({PORT})

exit status:
  0    the server holds all partitions
  2    wrong use, an SLA or a data set that cannot be used, or a server that is not there or refuses
  130  interrupted
"""


def add(add: AddCommand) -> None:
    """Add the command."""
    command = add(
        "provide",
        help="store the partitions of an SLA on an ML data server",
        description="Do what FLOps' mock data provider does: store the partitions of an MDP SLA on an ML data server.",
        epilog=_EXPLAINED,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    command.set_defaults(run=_run)
    command.add_argument("sla", metavar="SLA", help="one MDP SLA")
    command.add_argument("--to", metavar="URI", help="address of the server, such as grpc://127.0.0.1:11027")
    command.add_argument(
        "--retries", metavar="N", default="5", help="how often a partition is tried again if the server is not there (5)"
    )
    add_settings(command)
    add_token(command, "the server asks for")
    add_ca(command)


def _run(given: argparse.Namespace) -> int:
    here = Path.cwd()
    uri = address(given.to, os.environ)
    retries = whole_number(given.retries, "--retries", minimum=0)
    provider, access = provider_of(given, here), access_of(given, here)
    sla = usable(given.sla, "SLA", here)
    with waits_shown() as on_wait:
        made = provider(uri, retries=retries, skip_stored=True, access=access, on_wait=on_wait)
        if given.own_process and made.source_of(sla.dataset_name) == "synthetic":
            from pytest_flops_mock.data.light import arrow_without_pandas

            arrow_without_pandas()
        run = made.store(sla)
    lines = [f"{'data':<10}  {run.dataset_name}: {run.origin}"]
    for name, rows in dict.fromkeys((partition.name, partition.rows) for partition in run.partitions):
        lines.append(f"{'was there' if name in run.already else 'stored':<10}  {name}: {rows:,} rows")
    show(clean("\n".join([*lines, f"{'in':<10}  {uri}"])))
    return COMPATIBLE


def address(to: str | None, environment: Mapping[str, str]) -> str:
    """The address that an option names, else the one in the environment of FLOps' provider.

    Args:
        to: What ``--to`` says.
        environment: The environment variables.

    Raises:
        SettingsError: It is no address.
    """
    host, port = environment.get(OF_HOST) or HOST, environment.get(OF_PORT) or PORT
    uri = to or f"grpc://{f'[{host}]' if ':' in host else host}:{port}"
    return server_address(uri, "--to" if to else f"{OF_HOST} and {OF_PORT}", "--to grpc://127.0.0.1:11027")
