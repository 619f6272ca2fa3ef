"""The demo's page, driven in a real browser. `PAPERBOY_PICTURE=FILE` keeps the README's picture."""

import os
import subprocess
from collections.abc import Generator
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="needs Playwright, which requirements-dev.lock brings")

from playwright.sync_api import Page, expect

from tests.demo.browsing import (
    CHROMIUM,
    PHONE_LIKE,
    browser,
    picture,
    press,
    quick,
    run,
    settled,
    visit,
    wait_until_idle,
)
from tests.demo.running import next_address, serving

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium"),
    pytest.mark.timeout(180),
]


@pytest.fixture
def page() -> Generator[Page]:
    with browser() as opened:
        yield opened


def test_a_person_runs_commands_turns_pages_and_the_bot_answers(tmp_path: Path, page: Page) -> None:
    with serving(tmp_path) as (_, url):
        visit(page, url)
        said = page.locator("#channel-message-list")
        expect(said).to_contain_text("📰 Papers of Monday 8 December 2025")

        run(page, "/paper trending")
        expect(said).to_contain_text("Trending: Monday 8 December 2025")
        press(page, page.get_by_role("button", name="Show the month").last)
        expect(said).to_contain_text("Trending: December 2025")
        expect(said).to_contain_text("60 papers · page 1 of 6")
        press(page, page.get_by_role("button", name="Next").last)
        expect(said).to_contain_text("60 papers · page 2 of 6")

        wait_until_idle(page)
        page.get_by_label("Viewing as").select_option("Grace")
        expect(said).not_to_contain_text("Trending:")
        run(page, "/paper status")
        expect(said).to_contain_text("Newest papers: Monday 8 December 2025, 10 papers")


def test_a_person_searches_and_saves_papers_in_the_thread(tmp_path: Path, page: Page) -> None:
    with serving(tmp_path, "--place", "thread") as (_, url):
        visit(page, url)
        said = page.locator("#channel-message-list")
        expect(said.get_by_role("button", name="Save")).to_have_count(10)

        run(page, "/paper search", "talking video")
        expect(said).to_contain_text("AnyTalker: Scaling Multi-Person Talking Video Generation")

        press(page, said.get_by_role("button", name="Save").first)
        expect(said).to_contain_text("Saved to")

        marks = said.locator("button.reaction-chip")
        expect(marks).to_have_count(10)
        press(page, marks.nth(1))
        expect(marks.nth(1)).to_contain_text("2")


def test_every_flow_that_the_terminal_suggests_is_answered_at_once(
    tmp_path: Path, page: Page
) -> None:
    with serving(tmp_path, stdin=subprocess.PIPE) as (process, url):
        visit(page, url)
        said = page.locator("#channel-message-list")

        run(page, "/paper subscribe", "diffusion", says="papers in 14 days")
        with quick():
            press(page, said.get_by_role("button", name="Subscribe").last)
            expect(said).to_contain_text("I've sent you a DM")
        run(page, "/paper digest now", says="No new papers today")
        run(page, "/paper search", "video generation", says="AnyTalker")
        run(page, "/feed add", pick="reading", says="Daily thread set up")
        run(page, "/feed preview", pick="reading", says=" of 10 in the thread")
        run(page, "/feed post-now", pick="reading", says="Posted")
        run(page, "/feed list", says="#reading")

        _go(process, page, "ada")
        expect(said).to_contain_text("You follow a new topic")

        _go(process, page, "thread")
        marks = said.locator("button.reaction-chip")
        with quick():
            press(page, marks.nth(1))
            expect(marks.nth(1)).to_contain_text("2")
        with quick():
            press(page, said.get_by_role("button", name="Save").first)
            expect(said).to_contain_text("Saved to")
        run(page, "/library show", says="2 papers")
        run(page, "/library export", pick="bibtex", says=".bib")


def test_a_command_that_was_refused_is_answered_and_leaves_the_composer(
    tmp_path: Path, page: Page
) -> None:
    with serving(tmp_path) as (_, url):
        visit(page, url)
        for command, value, answer in (
            ("/paper subscribe", '"never closed', "closed"),
            ("/paper trending", "noonish", "a date. Try"),
            ("/paper unsubscribe", "nothing of the kind", "You don't follow a topic"),
            ("/library lists delete", "no such list", "no such list"),
        ):
            run(page, command, value, says=answer)
        expect(page.locator("#inspector-count")).to_have_text("")


def _go(process: subprocess.Popen[str], page: Page, place: str) -> None:
    """Type a place into the demo's terminal, and open the page that it then serves."""
    assert process.stdin is not None
    process.stdin.write(f"{place}\n")
    process.stdin.flush()
    visit(page, next_address(process))


def test_the_thread_and_direct_messages_are_a_word_away(tmp_path: Path, page: Page) -> None:
    with serving(tmp_path, stdin=subprocess.PIPE) as (process, url):
        page.set_viewport_size(PHONE_LIKE)  # pyright: ignore[reportArgumentType] - a plain dict
        visit(page, url)
        expect(page.locator("#channel-message-list")).to_contain_text("EditThinker")
        header = _shot(page)

        _go(process, page, "thread")
        expect(page.locator("#channel-name")).to_have_text("Papers of Monday 8 December 2025")
        cards = page.locator("#channel-message-list").get_by_role("link", name="PDF")
        expect(cards).to_have_count(10)
        pictures = page.locator("#channel-message-list").get_by_role(
            "img", name="Picture from the paper"
        )
        expect(pictures).to_have_count(10)
        thread = _shot(page)

        _go(process, page, "grace")
        run(page, "/paper trending")
        expect(page.locator("#channel-message-list")).to_contain_text("EditThinker")

    if path := os.environ.get("PAPERBOY_PICTURE"):
        picture([header, thread], Path(path))


def test_forum_posts_menus_pins_and_the_time_are_a_click_away(tmp_path: Path, page: Page) -> None:
    with serving(tmp_path) as (_, url):
        page.set_viewport_size({"width": 390, "height": 844})
        visit(page, url)
        settled(page)
        run(page, "/feed add", pick="forum", says="Daily thread set up")
        run(page, "/feed post-now", pick="forum", says="Posted")
        page.get_by_role("button", name="☰ Channels").click()
        page.get_by_role("button", name="forum").click()
        posts = page.locator("button.demo-card")
        expect(posts).to_have_count(1)
        posts.first.click()
        settled(page)
        expect(page.locator("#channel-name")).to_have_text("Papers of Monday 8 December 2025")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390

        page.get_by_role("button", name="📌 Pins").click()
        expect(page.get_by_text("Nothing is pinned here.")).to_be_visible()
        page.keyboard.press("Escape")
        card = page.locator("#channel-message-list > article").nth(1)
        card.hover()
        card.get_by_role("button", name="Apps").click()
        page.get_by_role("menuitem", name="Cite").click()
        settled(page)
        expect(page.get_by_role("dialog")).to_contain_text("BibTeX")
        page.get_by_role("button", name="Cancel").click()

        page.get_by_role("button", name="☰ Channels").click()
        page.get_by_role("button", name="+1 hour").click()
        settled(page)
        page.get_by_role("button", name="☰ Channels").click()
        expect(page.locator(".demo-time")).to_contain_text("Monday 8 December, 08:")


def _shot(page: Page) -> bytes:
    """Return a picture of the conversation from its beginning."""
    page.locator("#channel-timeline").evaluate("timeline => timeline.scrollTo(0, 0)")
    page.wait_for_timeout(300)
    return page.locator("#channel-layout").screenshot()
