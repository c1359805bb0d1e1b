"""Where CI can install this package from: what pip wrote down when it was installed (PEP 610), or what the user says."""

from __future__ import annotations

import json
import re
from importlib.metadata import PackageNotFoundError, distribution

from pytest_flops_mock.errors import FlopsMockError, Problem, SettingsError
from pytest_flops_mock.repository.urls import Remote, remote_of, without_credentials
from pytest_flops_mock.starter.looking import without_secrets

PACKAGE = "pytest-flops-mock"

_PLAIN = re.compile(r"[\w.:/@+~%-]+", re.ASCII)


def known_origin() -> str:
    """The Git URL that the package was installed from, with ``@`` and the ref; empty if it came in another way."""
    try:
        told = json.loads(distribution(PACKAGE).read_text("direct_url.json") or "{}")
        git = told.get("vcs_info", {})
        if git.get("vcs") != "git":
            return ""
        ref = git.get("requested_revision") or git.get("commit_id")
        return _checked(f"{without_secrets(told['url'])}@{ref}" if ref else without_secrets(told["url"]))
    except (PackageNotFoundError, OSError, ValueError, KeyError, TypeError, AttributeError, FlopsMockError):
        return ""


def origin_named(text: str, where: str) -> str:
    """The Git URL that a user names, with an optional ``@`` and ref; without the ``git+`` of pip.

    Raises:
        SettingsError: CI could not reach it, or everybody could read its credentials.
    """
    try:
        return _checked(text.strip().removeprefix("git+"))
    except FlopsMockError:
        raise SettingsError(
            Problem(
                "CI cannot install from there",
                where=where,
                expected="an https:// or ssh:// URL of a Git repository, without a name or password, with an optional @REF",
                got=without_credentials(text),
                fix="give the address of the repository that you installed pytest-flops-mock from",
            )
        ) from None


def requirement(origin: str, extra: str = "env") -> str:
    """What pip is asked to install; ``GIT_URL`` stands for an origin that is not known."""
    if not origin:
        return f"{PACKAGE}[{extra}] @ git+GIT_URL"
    remote = remote_of(origin) or Remote(origin)
    url = remote.url
    if "://" not in url:  # git@host:path
        url = "ssh://" + url.replace(":", "/", 1)
    return f"{PACKAGE}[{extra}] @ git+{url}" + (f"@{remote.ref}" if remote.ref else "")


def _checked(url: str) -> str:
    remote = remote_of(url)
    if remote is None or remote.path is not None or without_credentials(url) != url or not _PLAIN.fullmatch(url):
        raise SettingsError(Problem("no URL that everybody reaches"))
    return url
