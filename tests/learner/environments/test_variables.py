"""What uv gets to see of this process."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pytest_flops_mock.learner.environments import variables
from pytest_flops_mock.learner.environments.variables import search_path, uv_environment

DOCUMENT = Path(__file__).parents[3] / "docs" / "environments.md"


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)


PASSED = ("https_proxy", "NO_PROXY", "SSL_CERT_DIR", "NETRC", "LC_ALL", "UV_INDEX_OURS_PASSWORD", "UV_OFFLINE", "HOME")
KEPT_OUT = ("AWS_SECRET_ACCESS_KEY", "HF_TOKEN", "UV_PUBLISH_TOKEN", "UV_CONSTRAINT", "UV_PYTHON", "UV_INDEX_OURS", "CC")


def test_what_it_needs_passes_and_the_rest_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*PASSED, *KEPT_OUT, "PYTHONPATH", "VIRTUAL_ENV", "LD_PRELOAD"):
        monkeypatch.setenv(name, "set")
    ours = {name for name, value in uv_environment(allow_download=False).items() if value == "set"}
    assert ours == {*PASSED}
    assert uv_environment(allow_download=False, allow_builds=True)["CC"] == "set"


def test_relative_folders_do_not_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "caches")
    monkeypatch.setenv("XDG_CONFIG_HOME", "/settings")
    seen = uv_environment(allow_download=False, with_indexes=False)
    assert "XDG_CACHE_HOME" not in seen
    assert seen["XDG_CONFIG_HOME"] == "/settings"


def test_relative_folders_of_the_path_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/nowhere")
    found = list(search_path({"PATH": os.pathsep.join([".", "bin", "", "/usr/bin", "../x"])}))
    assert found[0] == "/usr/bin"
    assert all(os.path.isabs(entry) for entry in found)


def test_each_name_stands_in_the_documentation() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    names = variables.OF_THE_SYSTEM | variables.FOLDERS | variables.OF_UV | variables.FOR_BUILDS
    assert [name for name in sorted(names) if f"`{name}`" not in text] == []
