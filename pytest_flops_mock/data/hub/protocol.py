"""The calls that ``huggingface_hub`` and ``datasets`` make on a hub to read a data set, answered from files in memory."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

OK, PARTIAL, MOVED, NOT_FOUND, NOT_ALLOWED = 200, 206, 307, 404, 405


@dataclass(frozen=True)
class HubFiles:
    """A data set as a hub has it.

    Attributes:
        id: Its full name.
        files: Contents by path.
    """

    id: str
    files: Mapping[str, bytes]

    @cached_property
    def commit(self) -> str:
        """The commit of all its revisions: that of its files."""
        digest = hashlib.sha1(b"commit", usedforsecurity=False)
        for name, content in sorted(self.files.items()):
            digest.update(name.encode() + b"\0" + hashlib.sha1(content, usedforsecurity=False).digest())
        return digest.hexdigest()


@dataclass(frozen=True)
class Asked:
    """A request.

    Attributes:
        target: Path and query.
        headers: Its headers, their names in small letters.
        body: Its body.
    """

    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def path(self) -> str:
        """The path, without what is quoted."""
        return unquote(urlsplit(self.target).path)

    @property
    def dataset(self) -> str:
        """Name of the data set that it is about; empty if it is about none."""
        found = _FILE.fullmatch(self.path) or _ABOUT.fullmatch(self.path)
        return found[1] if found else ""


@dataclass(frozen=True)
class Answer:
    """An answer: status, body and headers."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


_REVISION = r"(refs/[^/]+/[^/]+|[^/]+)"
_FILE = re.compile(rf"/datasets/([^/]+(?:/[^/]+)?)/resolve/{_REVISION}/(.+)")
_ABOUT = re.compile(
    rf"/api/datasets/([^/]+(?:/(?!(?:revision|tree|paths-info)/)[^/]+)?)(?:/(revision|tree|paths-info)/{_REVISION}(?:/(.*))?)?"
)


def answer(asked: Asked, data: HubFiles) -> Answer:
    """What a hub says to a request that is about a data set."""
    if found := _FILE.fullmatch(asked.path):
        return _file(asked, data, found[3])
    found = _ABOUT.fullmatch(asked.path)
    if found is None:
        return refused("RepoNotFound", "this hub only gives data sets to read")
    kind, folder = found[2] or "revision", found[4] or ""
    if kind == "revision":
        return _json(_info(data))
    if kind == "paths-info":
        return _json([entry for entry in _tree(data.files, "", recursive=True) if entry["path"] in _paths(asked.body)])
    query = parse_qs(urlsplit(asked.target).query)
    tree = _tree(data.files, folder, recursive=query.get("recursive", ["false"])[0].casefold() == "true")
    return _json(tree) if tree or not folder else refused("EntryNotFound", "no such folder")


def moved(asked: Asked, name: str) -> Answer:
    """The data set has another name; the hub's short names are of that kind."""
    return Answer(MOVED, b"", {"Location": asked.target.replace(f"datasets/{asked.dataset}", f"datasets/{name}", 1)})


def refused(code: str, message: str, **headers: str) -> Answer:
    """There is nothing of that name.

    Args:
        code: As the hub calls it: ``RepoNotFound``, ``EntryNotFound``.
        message: For people.
        **headers: Further ones.
    """
    body = json.dumps({"error": message}).encode()
    told = message.splitlines()[0].encode("ascii", "replace").decode()
    return Answer(NOT_FOUND, body, {"X-Error-Code": code, "X-Error-Message": told, **headers})


def _file(asked: Asked, data: HubFiles, name: str) -> Answer:
    if name not in data.files:
        return refused("EntryNotFound", "Entry not found", **{"X-Repo-Commit": data.commit})
    content = data.files[name]
    headers = {
        "X-Repo-Commit": data.commit,
        "ETag": f'"{_digest(content)}"',
        "Accept-Ranges": "bytes",
        "Content-Type": "application/octet-stream",
    }
    wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", asked.headers.get("range") or "")
    if wanted is None:
        return Answer(OK, content, headers)
    first, last = int(wanted[1]), min(int(wanted[2] or len(content)), len(content) - 1)
    return Answer(PARTIAL, content[first : last + 1], {**headers, "Content-Range": f"bytes {first}-{last}/{len(content)}"})


def _info(data: HubFiles) -> dict[str, Any]:
    import yaml

    card = re.match(r"---\n(.*?)\n---\n", data.files.get("README.md", b"").decode(), re.DOTALL)
    return {
        "_id": "0",
        "id": data.id,
        "author": data.id.rpartition("/")[0],
        "sha": data.commit,
        "lastModified": "2000-01-01T00:00:00.000Z",
        "createdAt": "2000-01-01T00:00:00.000Z",
        "private": False,
        "gated": False,
        "disabled": False,
        "downloads": 0,
        "likes": 0,
        "tags": [],
        "cardData": yaml.safe_load(card[1]) if card else {},
        "siblings": [{"rfilename": name} for name in sorted(data.files)],
    }


def _tree(files: Mapping[str, bytes], folder: str, *, recursive: bool) -> list[dict[str, Any]]:
    start = f"{folder}/" if folder else ""
    inside = {name: content for name, content in sorted(files.items()) if name.startswith(start)}
    folders = {name[: place.end() - 1] for name in inside for place in re.finditer("/", name) if place.start() >= len(start)}
    entries: list[dict[str, Any]] = [
        {"type": "directory", "oid": "0" * 40, "size": 0, "path": name} for name in sorted(folders)
    ]
    entries += [
        {"type": "file", "oid": _digest(content), "size": len(content), "path": name} for name, content in inside.items()
    ]
    return [entry for entry in entries if recursive or "/" not in entry["path"][len(start) :]]


def _paths(body: bytes) -> list[str]:
    """The paths that are asked for, as a form or as JSON."""
    if body.lstrip()[:1] == b"{":
        content = json.loads(body)
        found = content.get("paths", []) if isinstance(content, dict) else []
    else:
        found = parse_qs(body.decode("utf-8", "replace")).get("paths", [])
    return [found] if isinstance(found, str) else list(found)


def _digest(content: bytes) -> str:
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()


def _json(value: object) -> Answer:
    return Answer(OK, json.dumps(value).encode(), {"Content-Type": "application/json"})
