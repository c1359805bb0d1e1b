"""Letting ``huggingface_hub`` and ``datasets`` of this process and its children talk to another hub, and back."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

ENDPOINTS = {
    "ENDPOINT": "{url}",
    "HF_ENDPOINT": "{url}",
    "HUGGINGFACE_CO_URL_TEMPLATE": "{url}/{{repo_id}}/resolve/{{revision}}/{{filename}}",
    "HUB_DATASETS_URL": "{url}/datasets/{{repo_id}}/resolve/{{revision}}/{{path}}",
}
"""What the libraries have read from HF_ENDPOINT when they were imported, in any of their modules."""

SWITCHES: dict[str, str | bool] = {
    "HF_HUB_OFFLINE": False,
    "HF_DATASETS_OFFLINE": False,
    "HF_HUB_DISABLE_XET": True,
    "HF_HUB_DISABLE_TELEMETRY": True,
    "HF_UPDATE_DOWNLOAD_COUNTS": False,
    "USE_PARQUET_EXPORT": False,
    "FLWR_TELEMETRY_ENABLED": "0",
}
"""What is switched, in the libraries and in the environment of child processes."""

TOKENS = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_TOKEN_PATH")

LIBRARIES = ("huggingface_hub", "datasets", "flwr_datasets")


@contextmanager
def pointed_at(url: str, home: Path) -> Iterator[None]:
    """Let the libraries use a hub, and a cache of its own; afterwards all is as it was.

    They read the environment when they are imported, so they are imported before it is changed, and what they have read is
    changed in them.

    Args:
        url: Address of the hub.
        home: Folder for whatever is downloaded.
    """
    for name in ("huggingface_hub", "datasets"):
        import_module(name)
    undo: list[Callable[[], None]] = []
    before: dict[str, Any] = {}
    try:
        _point_environment(url, home, undo)
        before = _point_modules(url, home, undo)
        _forget_connections()
        yield
    finally:
        _put_back_copies(url, before)
        for back in reversed(undo):
            back()
        _forget_connections()


def _folders(home: Path) -> dict[str, Path]:
    hub, data = home / "hub", home / "datasets"
    return {
        "HF_HOME": home,
        "HF_CACHE_HOME": home,
        "HF_HUB_CACHE": hub,
        "HUGGINGFACE_HUB_CACHE": hub,
        "HF_ASSETS_CACHE": home / "assets",
        "HF_XET_CACHE": home / "xet",
        "HF_DATASETS_CACHE": data,
        "DOWNLOADED_DATASETS_PATH": data / "downloads",
        "EXTRACTED_DATASETS_PATH": data / "downloads" / "extracted",
        "HF_TOKEN_PATH": home / "token",
    }


def _point_environment(url: str, home: Path, undo: list[Callable[[], None]]) -> None:
    before = dict(os.environ)
    switches = {name: value if isinstance(value, str) else str(int(value)) for name, value in SWITCHES.items()}
    folders = {name: str(path) for name, path in _folders(home).items() if name.startswith(("HF_", "HUGGINGFACE"))}
    proxies = {name: ",".join(filter(None, (before.get(name), "127.0.0.1,.127.0.0.1"))) for name in ("NO_PROXY", "no_proxy")}
    ours = {**folders, **switches, **proxies, "HF_ENDPOINT": url}

    def back() -> None:
        for name in (*ours, *TOKENS):
            os.environ.pop(name, None)
            if name in before:
                os.environ[name] = before[name]

    undo.append(back)
    for name in TOKENS:
        os.environ.pop(name, None)
    os.environ.update(ours)


def _point_modules(url: str, home: Path, undo: list[Callable[[], None]]) -> dict[str, Any]:
    """What the libraries had read, by name."""
    ours: dict[str, Any] = {**SWITCHES, **_endpoints(url), **_folders(home)}
    changed: dict[str, Any] = {}
    for module in _modules():
        there = vars(module)
        for name in ours.keys() & there.keys():
            before, value = there[name], ours[name]
            if isinstance(before, str | bool | Path):
                undo.append(_setter(module, name, before))
                setattr(module, name, str(value) if isinstance(before, str) else value)
                changed.setdefault(name, before)
        for each in list(there.values()):  # HfApi() that was made when the module was imported
            if type(each).__name__ == "HfApi" and getattr(each, "endpoint", url) != url:
                undo.append(_setter(each, "endpoint", each.endpoint))
                each.endpoint = url
    return changed


def _put_back_copies(url: str, before: dict[str, Any]) -> None:
    """Modules that were imported meanwhile may have copied the address."""
    for module in _modules():
        for name, ours in _endpoints(url).items():
            if vars(module).get(name) == ours and name in before:
                setattr(module, name, before[name])


def _endpoints(url: str) -> dict[str, str]:
    return {name: text.format(url=url) for name, text in ENDPOINTS.items()}


def _modules() -> list[ModuleType]:
    return [module for name, module in list(sys.modules.items()) if module and name.partition(".")[0] in LIBRARIES]


def _setter(owner: Any, name: str, value: Any) -> Callable[[], None]:
    return lambda: setattr(owner, name, value)


def _forget_connections() -> None:
    """Neither a file system that knows another hub's files stays, nor a connection that goes through a proxy."""
    import huggingface_hub

    huggingface_hub.HfFileSystem.clear_instance_cache()
    for name in ("close_session", "reset_sessions"):  # from version 1.0 on, and before
        close = getattr(huggingface_hub, name, None) or getattr(huggingface_hub.utils, name, None)
        if close is not None:
            close()
            return
