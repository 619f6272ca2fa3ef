"""Links for feed readers as people make and revoke them."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.services.feed_links import MAX_LINKS
from storage import hidden, learned, library, subscriptions
from storage.learned import LearnedPaper
from storage.subscriptions import Mode
from storage.tables import feed_links
from tests.bot.feed_reading import SETTINGS, addresses, link_of_channel, reading
from tests.bot.raw_interactions import Interactions, what_is_registered
from tests.bot.topics import about, answer, follow
from tests.bot.world import MONDAY, World, at, text_of, world


async def slash(here: World, person: Any, command: str, **options: Any) -> Any:
    """Run a command; return the message that only this person sees."""
    result = await person.slash(here.channel, command, **options)
    assert result.response is not None
    assert result.ephemeral
    return result.response


async def said(here: World, person: Any, command: str, **options: Any) -> str:
    """Run a command; return what it answered."""
    return answer(await person.slash(here.channel, command, **options))


async def press_anyway(here: World, person: Any, custom_id: str) -> str:
    """Press a button that a person was never shown; return what it answered."""
    wire = Interactions(here, *await what_is_registered(here, here.admin))
    record = await wire.send(person, here.channel, wire.component(custom_id))
    return wire.answer(record).text


async def test_a_link_is_shown_once_and_can_be_revoked_at_once(tmp_path: Path) -> None:
    async with world(tmp_path, **SETTINGS) as here, reading(here) as reader:
        await here.add_feed()
        await here.tick(at(MONDAY, 9))
        shown = await slash(here, here.admin, "feed link")
        text = text_of(shown.message)
        assert "### New link" in text
        assert f"<#{here.channel.id}>" in text
        assert "I can't show it again" in text
        assert "Anyone who has a link can read these papers, until you revoke it." in text
        atom, as_json = addresses(shown.message)
        assert [(await reader.ask(each)).status for each in (atom, as_json)] == [200, 200]

        again = await slash(here, here.admin, "feed link")
        assert "### Links for feed readers" in text_of(again.message)
        assert not addresses(again.message)
        await here.admin.click(again, label="New link")
        other, _ = addresses(again.message)
        assert "2. This new link" in text_of(again.message)
        await here.admin.click(again, label="Revoke 1")
        assert "### Link revoked" in text_of(again.message)
        assert "2. " not in text_of(again.message)
        statuses = [(await reader.ask(each)).status for each in (atom, as_json, other)]
        assert statuses == [404, 404, 200]
        refused = await here.admin.click(shown, label="Revoke 1")
        assert "already revoked" in answer(refused)


async def test_only_who_manages_the_server_makes_or_revokes_a_link(tmp_path: Path) -> None:
    async with world(tmp_path, **SETTINGS) as here, reading(here) as reader:
        await here.add_feed()
        shown = await slash(here, here.admin, "feed link")
        atom, _ = addresses(shown.message)
        for what in ("link-new:feed:1", "link-revoke:feed:1:1", "feed-do:link:1"):
            refused = await press_anyway(here, here.member, f"v1:{what}")
            assert "**Manage Server**" in refused
        assert (await reader.ask(atom)).status == 200


async def test_a_removed_thread_takes_its_links_along(tmp_path: Path) -> None:
    async with world(tmp_path, **SETTINGS) as here, reading(here) as reader:
        await here.add_feed()
        atom, _ = await link_of_channel(here)
        asked = await slash(here, here.admin, "feed remove")
        await here.admin.click(asked, label="Remove")
        assert (await reader.ask(atom)).status == 404


async def test_so_many_links_to_the_same_papers_are_enough(tmp_path: Path) -> None:
    async with world(tmp_path, **SETTINGS) as here:
        await here.add_feed()
        shown = await slash(here, here.admin, "feed link")
        for _ in range(MAX_LINKS - 1):
            here.bot.cooldowns.forget()
            await here.admin.click(shown, label="New link")
        here.bot.cooldowns.forget()
        refused = await here.admin.click(shown, label="New link")
        assert "There are already 5 links to these papers" in answer(refused)


async def test_a_bot_without_a_public_address_says_who_can_turn_links_on(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await here.add_feed()
        refused = await said(here, here.admin, "feed link")
        assert "Links for feed readers are off." in refused
        await follow(here, here.member)
        topics = await slash(here, here.member, "paper subscriptions")
        assert "feed reader" not in str(topics.message.components)


async def test_a_list_is_read_without_notes_and_by_its_owners_will_alone(tmp_path: Path) -> None:
    async with world(tmp_path, **SETTINGS) as here, reading(here) as reader:
        await here.add_feed()
        await here.tick(at(MONDAY, 9))
        nothing = await said(here, here.member, "library lists link", list="to read")
        assert "haven't saved" in nothing
        await here.member.slash(here.channel, "paper show", id_or_link="2506.00900")
        await saved(here, 900)
        await here.member.slash(
            here.channel, "library note", paper="2506.00900", note="a secret thought"
        )
        shown = await slash(here, here.member, "library lists link", list="to read")
        assert "Your notes don't." in text_of(shown.message)
        atom, as_json = addresses(shown.message)
        read = json.loads((await reader.ask(as_json)).body)
        assert read["title"] == "to read · Paperboy"
        assert [item["title"] for item in read["items"]] == ["Paper number 900"]
        assert b"secret" not in (await reader.ask(atom)).body + (await reader.ask(as_json)).body
        await saved(here, 901)
        assert len(json.loads((await reader.ask(as_json)).body)["items"]) == 2
        (mine,) = await links(here)
        list_id = mine.list_id
        for what in (f"link-new:list:{list_id}", f"link-revoke:list:{list_id}:{mine.id}"):
            refused = await press_anyway(here, here.admin, f"v1:{what}")
            assert "This list was deleted" in refused
        others = await a_list_of(here, here.admin)
        what = f"v1:link-revoke:list:{others}:{mine.id}"
        assert "already revoked" in await press_anyway(here, here.admin, what)
        assert (await reader.ask(atom)).status == 200


async def test_a_topic_is_read_until_it_ends_and_what_is_hidden_stays_away(tmp_path: Path) -> None:
    days = {MONDAY: about(MONDAY, "Flow Matching for Video", "Flow Matching for Cats", "Graphs")}
    async with world(tmp_path, days, **SETTINGS) as here, reading(here) as reader:
        await follow(here, here.member)
        await here.tick(at(MONDAY, 9))
        topics = await slash(here, here.member, "paper subscriptions")
        result = await here.member.click(topics, label="Read in a feed reader…")
        assert result.response is not None
        atom, as_json = addresses(result.response.message)
        read = json.loads((await reader.ask(as_json)).body)
        assert read["title"] == "flow matching · Paperboy"
        titles = {item["title"] for item in read["items"]}
        assert titles == {"Flow Matching for Video", "Flow Matching for Cats"}
        async with here.bot.services.database.write() as conn:
            paper_id = read["items"][0]["url"].rpartition("/")[2]
            now = here.clock.now()
            await hidden.dismiss(conn, here.member.id, [paper_id], hidden.Dismissal.UNWANTED, now)
        read = json.loads((await reader.ask(as_json)).body)
        assert len(read["items"]) == 1
        word = read["items"][0]["title"].split()[-1]
        async with here.bot.services.database.write() as conn:
            kind = hidden.MuteKind.WORD
            await hidden.mute(conn, here.member.id, kind, key=word.lower(), text=word, now=now)
        assert json.loads((await reader.ask(as_json)).body)["items"] == []

        await here.member.slash(here.channel, "paper unsubscribe", topic="flow matching")
        assert (await reader.ask(atom)).status == 404


async def test_everything_about_a_person_ends_with_their_links(tmp_path: Path) -> None:
    async with world(tmp_path, **SETTINGS) as here, reading(here) as reader:
        await here.add_feed()
        await here.tick(at(MONDAY, 9))
        await saved(here, 900)
        shown = await slash(here, here.member, "library lists link", list="to read")
        atom, _ = addresses(shown.message)
        told = await slash(here, here.member, "privacy show")
        assert "Your links for feed readers" in text_of(told.message)
        asked = await slash(here, here.member, "privacy delete")
        await here.member.click(asked, label="Delete everything")
        assert (await reader.ask(atom)).status == 404


async def links(here: World) -> Sequence[Any]:
    async with here.bot.services.database.read() as conn:
        return (await conn.execute(select(feed_links))).all()


async def a_list_of(here: World, person: Any) -> int:
    async with here.bot.services.database.write() as conn:
        return (await library.ensure(conn, person.id, here.clock.now()))[0].id


async def saved(here: World, number: int) -> None:
    """Let the member save a paper by the button of its card."""
    shown = await slash(here, here.member, "paper show", id_or_link=f"2506.{number:05}")
    await here.member.click(shown, label="Save")


async def test_one_of_several_topics_is_chosen(tmp_path: Path) -> None:
    async with world(tmp_path, **SETTINGS) as here, reading(here) as reader:
        for topic in ("trending", "diffusion", "robots"):
            await follow(here, here.member, topic)
        topics = await slash(here, here.member, "paper subscriptions")
        asked = await here.member.click(topics, label="Read in a feed reader…")
        assert asked.response is not None
        async with here.bot.services.database.read() as conn:
            followed = await subscriptions.of_user(conn, here.member.id)
        (robots,) = [each.topic.id for each in followed if each.topic.query == "robots"]
        result = await here.member.select(asked.response, values=[str(robots)])
        assert result.response is not None
        assert "**robots**" in text_of(result.response.message)
        _, as_json = addresses(result.response.message)
        assert json.loads((await reader.ask(as_json)).body)["title"] == "robots · Paperboy"


async def test_an_edited_topic_keeps_its_links(tmp_path: Path) -> None:
    async with world(tmp_path, **SETTINGS) as here, reading(here) as reader:
        await follow(here, here.member, "robots")
        topics = await slash(here, here.member, "paper subscriptions")
        result = await here.member.click(topics, label="Read in a feed reader…")
        assert result.response is not None
        _, as_json = addresses(result.response.message)
        services, user_id, now = here.bot.services.subscriptions, here.member.id, here.clock.now()
        draft = await services.add_draft("robot arms", Mode.STRICT, None, 0, now)
        (old,) = await services.followed(user_id)
        await services.add(user_id, draft, now, replaces=old.topic.id)
        answer = await reader.ask(as_json)
        assert json.loads(answer.body)["title"] == "robot arms · Paperboy"


async def test_the_most_topics_with_every_button_fit_into_a_message(tmp_path: Path) -> None:
    async with world(tmp_path, **SETTINGS) as here:
        services, user_id, now = here.bot.services, here.member.id, here.clock.now()
        for number in range(25):
            draft = await services.subscriptions.add_draft(
                f"topic number{number}", Mode.STRICT, None, 0, now
            )
            await services.subscriptions.add(user_id, draft, now)
        await here.tick(at(MONDAY, 9))
        followed = await services.subscriptions.followed(user_id)
        async with services.database.write() as conn:
            seen = [LearnedPaper(followed[0].topic.id, "2506.00900", 0.5)]
            await learned.add(conn, user_id, seen)
        await services.hidden.dismiss(user_id, ["2506.00900"])
        topics = await slash(here, here.member, "paper subscriptions")
        for label in ("Read in a feed reader…", "What you hide…", "Forget what a topic learned…"):
            assert label in str(topics.message.components)


async def test_a_servers_shelf_is_read_without_names_and_linked_by_its_admins_alone(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, **SETTINGS) as here, reading(here) as reader:
        await here.add_feed()
        await here.tick(at(MONDAY, 9))
        await here.member.slash(here.channel, "privacy settings", show_my_name=True)
        await here.member.slash(here.channel, "shelf add", paper="2506.00901")
        shown = await slash(here, here.admin, "shelf link")
        atom, _ = addresses(shown.message)
        body = (await reader.ask(atom)).body.decode()
        assert "Shelf · Reading Group" in body
        assert "Paper number 901" in body
        assert str(here.member.id) not in body
        assert here.member.name not in body
        guild_id = here.guild.id
        for what in (f"link-new:shelf:{guild_id}", f"link-revoke:shelf:{guild_id}:1"):
            assert "**Manage Server**" in await press_anyway(here, here.member, f"v1:{what}")
        other = await press_anyway(here, here.admin, "v1:link-new:shelf:7")
        assert "This link belongs to another server." in other
        await here.bot.services.shelves.take_off(guild_id, "2506.00901")
        assert "Paper number 901" not in (await reader.ask(atom)).body.decode()
