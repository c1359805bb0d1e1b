"""A hub on the loopback interface: it answers the HTTP calls that ``huggingface_hub`` and ``datasets`` make.

``huggingface_hub`` reads ``HF_ENDPOINT`` when it is imported, so whatever talks to this hub runs in a child: ``on_hub``.
"""

from __future__ import annotations

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
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from pytest_flops_mock.data.hub.protocol import OK, PARTIAL, Answer, Asked, HubFiles, answer

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
class Request:
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
    requests: list[Request] = field(default_factory=list)

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
        commits = {revision: HubFiles(name, content).commit for revision, content in states.items()}
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
        self.hub.requests.append(Request(self.command, path, file[3] if file else "", token))
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
                self._about(repository, info[2] or "revision", info[3] or "main", body)

    def _failed(self, repository: HubRepository, path: str) -> bool:
        fault = repository.fault
        if fault is None or not fault.status or not re.search(fault.on, path):
            return False
        repository.faults += 1
        if repository.faults <= fault.after:
            return False
        self._send(fault.status, b"{}", dict(fault.headers))
        return True

    def _about(self, repository: HubRepository, kind: str, revision: str, body: bytes) -> None:
        commit = repository.commit(revision)
        if commit is None:
            self._refuse(404, "RevisionNotFound", f"Invalid rev id: {revision}")
            return
        said = self._said(repository, commit, body)
        if kind == "revision":
            owners = {"gated": "auto" if repository.gated else False, "private": repository.private}
            said = replace(said, body=json.dumps({**json.loads(said.body), **owners}).encode())
        self._send(said.status, said.body, said.headers)

    def _file(self, repository: HubRepository, revision: str, name: str, token: str) -> None:
        commit = repository.commit(revision)
        if repository.gated and token != self.hub.token:
            self._refuse(403 if token else 401, "GatedRepo", "Access to this data set is restricted")
        elif commit is None:
            self._refuse(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        else:
            said = self._said(repository, commit)
            fault = repository.fault if name != "README.md" and said.status in (OK, PARTIAL) else None
            self._send(said.status, said.body, said.headers, fault)

    def _said(self, repository: HubRepository, commit: str, body: bytes = b"") -> Answer:
        headers = {name.lower(): value for name, value in self.headers.items()}
        return answer(Asked(self.path, headers, body), HubFiles(repository.id, repository.revisions[commit]))

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
