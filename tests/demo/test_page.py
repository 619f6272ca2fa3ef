"""The demo's page, driven in a real browser. `PAPERBOY_PICTURE=FILE` keeps the thread's picture."""

import os
import re
import shutil
import signal
from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.demo.running import serving

CHROMIUM = shutil.which("chromium")

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium"),
    pytest.mark.timeout(180),
]

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture
def page() -> Generator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser.new_page(viewport={"width": 1000, "height": 1100})
        browser.close()


def run(page: Page, slash_command: str) -> None:
    """Type a command into the page's composer, as a person does, and send it."""
    composer = page.get_by_placeholder(re.compile("^Message"))
    composer.click()
    page.keyboard.type(slash_command, delay=15)
    page.get_by_text(slash_command, exact=False).first.wait_for()
    page.wait_for_timeout(500)
    page.keyboard.press("Enter")
    page.wait_for_timeout(500)
    page.locator("#send-message").click()


def test_a_person_reads_the_thread_runs_a_command_and_turns_a_page(
    tmp_path: Path, page: Page
) -> None:
    with serving(tmp_path) as (process, url):
        page.goto(url)
        page.get_by_text("Papers of Monday 8 December 2025").first.wait_for()

        run(page, "/paper trending")
        page.get_by_text("Trending on Monday 8 December 2025").first.wait_for()
        page.get_by_role("button", name="The week").last.click()
        page.get_by_text("Trending in week 2025-W50").first.wait_for()

        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0


def test_the_days_thread_can_be_opened(tmp_path: Path, page: Page) -> None:
    with serving(tmp_path, "--place", "thread") as (_, url):
        page.goto(url)
        page.get_by_text("EditThinker").first.wait_for()
        page.wait_for_timeout(1000)
        if picture := os.environ.get("PAPERBOY_PICTURE"):
            page.screenshot(path=picture)
