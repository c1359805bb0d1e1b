"""Plugin load: how many modules the plugin adds to those of pytest, in a fresh Python.

Run by hand: ``python benchmarks/plugin.py``. Limit: 15 modules, and none of the heavy packages below.
"""

from __future__ import annotations

import json
import subprocess
import sys

from measuring import verdict

HEAVY = [
    "pyarrow",
    "numpy",
    "pandas",
    "datasets",
    "huggingface_hub",
    "flwr_datasets",
    "matplotlib",
    "hypothesis",
    "docker",
    "testcontainers",
    "grpc",
    "pydantic",
    "rich",
    "typer",
    "torch",
    "tensorflow",
    "sklearn",
    "flops_utils",
]
CHILD = """
import json, sys
import pytest
before = set(sys.modules)
import pytest_flops_mock.plugin
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def main() -> int:
    """Measure and print."""
    child = subprocess.run([sys.executable, "-c", CHILD], check=True, capture_output=True, text=True)
    added = json.loads(child.stdout)
    print("  " + ", ".join(added))
    heavy = sorted({name.partition(".")[0] for name in added} & set(HEAVY))
    print(f"  heavy packages among them: {', '.join(heavy) or 'none'}")
    return verdict("plugin", len(added), 15, "modules beyond pytest") or len(heavy)


if __name__ == "__main__":
    sys.exit(main())
