"""Nothing is left of containers when the process that started them is killed."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from standins.images import SERVER
from standins.processes import until

from pytest_flops_mock.engine.connection import engine
from pytest_flops_mock.engine.started import LABEL

pytestmark = [pytest.mark.container, pytest.mark.usefixtures("images")]

PROGRAM = f"""
from pytest_flops_mock import MLDataServerContainer
server = MLDataServerContainer({SERVER!r}).start()
print(server.container.id, flush=True)
input()
"""


def there(client: Any) -> set[str]:
    """The containers of ours."""
    return {found.id for found in client.containers.list(all=True, filters={"label": LABEL}, ignore_removed=True)}


@pytest.mark.parametrize("running", [True, False], ids=["while it runs", "while it starts"])
def test_a_killed_run_leaves_nothing(running: bool) -> None:
    command = [sys.executable, "-c", PROGRAM]
    with engine() as client:
        before, volumes = there(client), {volume.name for volume in client.volumes.list()}
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            if running:
                assert process.stdout.readline().strip() in there(client)
            else:
                until(lambda: there(client) - before, "a container", longest=60)
            process.kill()

        until(lambda: not there(client) - before, "the end of its container", longest=60)
        assert {volume.name for volume in client.volumes.list()} <= volumes
