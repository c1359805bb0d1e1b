"""``main.py`` of the image of the mock data provider: sends what its command line asks for, once."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence

from pytest_flops_mock.containers.inside.server import port_of
from pytest_flops_mock.data.light import arrow_without_pandas
from pytest_flops_mock.errors import FlopsMockError, listing
from pytest_flops_mock.provider import MockDataProvider

BRIDGE = "172.17.0.1"
"""Where the real provider looks for the server of its node: the address of Docker's bridge."""


def main(arguments: Sequence[str] | None = None, environment: Mapping[str, str] = os.environ) -> int:
    """Send the partitions; the exit status.

    Args:
        arguments: ``DATASET_NAME NUMBER_OF_PARTITIONS DATA_TAG``, as FLOps' manager writes them.
        environment: ``ML_DATA_SERVER_IP`` and ``DATA_MANAGER_PORT`` say where the server is; ``FLOPS_DATA``, of ours, where
            data sets come from.
    """
    asked = _parser().parse_args(arguments)
    sla = {
        "customerID": "Admin",
        "mock_data_configuration": {
            "dataset_name": asked.dataset_name,
            "number_of_partitions": asked.number_of_partitions,
            "data_tag": asked.data_tag,
        },
    }
    try:
        uri = f"grpc://{environment.get('ML_DATA_SERVER_IP') or BRIDGE}:{port_of(environment)}"
        provider = MockDataProvider(uri, data=environment.get("FLOPS_DATA", "synthetic"))
        if arguments is None and provider.source_of(asked.dataset_name) == "synthetic":
            arrow_without_pandas()
        run = provider.run(sla)
    except (FlopsMockError, ValueError) as error:
        print(f"mock-data-provider: {error}", file=sys.stderr, flush=True)
        return 1
    print(f"{run.rows} rows of {run.dataset_name} ({run.source}) sent to {uri}: {listing(run.names, 100)}", flush=True)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="main.py", description="Send mock data to an ML data server.", allow_abbrev=False)
    parser.add_argument("dataset_name", metavar="DATASET_NAME")
    parser.add_argument("number_of_partitions", metavar="NUMBER_OF_PARTITIONS", type=int)
    parser.add_argument("data_tag", metavar="DATA_TAG")
    return parser
