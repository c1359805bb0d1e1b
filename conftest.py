"""What all tests share."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]


def pytest_configure() -> None:
    """No example has a deadline, and none is too slow to make, however busy the machine is; other health checks count."""
    from hypothesis import HealthCheck, settings

    settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("suite")

    # What whoever runs the tests sees them on: xdist says 80 columns, for one.
    for name in ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR"):
        os.environ.pop(name, None)

    # A run in the background has it ignored, and so would all processes that tests interrupt.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """What is loaded by now stays: full collections, of which the code under test makes some, pass it by from now on."""
    if session.config.rootpath == Path(__file__).parent:
        gc.collect()
        gc.freeze()


def _no_uv() -> str:
    from pytest_flops_mock.errors import Problem, ToolError

    raise ToolError(Problem("checks of this suite run in the current Python unless they name another"))


@pytest.fixture
def kept_environments(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's cache, in which learner's environments are built once for all tests that ask for this, in all workers."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "kept"  # a worker's lies in that of the run
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    return folder / "pytest-flops-mock" / "environments"


@pytest.fixture(scope="session", autouse=True)
def in_the_current_python() -> Iterator[None]:
    """A check that names no Python finds no uv here, so it runs in the current one: no test builds an environment unasked.

    Tests of the choice itself find one (``standins.uv``); processes that tests start are told ``current``.
    """
    from pytest_flops_mock.learner.environments import choice

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(choice, "find_uv", _no_uv)
        yield


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where containers are required, a test that was skipped has failed: it did not run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if session.config.getoption("flops_containers") == "require" and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
