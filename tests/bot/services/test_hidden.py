"""Not for me: on every page of papers, with a reason, and taken back by one press."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from papers.model import Author, Metrics, Record
from storage import hidden, picks
from storage.subscriptions import Mode
from tests.bot.library_fakes import actor_of, answer, items, refuse, said, slash
from tests.bot.raw_interactions import SELECT, Interactions, what_is_registered
from tests.bot.topics import brought, follower
from tests.bot.world import MONDAY, TUESDAY, WEDNESDAY, World, at, paper, world

ICE, STAIRS = "2506.00041", "2506.00042"


@asynccontextmanager
async def reading(
    folder: Path, topic: str = "robots", *, mode: Mode = Mode.STRICT
) -> AsyncGenerator[World]:
    """Open a world whose member follows a topic that two of Tuesday's papers match."""
    days = {
        MONDAY: [Record(paper(number), Metrics(5), MONDAY) for number in range(1, 6)],
        TUESDAY: [
            Record(by(paper(41, "Walking robots on ice"), "Ada Lovelace"), Metrics(4), TUESDAY),
            Record(by(paper(42, "Robots on stairs"), "Grace Hopper"), Metrics(3), TUESDAY),
            Record(by(paper(43, "Database joins"), "Grace Hopper"), Metrics(3), TUESDAY),
        ],
    }
    async with world(folder, days) as here:
        await here.tick(at(MONDAY, 8))
        await follower(here, here.member.id, topic, mode=mode)
        await here.tick(at(MONDAY, 9))
        await here.tick(at(TUESDAY, 8))
        yield here


def by(known: Any, *names: str) -> Any:
    return replace(known, authors=tuple(map(Author, names)))


async def digest(here: World) -> Any:
    """Return the member's digest of Tuesday, as a message."""
    await here.tick(at(TUESDAY, 9))
    return here.member.user.dm_channel.history()[-1]


async def topics(here: World) -> list[tuple[str, Mode]]:
    followed = await here.bot.services.subscriptions.followed(here.member.id)
    return [(each.topic.query, each.topic.mode) for each in followed]


async def press(here: World, result: Any, label: str) -> Any:
    message = answer(result)
    return await actor_of(here, message).click(message, label=label)


async def hidden_things(here: World) -> tuple[int, list[str]]:
    found = await here.bot.services.hidden.all_of(here.member.id)
    return found.papers, [each.text for each in found.mutes]


async def test_each_paper_of_a_digest_can_be_refused_and_that_undone(tmp_path: Path) -> None:
    async with reading(tmp_path) as here:
        message = await digest(here)
        done = await refuse(here, message, ICE)
        assert "Walking robots on ice" in said(done)
        assert "I won't suggest this again, and fewer papers like it." in said(done)
        assert await hidden_things(here) == (1, [])
        inbox = said(await slash(here, "paper inbox"))
        assert "Walking robots on ice" not in inbox
        assert "Robots on stairs" in inbox
        await press(here, done, "Undo")
        assert await hidden_things(here) == (0, [])
        assert "Walking robots on ice" in said(await slash(here, "paper inbox"))


async def test_an_inbox_of_hidden_papers_alone_says_so(tmp_path: Path) -> None:
    async with reading(tmp_path) as here:
        await digest(here)
        await here.bot.services.hidden.dismiss(here.member.id, [ICE, STAIRS])
        empty = said(await slash(here, "paper inbox"))
        assert "no papers of the last 14 days but those you hide" in empty


async def test_what_was_seen_already_says_nothing_about_the_interest(tmp_path: Path) -> None:
    async with reading(tmp_path) as here:
        message = await digest(here)
        done = await refuse(here, message, ICE, "seen")
        assert "This paper doesn't come again." in said(done)
        async with here.bot.services.database.read() as conn:
            assert await picks.dismissed(conn, here.member.id, 10) == []
            assert await hidden.known(conn, here.member.id) == {ICE}
        await refuse(here, message, ICE)
        async with here.bot.services.database.read() as conn:
            (unwanted,) = await picks.dismissed(conn, here.member.id, 10)
        assert unwanted.paper.id == ICE


async def test_a_dismissed_paper_comes_in_no_digest(tmp_path: Path) -> None:
    async with reading(tmp_path) as here:
        await here.bot.services.hidden.dismiss(here.member.id, [ICE])
        await here.tick(at(TUESDAY, 9))
        (text,) = brought(here.member)
        assert "Robots on stairs" in text
        assert "Walking robots on ice" not in text


async def test_an_author_is_hidden_from_digests_and_not_from_searches(tmp_path: Path) -> None:
    async with reading(tmp_path) as here:
        here.source.days[WEDNESDAY] = [
            Record(by(paper(51, "Robots in water"), "Ada Lovelace"), Metrics(4), WEDNESDAY),
            Record(by(paper(52, "Robots in space"), "A. Lovelace"), Metrics(4), WEDNESDAY),
            Record(by(paper(53, "Robots in sand"), "Grace Hopper"), Metrics(4), WEDNESDAY),
        ]
        message = await digest(here)
        done = await refuse(here, message, ICE, "author", author=["Ada Lovelace"])
        assert "Papers by **Ada Lovelace** no longer come" in said(done)
        await here.tick(at(WEDNESDAY, 9))
        newest = brought(here.member)[-1]
        assert "Robots in sand" in newest
        assert "Robots in water" not in newest
        assert "Robots in space" not in newest
        assert "Robots in water" in said(await slash(here, "paper search", query="robots"))
        await press(here, done, "Undo")
        assert await hidden_things(here) == (0, [])


async def test_a_word_is_hidden_in_any_form(tmp_path: Path) -> None:
    async with reading(tmp_path, "robots") as here:
        here.source.days[WEDNESDAY] = [
            Record(paper(51, "Robots climb a stair"), Metrics(4), WEDNESDAY),
            Record(paper(53, "Robots in sand"), Metrics(4), WEDNESDAY),
        ]
        message = await digest(here)
        done = await refuse(here, message, STAIRS, "word", word="stairs")
        assert "Papers with **stairs** in their title or abstract" in said(done)
        await here.tick(at(WEDNESDAY, 9))
        newest = brought(here.member)[-1]
        assert "Robots in sand" in newest
        assert "climb" not in newest


async def test_trending_digests_leave_out_what_is_hidden(tmp_path: Path) -> None:
    async with reading(tmp_path, "trending", mode=Mode.TRENDING) as here:
        await here.bot.services.hidden.mute_word(here.member.id, "joins")
        await here.bot.services.hidden.dismiss(here.member.id, [STAIRS])
        await here.tick(at(TUESDAY, 9))
        newest = brought(here.member)[-1]
        assert "Walking robots on ice" in newest
        assert "Database joins" not in newest
        assert "Robots on stairs" not in newest


async def test_a_typed_word_counts_although_the_first_choice_stands(tmp_path: Path) -> None:
    async with reading(tmp_path) as here:
        message = await digest(here)
        await refuse(here, message, ICE, "paper", word="ice")
        assert await hidden_things(here) == (0, ["ice"])


@pytest.mark.parametrize(
    ("word", "advice"),
    [("", "Write the word to hide papers by."), ("of the", "Nearly every paper has that.")],
)
async def test_a_word_that_says_nothing_is_refused(tmp_path: Path, word: str, advice: str) -> None:
    async with reading(tmp_path) as here:
        message = await digest(here)
        assert advice in said(await refuse(here, message, ICE, "word", word=word))
        assert await hidden_things(here) == (0, [])


async def test_a_topic_brings_less_step_by_step_until_it_can_be_left(tmp_path: Path) -> None:
    async with reading(tmp_path, "robots", mode=Mode.BROAD) as here:
        message = await digest(here)
        (topic,) = await here.bot.services.subscriptions.followed(here.member.id)
        first = await refuse(here, message, ICE, f"topic:{topic.topic.id}")
        assert "**robots** is now matched normally. Fewer papers come." in said(first)
        assert await topics(here) == [("robots", Mode.NORMAL)]
        (topic,) = await here.bot.services.subscriptions.followed(here.member.id)
        second = await refuse(here, message, ICE, f"topic:{topic.topic.id}")
        assert "is now matched strictly" in said(second)
        await press(here, second, "Undo")
        assert await topics(here) == [("robots", Mode.NORMAL)]
        late = await press(here, first, "Undo")
        assert "This topic has changed since." in late.followups[-1].content


async def test_a_strict_topic_can_be_left_in_its_place(tmp_path: Path) -> None:
    async with reading(tmp_path) as here:
        message = await digest(here)
        (topic,) = await here.bot.services.subscriptions.followed(here.member.id)
        offered = await refuse(here, message, ICE, f"topic:{topic.topic.id}")
        assert "**robots** is matched as strictly as possible already." in said(offered)
        assert await topics(here) == [("robots", Mode.STRICT)]
        ended = await press(here, offered, "Unsubscribe")
        assert "Unsubscribed from 1 topic" in said(ended)
        assert await topics(here) == []


async def test_a_stricter_topic_still_brings_what_it_matched_before(tmp_path: Path) -> None:
    async with reading(tmp_path, "robots", mode=Mode.NORMAL) as here:
        (topic,) = await here.bot.services.subscriptions.followed(here.member.id)
        found = await here.bot.services.hidden.narrow(here.member.id, topic.topic.id)
        assert found.after is not None
        await here.tick(at(TUESDAY, 9))
        (text,) = brought(here.member)
        assert "Walking robots on ice" in text


async def test_a_stricter_topic_of_the_same_day_brings_what_it_matched_since(
    tmp_path: Path,
) -> None:
    days = {TUESDAY: [Record(paper(41, "Walking robots on ice"), Metrics(4), TUESDAY)]}
    async with world(tmp_path, days, now=at(TUESDAY, 6)) as here:
        await follower(here, here.member.id, "robots", mode=Mode.NORMAL)  # the batch has begun
        await here.tick(at(TUESDAY, 8))
        (topic,) = await here.bot.services.subscriptions.followed(here.member.id)
        await here.bot.services.hidden.narrow(here.member.id, topic.topic.id)
        await here.tick(at(TUESDAY, 9))
        (text,) = brought(here.member)
        assert "Walking robots on ice" in text


async def test_a_paper_without_a_topic_offers_none(tmp_path: Path) -> None:
    async with reading(tmp_path) as here:
        await digest(here)
        found = await slash(here, "paper search", query="database joins")
        form = await here.member.select(
            answer(found), ["skip:2506.00043"], custom_id=open_of(found)
        )
        assert form.modal is not None
        values = [each["value"] for each in form.modal["components"][0]["component"]["options"]]
        assert values == ["paper", "seen", "author", "word"]
        await here.member.submit_modal(form, {"what": "paper"})
        assert await hidden_things(here) == (1, [])


def open_of(result: Any) -> str:
    return next(each for each in items(result) if each.startswith("v1:find-open"))


async def test_what_was_opened_in_a_search_does_not_come_in_a_digest(tmp_path: Path) -> None:
    async with reading(tmp_path) as here:
        found = await slash(here, "paper search", query="robots")
        await here.member.select(answer(found), [f"text:{ICE}"], custom_id=open_of(found))
        await slash(here, "paper show", id_or_link=STAIRS)
        await here.tick(at(TUESDAY, 9))
        assert brought(here.member) == []
        now = await slash(here, "paper digest now")
        assert "No new papers today" in said(now)


async def test_a_paper_that_was_opened_for_all_or_by_another_comes(tmp_path: Path) -> None:
    async with reading(tmp_path) as here:
        await here.member.slash(here.channel, "paper show", id_or_link=ICE, public=True)
        await here.admin.slash(here.channel, "paper show", id_or_link=STAIRS)
        await here.tick(at(TUESDAY, 9))
        (text,) = brought(here.member)
        assert "Walking robots on ice" in text
        assert "Robots on stairs" in text


async def test_what_people_open_is_not_stored_before_they_follow_or_save_something(
    tmp_path: Path,
) -> None:
    async with reading(tmp_path) as here:
        await here.admin.slash(here.channel, "paper show", id_or_link=ICE)
        shown = await here.admin.slash(here.channel, "privacy show")
        assert "Nothing. You haven't saved or followed anything yet." in said(shown)


async def test_opened_papers_are_shown_exported_erased_and_forgotten(tmp_path: Path) -> None:
    async with reading(tmp_path) as here:
        await slash(here, "paper show", id_or_link=ICE)
        text = said(await slash(here, "privacy show"))
        assert "Papers you opened in the last 60 days, so they don't come again (1)" in text
        data = here.bot.services.personal_data
        (row,) = (await data.export(here.member.id, None))["opened_papers"]
        assert row["paper_id"] == ICE
        async with here.bot.services.database.write() as conn:
            later = here.clock.now() + hidden.OPENED_KEPT
            assert await hidden.forget_opened(conn, later) == 0
            assert await hidden.forget_opened(conn, later + timedelta(seconds=1)) == 1


async def test_what_is_hidden_is_listed_under_privacy_and_subscriptions(tmp_path: Path) -> None:
    async with reading(tmp_path) as here:
        assert "What you hide…" not in items(await slash(here, "paper subscriptions"))
        await here.bot.services.hidden.mute_word(here.member.id, "diffusion")
        await here.bot.services.hidden.mute_author(here.member.id, "Ada Lovelace")
        await here.bot.services.hidden.dismiss(here.member.id, ["2506.00001"])
        for command in ("paper subscriptions", "privacy show"):
            shown = await slash(here, command)
            found = await press(here, shown, "What you hide…")
            assert "Papers about “diffusion”" in said(found)
            assert "Papers by Ada Lovelace" in said(found)
            assert "1 hidden paper" in said(found)
            assert "Allow hidden papers" in items(found)
        (word, _author) = (await here.bot.services.hidden.all_of(here.member.id)).mutes
        left = await here.member.select(answer(found), [str(word.id)], custom_id="v1:unmute-some")
        assert "diffusion" not in said(left)
        assert await hidden_things(here) == (1, ["Ada Lovelace"])


async def test_as_many_topics_as_there_can_be_leave_room_for_what_is_hidden(
    tmp_path: Path,
) -> None:
    async with reading(tmp_path) as here:
        for number in range(24):
            await follower(here, here.member.id, f"topic {number}")
        await here.bot.services.hidden.mute_word(here.member.id, "diffusion")
        shown = items(await slash(here, "paper subscriptions"))
        assert "Pause 25" in shown
        assert "What you hide…" in shown


async def test_a_choice_that_is_taken_back_changes_nothing(tmp_path: Path) -> None:
    async with reading(tmp_path) as here:
        message = await digest(here)
        cleared = await here.member.user.select(message, [], custom_id="v1:not-for-me")
        assert not cleared.followups
        assert await hidden_things(here) == (0, [])


async def test_who_follows_nothing_still_finds_what_they_hide(tmp_path: Path) -> None:
    async with reading(tmp_path) as here:
        await here.bot.services.hidden.mute_word(here.admin.id, "diffusion")
        shown = await here.admin.slash(here.channel, "paper subscriptions")
        assert "You don't follow any topics yet." in said(shown)
        assert "What you hide…" in items(shown)


async def test_there_is_an_end_to_what_can_be_hidden(tmp_path: Path) -> None:
    async with reading(tmp_path) as here:
        message = await digest(here)
        for number in range(25):
            await here.bot.services.hidden.mute_word(here.member.id, f"word{number}")
        full = said(await refuse(here, message, ICE, "word", word="ice"))
        assert "You already hide 25 authors and words" in full
        again = said(await refuse(here, message, ICE, "word", word="WORD3"))
        assert "Papers with **WORD3**" in again
        assert len((await hidden_things(here))[1]) == 25


async def test_several_papers_of_an_older_message_are_dismissed_at_once(tmp_path: Path) -> None:
    async with reading(tmp_path) as here:
        await digest(here)
        wire = Interactions(here, *await what_is_registered(here, here.admin))
        sent = wire.component("v1:not-for-me", [ICE, STAIRS])
        assert sent.data["component_type"] == SELECT
        record = await wire.send(here.member, here.channel, sent)
        assert "Robots on stairs" in wire.answer(record).text
        assert await hidden_things(here) == (2, [])


async def test_an_author_must_be_one_of_the_papers(tmp_path: Path) -> None:
    async with reading(tmp_path) as here:
        wire = Interactions(here, *await what_is_registered(here, here.admin))
        typed = {"what": "author", "author": "Somebody Else", "word": ""}
        record = await wire.send(
            here.member, here.channel, wire.form(f"v1:refuse-form:{ICE}", typed)
        )
        assert "Choose one of the paper's authors" in wire.answer(record).text
        assert await hidden_things(here) == (0, [])


async def test_an_undo_that_comes_twice_says_so(tmp_path: Path) -> None:
    async with reading(tmp_path) as here:
        message = await digest(here)
        done = await refuse(here, message, ICE, "word", word="ice")
        (mute,) = (await here.bot.services.hidden.all_of(here.member.id)).mutes
        await here.bot.services.hidden.unmute(here.member.id, [mute.id])
        assert "This is undone already." in said(await press(here, done, "Undo"))


async def test_another_persons_hidden_words_stay(tmp_path: Path) -> None:
    async with reading(tmp_path) as here:
        made = await here.bot.services.hidden.mute_word(here.admin.id, "diffusion")
        assert await here.bot.services.hidden.unmute(here.member.id, [made.id]) == 0
        assert [each.text for each in (await here.bot.services.hidden.all_of(here.admin.id)).mutes]


async def test_the_form_lists_the_topics_that_brought_the_paper(tmp_path: Path) -> None:
    async with reading(tmp_path) as here:
        message = await digest(here)
        form = await here.member.user.select(message, [ICE], custom_id="v1:not-for-me")
        assert form.modal is not None
        options = form.modal["components"][0]["component"]["options"]
        assert [each["label"] for each in options] == [
            "This paper",
            "I've seen it",
            "Less of this topic: robots",
            "This author",
            "A word",
        ]
