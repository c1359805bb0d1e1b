"""Reports in GitLab's form for code quality, which merge requests show beside the changed lines.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pytest_flops_mock.report.as_json import cleaned
from pytest_flops_mock.report.merging import Merged, merged
from pytest_flops_mock.report.places import Place, Places, location
from pytest_flops_mock.report.report import Report
from pytest_flops_mock.stage import Severity

SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "minor", Severity.INFO: "info"}


def code_quality(reports: Mapping[str, Report], places: Places) -> str:
    """The findings as one list, with a line break at its end. GitLab itself compares those of two branches.

    Known ones are among them, those that are to be ignored are not: GitLab has no word for these.

    Args:
        reports: What each SLA came to.
        places: What paths are counted from.
    """
    found = [each for each in merged(reports.values()) if each.state in ("counts", "known")]
    return json.dumps(cleaned([_entry(each, places) for each in found]), indent=2) + "\n"


def _entry(each: Merged, places: Places) -> dict[str, Any]:
    finding = each.finding
    place = _place(each, places)
    told = [finding.message, *(" ".join(part.split()) for part in finding.problem.parts(""))]
    return {
        "description": f"{finding.code} [{finding.stage.value}] {'; '.join(told)}",
        "check_name": finding.code,
        "fingerprint": each.fingerprint,
        "severity": SEVERITIES[finding.severity],
        "location": {"path": place.file, "lines": {"begin": max(place.line, 1)}},
    }


def _place(each: Merged, places: Places) -> Place:
    """Below the root; else the SLA, else the name of the file alone, or of what else it is about: GitLab asks for one."""
    found = places.of_finding(each.finding)
    if found is None:
        found = next((place for sla in each.slas if (place := places.of_sla(sla)) is not None), None)
    if found is not None:
        return found
    file, line = location(each.finding)
    return Place(file.replace("\\", "/").rpartition("/")[2] or each.finding.stage.value, line)
