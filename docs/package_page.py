"""The page of the package on an index: the README, whose links lead where the project lives, once that is decided.

Hatchling calls it when it builds. The one setting is ``home`` in ``[tool.hatch.metadata.hooks.custom]`` of pyproject.toml,
which the site of the documentation reads as well.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\((?!https?://|#)([^)\s]+)\)")
"""A link or a picture of which the target is no URL and lies on no place of the same page."""


class PackagePage(MetadataHookInterface):
    """Fills in ``readme`` and ``urls``."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Fill them in.

        Args:
            metadata: The table ``project``.
        """
        home = str(self.config["home"]).rstrip("/")
        text = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        metadata["readme"] = {"content-type": "text/markdown", "text": page(text, home)}
        metadata["urls"] = urls(home)


def page(readme: str, home: str) -> str:
    """The README for the package's page, where links within the project lead nowhere.

    Args:
        readme: Its Markdown.
        home: Where the project lives; without it such links become their text, and pictures go.
    """

    def linked(match: re.Match[str]) -> str:
        picture, text, target = match.groups()
        if not home:
            return "" if picture else text
        return f"{picture}[{text}]({home}/{'raw' if picture else 'blob'}/main/{target})"

    return LINK.sub(linked, readme)


def urls(home: str) -> dict[str, str]:
    """The links beside the page; none without a home."""
    if not home:
        return {}
    files = f"{home}/blob/main"
    return {
        "Source": home,
        "Documentation": f"{files}/docs/index.md",
        "Changelog": f"{files}/CHANGELOG.md",
        "Issues": f"{home}/issues",
    }
