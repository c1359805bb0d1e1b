"""Pages in a real browser: nothing is asked for, nothing overflows, everything can be read, reached and printed."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from standins.pages import BAD, GOOD, SEARCHED, federation, hostile

from pytest_flops_mock.report.comparing import changes
from pytest_flops_mock.report.html.page import diff_html, html

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Dialog, Page

pytestmark = pytest.mark.browser

COMPARED = [BAD, replace(BAD, sla="c")], [replace(GOOD, sla=BAD.sla), BAD]
PAGES: dict[str, Callable[[], str]] = {
    "good": lambda: html({"mocks/b.json": GOOD}),
    "bad": lambda: html({"mocks/a.json": BAD}),
    "several": lambda: html({"mocks/a.json": BAD, "mocks/b.json": GOOD}),
    "search": lambda: html({"mocks/a.json": SEARCHED}),
    "rounds": lambda: html({"mocks/a.json": GOOD}, rounds={"mocks/a.json": federation()}),
    "diff": lambda: diff_html(changes(*COMPARED), "old.json", "new.json"),
    "hostile": lambda: html({"a": hostile()}),
}
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS, SCHEMES = (360, 1400), ("light", "dark")
WAIT = 60_000
"""Milliseconds that a step may take beside other work."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium with an empty profile of its own."""
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert program, "these tests need Chromium: apt install chromium"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=OPTIONS, timeout=WAIT)
        yield started
        started.close()


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """Opens a page as a file, and takes care that it asks for nothing else and says nothing on the console."""
    contexts: list[BrowserContext] = []
    said: list[str] = []
    asked: list[str] = []

    def dismissed(dialog: Dialog) -> None:
        said.append(dialog.message)
        dialog.dismiss()

    def open_page(name: str, *, width: int = 1400, scheme: str = "light", **options: bool) -> Page:
        file = tmp_path / f"{name}.html"
        file.write_text(PAGES[name](), encoding="utf-8")
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, **options)  # type: ignore[arg-type]
        contexts.append(context)
        context.set_default_timeout(WAIT)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", dismissed)
        page.on("request", lambda request: asked.append(request.url))
        page.goto(file.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert said == [], "a page has nothing to say on the console"
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_for_nothing_and_overflows_nowhere(opened: Callable[..., Page], name: str) -> None:
    page = opened(name)
    _unfold(page)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.evaluate(_CUT_OFF) == []


_CUT_OFF = """
() => [...document.querySelectorAll("body *")].filter(each =>
    !each.closest("svg, .scroll, .unseen, .skip") && each.getBoundingClientRect().right > innerWidth + 1
).map(each => each.outerHTML.slice(0, 80))
"""


@pytest.mark.parametrize("name", [name for name in PAGES if name != "good"])
def test_axe_finds_nothing_that_keeps_anybody_from_reading(opened: Callable[..., Page], name: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = opened(name, width=360, bypass_csp=True)  # axe is a script, and the page allows none
    _unfold(page)
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    passed = {rule["id"] for rule in results.response["passes"]}
    assert {"color-contrast", "heading-order", "landmark-one-main", "region"} <= passed
    page.emulate_media(color_scheme="dark")
    dark = Axe().run(page, options={"runOnly": ["color-contrast"]})
    assert dark.violations_count == 0, dark.generate_report()
    assert [rule["id"] for rule in dark.response["passes"]] == ["color-contrast"]


def test_a_dark_page_is_dark(opened: Callable[..., Page]) -> None:
    shades = {}
    for scheme in SCHEMES:
        page = opened("good", scheme=scheme)
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        shades[scheme] = sum(map(int, re.findall(r"\d+", colour)))
    assert shades["dark"] < 100
    assert shades["light"] > 700


def test_the_keyboard_reaches_everything_in_the_order_of_the_page(opened: Callable[..., Page]) -> None:
    page = opened("bad")
    reached = []
    for _ in range(40):
        page.keyboard.press("Tab")
        place = page.evaluate(_FOCUSED)
        if place is None or place in reached:
            break
        reached.append(place)
    assert [text for _, text, _ in reached][:3] == ["Skip to the content", "FM602", "Findings"]
    numbers = [number for number, _, _ in reached]
    assert numbers == sorted(numbers)
    assert len(numbers) == page.evaluate(_REACHABLE)
    assert all(width > 0 for _, _, width in reached), "who uses a keyboard sees where it is"
    assert page.locator("#finding-1 .why p").first.is_hidden()
    page.locator("#finding-1 summary").focus()
    page.keyboard.press("Enter")
    assert page.locator("#finding-1 .why p").first.is_visible()


_REACHABLE = """
() => [...document.querySelectorAll("a, summary, [tabindex]")].filter(each =>
    each.checkVisibility({contentVisibilityAuto: true})
).length
"""
_FOCUSED = """
() => {
    const each = document.activeElement;
    if (each === document.body) return null;
    const number = [...document.querySelectorAll("*")].indexOf(each);
    return [number, each.textContent.trim().slice(0, 30), parseFloat(getComputedStyle(each).outlineWidth)];
}
"""


def test_a_page_is_whole_without_javascript_and_on_paper(opened: Callable[..., Page]) -> None:
    page = opened("bad", java_script_enabled=False)
    folded = page.locator("#finding-1 .why p").first
    assert page.locator("h1").inner_text() == "Incompatible"
    page.emulate_media(media="print")
    assert folded.is_visible(), "paper has nothing to click on"
    assert page.pdf().startswith(b"%PDF")


def _unfold(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
