"""Reports as SARIF 2.1.0, which code scanning of GitHub, editors and other tools read.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html. All reports are one run, since GitHub takes one of a tool.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from pytest_flops_mock.codes import CODES
from pytest_flops_mock.findings import Finding, Frame
from pytest_flops_mock.report.as_json import cleaned
from pytest_flops_mock.report.identity import VERSION
from pytest_flops_mock.report.merging import Merged, merged
from pytest_flops_mock.report.places import Place, Places
from pytest_flops_mock.report.report import Report
from pytest_flops_mock.stage import Outcome, Severity

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT = "%SRCROOT%"
LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
BASELINE = {"counts": "new", "known": "unchanged", "gone": "absent", "ignored": "unchanged"}


def sarif(reports: Mapping[str, Report], places: Places) -> str:
    """The reports as one SARIF log, with a line break at its end.

    Args:
        reports: What each SLA came to.
        places: What paths are counted from.
    """
    return json.dumps(cleaned(log(reports, places)), indent=2) + "\n"


def log(reports: Mapping[str, Report], places: Places) -> dict[str, Any]:
    """The same as plain values, not yet cleaned."""
    from pytest_flops_mock import __version__

    found = merged(reports.values())
    rules = sorted({each.finding.code for each in found})
    held_against = any(report.baseline for report in reports.values())
    good = all(report.ok for report in reports.values())
    driver = {
        "name": "flops-mock",
        "fullName": "pytest-flops-mock: whether FLOps can train an ML repository",
        "semanticVersion": __version__,
        "rules": [_rule(code) for code in rules],
    }
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": "flops-mock/"},
        "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the checkout."}}},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": True,  # there is a verdict, whichever
                "exitCode": 0 if good else 1,
                "exitCodeDescription": "compatible" if good else "incompatible",
                "toolExecutionNotifications": [note for name, report in reports.items() for note in _not_run(name, report)],
            }
        ],
        "results": [_result(each, rules.index(each.finding.code), places, held_against) for each in found],
        "properties": {"verdicts": {name: report.verdict for name, report in reports.items()}},
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(code: str) -> dict[str, Any]:
    if code not in CODES:
        return {"id": code}
    known = CODES[code]
    return {
        "id": code,
        "name": "".join(word[:1].upper() + word[1:] for word in known.title.replace("()", "").split() if word.isalnum()),
        "shortDescription": {"text": known.title},
        "fullDescription": {"text": known.trigger},
        "help": {
            "text": f"{known.why}\n\nFix: {known.fix}",
            "markdown": f"{known.why}\n\n**Fix:** {known.fix}",
        },
        "defaultConfiguration": {"level": LEVELS[known.severity]},
        "properties": {"tags": ["flops", known.stage.value], "precision": "high"},
    }


def _result(each: Merged, rule: int, places: Places, held_against: bool) -> dict[str, Any]:
    finding = each.finding
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": LEVELS[finding.severity],
        "message": {"text": "\n".join([finding.message, *finding.problem.parts("")])},
        "locations": [_location(each, places)],
        "partialFingerprints": {VERSION: each.fingerprint},
        "properties": {"stage": finding.stage.value, "slas": list(each.slas)},
    }
    if finding.frames:
        result["stacks"] = [_stack(finding, places)]
    if held_against:
        result["baselineState"] = BASELINE[each.state]
    if each.state == "ignored":
        told = f"{finding.code} is to be ignored"
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": told}]
    return result


def _location(each: Merged, places: Places) -> dict[str, Any]:
    """Its place below the root; for what is elsewhere or in no file, the SLA with which it was found."""
    finding = each.finding
    place = places.of_finding(finding)
    if place is not None:
        return {"physicalLocation": _physical(place)}
    of_slas = (places.of_sla(sla) for sla in each.slas)
    nearby = next((place for place in of_slas if place is not None), None)
    told = finding.frames[-1].place if finding.frames else finding.problem.where or finding.stage.value
    named: dict[str, Any] = {"logicalLocations": [{"fullyQualifiedName": told.replace("\n", " ")}]}
    return named if nearby is None else {"physicalLocation": _physical(nearby), **named}


def _physical(place: Place) -> dict[str, Any]:
    artifact = {"uri": quote(place.file, errors="replace"), "uriBaseId": ROOT}
    return {"artifactLocation": artifact, "region": {"startLine": max(place.line, 1)}}


def _stack(finding: Finding, places: Places) -> dict[str, Any]:
    return {"frames": [_frame(frame, places) for frame in reversed(finding.frames)]}


def _frame(frame: Frame, places: Places) -> dict[str, Any]:
    place = places.of_frame(frame)
    location: dict[str, Any] = {"message": {"text": frame.source}, "logicalLocations": [{"fullyQualifiedName": frame.place}]}
    return {"location": location if place is None else {**location, "physicalLocation": _physical(place)}}


def _not_run(name: str, report: Report) -> Sequence[dict[str, Any]]:
    """A note for each stage that did not run: what is missing among the results was not looked for."""
    skipped = [result for result in report.stages if result.outcome is Outcome.SKIPPED]
    about = f" with {name}" if name else ""
    return [
        {"level": "note", "message": {"text": f"{each.stage.value}{about} was skipped: {each.reason}"}} for each in skipped
    ]
