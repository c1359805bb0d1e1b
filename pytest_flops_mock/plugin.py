"""The entry point for pytest: options, ini keys, markers, header, and report sections of tests that fail.

Loaded in every pytest run where the package is installed, so it imports the standard library and pytest only.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from pytest_flops_mock.fixtures import (
    REPORTS,
    SERVERS,
    flops_check,
    flops_repository,
    ml_data_server,
    ml_data_server_address,
    ml_data_server_store,
    mock_data_provider,
    settings_of,
)

__all__ = [
    "flops_check",
    "flops_repository",
    "ml_data_server",
    "ml_data_server_address",
    "ml_data_server_store",
    "mock_data_provider",
]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options and ini keys; an option goes before the ini key of the same meaning."""
    group = parser.getgroup("flops", "FLOps: checks of ML repositories against mock data")
    group.addoption("--flops-repo", dest="flops_repo", metavar="DIR", help="the ML repository under test")
    group.addoption("--flops-sla", dest="flops_sla", metavar="FILE", help="MDP SLA for fixtures called without one")
    group.addoption(
        "--flops-data",
        dest="flops_data",
        metavar="SOURCE",
        help="where data sets come from that an SLA names by their hub name: synthetic (a twin made on the spot, "
        "no network; the default) or hub",
    )
    group.addoption(
        "--flops-timeout",
        dest="flops_timeout",
        metavar="SECONDS",
        help="how long one step of the repository's code may take (default: 60)",
    )
    parser.addini("flops_repository", "the ML repository under test (default: rootdir)", default="")
    parser.addini("flops_sla", "MDP SLA for fixtures called without one", default="")
    parser.addini("flops_data", "source of data sets named by their hub name: synthetic or hub", default="")
    parser.addini("flops_timeout", "seconds that one step of the repository's code may take", default="")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker, and refuse settings that mean nothing before any test runs."""
    config.addinivalue_line(
        "markers",
        "flops_sla(sla, **changes): the MDP SLA for mock_data_provider and flops_check when they are called without one: "
        "a path (relative to the test's file or the rootdir) or a mapping, and values to change in it",
    )
    settings_of(config)


def pytest_report_header(config: pytest.Config) -> str:
    """Say which data this run uses."""
    settings = settings_of(config)
    sla = f", sla {settings.sla}" if settings.sla else ""
    return f"flops: data {settings.data.value}{sla}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put the reports of checks and the server's call log beside the failure of the test that made them."""
    if call.excinfo is not None and not call.excinfo.errisinstance(pytest.skip.Exception):
        _add_sections(item, call.when)
    return (yield)


def _add_sections(item: pytest.Item, when: str) -> None:
    sections: list[tuple[str, Any]] = [("FLOps check", report) for report in item.stash.get(REPORTS, [])]
    sections += [("ML data server", server.log()) for server in item.stash.get(SERVERS, []) if server.calls]
    for title, content in sections:
        item.add_report_section(when, title, str(content))
    # Told once: a failure at teardown does not show again what one in the test has shown.
    item.stash[REPORTS] = []
    item.stash[SERVERS] = []
