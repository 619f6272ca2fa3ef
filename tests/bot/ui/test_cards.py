from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from pydantic import ValidationError

from bot import limits
from bot.ui.cards import render_card, render_header, thread_name
from bot.ui.payloads import (
    CardPayload,
    HeaderEntry,
    HeaderPayload,
    card_payload,
    header_payload,
    ranked_card,
)
from papers.model import Author, Metrics
from papers.trending import Ranked, Reason
from tests.bot.ui import layout
from tests.bot.ui.papers import NUMBERS, a_paper, cards, days, headers

DAY = date(2025, 6, 12)
slow = settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def a_place(position: int, title: str = "A Paper", reason: Reason | None = None) -> Ranked:
    paper = a_paper(id=f"2406.{position:05d}", title=title)
    return Ranked(
        paper=paper,
        metrics=NUMBERS,
        batch=DAY,
        score=1.0,
        reason=reason or Reason(118, 41, 24.0, 251, ("agents",)),
        position=position,
    )


@slow
@given(headers)
def test_every_header_can_be_sent(payload: HeaderPayload) -> None:
    view = render_header(payload)
    layout.assert_sendable(view)
    acted = set[str]().union(*(reading.acted for reading in layout.reading(view)))
    assert acted <= {"heading", "subtext", "bold", "italics", "link", "mention", "timestamp"}
    assert "mention" not in acted or payload.ping_role_id is not None


@slow
@given(headers)
def test_a_header_is_the_same_after_a_restart(payload: HeaderPayload) -> None:
    again = HeaderPayload.from_json(payload.to_json())
    assert render_header(again).to_components() == render_header(payload).to_components()


def test_a_header_shows_the_day_and_its_papers_best_first() -> None:
    payload = header_payload(
        DAY,
        [a_place(1, "First"), a_place(2, "Second")],
        total=42,
        footer="React with 🔖 to save",
    )
    view = render_header(payload)
    seen = layout.seen(view)
    assert "Papers of Thursday 12 June 2025" in seen
    assert "2 of 42 papers" in seen
    assert seen.index("1. First") < seen.index("2. Second") < seen.index("React with 🔖 to save")
    assert "118 upvotes (+41 since yesterday) · 251 stars · matches agents" in seen
    links = [link for reading in layout.reading(view) for link in reading.links]
    assert ("First", "https://arxiv.org/abs/2406.00001") in links


def test_twenty_papers_with_long_titles_and_reasons_all_fit() -> None:
    title = "A Long Title of a Paper about Everything that Was Known until the Autumn " * 3
    reason = Reason(1234, 567, 24.0, 8901, tuple(f"long phrase number {n}" for n in range(9)))
    view = render_header(
        header_payload(DAY, [a_place(n, title, reason) for n in range(1, 21)], ping_role_id=7)
    )
    layout.assert_sendable(view)
    readings = layout.reading(view)
    assert sum(len(reading.links) for reading in readings) == 20
    seen = layout.seen(view)
    assert seen.count("1,234 upvotes (+567 since yesterday)") == 20
    assert "long phrase" not in seen, "reasons give way before titles do"
    assert all(f"{n}. A Long Title of a Paper about Everything" in seen for n in range(1, 21))


def test_ordinary_titles_of_twenty_papers_stay_whole() -> None:
    title = "Reward Forcing: Efficient Streaming Video Generation with Distilled Matching"
    view = render_header(header_payload(DAY, [a_place(n, title) for n in range(1, 21)]))
    layout.assert_sendable(view)
    assert layout.seen(view).count(title) == 20


def test_more_papers_than_a_header_holds_are_refused() -> None:
    with pytest.raises(ValidationError):
        header_payload(DAY, [a_place(n) for n in range(1, limits.HEADER_PAPERS + 2)])


def test_a_late_header_says_so() -> None:
    view = render_header(header_payload(DAY, [a_place(1)], late="Late: the source did not answer."))
    assert "⏰ Late: the source did not answer." in layout.seen(view)


def test_a_header_pings_its_role_outside_the_card() -> None:
    view = render_header(header_payload(DAY, [a_place(1)], ping_role_id=77))
    assert view.to_components()[0]["content"] == "<@&77>"


def test_a_refreshed_header_has_new_numbers_in_the_old_order() -> None:
    posted = header_payload(DAY, [a_place(1, "First"), a_place(2, "Second")])
    now = datetime(2025, 6, 12, 15, tzinfo=UTC)
    refreshed = posted.refreshed({"2406.00002": Metrics(upvotes=160, stars=300)}, now=now, hours=6)
    seen = layout.seen(render_header(refreshed))
    assert "160 upvotes (+42 in 6 hours) · 300 stars" in seen
    assert seen.index("1. First") < seen.index("2. Second")
    assert f"votes as of <t:{int(now.timestamp())}:R>" in seen
    assert "118 upvotes (+41 since yesterday)" in seen, "what no source told stays as it was"


@slow
@given(cards)
def test_every_card_can_be_sent(payload: CardPayload) -> None:
    view = render_card(payload)
    layout.assert_sendable(view)
    acted = set[str]().union(*(reading.acted for reading in layout.reading(view)))
    assert acted <= {"heading", "subtext", "bold", "italics", "link"}


@slow
@given(cards)
def test_a_card_is_the_same_after_a_restart(payload: CardPayload) -> None:
    again = CardPayload.from_json(payload.to_json())
    assert render_card(again).to_components() == render_card(payload).to_components()


def test_a_card_tells_what_the_paper_is() -> None:
    view = render_card(card_payload(a_paper(), NUMBERS, rank=3))
    seen = layout.seen(view)
    assert "3 · TextGrad: Automatic Differentiation via Text" in seen
    assert "Mert Yuksekgonul, Federico Bianchi and Joseph Boen · Stanford University" in seen
    assert "AI is undergoing a paradigm shift." in seen
    assert "118 upvotes · 251 stars · 4 comments" in seen
    assert "cs.CL · cs.AI" in seen
    assert layout.buttons(view) == {
        "Abstract": "https://arxiv.org/abs/2406.07496",
        "PDF": "https://arxiv.org/pdf/2406.07496",
        "HF": "https://huggingface.co/papers/2406.07496",
        "Code": "https://github.com/zou-group/textgrad",
        "Project": "https://textgrad.com",
    }


def test_a_card_prefers_the_summary_to_the_abstract() -> None:
    seen = layout.seen(render_card(card_payload(a_paper(summary="In a nutshell."))))
    assert "In a nutshell." in seen
    assert "paradigm" not in seen


def test_a_card_of_three_thousand_authors_names_three() -> None:
    paper = a_paper(authors=tuple(Author(f"Author {n}") for n in range(3000)))
    payload = card_payload(paper)
    assert len(payload.to_json()) < 2000
    assert "Author 0, Author 1, Author 2 and 2,997 more" in layout.seen(render_card(payload))


def test_latex_in_a_title_is_readable() -> None:
    view = render_card(card_payload(a_paper(title=r"Sorting in $\mathcal{O}(n \log n)$ \& less")))
    assert "$" not in layout.seen(view)
    assert "\\" not in layout.seen(view)


def test_a_ranked_card_says_why_it_is_there() -> None:
    seen = layout.seen(render_card(ranked_card(a_place(1), DAY)))
    assert "118 upvotes (+41 since yesterday) · 251 stars · matches agents" in seen


@pytest.mark.parametrize(
    ("thread", "says"), [(date(2024, 6, 18), False), (date(2024, 6, 19), True)]
)
def test_a_card_in_a_thread_has_a_date_only_if_it_is_another_week(thread: date, says: bool) -> None:
    paper = a_paper(published_at=datetime(2024, 6, 11, 17, tzinfo=UTC))
    place = replace(a_place(1), paper=paper)
    seen = layout.seen(render_card(ranked_card(place, thread)))
    assert ("published 11 Jun 2024" in seen) == says


def test_a_withdrawn_paper_says_so() -> None:
    paper = a_paper(withdrawn_at=datetime(2025, 1, 1, tzinfo=UTC))
    assert "Withdrawn by its authors" in layout.seen(render_card(card_payload(paper)))


FIGURE = "https://cdn-uploads.huggingface.co/production/uploads/66c0/tOyCS73TCOOklV-7xys8i.png"
MOVIE = "https://cdn-uploads.huggingface.co/production/uploads/6459/q7t0w7KPRxkUz_5wjypED.mp4"
HUB = "https://cdn-thumbnails.huggingface.co/social-thumbnails/papers/2607.03118.png"


@pytest.mark.parametrize(
    ("thumbnail", "media", "shown"),
    [
        (HUB, (FIGURE,), FIGURE),
        (HUB, (MOVIE, FIGURE), FIGURE),
        (HUB, (MOVIE,), HUB),
        (HUB, (), HUB),
        (HUB, (FIGURE.replace("https", "http"),), HUB),
        (None, (MOVIE,), None),
        (HUB.replace("https", "http"), (), None),
        ("https://user@evil.example/a.png", ("javascript:alert(1).png",), None),
        (HUB, ("https://[.png", "//[", FIGURE), FIGURE),
        ("A://[", ("A://[",), None),
    ],
)
def test_a_card_shows_the_authors_figure_or_the_hubs_picture_and_says_what_it_is(
    thumbnail: str | None, media: tuple[str, ...], shown: str | None
) -> None:
    view = render_card(card_payload(a_paper(thumbnail=thumbnail, media=media), NUMBERS))
    found = [(part["media"]["url"], part["description"]) for part in layout.pictures(view)]
    alt = "Picture from the paper “TextGrad: Automatic Differentiation via Text”"
    assert found == ([(shown, alt)] if shown else [])
    layout.assert_sendable(view)


def test_a_card_that_an_earlier_version_stored_without_a_picture_is_still_rendered() -> None:
    stored = '{"paper_id": "2406.07496", "title": "TextGrad", "rank": 1, "authors": ["Ada"]}'
    assert layout.pictures(render_card(CardPayload.from_json(stored))) == []


def test_an_unsafe_repository_gets_no_button() -> None:
    view = render_card(card_payload(a_paper(repository="javascript:alert(1)", project_page=None)))
    assert set(layout.buttons(view)) == {"Abstract", "PDF", "HF"}


@given(days)
def test_a_thread_is_named_after_its_day(day: date) -> None:
    assert 0 < len(thread_name(day)) <= limits.THREAD_NAME
    assert str(day.year) in thread_name(day)


def test_a_header_entry_from_a_newer_version_is_still_read() -> None:
    newer = '{"rank": 1, "paper_id": "x", "title": "t", "url": "u", "colour": "red"}'
    assert HeaderEntry.from_json(newer).title == "t"
