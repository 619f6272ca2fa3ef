"""What a digest and the settings say, word for word."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from discord import ui

from bot.services.digests import (
    LONGEST,
    MAX_MORE,
    DigestEntry,
    DigestPayload,
    MoreEntry,
    describe_settings,
    describe_subscription,
    due_of,
    entry_of,
    often,
    page_of,
    render_digest,
    title_of,
    why,
)
from papers.model import Author, Metrics, Paper, Record
from storage import papers
from storage.database import Database
from storage.papers import StoredPaper
from storage.subscriptions import Every, Mode, StoredTopic, Subscriber, Subscription
from tests.bot.ui.layout import components, texts
from tests.bot.world import MONDAY, TUESDAY, at, paper

BUTTON = 2

READER = Subscriber(
    user_id=1,
    at=time(9),
    timezone="America/New_York",
    every=Every.DAY,
    quiet_until=None,
    dm_channel_id=None,
    strikes=0,
    closed_at=None,
    closed_reason=None,
    created_at=at(MONDAY, 0),
)
FOLLOWED = Subscription(
    topic=StoredTopic(1, "flow *matching*", Mode.STRICT),
    min_votes=0,
    paused=False,
    created_at=at(MONDAY, 0),
    matches=1,
)


@pytest.mark.parametrize(
    ("every", "words"),
    [
        (Every.DAY, "every day"),
        (Every.WEEKDAYS, "Monday to Friday"),
        (Every.WEEK, "every Monday"),
    ],
)
def test_settings_say_how_often_at_which_hour_and_where(every: Every, words: str) -> None:
    assert often(every) == words
    reader = replace(READER, every=every, at=time(7, 30))
    said = f"{words[0].upper()}{words[1:]} at 07:30 (America/New York)\nIn English"
    assert describe_settings(reader) == said


def test_settings_say_what_keeps_a_digest_from_coming() -> None:
    reader = replace(READER, quiet_until=TUESDAY, closed_at=at(MONDAY, 9))
    assert describe_settings(reader).split("\n") == [
        "Every day at 09:00 (America/New York)",
        "In English",
        "Paused, resumes Tuesday 10 June 2025",
        "⚠️ My DMs don't reach you, so your digests wait in your inbox. Allow direct messages in the"
        " privacy settings of a server we share, then change any setting here.",
    ]


@pytest.mark.parametrize(
    ("mode", "known", "words"),
    [
        (Mode.STRICT, {}, "1 paper in 14 days"),
        (Mode.STRICT, {"matches": 3}, "3 papers in 14 days"),
        (Mode.NORMAL, {}, "1 paper in 14 days · normal matching"),
        (Mode.BROAD, {"min_votes": 1}, "1 paper in 14 days · broad matching · at least 1 upvote"),
        (Mode.STRICT, {"min_votes": 20}, "1 paper in 14 days · at least 20 upvotes"),
        (Mode.TRENDING, {"paused": True}, "the day's best papers · paused ⏸️"),
    ],
)
def test_a_topic_says_what_it_brought_and_how_it_is_read(
    mode: Mode, known: dict[str, int], words: str
) -> None:
    topic = replace(FOLLOWED.topic, mode=mode)
    shown = describe_subscription(replace(FOLLOWED, topic=topic, **known))  # pyright: ignore[reportArgumentType]
    assert shown == rf"**flow \*matching\*** · {words}"


def entries(count: int) -> tuple[DigestEntry, ...]:
    return tuple(
        DigestEntry(
            paper_id=f"2506.{n:05}", title=f"Paper {n}", topic="flow", reason="in the title"
        )
        for n in range(count)
    )


def named(count: int) -> tuple[MoreEntry, ...]:
    return tuple(MoreEntry(paper_id=f"2507.{n:05}", topic="t", reason="r") for n in range(count))


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (1, 1), (5, 1), (6, 2), (10, 2), (25, 5)])
def test_five_papers_fill_a_page(count: int, pages: int) -> None:
    assert DigestPayload(day=MONDAY, entries=entries(count)).pages == pages


def test_a_digest_says_how_many_more_there_are_and_how_many_are_nowhere() -> None:
    digest = DigestPayload(day=MONDAY, entries=entries(1))
    assert digest.notes == ()
    assert digest.model_copy(update={"more": named(3)}).notes == ("3 more papers",)
    crowded = digest.model_copy(update={"more": named(3), "left_out": 1_200})
    assert crowded.notes == ("3 more papers · 1,200 papers left out",)
    assert crowded.paper_ids == ["2506.00000", "2507.00000", "2507.00001", "2507.00002"]
    assert LONGEST + MAX_MORE == 500


def test_a_digest_is_known_by_its_first_line() -> None:
    assert title_of(MONDAY) == "Your papers of Monday 9 June 2025"
    assert DigestPayload(day=MONDAY, entries=()).title == title_of(MONDAY)


def test_a_digest_says_why_it_came() -> None:
    digest = DigestPayload(day=MONDAY, entries=entries(1))
    assert why(digest) == (
        "You get this because you follow 1 topic. React with 🔖 to save every paper here."
    )
    assert "2 topics" in why(digest.model_copy(update={"topics": 2}))
    picked = tuple(each.model_copy(update={"is_pick": True}) for each in entries(1))
    only_picks = digest.model_copy(update={"entries": picked})
    assert "because of the papers on your lists" in why(only_picks)
    assert "topic" in why(digest.model_copy(update={"entries": (*picked, *entries(1))}))
    assert "you saved these papers" in why(digest.model_copy(update={"entries": ()}))


def test_a_digests_page_has_its_papers_its_reasons_and_its_buttons() -> None:
    digest = DigestPayload(day=MONDAY, entries=entries(6), more=named(2), topics=3)
    first, second = (texts(render_digest(7, digest, page)) for page in (0, 1))
    assert first[0].split("\n") == [
        "### Your papers of Monday 9 June 2025",
        "-# 1 to 5 of 6 papers",
        "-# 2 more papers",
    ]
    assert [f"Paper {n}" in "".join(first) for n in range(6)] == [True] * 5 + [False]
    assert [f"Paper {n}" in "".join(second) for n in range(6)] == [False] * 5 + [True]
    assert "flow: in the title" in first[1]
    assert first[-1] == f"-# {why(digest)}"


def test_a_digests_buttons_keep_their_ids_for_as_long_as_the_message_stands() -> None:
    digest = DigestPayload(day=MONDAY, entries=entries(6), more=named(2), topics=3)

    def controls(view: ui.LayoutView) -> list[tuple[str, str, bool]]:
        return [
            (each["label"], each["custom_id"], each["disabled"])
            for each in components(view)
            if each["type"] == BUTTON and each["label"] != "Save"
        ]

    lasting = [
        ("Unsubscribe…", "v1:topics", False),
        ("Settings", "v1:digest-settings", False),
    ]
    more = ("Show 2 more", "v1:digest-more:7", False)
    assert controls(render_digest(7, digest)) == [
        ("← Back", "v1:digest:7:0", True),
        ("Next →", "v1:digest:7:1", False),
        more,
        *lasting,
    ]
    assert controls(render_digest(7, digest, 1))[:2] == [
        ("← Back", "v1:digest:7:0", False),
        ("Next →", "v1:digest:7:2", True),
    ]
    short = DigestPayload(day=MONDAY, entries=entries(5))
    assert controls(render_digest(7, short)) == lasting


def stored(known: Paper, metrics: Metrics) -> StoredPaper:
    return StoredPaper(1, known, metrics, at(MONDAY, 8), 1)


def test_an_entry_has_what_the_paper_says_at_that_moment() -> None:
    known = paper(
        1,
        r"On $\lambda$-Flows",
        published_at=datetime(2025, 6, 8, 23, tzinfo=UTC),
        repository="https://github.com/a/b",
    )
    known = replace(known, authors=tuple(Author(f"A{n}") for n in range(9)))
    entry = entry_of(
        stored(known, Metrics(upvotes=5, stars=7)), topic="flows", reason="in the title"
    )
    assert entry == DigestEntry(
        paper_id="2506.00001",
        title="On λ-Flows",
        authors=tuple(f"A{n}" for n in range(8)),
        published=MONDAY - timedelta(days=1),
        upvotes=5,
        stars=7,
        repository="https://github.com/a/b",
        summary="We study matter number 1.",
        topic="flows",
        reason="in the title",
    )
    long = replace(known, abstract="One sentence of words. " * 40, published_at=None)
    short = entry_of(stored(long, Metrics()), topic="t", reason="r")
    assert 200 < len(short.summary) <= 240
    assert (short.published, short.upvotes, short.stars) == (None, None, None)


async def test_a_page_looks_up_what_is_only_named_and_leaves_out_what_is_unknown(
    database: Database,
) -> None:
    batch = [Record(paper(n), Metrics(n), MONDAY) for n in range(3)]
    async with database.write() as conn:
        await papers.upsert(conn, batch, now=at(MONDAY, 8))
    mixed = [
        *entries(5),
        MoreEntry(paper_id="2506.00002", topic="flow", reason="in the abstract"),
        MoreEntry(paper_id="2599.00001", topic="flow", reason="in the title"),
        entries(1)[0],
    ]
    async with database.read() as conn:
        assert await page_of(conn, mixed, 0) == list(entries(5))
        second = await page_of(conn, mixed, 1)
    assert [each.paper_id for each in second] == ["2506.00002", "2506.00000"]
    assert second[0].title == "Paper number 2"
    assert (second[0].topic, second[0].reason) == ("flow", "in the abstract")


def test_todays_digest_is_that_of_the_readers_own_day_until_its_end() -> None:
    due = due_of(replace(READER, every=Every.WEEK), at(TUESDAY, 3))  # Monday evening there
    assert (due.user_id, due.local_date, due.every) == (1, MONDAY, Every.WEEK)
    assert (due.due_at, due.expires_at) == (at(MONDAY, 13), at(TUESDAY, 4))
