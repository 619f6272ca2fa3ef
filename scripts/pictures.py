"""Makes the README's pictures of forums, roundups, the shelf and journal clubs from the demo.

    .venv/bin/python -m scripts.pictures

writes `docs/rhythm.png` and `docs/together.png`: phones of 390 pixels, side by side. The demo's
tests make the other two: `PAPERBOY_PICTURE=docs/thread.png scripts/test tests/demo/test_page.py`
and `PAPERBOY_PHONES=docs/phones.png scripts/test tests/demo/test_phone.py`.

Everything in them is the real bot's, on the sample's papers: titles, names and figures are facts,
the sentences about papers are the sample's own, and thumbnails are drawn by the demo.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.demo.browsing import browser, picture, press, run, settled, visit
from tests.demo.running import serving

ROOT = Path(__file__).resolve().parents[1]
WIDTH, HEIGHT = 390, 844
MESSAGES = "#channel-message-list > article"
PATIENCE = 120_000
"""Milliseconds that each step gets: pictures may be made on a busy machine."""
LARGEST = 200_000
"""Bytes of a picture in the repository."""
VOTED = ("2512.05965", "2511.22699", "2512.05356")
"""Papers on the shelf, which the club votes on; the last one wins."""


def opened(page: Page, place: str) -> None:
    """Open a channel, thread or panel from the list beside the conversation."""
    settled(page)
    page.get_by_role("button", name="☰ Channels").click()
    page.locator(".demo-rail button", has_text=place).first.click()
    page.wait_for_timeout(300)
    settled(page)


def let_pass(page: Page, label: str, times: int = 1) -> None:
    """Let time pass."""
    for _ in range(times):
        opened(page, label)


def as_seen_by(page: Page, person: str) -> None:
    """Look as someone else."""
    settled(page)
    page.get_by_label("Viewing as").select_option(person)
    settled(page)


def pressed(page: Page, button: str) -> None:
    """Press the last button with this name."""
    press(page, page.locator("#channel-message-list").get_by_role("button", name=button).last)
    settled(page)


def submitted(page: Page) -> None:
    """Send the open form."""
    page.get_by_role("dialog").get_by_role("button", name="Submit").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    settled(page)


def chosen(page: Page, shown: str, option: str) -> None:
    """Choose an option of a form's select, which shows `shown` so far."""
    form = page.get_by_role("dialog")
    form.get_by_text(shown, exact=True).click()
    page.get_by_role("option", name=option).first.click()


def shot(page: Page, text: str, *, end: bool = False) -> bytes:
    """Return a picture of the last message with a text, and what follows it; or of its end."""
    settled(page)
    page.mouse.move(0, 0)
    page.locator(MESSAGES, has_text=text).last.evaluate(
        """(message, end) => {
            const line = document.getElementById("channel-timeline");
            const [there, seen] = [message, line].map((each) => each.getBoundingClientRect());
            const by = end ? there.bottom - seen.bottom : there.top - seen.top - 12;
            line.scrollTo(0, line.scrollTop + by);
        }""",
        end,
    )
    page.wait_for_timeout(400)
    return page.locator("#channel-layout").screenshot()


def rhythm(page: Page) -> list[bytes]:
    """Set up a forum and a roundup; return their phones."""
    run(page, "/feed add", pick="forum", says="Daily thread set up")
    pressed(page, "Posts and tags…")
    form = page.get_by_role("dialog")
    for choice in ("One post per paper", "The forum's tags, and new ones for topics"):
        form.get_by_text(choice, exact=True).click()
    submitted(page)
    pressed(page, "Post now")
    expect(page.locator("#channel-message-list")).to_contain_text("Open thread")
    opened(page, "forum")
    expect(page.locator("button.demo-card")).to_have_count(10)
    phones = [page.screenshot(clip={"x": 0, "y": 0, "width": WIDTH, "height": HEIGHT - 48})]
    page.locator("button.demo-card", has_text="EditThinker").click()
    page.wait_for_timeout(300)
    phones.append(shot(page, "EditThinker"))
    opened(page, "papers")
    run(page, "/feed settings", pick="papers", says="Weekly roundup")
    pressed(page, "Weekly roundup")
    pressed(page, "Post now")
    expect(page.locator("#channel-message-list")).to_contain_text("The roundup “")
    phones.append(shot(page, "The best 10 of 50 papers", end=True))
    return phones


def together(page: Page) -> list[bytes]:
    """Fill the shelf and hold a session of a journal club; return their phones."""
    for number in VOTED:
        run(page, "/shelf add", number, says="Added to the shelf")
    as_seen_by(page, "Grace")
    run(page, "/shelf add", VOTED[-1], says="Added to the shelf")
    run(page, "/shelf show", says="The shelf of this server")
    phones = [shot(page, "The shelf of this server")]
    as_seen_by(page, "Ada")
    run(page, "/feed list", says="Set up another channel")
    pressed(page, "Start a journal club")
    chosen(page, "Choose a channel…", "reading")
    chosen(page, "Choose a day…", "Friday")
    submitted(page)
    let_pass(page, "+1 hour")
    opened(page, "reading")
    for number in VOTED:
        pressed(page, "Nominate")
        page.get_by_role("dialog").get_by_role("textbox").first.fill(number)
        submitted(page)
    pressed(page, "I'll present")
    let_pass(page, "+1 day", 3)
    for person in ("Ada", "Grace"):
        as_seen_by(page, person)
        poll = page.locator(".message-poll").last
        poll.get_by_text("3. ").click()
        poll.get_by_role("button", name="Vote").click()
        settled(page)
    phones.append(shot(page, "Which paper should we discuss"))
    let_pass(page, "+1 day", 2)
    opened(page, "Journal club of")
    phones.append(shot(page, "Questions to begin with"))
    return phones


def main() -> None:
    """Make both pictures, or those that are named."""
    made = {"rhythm": rhythm, "together": together}
    for name in sys.argv[1:] or made:
        of = made[name]
        with (
            tempfile.TemporaryDirectory() as folder,
            serving(Path(folder)) as (_, url),
            browser() as page,
        ):
            page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
            page.set_default_timeout(PATIENCE)
            expect.set_options(timeout=PATIENCE)
            visit(page, url)
            path = ROOT / "docs" / f"{name}.png"
            picture(of(page), path)
            size = path.stat().st_size
            print(f"{path.relative_to(ROOT)}: {size:,} bytes")  # noqa: T201 - a script
            if size > LARGEST:
                raise SystemExit(f"{path.name} is larger than {LARGEST:,} bytes")


if __name__ == "__main__":
    main()
