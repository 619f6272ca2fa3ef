"""`paperboy demo --source`: a recorded day of a source beyond arXiv, in a terminal and a phone."""

import re
from collections.abc import Generator
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="needs Playwright, which requirements-dev.lock brings")

from playwright.sync_api import Page, expect

from papers.sources.recorded import RECORDED, RecordedSource
from tests.demo.browsing import CHROMIUM, browser, press, run, visit
from tests.demo.running import once, serving

WIDTH, SCREEN = 390, 844
"""CSS pixels of a usual phone."""

needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium")


@pytest.fixture
def phone() -> Generator[Page]:
    with browser() as page:
        page.set_viewport_size({"width": WIDTH, "height": SCREEN})
        yield page


@pytest.mark.parametrize(("key", "papers"), [("biorxiv", 2), ("medrxiv", 8)])
def test_a_recorded_day_is_posted_as_new_papers_of_its_source(
    tmp_path: Path, key: str, papers: int
) -> None:
    result = once(tmp_path, "--source", key)
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    header, _, thread = result.stdout.partition("Thread: ")
    name, day = RECORDED[key], RecordedSource(key).day
    assert f"the newest batch of what was recorded of {name}" in header
    assert f"## 📰 Papers of {day:%A} {day.day} {day:%B} {day.year}" in header
    assert f"{papers} new papers of {name}" in header
    assert thread.count("### ") == papers
    assert len(re.findall(rf"-# {name} · [a-z ]+\n", thread)) == papers
    for absent in ("upvote", "trending", "arxiv.org"):
        assert absent not in result.stdout


def test_an_unknown_source_is_answered_with_those_that_were_recorded(tmp_path: Path) -> None:
    result = once(tmp_path, "--source", "arxiv")
    assert result.returncode == 1
    assert "no recorded day of “arxiv”; choose biorxiv or medrxiv." in result.stderr


def test_a_recorded_day_is_not_live(tmp_path: Path) -> None:
    result = once(tmp_path, "--source", "biorxiv", "--live")
    assert result.returncode == 1
    assert "choose one of them" in result.stderr


def test_a_kept_demo_goes_on_with_its_source_and_with_no_other(tmp_path: Path) -> None:
    first = once(tmp_path, "--source", "biorxiv", "--database", "demo.db")
    again = once(tmp_path, "--source", "bioRxiv", "--database", "demo.db")
    assert again.returncode == 0, again.stderr
    assert again.stdout.partition("\n")[2] == first.stdout.partition("\n")[2]
    other = once(tmp_path, "--source", "medrxiv", "--database", "demo.db")
    assert other.returncode == 1
    assert "was kept with other sources" in other.stderr


@needs_browser
@pytest.mark.timeout(180)
def test_a_phone_shows_the_recorded_day_and_its_papers_can_be_saved(
    tmp_path: Path, phone: Page
) -> None:
    with serving(tmp_path, "--source", "medrxiv", "--place", "thread") as (_, url):
        visit(phone, url)
        said = phone.locator("#channel-message-list")
        expect(said.get_by_role("button", name="Save")).to_have_count(8)
        expect(said).to_contain_text("medRxiv · cardiovascular medicine")
        heights = phone.locator("#channel-message-list > article").evaluate_all(
            "found => found.map(each => each.getBoundingClientRect().height)"
        )
        assert max(heights) <= SCREEN
        assert phone.evaluate("document.documentElement.scrollWidth") <= WIDTH
        press(phone, said.get_by_role("button", name="Save").first)
        expect(said).to_contain_text("Saved to")
        run(phone, "/paper search", "malaria")
        expect(said).to_contain_text("Longitudinal characterization of Plasmodium")
