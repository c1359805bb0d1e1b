"""Draw reports as pages: for README one that is incompatible and one that is compatible, for ``docs/reports.md`` its data.

Run: ``python docs/make_report_pictures.py``. It needs Chromium, the dependency group ``browser``, and what the example
imports.
"""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
WIDTH, HEIGHT, SCALE = 1000, 1200, 2
MARGIN = 32
COLOURS = 128
"""So many are enough for a page, and make a small file."""

CHANGES: dict[str, dict[str, Any]] = {
    "bad": {"dataset_name": "cifar10"},
    "good": {"number_of_partitions": 6, "partitioner": {"name": "dirichlet", "alpha": 0.3}},
}
"""What is changed of the example's SLA for each picture."""

OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


def target(name: str) -> Path:
    """Where a picture is."""
    return Path(__file__).with_name(f"report-{name}.png")


def report(name: str, folder: Path) -> Path:
    """The report on the example as a page.

    Args:
        name: Which one.
        folder: A copy of the example repository.
    """
    sla = json.loads((folder / "mocks" / "mnist_multi.json").read_text(encoding="utf-8"))
    sla["mock_data_configuration"] |= CHANGES[name]
    asked = sla["mock_data_configuration"]["dataset_name"]
    (folder / "mocks" / f"{asked}.json").write_text(json.dumps(sla), encoding="utf-8")
    page = folder / f"{name}.html"
    command = [sys.executable, "-m", "pytest_flops_mock", "check", ".", "--sla", f"mocks/{asked}.json", "--env", "current"]
    subprocess.run([*command, f"--output={page}"], cwd=folder, stdout=subprocess.DEVNULL, timeout=300, check=False)
    return page


def pictures(page: Path, chromium: str) -> tuple[bytes, bytes]:
    """The top of a page, and its data in the dark scheme, as PNG files."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=OPTIONS)
        view = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=SCALE)
        view.goto(page.as_uri())
        top = view.screenshot()
        view.emulate_media(color_scheme="dark")
        place = view.locator("section[aria-labelledby=data]").bounding_box()
        assert place is not None
        clip = {"x": 0.0, "y": place["y"] + MARGIN, "width": float(WIDTH), "height": place["height"]}
        data = view.screenshot(full_page=True, clip=clip)  # type: ignore[arg-type]
        browser.close()
    return small(top), small(data)


def small(picture: bytes) -> bytes:
    """A picture in few colours."""
    file = io.BytesIO()
    shot = Image.open(io.BytesIO(picture)).convert("RGB")
    shot.quantize(COLOURS, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return file.getvalue()


def main() -> None:
    """Draw them."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("Chromium is not installed: apt install chromium")
    with tempfile.TemporaryDirectory() as folder:
        repository = Path(folder) / "mnist_sklearn"
        shutil.copytree(ROOT / "examples" / "mnist_sklearn", repository)
        for name in CHANGES:
            top, data = pictures(report(name, repository), chromium)
            target(name).write_bytes(top)
        target("data").write_bytes(data)


if __name__ == "__main__":
    main()
