"""A real browser on the demo's page."""

import io
import os
import re
import shutil
import time
from collections.abc import Generator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page, expect, sync_playwright

CHROMIUM = shutil.which("chromium")

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

PATIENCE = 30_000
"""Milliseconds that a busy machine gets for each step."""

QUICK = 2_000
"""Milliseconds in which the bot has answered on a quiet machine, where it takes about 50."""

PHONE_LIKE = {"width": 720, "height": 1150}
"""Too narrow for the workbench's sidebar: then the page shows the conversation alone."""

_TRIES = 4
_DROPPED = 500
"""Milliseconds after which a command that is not under way has been dropped."""

GAP = 12
GROUND = "#1e1f22"


@contextmanager
def browser() -> Generator[Page]:
    """Open an empty page in a headless Chromium."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        page = chromium.new_page(viewport={"width": 1000, "height": 1100})
        page.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        yield page
        chromium.close()


def visit(page: Page, url: str) -> None:
    """Open an address of the demo, which differs from the one before in its fragment only."""
    page.goto("about:blank")
    page.goto(url)
    wait_until_idle(page)


def wait_until_idle(page: Page) -> None:
    """Wait until the page takes the next action: while one is under way it ignores others."""
    page.wait_for_function(
        "() => window.simcordPreview?.ready && !window.simcordPreview.pendingAction"
    )


def settled(page: Page) -> None:
    """Wait until the page shows the place that was asked for."""
    page.wait_for_function(
        "() => document.body.dataset.demoReady && !document.body.dataset.demoBusy"
    )
    wait_until_idle(page)


def press(page: Page, button: Locator) -> None:
    """Click something that the bot answers."""
    wait_until_idle(page)
    button.click()


@contextmanager
def quick() -> Generator[None]:
    """Fail where the block takes longer than `QUICK`, times the processes that share a core."""
    began = time.monotonic()
    yield
    took = time.monotonic() - began
    running = int(Path("/proc/loadavg").read_text().split()[3].partition("/")[0])
    sharing = max(os.getloadavg()[0], running) / (os.cpu_count() or 1)
    allowed = QUICK / 1_000 * max(1.0, sharing)
    assert took <= allowed, f"took {took:.1f} s, allowed are {allowed:.1f} s"


def run(page: Page, slash_command: str, value: str = "", *, pick: str = "", says: str = "") -> None:
    """Type a command and its first option's value into the page's composer, and send it.

    `pick` is the suggestion to choose for that option instead: a channel, a format. With `says`,
    that text has to be there quickly.
    """
    wait_until_idle(page)
    page.locator("#channel-composer-input").click()
    page.keyboard.type(slash_command)
    options = page.locator("#command-picker-listbox [role=option]")
    expect(options.first).to_contain_text(re.compile(re.escape(slash_command.removeprefix("/"))))
    page.keyboard.press("Enter")
    expect(page.locator(".command-chip")).to_have_text(slash_command)
    option = page.locator(".command-option-input").first
    if (value or pick) and not option.count():
        page.locator(".command-ghost").click()  # the first is optional, so it has to be asked for
        page.locator(".command-suggestion").first.click()
    if value or pick:
        option.fill(value or pick)
    if pick:
        page.locator(".command-suggestion", has_text=pick).first.click()
    wait_until_idle(page)
    with quick() if says else nullcontext():
        _send(page)
        if says:
            expect(page.locator("#channel-message-list")).to_contain_text(says)


def _send(page: Page) -> None:
    """Press Send until the command has left the composer.

    The page drops a command, and keeps it in the composer, while it waits for a newer state of the
    conversation, which nothing on the page tells.
    """
    left = page.locator(".command-chip")
    for _ in range(_TRIES - 1):
        page.locator("#send-message").click()
        wait_until_idle(page)
        try:
            expect(left).to_have_count(0, timeout=_DROPPED)
        except AssertionError:
            continue
        return
    page.locator("#send-message").click()
    expect(left).to_have_count(0)


def picture(pages: list[bytes], path: Path) -> None:
    """Keep some screenshots of equal height as one, side by side."""
    images = [Image.open(io.BytesIO(page)) for page in pages]
    width = sum(image.width for image in images) + GAP * (len(images) - 1)
    whole = Image.new("RGB", (width, max(image.height for image in images)), GROUND)
    left = 0
    for image in images:
        whole.paste(image, (left, 0))
        left += image.width + GAP
    whole.quantize(128).save(path, optimize=True)
