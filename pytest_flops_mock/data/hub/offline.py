"""A hub on the loopback interface that gives twins and recorded samples in place of the data sets of the real one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from pytest_flops_mock.data.choice import RECORDINGS, DataChoice, DataSource
from pytest_flops_mock.data.exporting import files_of
from pytest_flops_mock.data.hub.protocol import Answer, Asked, HubFiles, answer, moved, refused
from pytest_flops_mock.data.selection import Selection
from pytest_flops_mock.data.twin_source import ROWS, known_twin, twin_of, twin_splits
from pytest_flops_mock.errors import DataSourceError, FlopsMockError, Problem

if TYPE_CHECKING:
    import datasets

MAX_BODY = 2**20
"""So long is the body of a request at most; it names files."""


@dataclass
class OfflineHub:
    """A hub on the loopback interface: ``datasets.load_dataset`` of whoever talks to it reads twins and recorded samples.

    A context manager; the constructor starts nothing. Rows are made when a data set is asked for.

    Attributes:
        choice: Which data sets are twins and which recorded samples.
        recordings: Folder of recorded samples, and of descriptions of the user's own data sets.
        on_refusal: Is called with a text when somebody asks for a data set that there is not.
        url: Its address, while it runs.
        asked: The data sets that were asked for, by the names that were used, in order and once each.
    """

    choice: DataChoice = field(default_factory=DataChoice)
    recordings: Path = RECORDINGS
    on_refusal: Callable[[str], None] = print
    url: str = ""
    asked: list[str] = field(default_factory=list)
    _added: dict[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)
    _made: dict[str, HubFiles | DataSourceError] = field(default_factory=dict, repr=False)
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    _server: ThreadingHTTPServer | None = field(default=None, repr=False)
    _thread: threading.Thread | None = field(default=None, repr=False)

    def add(self, name: str, data: datasets.Dataset | datasets.DatasetDict) -> None:
        """Give these rows under a name, in place of what the hub has there.

        Args:
            name: Name of the data set.
            data: Its splits; rows without splits are ``train``.
        """
        with self._lock:
            self._added[name] = data if isinstance(data, Mapping) else {"train": data}
            self._made.clear()

    def __enter__(self) -> OfflineHub:
        handler = type("Handler", (_Handler,), {"hub": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join(5)
        self._server = self._thread = None

    def answer(self, asked: Asked) -> Answer:
        """What the hub says to a request."""
        name = asked.dataset
        if not name:
            return refused("RepoNotFound", "this hub only gives data sets to read")
        with self._lock:
            is_new = name not in self.asked
            if is_new:
                self.asked.append(name)
            data = self._data(name)
        if isinstance(data, DataSourceError):
            if is_new:
                self.on_refusal(str(data))
            return refused("RepoNotFound", str(data))
        return answer(asked, data) if data.id == name else moved(asked, data.id)

    def _data(self, name: str) -> HubFiles | DataSourceError:
        if name not in self._made:
            try:
                self._made[name] = self._make(name)
            except DataSourceError as error:
                self._made[name] = error
        return self._made[name]

    def _make(self, name: str) -> HubFiles:
        if name in self._added:
            return HubFiles(name, files_of({"default": self._added[name]}, name))
        known = known_twin(name, self.recordings)
        full = next((each for each in known.names if "/" in each), name)
        if full != name:
            made = self._data(full)
            if isinstance(made, DataSourceError):
                raise made
            return made
        source = self.choice.source_of(*known.names)
        if source is DataSource.SYNTHETIC:
            found = twin_of(known, self.recordings)
            splits = twin_splits(found, min(ROWS, found.splits[found.main]))
            others = [config for config in found.configs if config != found.config_name]
            return HubFiles(name, files_of({found.config_name: splits}, name, others=others))
        if source is DataSource.RECORDED:
            return HubFiles(name, files_of(_recorded(known.names, self.recordings), name))
        raise DataSourceError(
            Problem(
                "this data set is to come from the real hub, and offline_hub goes to no network",
                where=name,
                expected=f"{DataSource.SYNTHETIC.value} or {DataSource.RECORDED.value}",
                got=self.choice.value,
                fix="choose another source with --flops-data, or give it rows: offline_hub.add(name, rows)",
            )
        )


def _recorded(names: tuple[str, ...], folder: Path) -> dict[str, dict[str, Any]]:
    """The recorded samples of a data set, by configuration and split."""
    from pytest_flops_mock.data.recordings.manifest import recordings_in
    from pytest_flops_mock.data.recordings.replaying import replay

    configs: dict[str, dict[str, Any]] = {}
    for recording in recordings_in(folder):
        known = recording.manifest
        if set(names) & {known.dataset, *known.names}:
            selection = Selection(split=known.split, config_name=known.config_name, revision=known.asked_revision)
            configs.setdefault(known.config_name or "default", {})[known.split], *_ = replay(names, selection, folder)
    if not configs:
        replay(names, Selection(), folder)  # which says what is missing
    return configs


class _Handler(BaseHTTPRequestHandler):
    hub: OfflineHub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Say nothing on standard error."""

    def do_GET(self) -> None:
        """Answer."""
        length = min(int(self.headers.get("Content-Length") or 0), MAX_BODY)
        asked = Asked(self.path, {name.lower(): value for name, value in self.headers.items()}, self.rfile.read(length))
        try:
            said = self.hub.answer(asked)
        except (FlopsMockError, ValueError, KeyError, TypeError) as error:  # of a request that no library makes
            said = refused("EntryNotFound", f"{type(error).__name__}: {error}")
        with suppress(BrokenPipeError, ConnectionResetError):
            self.send_response(said.status)
            for name, value in {**said.headers, "Content-Length": str(len(said.body))}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(said.body)

    def do_HEAD(self) -> None:
        """Answer without a body."""
        self.do_GET()

    def do_POST(self) -> None:
        """Answer."""
        self.do_GET()
