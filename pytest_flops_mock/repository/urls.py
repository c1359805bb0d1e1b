"""Git URLs as users write them: which are taken, where the ref begins, and how they are shown, without credentials."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from pytest_flops_mock.errors import Problem, RepositoryError

SCHEMES = ("https", "ssh", "file")
MAX_URL = 2_000
MAX_REF = 250
"""How many characters a URL and a ref may have; no server's have more."""

HIDDEN = "***"

_SCHEME = re.compile(r"([A-Za-z][\w+.-]*):/+")
_HELPER = re.compile(r"[A-Za-z][\w+.-]*::")
_SCP = re.compile(r"(?!-)[\w.+-]+@(?!-)[\w.-]+:")
_SSH = ("ssh", "git+ssh", "ssh+git")
_HOST = re.compile(r"(?:\[[^\]]*\]|\w[\w.-]*)(?::\d*)?")
_QUERY = re.compile(r"[?#]|%3f|%23", re.IGNORECASE)
_NAMED = re.compile(r"((?:token|password|passwd|pwd|secret|api_?key|auth)\w*(?:=|%3d))[^&/]*", re.IGNORECASE)
_WITH_REF = re.compile(r"(.*[^/@])@([^@]*)", re.DOTALL)


@dataclass(frozen=True)
class Remote:
    """Where to clone from.

    Attributes:
        url: What Git is given.
        ref: Branch, tag or commit; empty for the default branch.
    """

    url: str
    ref: str = ""

    @property
    def shown(self) -> str:
        """The URL without credentials, and the ref."""
        return without_credentials(self.url) + (f"@{self.ref}" if self.ref else "")

    @property
    def path(self) -> Path | None:
        """Its folder, where it is on this machine."""
        scheme = _SCHEME.match(self.url)
        if scheme is not None and scheme[1].casefold() == "file":
            return Path("/", unquote(self.url[len(scheme[0]) :]))
        return None if scheme is not None or _SCP.match(self.url) else Path(self.url)


def remote_of(text: str) -> Remote | None:
    """The Git URL, with an optional ``@ref`` behind it, that ``text`` is; ``None`` where it means a folder.

    URLs are ``https://``, ``ssh://``, ``file://``, ``user@host:path``, and paths that end in ``.git``. An ``@`` before the
    host belongs to the URL.

    Raises:
        RepositoryError: It is a URL of another kind, or one that no server has.
    """
    if _is_folder(text) and not _is_bare(text):
        return None
    scheme, scp = _SCHEME.match(text), _SCP.match(text)
    kind = scheme[1].casefold() if scheme is not None else ""
    if _HELPER.match(text) or (scheme is not None and (kind not in SCHEMES or not text.startswith("://", len(kind)))):
        raise RepositoryError(_refused(text, "a Git URL of another kind", kind or text.partition("::")[0]))
    if scheme is None and scp is None and _credentials(text)[0]:
        raise RepositoryError(_refused(text, "a name and a password, and no https:// or ssh:// before them"))
    if scheme is not None and kind != "file" and not _has_host(text[len(scheme[0]) :]):
        raise RepositoryError(_refused(text, "no host and port after ://; in a password, / is written as %2F"))
    if scheme is None and scp is None and not text.endswith(".git") and ".git@" not in text:
        return None
    local = scp is None if scheme is None else kind == "file"
    start = "" if scp is None else scp[0]
    if scheme is not None:
        start = text[: len(kind) + 3] if local else f"{scheme[0]}{text[len(scheme[0]) :].partition('/')[0]}"
    path, ref = _split(text[len(start) :], local=local)
    remote = Remote(start + path if start else os.path.abspath(os.path.expanduser(path)), ref)
    for name, part, most in (("URL", remote.url, MAX_URL), ("ref", ref, MAX_REF)):
        if len(part) > most:
            raise RepositoryError(_refused(text, f"a {name} of {len(part):,} characters"))
        if not part.isprintable():
            raise RepositoryError(_refused(text, f"a {name} with characters that cannot be seen"))
    return remote


def without_credentials(text: str) -> str:
    """What may be a URL, as it can be shown: without names, passwords and tokens, and not too long."""
    _, shown = _credentials(text)
    return shown if len(shown) <= MAX_URL else f"{shown[:MAX_REF]}…"


def secrets_of(url: str) -> tuple[str, ...]:
    """All texts of a URL that must not be shown, the longest first: as they are written, and what they mean."""
    found, _ = _credentials(url)
    meant = [each for text in found for each in (text, unquote(text))]
    parts = [part for text in meant for part in (text, text.partition(":")[2], *re.split(r"[:@&=/?#]", text))]
    return tuple(sorted({*filter(None, parts)}, key=len, reverse=True))


def _credentials(text: str) -> tuple[list[str], str]:
    """What of a text is secret, if it is a URL or looks like one, and how it is shown."""
    scheme = _SCHEME.match(text)
    if scheme is None:
        head, slash, rest = text.partition("/")
        user, at, host = unquote(head).rpartition("@")
        if ":" in unquote(head) and not (at and _HOST.match(host)):  # a password with a slash in it
            user, at, host = text.rpartition("@")
            slash = rest = ""
        written = (head if slash else text).rpartition("@")[0] or head
        return ([user, written], f"{HIDDEN}@{host}{slash}{rest}") if at and ":" in unquote(user) else ([], text)
    authority, slash, path = text[len(scheme[0]) :].partition("/")
    found: list[str] = []
    user, at, host = unquote(authority).rpartition("@")
    if at and (scheme[1].casefold() not in _SSH or ":" in user):
        found += [user, authority.rpartition("@")[0] or authority]
        authority = f"{HIDDEN}@{host}"
    if scheme[1].casefold() != "file" and not _has_host(host):
        # What stands where host and port should is a password with a slash in it.
        secret, at, rest = f"{host}{slash}{path}".rpartition("@")
        found.append(secret if at else rest)
        authority, slash, path = HIDDEN, at, rest if at else ""
    address = f"{authority}{slash}{path}"
    if query := None if scheme[1].casefold() == "file" else _QUERY.search(address):
        found.append(address[query.end() :])
        address = f"{address[: query.start()]}?{HIDDEN}"
    found += [named[0].partition("=")[2] for named in _NAMED.finditer(address)]
    return found, scheme[0] + _NAMED.sub(rf"\1{HIDDEN}", address)


def _has_host(address: str) -> bool:
    """Whether a host is what it begins with, beside names and passwords, with a port behind its colon if it has one."""
    host = unquote(address.partition("/")[0]).rpartition("@")[2]
    return _HOST.fullmatch(_QUERY.split(host)[0]) is not None


def _refused(text: str, got: str, kind: str = "") -> Problem:
    shown = without_credentials(text)
    return Problem(
        "a repository cannot be cloned from there",
        where=shown if len(shown) <= MAX_REF else f"{shown[:MAX_REF]}…",
        expected=f"https://, ssh://, user@host:path or a path, of at most {MAX_URL:,} characters, and a ref of {MAX_REF}",
        got=f"{got}: {kind}" if kind else got,
        nearest=f"https{shown[4:]}" if kind == "http" and len(shown) <= MAX_REF else "",
        fix="give such a URL, or clone the repository elsewhere and give its folder",
    )


def _split(path: str, *, local: bool) -> tuple[str, str]:
    """Path and ref; an ``@`` in a name of the path stays there."""
    if path.endswith(".git") or (local and _exists(unquote(path))):
        return path, ""
    before, found, ref = path.rpartition(".git@")
    if found:
        return f"{before}.git", ref
    match = _WITH_REF.fullmatch(path)
    return (match[1], match[2]) if match else (path, "")


def _exists(path: str) -> bool:
    with suppress(OSError, ValueError):
        return Path(path).exists()
    return False


def _is_folder(text: str) -> bool:
    with suppress(OSError, ValueError, RuntimeError):
        return Path(text).expanduser().is_dir()
    return False


def _is_bare(text: str) -> bool:
    folder = Path(text).expanduser()
    return (folder / "HEAD").is_file() and (folder / "objects").is_dir()
