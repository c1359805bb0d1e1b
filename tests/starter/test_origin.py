"""Where CI installs the package from: told by pip or by the user, never invented."""

from __future__ import annotations

import json
from typing import Any

import pytest
from packaging.requirements import Requirement

from pytest_flops_mock.errors import SettingsError
from pytest_flops_mock.starter import origin
from pytest_flops_mock.starter.origin import known_origin, origin_named, requirement


@pytest.mark.parametrize(
    ("told", "known"),
    [
        (None, ""),
        ({"url": "file:///here", "dir_info": {"editable": True}}, ""),
        ({"url": "file:///here.whl", "archive_info": {}}, ""),
        ({"url": "https://x.org/a/b", "vcs_info": {"vcs": "hg", "commit_id": "1"}}, ""),
        ({"url": "file:///here/clone", "vcs_info": {"vcs": "git", "commit_id": "abc"}}, ""),
        ({"url": "https://x.org/a/b", "vcs_info": {"vcs": "git", "commit_id": "abc"}}, "https://x.org/a/b@abc"),
        (
            {
                "url": "https://me:pw@x.org/a/b.git",
                "vcs_info": {"vcs": "git", "requested_revision": "v1", "commit_id": "abc"},
            },
            "https://x.org/a/b.git@v1",
        ),
        ({"url": "ssh://git@x.org/a/b", "vcs_info": {"vcs": "git", "commit_id": "abc"}}, "ssh://git@x.org/a/b@abc"),
        ({"url": 'https://x.org/"; rm -rf /', "vcs_info": {"vcs": "git", "commit_id": "abc"}}, ""),
        (["no mapping"], ""),
    ],
)
def test_it_is_what_pip_has_written_down(told: Any, known: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Installed:
        def read_text(self, name: str) -> str | None:
            assert name == "direct_url.json"
            return None if told is None else json.dumps(told)

    monkeypatch.setattr(origin, "distribution", lambda name: Installed())
    assert known_origin() == known


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("https://x.org/a/b.git@v1", "pytest-flops-mock[env] @ git+https://x.org/a/b.git@v1"),
        ("git+https://x.org/a/b", "pytest-flops-mock[env] @ git+https://x.org/a/b"),
        ("git@x.org:a/b.git", "pytest-flops-mock[env] @ git+ssh://git@x.org/a/b.git"),
    ],
)
def test_pip_is_asked_for_what_the_user_names(url: str, asked: str) -> None:
    text = requirement(origin_named(url, "--from"))
    assert text == asked
    assert Requirement(text).url is not None


@pytest.mark.parametrize(
    "url",
    ["../clone", "file:///clone", "http://x.org/a", "https://me:pw@x.org/a/b", "https://x.org/a b", "https://x.org/$(id)"],
)
def test_what_ci_cannot_reach_or_must_not_repeat_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="CI cannot install from there") as error:
        origin_named(url, "--from")
    assert "pw" not in str(error.value)
