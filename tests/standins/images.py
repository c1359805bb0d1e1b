"""The images that tests with containers use: those of this project, and with ``FLOPS_REAL_IMAGES=1`` FLOps' own as well."""

from __future__ import annotations

import os

from pytest_flops_mock.containers import provider, server

SERVER = "pytest-flops-mock/ml-data-server"
PROVIDER = "pytest-flops-mock/mock-data-provider"

REAL = os.environ.get("FLOPS_REAL_IMAGES") == "1"
SERVERS = [SERVER, *([server.IMAGE] if REAL else [])]
PROVIDERS = [PROVIDER, *([provider.IMAGE] if REAL else [])]
