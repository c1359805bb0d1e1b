"""What tests of the FLOps manager send to it."""

from __future__ import annotations

from typing import Any

import httpx

from pytest_flops_mock import FlopsManager

URL = "https://github.com/acme/digits"


def client_of(manager: FlopsManager, token: str | None = None) -> httpx.Client:
    headers = {"Authorization": f"Bearer {manager.token if token is None else token}"}
    return httpx.Client(base_url=manager.url, headers=headers, timeout=60, trust_env=False)


def mock_sla(customer: str | None = "Admin", **configuration: Any) -> dict[str, Any]:
    """An MDP SLA of few rows."""
    asked = {"dataset_name": "mnist", "number_of_partitions": 3, "data_tag": "mnist", "max_rows": 30, **configuration}
    sla: dict[str, Any] = {"mock_data_configuration": asked}
    return sla if customer is None else {"customerID": customer, **sla}


def project_sla(**changes: Any) -> dict[str, Any]:
    """A project SLA whose repository the manager knows."""
    training = {"data_tags": ["mnist"]}
    return {
        "customerID": "Admin",
        "ml_repo_url": URL,
        "ml_model_flavor": "sklearn",
        "training_configuration": training,
        **changes,
    }
