"""What uv gets to see of this process: which variables, and what pip was told of package indexes."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from pytest_flops_mock.learner.environments.isolation import apart
from pytest_flops_mock.subprocesses import run

OF_THE_SYSTEM = frozenset(
    (
        "ALL_PROXY",
        "CURL_CA_BUNDLE",
        "HOME",
        "HTTPS_PROXY",
        "HTTP_PROXY",
        "LANG",
        "LANGUAGE",
        "LD_LIBRARY_PATH",
        "LOGNAME",
        "NETRC",
        "NO_PROXY",
        "PATH",
        "PYENV_ROOT",
        "REQUESTS_CA_BUNDLE",
        "SSL_CERT_DIR",
        "SSL_CERT_FILE",
        "SSL_CLIENT_CERT",
        "SYSTEMROOT",
        "TEMP",
        "TMP",
        "TMPDIR",
        "TZ",
        "USER",
        "USERPROFILE",
    )
)
"""Upper or lower case: how the machine is reached, and who works on it."""

FOLDERS = frozenset(("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"))
"""As the XDG Base Directory Specification has it, a relative path is ignored."""

OF_UV = frozenset(
    (
        "UV_CACHE_DIR",
        "UV_CONCURRENT_DOWNLOADS",
        "UV_CONFIG_FILE",
        "UV_DEFAULT_INDEX",
        "UV_EXCLUDE_NEWER",
        "UV_EXTRA_INDEX_URL",
        "UV_FIND_LINKS",
        "UV_HTTP_TIMEOUT",
        "UV_INDEX",
        "UV_INDEX_STRATEGY",
        "UV_INDEX_URL",
        "UV_INSECURE_HOST",
        "UV_KEYRING_PROVIDER",
        "UV_NATIVE_TLS",
        "UV_NO_INDEX",
        "UV_OFFLINE",
        "UV_PYTHON_INSTALL_DIR",
        "UV_PYTHON_INSTALL_MIRROR",
        "UV_REQUEST_TIMEOUT",
        "UV_SYSTEM_CERTS",
        "UV_TORCH_BACKEND",
    )
)
"""Where packages and Pythons are, and how they are reached. Tokens for publishing stay out, for instance.

``UV_NO_CACHE`` as well: uv would forget what it knows of the environment's Python and run it, with code of packages.
"""

OF_INDEXES = re.compile(r"UV_INDEX_\w+_(?:USERNAME|PASSWORD)")

FOR_BUILDS = frozenset(
    (
        "AR",
        "CC",
        "CFLAGS",
        "CMAKE_PREFIX_PATH",
        "CPPFLAGS",
        "CXX",
        "CXXFLAGS",
        "LD",
        "LDFLAGS",
        "MAKEFLAGS",
        "PKG_CONFIG_PATH",
    )
)
"""Only where packages may be built from source: what compilers are told."""

PIP_SECONDS = 60.0

_FROM_PIP = {
    "UV_DEFAULT_INDEX": ("PIP_INDEX_URL", "UV_INDEX_URL"),
    "UV_INDEX": ("PIP_EXTRA_INDEX_URL", "UV_EXTRA_INDEX_URL"),
    "UV_FIND_LINKS": ("PIP_FIND_LINKS", ""),
    "SSL_CERT_FILE": ("PIP_CERT", ""),
}
"""uv reads nothing of pip's. What pip is told of where packages are is handed on, unless uv was told itself (by the variable
in front, or its older name behind)."""

# Neither the current folder nor PYTHONPATH may lead to another pip: a repository could hold one.
_PIP = """import sys
del sys.path[0]
sys.argv = ["pip", "config", "list"]
from runpy import run_module
run_module("pip", run_name="__main__", alter_sys=True)
"""


def uv_environment(*, allow_download: bool, allow_builds: bool = False, with_indexes: bool = True) -> dict[str, str]:
    """The variables that uv gets: those that it needs to find packages, and no others. Code of packages would see them.

    Args:
        allow_download: Whether it may download a Python.
        allow_builds: Whether it may build packages from source.
        with_indexes: Whether it looks for packages, and is told what pip knows of indexes.
    """
    passed = {name: value for name, value in os.environ.items() if _passes(name, value, allow_builds)}
    pip = _pip_settings() if with_indexes else {}
    for name, (pips, older) in _FROM_PIP.items():
        if name not in passed and older not in passed and pip.get(pips):
            passed[name] = ",".join(pip[pips].split()) if name == "UV_FIND_LINKS" else pip[pips]
    passed.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")  # as pip: the best version of all indexes
    passed.setdefault("UV_NATIVE_TLS", "true")  # as pip: the certificates that this machine trusts
    passed["UV_PYTHON_DOWNLOADS"] = "automatic" if allow_download else "never"
    # A link would let whoever writes into the environment write into uv's cache, and so into the next environment. The
    # system still shares the blocks of copies where the file system can.
    passed["UV_LINK_MODE"] = "copy"
    passed["GIT_TERMINAL_PROMPT"] = "0"
    passed["PATH"] = os.pathsep.join(search_path(passed))
    return passed


def search_path(environ: Mapping[str, str]) -> Iterator[str]:
    """The path on which uv looks for programs: absolute folders alone, since a relative one may lie in the repository.

    pyenv's own Pythons stand for its shims, which only work where pyenv allows.
    """
    try:
        pyenv = Path(environ.get("PYENV_ROOT") or "~/.pyenv").expanduser()
    except RuntimeError:  # no home
        pyenv = Path(os.devnull)
    for entry in environ.get("PATH", "").split(os.pathsep):
        if os.path.isabs(entry) and Path(entry) != pyenv / "shims":
            yield entry
    yield os.fspath(Path(sys.base_prefix, "bin"))
    yield from sorted(os.fspath(path) for path in pyenv.glob("versions/*/bin"))


def _passes(name: str, value: str, allow_builds: bool) -> bool:
    if name in FOLDERS:
        return os.path.isabs(value)
    known = name.upper() in OF_THE_SYSTEM or name.startswith("LC_") or name in OF_UV or OF_INDEXES.fullmatch(name)
    return bool(known) or (allow_builds and name in FOR_BUILDS)


def _pip_settings() -> dict[str, str]:
    """Pip's settings in this Python, from variables and, where it is installed, files, by the names of its variables."""
    variables = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    others = {name: value for name, value in os.environ.items() if _passes(name, value, False)}
    found = {name: " ".join(value.split()) for name, value in variables.items()}
    try:
        told = run([sys.executable, *apart(), "-c", _PIP], env={**others, **variables}, timeout=PIP_SECONDS)
    except (OSError, subprocess.TimeoutExpired):  # uv then looks where it looks by itself
        return found
    for section, key, value in re.findall(r"^([\w:]+)\.([\w-]+)=(.+)$", told.text, re.MULTILINE):
        if section in ("global", "install", ":env:"):
            found[f"PIP_{key.upper().replace('-', '_')}"] = " ".join(str(ast.literal_eval(value)).split())
    return found
