"""Write the tables of ``docs/security.md`` from the hostile cases that are tested.

Run: ``python docs/make_security.py``.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

TARGET = Path(__file__).with_name("security.md")
TABLES = re.compile(r"(?<=<!-- tables: made by docs/make_security.py -->\n).*?(?=<!-- end of the tables -->)", re.DOTALL)


def tables() -> str:
    """A table for each area: what is done, and what comes out."""
    tests = str(Path(__file__).parents[1] / "tests")
    if tests not in sys.path:
        sys.path.append(tests)
    from hostile.matrix import AREAS, cases

    lines: list[str] = []
    for area, title in AREAS.items():
        lines += ["", f"### {title}", "", "| what is done | what comes out |", "| --- | --- |"]
        lines += [f"| {_cell(case.does)} | {_cell(case.outcome)} |" for case in cases(area)]
    return "\n".join(lines) + "\n\n"


def page(text: str) -> str:
    """The page with the tables of the cases that there are."""
    return TABLES.sub(lambda _: tables(), text)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    TARGET.write_text(page(TARGET.read_text(encoding="utf-8")), encoding="utf-8")
