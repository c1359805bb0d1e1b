"""What MkDocs is told beside mkdocs.yml: pages that lie at the top of the project, and where links into it lead."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
PAGES = {
    "README.md": "index.md",
    "ARCHITECTURE.md": "project/architecture.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "SECURITY.md": "project/security.md",
    "CHANGELOG.md": "project/changelog.md",
}
"""Pages of the site by their files at the top of the project."""

ROLE = re.compile(r":(?:class|func|meth|attr|data|mod):(?=<code>)")
"""What marks a name in docstrings, which help() shows; a site has no use for it."""

LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\((?!https?://|#)([^)\s#]+)(#[^)\s]*)?\)")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Where the project lives, if that is decided."""
    config.repo_url = _home() or None
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages from the top of the project."""
    for source, page in PAGES.items():
        files.append(File.generated(config, page, content=(ROOT / source).read_text(encoding="utf-8")))
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Let links between files of the project lead to pages of the site, and those to other files to where it lives."""
    uri = page.file.src_uri
    source = next((source for source, its_page in PAGES.items() if its_page == uri), f"docs/{uri}")

    def led(match: re.Match[str]) -> str:
        picture, text, target, place = match.groups(default="")
        file = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
        if not (ROOT / file).exists():
            raise PluginError(f"{source} links to {target}, which is not there")
        at = PAGES.get(file, file.removeprefix("docs/") if file.startswith("docs/") else "")
        if at:
            return f"{picture}[{text}]({posixpath.relpath(at, posixpath.dirname(uri) or '.')}{place})"
        return f"[{text}]({_home()}/blob/main/{file}{place})" if _home() else text

    return LINK.sub(led, markdown)


def on_page_content(html: str, **_: Any) -> str:
    """Take the marks of names away."""
    return ROLE.sub("", html)


def _home() -> str:
    import tomllib  # type: ignore[import-not-found]  # from Python 3.11 on, which the site is built with

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return str(project["tool"]["hatch"]["metadata"]["hooks"]["custom"]["home"]).rstrip("/")
