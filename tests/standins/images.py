"""The images that tests with containers use: those of this project, and with ``FLOPS_REAL_IMAGES=1`` FLOps' own as well."""

from __future__ import annotations

import os

from pytest_flops_mock.containers import provider, server

BASE = "pytest-flops-mock/python"
"""A Python and nothing else."""

CONDA = "name: mine\ndependencies: [python=3.11]\n"
"""What repositories ask for whose checks run in containers: all of them share one image."""

SERVER = "pytest-flops-mock/ml-data-server"
PROVIDER = "pytest-flops-mock/mock-data-provider"

REAL = os.environ.get("FLOPS_REAL_IMAGES") == "1"
SERVERS = [SERVER, *([server.IMAGE] if REAL else [])]
PROVIDERS = [PROVIDER, *([provider.IMAGE] if REAL else [])]
