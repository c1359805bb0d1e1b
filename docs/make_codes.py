"""Write ``docs/codes.md`` from the catalogue of finding codes.

Run: ``python docs/make_codes.py``.
"""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from pytest_flops_mock.codes import CODES

TARGET = Path(__file__).with_name("codes.md")


def codes() -> str:
    """The whole page."""
    lines = ["# Codes of findings", "", "Made from `pytest_flops_mock/codes/` by `docs/make_codes.py`."]
    lines += ["`flops-mock explain FM512` prints one of them. Only an error makes a repository incompatible.", ""]
    for stage, found in groupby(CODES.values(), key=lambda code: code.stage):
        lines += [f"## {stage.value}", ""]
        for code in found:
            lines += [f"### {code.id}: {code.title}", "", f"*{code.severity.value}.* {code.trigger}", ""]
            lines += [f"- **Why:** {code.why}", f"- **Fix:** {code.fix}", ""]
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    TARGET.write_text(codes(), encoding="utf-8")
