"""The parts of the OpenAPI documents that are about what clients send."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pytest_flops_mock.sla.models import MLModelFlavor, Platform, PostTrainingStep, TrainingMode

Schema = dict[str, Any]

_CUSTOMER: Schema = {"type": "string", "description": "the user's orchestrator id", "example": "Admin"}
_COUNT: Schema = {"type": "integer", "minimum": 1}
_TAG: Schema = {"type": "string", "pattern": "^[A-Za-z0-9_]{1,60}$"}

LOGIN: Schema = {
    "type": "object",
    "required": ["username", "password"],
    "properties": {"username": {"type": "string"}, "password": {"type": "string"}},
    "example": {"username": "Admin", "password": "Admin"},
}

CUSTOMER: Schema = {"type": "object", "required": ["customerID"], "properties": {"customerID": _CUSTOMER}}

IN_QUERY: list[Schema] = [
    {
        "name": "customerID",
        "in": "query",
        "required": False,
        "schema": {"type": "string"},
        "description": "the user's orchestrator id; the command line client sends it in the body instead",
    }
]

MOCK_SLA: Schema = {
    "type": "object",
    "required": ["customerID", "mock_data_configuration"],
    "properties": {
        "customerID": _CUSTOMER,
        "mock_data_configuration": {
            "type": "object",
            "required": ["data_tag"],
            "properties": {
                "dataset_name": {"type": "string", "pattern": "^[A-Za-z0-9_]{1,60}$", "default": "mnist"},
                "number_of_partitions": {**_COUNT, "default": 1},
                "data_tag": _TAG,
            },
        },
    },
    "example": {
        "customerID": "Admin",
        "mock_data_configuration": {"dataset_name": "mnist", "number_of_partitions": 3, "data_tag": "mnist"},
    },
}


def project_sla(urls: Iterable[str]) -> Schema:
    """What a project SLA looks like, where ML repositories are known by these URLs; without any, all may be named."""
    known = sorted(urls)
    url: Schema = {"type": "string", "description": "the ML repository: https://github.com/OWNER/NAME"}
    return {
        "type": "object",
        "required": ["customerID", "ml_repo_url", "ml_model_flavor", "training_configuration"],
        "properties": {
            "customerID": _CUSTOMER,
            "ml_repo_url": {**url, "enum": known} if known else url,
            "ml_model_flavor": {"type": "string", "enum": [each.value for each in MLModelFlavor]},
            "verbose": {"type": "boolean"},
            "use_devel_base_images": {"type": "boolean"},
            "supported_platforms": {
                "type": "array",
                "minItems": 1,
                "items": {"type": "string", "enum": [each.value for each in Platform]},
            },
            "training_configuration": {
                "type": "object",
                "required": ["data_tags"],
                "properties": {
                    "mode": {"type": "string", "enum": [each.value for each in TrainingMode]},
                    "data_tags": {"type": "array", "minItems": 1, "items": _TAG},
                    "training_cycles": _COUNT,
                    "training_rounds": _COUNT,
                    "min_available_clients": _COUNT,
                    "min_fit_clients": _COUNT,
                    "min_evaluate_clients": _COUNT,
                },
            },
            "post_training_steps": {
                "type": "array",
                "items": {"type": "string", "enum": [each.value for each in PostTrainingStep]},
            },
        },
    }


def body(schema: Schema, *, required: bool = True) -> Schema:
    """An operation's JSON body."""
    return {"requestBody": {"required": required, "content": {"application/json": {"schema": schema}}}}
