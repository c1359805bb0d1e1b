"""Draw what README shows first: a check on a terminal, of the example with an SLA that names another data set.

Run: ``python docs/make_terminal.py``. It needs the extra ``plots``, and what the example imports.
"""

from __future__ import annotations

import fcntl
import io
import json
import os
import pty
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).parents[1]
TARGET = Path(__file__).with_name("check.svg")
COMMAND = "flops-mock check . --sla mocks/cifar10.json --env current"
COLUMNS = 100
LOOK = """\
<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" role="img" aria-label="flops-mock check">
<style>
.{unique_id}-matrix {{
  font: {char_height}px/{line_height}px "DejaVu Sans Mono", Menlo, Consolas, monospace; white-space: pre;
}}
{styles}
</style>
<defs>{lines}</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""
"""rich's own form without the fonts that it loads from elsewhere."""


def shown(command: str, folder: Path, columns: int) -> str:
    """What a command writes to a terminal of so many columns, with colours.

    Args:
        command: For a shell.
        folder: Where it runs.
        columns: How wide the terminal is.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 60, columns, 0, 0))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    variables = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "CI")}
    variables |= {"PATH": path, "TERM": "xterm-256color"}
    with subprocess.Popen(
        command, shell=True, cwd=folder, stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL, env=variables
    ) as process:
        os.close(theirs)
        written = io.BytesIO()
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # the terminal is closed
                break
            if not part:
                break
            written.write(part)
        process.wait(timeout=60)
    os.close(ours)
    return written.getvalue().decode().replace("\r\n", "\n")


def example(folder: Path) -> None:
    """The example repository, with an SLA for a data set whose pictures are in another column."""
    shutil.copytree(ROOT / "examples" / "mnist_sklearn", folder, dirs_exist_ok=True)
    sla = json.loads((folder / "mocks" / "mnist_multi.json").read_text(encoding="utf-8"))
    sla["mock_data_configuration"]["dataset_name"] = "cifar10"
    (folder / "mocks" / "cifar10.json").write_text(json.dumps(sla), encoding="utf-8")


def picture(output: str) -> str:
    """An SVG of a terminal with what was written to it."""
    console = Console(record=True, width=COLUMNS + 2, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Text(f"$ {COMMAND}", style="bold"))
    console.print(Text.from_ansi(output), soft_wrap=True, end="")
    svg = console.export_svg(title="", code_format=LOOK, unique_id="check")
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"


def main() -> None:
    """Draw it."""
    with tempfile.TemporaryDirectory() as folder:
        example(Path(folder))
        TARGET.write_text(picture(shown(COMMAND, Path(folder), COLUMNS)), encoding="utf-8")


if __name__ == "__main__":
    main()
