"""Threads about topics, as an admin sets them up and a channel gets them."""

from datetime import date
from pathlib import Path

import pytest

from papers.model import Metrics, Record
from storage import subscriptions
from storage.subscriptions import Mode
from tests.bot.topics import FLOW, about
from tests.bot.topics import answer as answered
from tests.bot.world import (
    MONDAY,
    TUESDAY,
    WEDNESDAY,
    World,
    at,
    cards,
    headers,
    paper,
    votes,
    world,
)
from tests.cogs.test_feeds import said

WALKING = "Robots that Walk"
SOME = (WALKING, "Proteins at Night", "Graphs and Trees", FLOW)


async def topical(here: World, topics: str, **options: object) -> str:
    """Give the channel its feed about topics, the batch being known."""
    await here.tick(at(MONDAY, 8))
    return await said(here, "feed add", channel=here.channel, topics=topics, **options)


async def test_a_thread_about_topics_has_the_papers_that_match_and_says_why(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, {MONDAY: about(MONDAY, *SOME)}) as here:
        text = await topical(here, "flow matching; robots walk")
        assert "about *flow matching* or *robots walk*" in text
        await here.tick(at(MONDAY, 9))
        (header,) = headers(here.channel)
        assert "The best 2 of 4 papers" in header
        assert "Filters: about flow matching or robots walk" in header
        shown = cards(here.channel)
        assert len(shown) == 2
        card = next(card for card in shown if FLOW in card)
        assert "5 upvotes · *flow matching*: “flow matching” in the title" in card
        assert "*flow matching*: “flow matching” in the title" in header


async def test_the_best_match_comes_first_and_votes_decide_between_equal_ones(
    tmp_path: Path,
) -> None:
    titles = ("Matching the Flow of Water", "Flow Matching for Sound", "Flow Matching for Video")
    records = [
        Record(paper(number, title), Metrics(upvotes), MONDAY)
        for number, (title, upvotes) in enumerate(zip(titles, (9, 2, 40), strict=True), 900)
    ]
    async with world(tmp_path, {MONDAY: records}) as here:
        await topical(here, "flow matching")
        await here.tick(at(MONDAY, 9))
        first, second, third = cards(here.channel)
        assert "1 · [Flow Matching for Video]" in first
        assert "2 · [Flow Matching for Sound]" in second
        assert "3 · [Matching the Flow of Water]" in third


async def test_the_preview_is_the_thread_that_then_comes_with_its_reasons(tmp_path: Path) -> None:
    async with world(tmp_path, {MONDAY: about(MONDAY, *SOME)}) as here:
        await topical(here, '"flow matching"; title:proteins')
        shown = await said(here, "feed preview")
        assert "*title:proteins*" in shown.replace("\\", "")
        await here.tick(at(MONDAY, 9))
        assert headers(here.channel) == [shown]


async def test_topics_join_the_other_filters(tmp_path: Path) -> None:
    batch = about(MONDAY, "Flow Matching for Sound", upvotes=1)
    titles = ("Flow Matching for Words", "More Flow Matching", "More Flow Matching of Proteins")
    batch += about(MONDAY, *titles, upvotes=7, first=5)
    async with world(tmp_path, {MONDAY: batch}) as here:
        text = await topical(here, "flow matching", min_votes=3, exclude="protein", include="more")
        assert "about *flow matching* · with the words *more* · without *protein*" in text
        await here.tick(at(MONDAY, 9))
        (card,) = cards(here.channel)
        assert "More Flow Matching" in card


@pytest.mark.parametrize(
    ("topics", "complaint", "pointed"),
    [
        ('flow matching; "never closed', "never closed", " " * 15 + "^"),
        ("a; b (c", "parenthesis is never closed", " " * 5 + "^"),
        ("one OR", "OR needs a word on both sides", " " * 4 + "^"),
        ("video; Trending", "gets the day's trending papers anyway", ""),
        ("; ".join(f"topic {n}" for n in range(12)), "12 topics", ""),
        (f"{'fine; ' * 20}author:", "needs a value", "^"),
    ],
)
async def test_a_mistake_in_a_topic_is_pointed_at_and_nothing_is_set_up(
    tmp_path: Path, topics: str, complaint: str, pointed: str
) -> None:
    async with world(tmp_path) as here:
        text = await said(here, "feed add", channel=here.channel, topics=topics)
        assert complaint in text
        lines = text.splitlines()
        if pointed:
            at_mark = next(number for number, line in enumerate(lines) if line.endswith("^"))
            assert lines[at_mark].endswith(pointed)
            assert len(lines[at_mark]) <= len(lines[at_mark - 1]) + 1 <= 37
        assert "no daily thread yet" in await said(here, "feed list")


async def test_a_semicolon_in_quotes_parts_nothing_and_the_same_topic_counts_once(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        text = await said(
            here, "feed add", channel=here.channel, topics='"a; b" ; Flow ; flow ;; flow'
        )
        assert text.count("low*") == 1
        assert "*“a; b”*" in text.replace('"a; b"', "“a; b”")


async def test_a_day_without_a_match_opens_no_thread_and_everything_says_why(
    tmp_path: Path,
) -> None:
    days = {
        MONDAY: about(MONDAY, "Proteins at Night", "Graphs and Trees"),
        TUESDAY: about(TUESDAY, FLOW, WALKING),
    }
    why = "None of the day's 2 papers is about flow matching."
    async with world(tmp_path, days) as here:
        await topical(here, "flow matching")
        assert why in await said(here, "feed preview")
        await here.tick(at(MONDAY, 9))
        assert here.channel.history() == []
        for command in ("feed list", "paper status"):
            text = await said(here, command)
            assert f"No thread for Monday 9 June 2025. {why}" in text
        assert why in await said(here, "feed post-now")
        await here.tick(at(TUESDAY, 9))
        (card,) = cards(here.channel)
        assert FLOW in card
        assert why not in await said(here, "feed list")


async def test_other_topics_bring_an_empty_day_its_thread_after_all(tmp_path: Path) -> None:
    async with world(tmp_path, {MONDAY: about(MONDAY, "Proteins at Night", WALKING)}) as here:
        await topical(here, "flow matching")
        await here.tick(at(MONDAY, 9))
        assert "Nothing to post" in await said(here, "feed post-now")
        await said(here, "feed edit", topics="robots walk")
        shown = await said(here, "feed preview")
        assert "The papers of Monday 9 June 2025 are in" in await said(here, "feed post-now")
        assert headers(here.channel) == [shown]
        await here.tick(at(MONDAY, 10))
        assert len(headers(here.channel)) == 1


async def test_topics_are_changed_and_cleared(tmp_path: Path) -> None:
    days = {day: about(day, *SOME) for day in (MONDAY, TUESDAY, WEDNESDAY)}
    async with world(tmp_path, days) as here:
        await topical(here, "flow matching")
        await here.tick(at(MONDAY, 9))
        assert len(cards(here.channel)) == 1
        assert "*walk*" in await said(here, "feed edit", topics="walk")
        await here.tick(at(TUESDAY, 9))
        assert all(WALKING in card for card in cards(here.channel))
        for nothing in ("none", "keine", "なし"):
            assert "about" not in await said(here, "feed edit", topics=nothing)
            assert "*walk*" in await said(here, "feed edit", topics="walk")
        await said(here, "feed edit", topics="-")
        await here.tick(at(WEDNESDAY, 9))
        assert len(cards(here.channel)) == 9, "also what the days before left"
        assert "Filters" not in headers(here.channel)[-1]


async def test_what_matched_is_kept_through_a_restart_in_the_middle_of_a_post(
    tmp_path: Path,
) -> None:
    titles = (FLOW, "More Flow Matching", "Flow Matching for Sound")
    async with world(tmp_path, {MONDAY: about(MONDAY, *titles)}) as here:
        await topical(here, "flow matching")
        before = await said(here, "feed preview")
        # The header arrives; then Discord is away, and so is the bot.
        here.env.inject_error("POST", "/channels/*/messages/*/threads", status=503, times=None)
        await here.tick(at(MONDAY, 9))
        assert headers(here.channel) == [before]
        assert here.channel.threads == []
        here.env.backend.faults.clear()
        here.source.days[MONDAY] = about(MONDAY, "Nothing", "Of the", "Kind", upvotes=90)
        await here.restart()
        await said(here, "feed edit", topics="proteins")
        await here.tick(at(MONDAY, 9, 30))
        assert headers(here.channel) == [before]
        shown = cards(here.channel)
        assert len(shown) == len(titles)
        assert all("*flow matching*: “flow matching” in the title" in card for card in shown)


async def test_a_channel_gets_what_a_subscriber_to_the_same_topic_gets(tmp_path: Path) -> None:
    titles = [*SOME, "Rectified Flows", "Optimal Transport by Flows that Match", "A Legged Machine"]
    topic = "matching of flows"
    async with world(tmp_path, {MONDAY: about(MONDAY, *titles)}, embedder="minilm") as here:
        await topical(here, topic)
        async with here.bot.services.database.write() as conn:
            draft = await subscriptions.add_draft(
                conn, query=topic, mode=Mode.STRICT, every=None, min_votes=0, now=at(MONDAY, 8)
            )
        wanted = (await here.bot.services.topics.preview(draft, at(MONDAY, 8))).found
        assert 1 < len(wanted) < len(titles)
        await here.tick(at(MONDAY, 9))
        shown = cards(here.channel)
        assert len(shown) == len(wanted)
        for match in wanted:
            card = next(card for card in shown if match.paper.paper.title in card)
            assert match.reason in card


async def test_the_last_topic_is_completed_behind_those_before_it(tmp_path: Path) -> None:
    async with world(tmp_path, {MONDAY: about(MONDAY, *SOME)}) as here:
        await here.tick(at(MONDAY, 8))
        choices = await here.admin.autocomplete(
            here.channel, "feed edit", "topics", "robots; fl", channel=here.channel
        )
        assert [choice["value"] for choice in choices] == ["robots; flow matching"]
        choices = await here.admin.autocomplete(
            here.channel, "feed add", "topics", f"{'x' * 95}; fl", channel=here.channel
        )
        assert choices == [], "Discord takes a hundred characters"


async def test_a_hostile_topic_stays_text(tmp_path: Path) -> None:
    batch = [Record(paper(1, "Everyone at Work"), Metrics(3), MONDAY)]
    async with world(tmp_path, {MONDAY: batch}) as here:
        await topical(here, '"@everyone"')
        await here.tick(at(MONDAY, 9))
        for message in here.channel.history():
            assert not message.mention_everyone
        (card,) = cards(here.channel)
        assert r'*"\@everyone"*' in card


def days_of(*days: date) -> dict[date, list[Record]]:
    return {day: votes(day, 3, 2) for day in days}


async def test_a_button_of_a_removed_feed_leaves_the_channels_next_feed_alone(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, days_of(MONDAY)) as here:
        await said(here, "feed add", channel=here.channel)
        first = await here.admin.slash(here.channel, "feed remove")
        second = await here.admin.slash(here.channel, "feed remove")
        assert first.response is not None
        assert second.response is not None
        await here.admin.click(first.response, label="Remove")
        await said(here, "feed add", channel=here.channel)
        late = await here.admin.click(second.response, label="Remove")
        assert "already removed" in answered(late)
        assert f"<#{here.channel.id}>" in await said(here, "feed list")


async def test_a_button_of_an_ended_topic_leaves_the_next_topic_alone(tmp_path: Path) -> None:
    async with world(tmp_path, days_of(MONDAY)) as here:
        lounge = here.channel

        async def follow(topic: str) -> None:
            preview = await here.member.slash(lounge, "paper subscribe", topic=topic)
            assert preview.response is not None
            await here.member.click(preview.response, label="Subscribe")

        await follow("flow matching")
        listed = await here.member.slash(lounge, "paper subscriptions")
        await here.member.slash(lounge, "paper unsubscribe", topic="flow matching")
        await follow("proteins")
        assert listed.response is not None
        late = await here.member.click(listed.response, label="Pause 1")
        assert "You no longer follow this topic" in answered(late)
        mine = await here.member.slash(lounge, "paper subscriptions")
        assert "paused" not in answered(mine)
