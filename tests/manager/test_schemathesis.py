"""What the OpenAPI documents promise is kept: schemathesis sends what they allow, and what they do not."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from standins.managers import URL, client_of, mock_sla
from standins.tool_venvs import installed

from pytest_flops_mock import FlopsManager, MLDataServer

NOT_MEANT = ("negative_data_rejection", "positive_data_acceptance")
"""The FLOps manager reads values leniently, and some keys only go together: no document can say which SLAs it takes."""


@pytest.mark.slow
def test_schemathesis_finds_nothing(tmp_path: Path, server: MLDataServer) -> None:
    program = installed(tmp_path, "schemathesis==4.32.5") / "st"
    with FlopsManager([server.uri], repositories={URL: {"conda.yaml": "name: x\n"}}, until="structure") as manager:
        told = [run(program, url, manager.token, tmp_path) for url in (manager.url, manager.system_manager_url)]
        manager.clear()  # jobs that wait; some ask for more partitions than there are rows, which takes long
        with client_of(manager) as client:
            client.post("/api/flops/mocks", json=mock_sla())
        assert int(manager.mocks[0].id) > 20  # so many SLAs were taken
        manager.wait(300)
    assert [done.returncode for done in told] == [0, 0], "".join(done.stdout + done.stderr for done in told)
    assert manager.errors == ()


def run(program: Path, url: str, token: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [
        *(str(program), "run", f"{url}/openapi.json", "--header", f"Authorization: Bearer {token}", "--no-color"),
        *("--exclude-checks", ",".join(NOT_MEANT), "--phases", "examples,coverage,fuzzing"),
        *("--max-examples", "10", "--seed", "1"),
    ]
    environment = {**os.environ, "NO_PROXY": "*"}
    return subprocess.run(command, capture_output=True, text=True, timeout=600, check=False, cwd=folder, env=environment)
