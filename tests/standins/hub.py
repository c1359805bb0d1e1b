"""A hub on the loopback interface: it answers the HTTP calls that ``huggingface_hub`` and ``datasets`` make.

``huggingface_hub`` reads ``HF_ENDPOINT`` when it is imported, so whatever talks to this hub runs in a child: ``on_hub``.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import yaml

Files = Mapping[str, "bytes | str"]


@dataclass(frozen=True)
class Fault:
    """What goes wrong with the requests for a data set.

    Attributes:
        status: The status that is answered; 0 sends the file, but not as it should be.
        on: Pattern of the paths that it befalls.
        headers: Headers of the answer.
        broken: Whether the body ends in the middle.
        seconds: How long each piece of a body takes.
        after: How many such requests go well before.
    """

    status: int = 0
    on: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    broken: bool = False
    seconds: float = 0.0
    after: int = 0


@dataclass
class HubRepository:
    """A data set on the hub: its files at each revision, and who may see it."""

    id: str
    revisions: dict[str, dict[str, bytes]]
    names: dict[str, str]
    gated: bool = False
    private: bool = False
    fault: Fault | None = None
    faults: int = 0

    def commit(self, revision: str) -> str | None:
        """The commit that a branch, a tag or a commit means."""
        return self.names.get(revision, revision if revision in self.revisions else None)


@dataclass(frozen=True)
class Asked:
    """One request: method, path, and the rest of the path that is a file's name, if it is for a file."""

    method: str
    path: str
    file: str = ""
    token: str = ""


@dataclass
class Hub:
    """The hub. ``token`` opens private and gated data sets; ``stranger`` is a user's token that opens neither."""

    url: str = ""
    token: str = "hf_goodtoken"
    stranger: str = "hf_stranger"
    repositories: dict[str, HubRepository] = field(default_factory=dict)
    legacy: dict[str, str] = field(default_factory=dict)
    requests: list[Asked] = field(default_factory=list)

    def add(
        self,
        name: str,
        files: Files | Path,
        *,
        legacy: str = "",
        gated: bool = False,
        private: bool = False,
        fault: Fault | None = None,
        older: Mapping[str, Files] | None = None,
    ) -> HubRepository:
        """Add a data set (or another state of it) from files or a folder of them; ``older`` has files by tag."""
        states = {"main": _contents(files), **{tag: _contents(old) for tag, old in (older or {}).items()}}
        commits = {revision: _commit(content) for revision, content in states.items()}
        self.repositories[name] = HubRepository(
            name, {commits[tag]: content for tag, content in states.items()}, commits, gated, private, fault
        )
        if legacy:
            self.legacy[legacy] = name
        return self.repositories[name]

    def commit(self, name: str, revision: str = "main") -> str:
        """The commit of a branch or a tag."""
        return self.repositories[name].names[revision]

    def downloads(self, name: str) -> list[str]:
        """The files of a data set that were sent, in order (a file that comes in parts once for each)."""
        start = f"/datasets/{name}/resolve/"
        return [asked.file for asked in self.requests if asked.method == "GET" and asked.path.startswith(start)]


def _contents(files: Files | Path) -> dict[str, bytes]:
    if isinstance(files, Path):
        found = sorted(path for path in files.rglob("*") if path.is_file())
        return {path.relative_to(files).as_posix(): path.read_bytes() for path in found}
    return {name: text if isinstance(text, bytes) else text.encode() for name, text in files.items()}


def _commit(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha1(b"commit")
    for name, content in sorted(files.items()):
        digest.update(name.encode() + b"\0" + content)
    return digest.hexdigest()


def parquet(rows: Mapping[str, Any], features: Any = None) -> bytes:
    """A Parquet file with these rows, as ``datasets`` writes it."""
    import datasets

    file = io.BytesIO()
    datasets.Dataset.from_dict(dict(rows), features=features).to_parquet(file)
    return file.getvalue()


@contextmanager
def running_hub() -> Iterator[Hub]:
    """A hub that runs, without any data set."""
    hub = Hub()
    handler = type("Handler", (_Handler,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = unquote(urlsplit(self.path).path)
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        file = re.fullmatch(r"/datasets/(.+?)/resolve/([^/]+)/(.+)", path)
        info = re.fullmatch(r"/api/datasets/(.+?)(?:/(revision|tree|paths-info)/([^/]+)(?:/(.*))?)?", path)
        name = file[1] if file else info[1] if info else ""
        self.hub.requests.append(Asked(self.command, path, file[3] if file else "", token))
        with suppress(BrokenPipeError, ConnectionResetError):
            if name in self.hub.legacy:
                moved = self.path.replace(f"datasets/{name}", f"datasets/{self.hub.legacy[name]}", 1)
                self._send(307, b"", {"Location": moved})
                return
            repository = self.hub.repositories.get(name)
            if repository is None or (repository.private and token != self.hub.token):
                self._refuse(401 if not token else 404, "RepoNotFound", "Repository not found")
                return
            if self._failed(repository, path):
                return
            if file:
                self._file(repository, file[2], file[3], token)
            elif info:
                self._about(repository, info[2] or "revision", info[3] or "main", info[4] or "", body)

    def _failed(self, repository: HubRepository, path: str) -> bool:
        fault = repository.fault
        if fault is None or not fault.status or not re.search(fault.on, path):
            return False
        repository.faults += 1
        if repository.faults <= fault.after:
            return False
        self._send(fault.status, b"{}", dict(fault.headers))
        return True

    def _about(self, repository: HubRepository, kind: str, revision: str, folder: str, body: bytes) -> None:
        commit = repository.commit(revision)
        if commit is None:
            self._refuse(404, "RevisionNotFound", f"Invalid rev id: {revision}")
            return
        files = repository.revisions[commit]
        if kind == "revision":
            self._json(_info(repository, commit, files))
            return
        if kind == "paths-info":
            asked = parse_qs(body.decode()).get("paths", []) if b"=" in body else json.loads(body or b"{}").get("paths", [])
            self._json([entry for entry in _tree(files, "", recursive=True) if entry["path"] in asked])
            return
        recursive = parse_qs(urlsplit(self.path).query).get("recursive", ["false"])[0].casefold() == "true"
        tree = _tree(files, folder, recursive=recursive)
        if not tree and folder:
            self._refuse(404, "EntryNotFound", "no such folder")
            return
        self._json(tree)

    def _file(self, repository: HubRepository, revision: str, name: str, token: str) -> None:
        commit = repository.commit(revision)
        if repository.gated and token != self.hub.token:
            self._refuse(403 if token else 401, "GatedRepo", "Access to this data set is restricted")
        elif commit is None:
            self._refuse(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        elif name not in repository.revisions[commit]:
            self._refuse(404, "EntryNotFound", "Entry not found", **{"X-Repo-Commit": commit})
        else:
            content = repository.revisions[commit][name]
            headers = {
                "X-Repo-Commit": commit,
                "ETag": f'"{hashlib.sha1(content).hexdigest()}"',
                "Accept-Ranges": "bytes",
                "Content-Type": "application/octet-stream",
            }
            status, part = 200, content
            if wanted := re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range") or ""):
                first, last = int(wanted[1]), min(int(wanted[2] or len(content)), len(content) - 1)
                status, part = 206, content[first : last + 1]
                headers["Content-Range"] = f"bytes {first}-{last}/{len(content)}"
            self._send(status, part, headers, repository.fault if name != "README.md" else None)

    def _json(self, value: object) -> None:
        self._send(200, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def _refuse(self, status: int, code: str, message: str, **headers: str) -> None:
        body = json.dumps({"error": message}).encode()
        self._send(status, body, {"X-Error-Code": code, "X-Error-Message": message, **headers})

    def _send(self, status: int, body: bytes, headers: Mapping[str, str], fault: Fault | None = None) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        if fault is not None and fault.broken:
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True
            return
        if fault is not None and fault.seconds:
            for start in range(0, len(body), 1000):
                time.sleep(fault.seconds)
                self.wfile.write(body[start : start + 1000])
            return
        self.wfile.write(body)


def _info(repository: HubRepository, commit: str, files: Mapping[str, bytes]) -> dict[str, Any]:
    card = re.match(r"---\n(.*?)\n---\n", files.get("README.md", b"").decode(), re.DOTALL)
    return {
        "_id": "0",
        "id": repository.id,
        "author": repository.id.partition("/")[0],
        "sha": commit,
        "lastModified": "2026-01-01T00:00:00.000Z",
        "private": repository.private,
        "gated": "auto" if repository.gated else False,
        "disabled": False,
        "downloads": 0,
        "likes": 0,
        "tags": [],
        "cardData": yaml.safe_load(card[1]) if card else {},
        "siblings": [{"rfilename": name} for name in sorted(files)],
        "createdAt": "2026-01-01T00:00:00.000Z",
    }


def _tree(files: Mapping[str, bytes], folder: str, *, recursive: bool) -> list[dict[str, Any]]:
    start = f"{folder}/" if folder else ""
    inside = {name: content for name, content in sorted(files.items()) if name.startswith(start)}
    folders = {name[: place.end() - 1] for name in inside for place in re.finditer("/", name) if place.start() >= len(start)}
    entries: list[dict[str, Any]] = [
        {"type": "directory", "oid": "0" * 40, "size": 0, "path": name} for name in sorted(folders)
    ]
    for name, content in inside.items():
        entries.append({"type": "file", "oid": hashlib.sha1(content).hexdigest(), "size": len(content), "path": name})
    return [entry for entry in entries if recursive or "/" not in entry["path"][len(start) :]]


def on_hub(script: str, hub: Hub | str, home: Path, *arguments: str, **env: str) -> str:
    """What a Python script prints, with the hub's address and a home of its own for whatever is downloaded.

    Args:
        script: Its text; it gets ``arguments`` in ``sys.argv``.
        hub: The hub, or an address.
        home: A folder: ``HF_HOME``, and its ``work`` the working directory.
        *arguments: For the script.
        **env: Further environment variables.
    """
    work = home / "work"
    work.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        env=hub_environment(hub, home, **env),
        cwd=work,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def hub_environment(hub: Hub | str, home: Path, **env: str) -> dict[str, str]:
    """The environment of a process that shall talk to the hub: without a token, and without a proxy in between."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("HF_") and not name.casefold().endswith("_proxy")
    }
    return {
        **kept,
        "HF_ENDPOINT": hub if isinstance(hub, str) else hub.url,
        "HF_HOME": str(home / "hf"),
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_UPDATE_DOWNLOAD_COUNTS": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        **env,
    }
