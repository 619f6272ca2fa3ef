"""Topics, from the preview to the end of one, as people meet them."""

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot import limits
from bot.i18n import long_date
from papers.model import Metrics, Record
from storage import papers, subscriptions, topic_matches
from storage.subscriptions import Every, StoredTopic
from tests.bot.topics import FLOW, about, answer, dms, follow, subscriber
from tests.bot.world import FRIDAY, MONDAY, TUESDAY, WEDNESDAY, World, at, paper, world

SOME = ("Flow Matching for Video", "Proteins at Night", "Graphs and Trees", "Robots that Walk")


async def test_the_preview_says_what_the_topic_would_have_brought_and_counts_for_nothing(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, {MONDAY: about(MONDAY, *SOME)}) as here:
        await here.tick(at(MONDAY, 8))
        result = await here.member.slash(here.channel, "paper subscribe", topic="flow matching")
        text = answer(result)
        assert "1 of 4 papers in 14 days" in text
        assert FLOW in text
        assert "“flow matching” in the title" in text
        assert result.ephemeral
        assert dms(here.member) == []
        assert "any topics" in answer(await here.member.slash(here.channel, "paper subscriptions"))


async def test_subscribing_is_confirmed_at_once_and_says_when_the_digest_comes(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, {MONDAY: about(MONDAY, *SOME)}) as here:
        await here.tick(at(MONDAY, 8))
        text = await follow(here, here.member, every="weekdays")
        assert "Subscribed" in text
        assert f"<t:{int(at(MONDAY, 9).timestamp())}:R>" in text
        (hello,) = dms(here.member)
        assert "flow matching" in hello
        assert "Unsubscribe…" in hello
        assert "Settings" in hello


async def test_a_topic_that_one_follows_says_so_and_offers_to_change_it(tmp_path: Path) -> None:
    async with world(tmp_path, {MONDAY: about(MONDAY, *SOME)}) as here:
        await here.tick(at(MONDAY, 8))
        await follow(here, here.member)

        async def look(**options: Any) -> Any:
            return await here.member.slash(here.channel, "paper subscribe", **options)

        same = await look(topic="FLOW matching")
        assert "You already follow this topic." in answer(same)
        assert "You already have these settings." in answer(same)
        assert "Nothing is subscribed" not in answer(same)
        assert "\nSubscribe" not in answer(same)
        assert "Replace topic" not in answer(same)

        form = await here.member.click(same.response, label="Edit topic…")
        typed = await here.member.submit_modal(form, {"topic": "proteins", "min_votes": "0"})
        assert "Nothing is changed yet." in answer(typed)

        more = await look(topic="flow matching", min_votes=3)
        assert "Nothing is changed yet." in answer(more)
        assert more.response is not None
        changed = await here.member.click(more.response, label="Replace topic")
        assert "**flow matching** · at least 3 upvotes" in answer(changed)
        again = await look(topic="flow matching")
        assert "You already follow this topic (at least 3 upvotes)." in answer(again)

        assert again.response is not None
        narrower = await here.member.click(again.response, label="Narrower")
        assert narrower.response is not None
        await here.member.click(narrower.response, label="Replace topic")
        (only,) = await topics_of(here, here.member.id)
        assert only.query == '"flow matching"'


async def test_trending_that_one_follows_says_so(tmp_path: Path) -> None:
    async with world(tmp_path, {MONDAY: about(MONDAY, *SOME)}) as here:
        await here.tick(at(MONDAY, 8))
        await follow(here, here.member, "trending")
        seen = await here.member.slash(here.channel, "paper subscribe", topic="trending")
        assert "You already follow this topic." in answer(seen)
        assert "You already have these settings." in answer(seen)


async def test_a_rhythm_that_changes_the_whole_digest_is_said_before_and_after(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, {MONDAY: about(MONDAY, *SOME)}) as here:
        await here.tick(at(MONDAY, 8))
        assert "whole digest" not in await follow(here, here.member, every="day")
        preview = await here.member.slash(
            here.channel, "paper subscribe", topic="proteins", every="week"
        )
        assert preview.response is not None
        assert (
            "This changes when your digest comes, with all your topics: every Monday"
            " (before: every day)." in answer(preview)
        )
        assert (await subscriber(here, here.member.id)).every is Every.DAY
        done = answer(await here.member.click(preview.response, label="Subscribe"))
        assert "with all your topics, now comes: every Monday (before: every day)." in done


@pytest.mark.parametrize("every", ["day", "week"])
async def test_the_first_digest_of_trending_goes_on_where_its_preview_ended(
    tmp_path: Path, every: str
) -> None:
    batches = {
        day: [
            Record(paper(day.day * 100 + n, f"Paper {day.day}-{n}"), Metrics(30 * day.day - n), day)
            for n in range(4)
        ]
        for day in (MONDAY, TUESDAY, WEDNESDAY)
    }
    async with world(tmp_path, batches) as here:
        for day in batches:
            await here.tick(at(day, 8))
        preview = await here.member.slash(
            here.channel, "paper subscribe", topic="trending", every=every
        )
        assert preview.response is not None
        shown = re.findall(r"Paper \d+-\d", answer(preview))
        await here.member.click(preview.response, label="Subscribe")
        digest = await here.member.slash(here.channel, "paper digest now")
        rest = re.findall(r"Paper \d+-\d", answer(digest))
        best = [f"Paper {day.day}-{n}" for day in reversed(batches) for n in range(4)]
        if every == "day":
            assert (sorted(shown), rest) == (best[:4], [])
        else:
            assert len(shown) == limits.PAGE_HITS
            assert len({*shown, *rest}) == 2 * limits.PAGE_HITS


async def test_the_count_of_a_topic_with_votes_is_the_previews(tmp_path: Path) -> None:
    batch = [*about(MONDAY, FLOW), *about(MONDAY, f"{FLOW} Again", upvotes=2, first=5)]
    async with world(tmp_path, {MONDAY: batch}) as here:
        await here.tick(at(MONDAY, 8))
        for votes, count in ((0, 2), (3, 1), (9, 0)):
            seen = await here.member.slash(
                here.channel, "paper subscribe", topic="flow matching", min_votes=votes
            )
            assert seen.response is not None
            assert f"{count} of 2 papers in 14 days" in answer(seen)
            label = "Replace topic" if votes else "Subscribe"
            await here.member.click(seen.response, label=label)
            listed = answer(await here.member.slash(here.channel, "paper subscriptions"))
            assert f"{count} paper{'' if count == 1 else 's'} in 14 days" in listed


async def test_narrower_and_wider_change_the_preview_in_its_place(tmp_path: Path) -> None:
    titles = ("Flow Matching for Video", "Matching Flow Fields", "Proteins at Night")
    async with world(tmp_path, {MONDAY: about(MONDAY, *titles)}) as here:
        await here.tick(at(MONDAY, 8))
        result = await here.member.slash(here.channel, "paper subscribe", topic="flow matching")
        assert result.response is not None
        assert "2 of 3 papers" in answer(result)
        narrow = await here.member.click(result.response, label="Narrower")
        assert narrow.response is not None
        assert "1 of 3 papers" in answer(narrow)
        assert "“flow matching”" in answer(narrow).replace('"', "“", 1).replace('"', "”", 1)
        await here.member.click(narrow.response, label="Wider")
        normal = await here.member.click(result.response, label="Wider")
        assert "Matching: normal" in answer(normal)
        wide = await here.member.click(result.response, label="Wider")
        assert "Matching: broad" in answer(wide)
        assert "on topic" not in answer(wide)  # three papers do not say how near is near


@pytest.mark.parametrize(
    ("topic", "complaint"),
    [
        ("quantum gravity", "No papers would have matched"),
        ("paper", "nearly every paper"),
    ],
)
async def test_a_topic_that_says_nothing_is_told_so_and_gets_words_that_fit(
    tmp_path: Path, topic: str, complaint: str
) -> None:
    titles = [f"A paper about gravity number {number}" for number in range(12)]
    async with world(tmp_path, {MONDAY: about(MONDAY, *titles)}) as here:
        await here.tick(at(MONDAY, 8))
        text = answer(await here.member.slash(here.channel, "paper subscribe", topic=topic))
        assert complaint in text
        assert "video generation" in text


async def test_a_broken_query_is_shown_where_it_breaks(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        result = await here.member.slash(here.channel, "paper subscribe", topic="(flow OR ")
        assert "(flow OR \n" in answer(result)
        assert "^" in answer(result)


async def test_closed_messages_are_told_with_what_to_do(tmp_path: Path) -> None:
    async with world(tmp_path, {MONDAY: about(MONDAY, *SOME)}) as here:
        await here.tick(at(MONDAY, 8))
        preview = await here.member.slash(here.channel, "paper subscribe", topic="flow matching")
        assert preview.response is not None
        here.env.inject_error("POST", "/channels/*/messages", status=403, code=50007)
        text = answer(await here.member.click(preview.response, label="Subscribe"))
        assert "Subscribed" in text
        assert "can't send you direct messages" in text
        assert "paper inbox" in text


async def test_topics_can_be_paused_resumed_and_ended(tmp_path: Path) -> None:
    async with world(tmp_path, {MONDAY: about(MONDAY, *SOME)}) as here:
        await here.tick(at(MONDAY, 8))
        await follow(here, here.member)
        await follow(here, here.member, "proteins")
        listed = await here.member.slash(here.channel, "paper subscriptions")
        assert listed.response is not None
        assert "1 paper in 14 days" in answer(listed)
        paused = await here.member.click(listed.response, label="Pause 1")
        assert "paused" in answer(paused)
        resumed = await here.member.click(listed.response, label="Resume 1")
        assert "paused" not in answer(resumed)

        choices = await here.member.autocomplete(here.channel, "paper unsubscribe", "topic", "prot")
        (choice,) = choices
        assert choice["name"] == "proteins"
        ended = await here.member.slash(here.channel, "paper unsubscribe", topic=choice["value"])
        assert "You follow 1 other topic" in answer(ended)
        again = await here.member.slash(here.channel, "paper unsubscribe", topic="proteins")
        assert "You don't follow a topic “proteins”" in answer(again)


async def test_a_topic_is_changed_by_a_form_and_previewed_before_it_counts(tmp_path: Path) -> None:
    async with world(tmp_path, {MONDAY: about(MONDAY, *SOME)}) as here:
        await here.tick(at(MONDAY, 8))
        await follow(here, here.member)
        await follow(here, here.member, "trending")
        listed = await here.member.slash(here.channel, "paper subscriptions")
        assert listed.response is not None
        (mine, _) = await topics_of(here, here.member.id)
        form = await here.member.select(listed.response, [str(mine.id)])
        typed = {"topic": "proteins", "min_votes": "many"}
        broken = await here.member.submit_modal(form, typed)
        assert "I couldn't read “many” as a number of upvotes" in answer(broken)

        form = await here.member.select(listed.response, [str(mine.id)])
        assert form.modal is not None
        *filled, sources = [row["component"] for row in form.modal["components"]]
        assert [field.get("value") for field in filled] == ["flow matching", "0"]
        chosen = [each["label"] for each in sources["options"] if each.get("default")]
        assert chosen == ["Hugging Face, arXiv"]
        preview = await here.member.submit_modal(form, {"topic": "proteins", "min_votes": "3"})
        assert preview.response is not None
        assert "Nothing is changed yet" in answer(preview)
        assert "at least 3 upvotes" in answer(preview)
        assert [topic.query for topic in await topics_of(here, here.member.id)] == [
            "flow matching",
            "trending",
        ]
        changed = await here.member.click(preview.response, label="Replace topic")
        assert "**proteins** instead of *flow matching*" in answer(changed)
        assert sorted(topic.query for topic in await topics_of(here, here.member.id)) == [
            "proteins",
            "trending",
        ]
        (hello,) = dms(here.member)
        assert "proteins" not in hello, "only a new topic is confirmed by direct message"

        gone = await here.member.select(listed.response, [str(mine.id)])
        assert "no longer follow this topic" in answer(gone)


async def topics_of(here: World, user_id: int) -> list[StoredTopic]:
    """Return the topics that a person follows."""
    async with here.bot.services.database.read() as conn:
        return [subscription.topic for subscription in await subscriptions.of_user(conn, user_id)]


async def test_settings_are_changed_by_name_and_bad_ones_refused(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        nobody = await here.member.slash(here.channel, "paper digest settings", hour="9")
        assert "You don't follow any topics" in answer(nobody)
        await follow(here, here.member)
        text = answer(
            await here.member.slash(
                here.channel,
                "paper digest settings",
                hour="7:30",
                timezone="asia/tokyo",
                every="week",
                quiet_until="2025-06-20",
            )
        )
        assert "Every Monday at 07:30 (Asia/Tokyo)" in text
        assert "Paused, resumes Friday 20 June 2025" in text
        for options, complaint in (
            ({"quiet_until": "soon"}, "a date. Try"),
            ({"quiet_until": "2025-06-01"}, "already begun"),
            ({"timezone": "Atlantis"}, "a time zone called"),
        ):
            refused = await here.member.slash(here.channel, "paper digest settings", **options)
            assert complaint in answer(refused)
        assert (await subscriber(here, here.member.id)).timezone == "Asia/Tokyo"
        choices = await here.member.autocomplete(
            here.channel, "paper digest settings", "timezone", "new y"
        )
        assert choices[0]["value"] == "America/New_York"


async def test_a_day_to_come_is_named_as_people_name_it_and_offered(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await follow(here, here.member)
        await here.member.slash(here.channel, "paper digest settings", timezone="asia/tokyo")
        today = here.bot.services.clock.now().astimezone(ZoneInfo("Asia/Tokyo")).date()

        async def offered(typed: str) -> list[str]:
            found = await here.member.autocomplete(
                here.channel, "paper digest settings", "quiet_until", typed
            )
            return [str(choice["value"]) for choice in found]

        assert (await offered(""))[0] == (today + timedelta(days=1)).isoformat()
        assert await offered("tomorrow") == [(today + timedelta(days=1)).isoformat()]
        assert await offered("yesterday") == []
        assert len(await offered("03/04")) == 2
        for typed, until in (
            ("tomorrow", today + timedelta(days=1)),
            ("2 weeks", today + timedelta(days=14)),
            ("monday", today + timedelta(days=7 - today.weekday())),
            ("next week", today + timedelta(days=7 - today.weekday())),
            (f"1 January {today.year + 1}", date(today.year + 1, 1, 1)),
            ("January", date(today.year + 1, 1, 1)),
        ):
            text = answer(
                await here.member.slash(here.channel, "paper digest settings", quiet_until=typed)
            )
            assert f"Paused, resumes {long_date(until)}" in text, typed
        assert (await offered(""))[0] == "-"


async def test_topics_complete_from_keywords_and_from_what_several_people_follow(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, {MONDAY: about(MONDAY, *SOME)}) as here:
        await here.tick(at(MONDAY, 8))
        await follow(here, here.member, "my secret project")
        await follow(here, here.member, "video codecs")
        await follow(here, here.admin, "video codecs")

        async def offered(typed: str) -> list[str]:
            choices = await here.admin.autocomplete(here.channel, "paper subscribe", "topic", typed)
            return [choice["value"] for choice in choices]

        assert await offered("vid") == ["video codecs", "video generation"]
        assert await offered("my s") == []
        assert await offered("tr") == ["trending"]


async def test_the_preview_and_the_pass_over_new_papers_find_the_same(tmp_path: Path) -> None:
    titles = [*SOME, "Matching Flows", "Video of Flow and of Matching Socks", "Optimal Flow"]
    days = {MONDAY: about(MONDAY, *titles[:4]), TUESDAY: about(TUESDAY, *titles[4:])}
    async with world(tmp_path, days) as here:
        await follow(here, here.member)
        await here.tick(at(TUESDAY, 8))
        async with here.bot.services.database.read() as conn:
            passed = await topic_matches.unseen(conn, here.member.id, at(MONDAY, 0))
        result = await here.admin.slash(here.channel, "paper subscribe", topic="flow matching")
        text = answer(result)
        assert f"{len(passed)} of {len(titles)} papers" in text
        assert passed
        for match in passed:
            assert match.paper.paper.title in text
            assert match.reason in text.replace("\\", "")


async def test_meaning_counts_where_there_is_a_model_and_preview_and_pass_agree(
    tmp_path: Path,
) -> None:
    titles = ("Generating Long Videos by Latent Diffusion", "Protein Folding at Night")
    topic = "diffusion models for video generation"
    days = {MONDAY: about(MONDAY, *titles)}
    async with world(tmp_path, days, embedder="minilm") as here:
        await follow(here, here.member, topic)
        await here.tick(at(MONDAY, 8))
        preview = await here.admin.slash(here.channel, "paper subscribe", topic=topic)
        assert "1 of 2 papers" in answer(preview)
        assert "close in meaning" in answer(preview)
        async with here.bot.services.database.read() as conn:
            (match,) = await topic_matches.unseen(conn, here.member.id, at(MONDAY, 0))
        assert match.paper.paper.title == titles[0]
        assert match.reason in answer(preview)


async def test_votes_can_be_asked_for(tmp_path: Path) -> None:
    days = {
        MONDAY: [*about(MONDAY, FLOW), *about(MONDAY, "Flow Matching Wins", upvotes=50, first=9)]
    }
    async with world(tmp_path, days) as here:
        await here.tick(at(MONDAY, 8))
        result = await here.member.slash(
            here.channel, "paper subscribe", topic="flow matching", min_votes=20
        )
        assert "1 of 2 papers" in answer(result)
        assert "at least 20 upvotes" in answer(result)
        for votes, count in ((50, 1), (51, 0)):
            exact = await here.member.slash(
                here.channel, "paper subscribe", topic="flow matching", min_votes=votes
            )
            assert f"{count} of 2 papers" in answer(exact)


async def test_what_a_search_brought_up_is_no_news(tmp_path: Path) -> None:
    async with world(tmp_path, {FRIDAY: about(FRIDAY, *SOME)}, now=at(MONDAY, 8)) as here:
        await follow(here, here.member)
        async with here.bot.services.database.write() as conn:
            await papers.upsert(conn, about(MONDAY, "Old Flow Matching"), now=at(MONDAY, 8))
        await here.tick(at(MONDAY, 8, 30))
        async with here.bot.services.database.read() as conn:
            assert await topic_matches.unseen(conn, here.member.id, at(MONDAY, 0)) == []
