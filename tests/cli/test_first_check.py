"""A check in a fresh process: the learner's libraries are imported beside the check's own, and once."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from standins.projects import mock_sla

REPOSITORY = Path(__file__).parents[2] / "examples" / "mnist_numpy"
PROGRAM = """
import sys
from pathlib import Path
from pytest_flops_mock.cli import main

children = {}

class Looking:
    def find_spec(self, name, path, target=None):
        if name in ("pyarrow", "pydantic", "numpy") and name not in children:
            children[name] = Path("/proc/self/task", str(__import__("os").getpid()), "children").read_text().split()

sys.meta_path.insert(0, Looking())
assert main(["check", *sys.argv[1:], "--env", "current"]) == 0
assert children.keys() == {"pyarrow", "pydantic", "numpy"}, children
assert all(children.values()), children
heavy = {"datasets", "flwr_datasets", "huggingface_hub", "aiohttp", "httpx", "matplotlib"} & sys.modules.keys()
assert not heavy, heavy
"""


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc to see children")
def test_the_child_is_under_way_before_anything_heavy_is_imported_and_a_twin_needs_little(tmp_path: Path) -> None:
    sla = tmp_path / "mock.json"
    sla.write_text(json.dumps(mock_sla()), encoding="utf-8")
    program = [sys.executable, "-c", PROGRAM, str(REPOSITORY), "--sla", str(sla)]
    done = subprocess.run(program, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert "verdict     compatible" in done.stdout
