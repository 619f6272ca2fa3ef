"""The demo's page on a phone. `PAPERBOY_PHONES=FILE` keeps the picture of the guide."""

import os
from collections.abc import Generator
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="needs Playwright, which requirements-dev.lock brings")

from playwright.sync_api import Page, expect

from tests.demo.browsing import CHROMIUM, browser, picture, run, visit, wait_until_idle
from tests.demo.running import serving

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium"),
    pytest.mark.timeout(180),
]

WIDTH, SCREEN = 390, 844
"""CSS pixels of a usual phone."""
MESSAGES = "#channel-message-list > article"


@pytest.fixture(scope="module")
def kept() -> Generator[list[bytes]]:
    """Collect screenshots, and keep them as one where that is asked for."""
    shots: list[bytes] = []
    yield shots
    if path := os.environ.get("PAPERBOY_PHONES"):
        picture(shots, Path(path))


@pytest.fixture
def phone() -> Generator[Page]:
    with browser() as page:
        page.set_viewport_size({"width": WIDTH, "height": SCREEN})
        yield page


def test_the_overview_of_ten_papers_fits_two_screens(
    tmp_path: Path, phone: Page, kept: list[bytes]
) -> None:
    with serving(tmp_path, "--language", "en") as (_, url):
        visit(phone, url)
        assert heights(phone)[0] <= 2 * SCREEN
        assert fits(phone)
        kept.append(shot(phone))


@pytest.mark.parametrize(
    ("language", "save"), [("de", "Speichern"), ("ja", "保存")], ids=["German", "Japanese"]
)
def test_a_card_is_at_most_a_screen_tall_and_nothing_is_cut_off(
    tmp_path: Path, phone: Page, kept: list[bytes], language: str, save: str
) -> None:
    with serving(tmp_path, "--place", "thread", "--language", language) as (_, url):
        visit(phone, url)
        expect(phone.get_by_role("button", name=save).first).to_be_visible()
        cards = heights(phone)
        assert len(cards) == 10
        assert max(cards) <= SCREEN
        kept.append(shot(phone))
        run(phone, "/paper help")
        wait_until_idle(phone)
        assert fits(phone)


def heights(page: Page) -> list[float]:
    """Return how tall each message is."""
    return page.locator(MESSAGES).evaluate_all(
        "found => found.map(each => each.getBoundingClientRect().height)"
    )


def fits(page: Page) -> bool:
    """Tell whether the page needs no scrolling to the side."""
    return page.evaluate("document.documentElement.scrollWidth") <= WIDTH


def shot(page: Page) -> bytes:
    """Return a picture of the conversation from its beginning."""
    page.locator("#channel-timeline").evaluate("timeline => timeline.scrollTo(0, 0)")
    page.wait_for_timeout(300)
    return page.locator("#channel-layout").screenshot()
