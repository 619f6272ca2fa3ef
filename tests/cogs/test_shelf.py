"""A server's shelf, as its members and admins use it."""

import json
from pathlib import Path
from typing import Any

import simcord
from sqlalchemy import select

from storage import shelves
from storage.tables import shelf_additions
from tests.bot.library_fakes import (
    FIRST,
    SAVE,
    SECOND,
    answer,
    card,
    items,
    offline,
    posted,
    said,
    slash,
)
from tests.bot.library_fakes import shelf as lists_of
from tests.bot.raw_interactions import Interactions, what_is_registered
from tests.bot.world import MONDAY, TUESDAY, World, at, text_of

PIN = "📌"


async def on_shelf(here: World, guild_id: int | None = None) -> dict[str, int]:
    """Return the papers on a server's shelf, each with how many people added it."""
    found = await here.bot.services.shelves.papers(guild_id or here.guild.id)
    return {each.stored.paper.id: each.people for each in found}


async def settings(here: World, **options: Any) -> str:
    """Change the shelf's settings as the admin, and return what they read."""
    return said(await here.admin.slash(here.channel, "shelf settings", **options))


async def opened(
    person: simcord.MemberActor, page: simcord.InteractionResult
) -> simcord.InteractionResult:
    """Open the first paper of the day on a shelf's page."""
    return await person.click(answer(page), custom_id=f"v1:shelved:{FIRST}")


async def test_a_pin_adds_for_everyone_and_saves_nothing_to_ones_own_library(
    tmp_path: Path,
) -> None:
    async with posted(tmp_path) as here:
        empty = said(await slash(here, "shelf show"))
        assert "The shelf of this server is empty" in empty
        assert "React to a paper with 📌" in empty
        await here.member.react(card(here), PIN)
        await here.admin.react(card(here), PIN)
        await here.member.react(card(here, 1), PIN)
        shown = said(await slash(here, "shelf show", sort="added"))
        assert "2 people added it" in shown
        assert "1 person added it" in shown
        assert shown.index("Paper number 900") < shown.index("Paper number 901")
        assert f"<@{here.member.id}>" not in shown
        assert await lists_of(here, here.member) == {}
        await here.member.unreact(card(here), PIN)
        await here.member.unreact(card(here, 1), PIN)
        assert await on_shelf(here) == {FIRST: 1}


async def test_what_was_pinned_while_the_bot_was_away_is_made_good(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        await here.member.react(card(here), PIN)
        offline(here, card(here), PIN, here.member.id, reacted=False)
        offline(here, card(here, 1), PIN, here.member.id)
        await here.restart()
        assert await on_shelf(here) == {SECOND: 1}


async def test_only_a_role_adds_where_admins_want_it_also_after_a_restart(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        role = here.guild.create_role("curators")
        curator = here.guild.add_member(here.env.create_user("cleo"), roles=[role])
        await here.env.settle()
        assert "Only members with" in await settings(here, role=role)
        for person in (here.member, curator, here.admin):
            await person.react(card(here), PIN)
        assert await on_shelf(here) == {FIRST: 2}  # the admin may always
        for person in (here.member, curator):
            offline(here, card(here, 1), PIN, person.id)
        await here.restart()
        assert await on_shelf(here) == {FIRST: 2, SECOND: 1}
        refused = said(await slash(here, "shelf add", paper=SECOND))
        assert "Only members with" in refused
        assert "Everyone can add papers" in await settings(here, who="everyone")
        await slash(here, "shelf add", paper=SECOND)
        assert await on_shelf(here) == {FIRST: 2, SECOND: 2}


async def test_two_servers_have_two_shelves(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        lab = here.env.create_guild("Lab", owner=here.env.create_user("boss"))
        channel = lab.create_text_channel("reading")
        person = lab.add_member(here.member.user)
        await here.env.settle()
        await person.slash(channel, "paper show", id_or_link=FIRST, public=True)
        await person.react(channel.history()[-1], PIN)
        await here.member.react(card(here, 1), PIN)
        assert await on_shelf(here) == {SECOND: 1}
        assert await on_shelf(here, lab.id) == {FIRST: 1}
        shown = said(await person.slash(channel, "shelf show"))
        assert "Paper number 900" in shown
        assert "Paper number 901" not in shown


async def test_an_emoji_of_ones_own_list_stays_private_and_the_shelf_says_what_to_do(
    tmp_path: Path,
) -> None:
    async with posted(tmp_path) as here:
        await slash(here, "library lists create", name="pins", emoji=PIN)
        await here.member.react(card(here), PIN)
        assert await on_shelf(here) == {}
        assert await lists_of(here, here.member) == {"pins": {FIRST}}
        shown = said(await slash(here, "shelf show"))
        assert "saves to your own list **pins**" in shown
        assert "React to a paper" in said(await here.admin.slash(here.channel, "shelf show"))


async def test_admins_choose_another_emoji_but_none_that_saves_for_everybody(
    tmp_path: Path,
) -> None:
    async with posted(tmp_path) as here:
        assert "Choose another emoji" in await settings(here, emoji=SAVE)
        assert "🧠 on a paper adds it" in await settings(here, emoji="🧠")
        await here.member.react(card(here), PIN)
        await here.admin.react(card(here, 1), "🧠")
        assert await on_shelf(here) == {SECOND: 1}


async def test_a_person_adds_takes_back_and_adds_again_by_button(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        added = await slash(here, "shelf add", paper=FIRST)
        assert "Added to the shelf" in said(added)
        assert "Others see only how many people did" in said(added)
        assert "Pin" not in items(added)
        await here.member.react(card(here), PIN)
        page = await slash(here, "shelf show")
        back = await opened(here.member, page)
        await here.member.click(answer(back), label="Take back")
        assert await on_shelf(here) == {}
        await here.member.click(answer(back), label="Add to shelf")
        assert await on_shelf(here) == {FIRST: 1}


async def test_admins_pin_remove_and_block(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        await here.member.react(card(here), PIN)
        page = await here.admin.slash(here.channel, "shelf show")
        found = await opened(here.admin, page)
        await here.admin.click(answer(found), label="Pin")
        await here.member.unreact(card(here), PIN)
        assert await on_shelf(here) == {FIRST: 0}
        assert "Pinned by the admins" in said(await slash(here, "shelf show"))
        await here.admin.click(answer(found), label="Remove")
        assert await on_shelf(here) == {}
        await here.admin.click(answer(found), label="Block")
        await here.member.react(card(here), PIN)
        assert await on_shelf(here) == {}
        assert "blocked this paper" in said(await slash(here, "shelf add", paper=FIRST))
        panel = await here.admin.slash(here.channel, "shelf settings")
        blocked = await here.admin.click(answer(panel), label="Blocked papers")
        await here.admin.select(answer(blocked), [FIRST], custom_id="v1:shelf-blocked-open")
        await here.admin.click(answer(blocked), label="Unblock")
        await slash(here, "shelf add", paper=FIRST)
        assert await on_shelf(here) == {FIRST: 1}


async def test_members_cannot_press_what_is_for_admins(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        await slash(here, "shelf add", paper=FIRST)
        public = await here.admin.slash(here.channel, "shelf settings")
        assert "Manage Server" in said(await slash(here, "shelf settings", who="managers"))
        assert "Manage Server" in said(await slash(here, "shelf link"))
        assert "Everyone can add" in said(public)
        wire = Interactions(here, *await what_is_registered(here, here.member))
        for change in ("pin", "remove", "block", "unblock"):
            press = wire.component(f"v1:shelved-do:{change}:{FIRST}")
            record = await wire.send(here.member, here.channel, press)
            assert "Manage Server" in wire.answer(record).text, change
        for custom_id, values in (("shelf-blocked", None), ("shelf-blocked-open", [FIRST])):
            press = wire.component(f"v1:{custom_id}", values)
            record = await wire.send(here.member, here.channel, press)
            assert "Manage Server" in wire.answer(record).text, custom_id
        assert await on_shelf(here) == {FIRST: 1}
        made_up = wire.component("v1:shelved-do:pin:2506.99999")
        record = await wire.send(here.admin, here.channel, made_up)
        assert "no longer have this paper" in wire.answer(record).text


async def test_a_name_is_shown_only_to_one_reader_and_only_while_its_owner_agrees(
    tmp_path: Path,
) -> None:
    async with posted(tmp_path) as here:
        name = f"<@{here.member.id}>"
        await here.member.react(card(here), PIN)
        await here.admin.react(card(here), PIN)

        async def shown(**options: Any) -> str:
            result = await here.admin.slash(here.channel, "shelf show", **options)
            return text_of(answer(result))

        assert name not in await shown()
        await slash(here, "privacy settings", show_my_name=True)
        assert f"2 people added it · {name} and 1 more" in await shown()
        assert name not in await shown(public=True)
        await slash(here, "privacy settings", show_my_name=False)
        assert name not in await shown()


async def test_erasing_ones_data_takes_ones_additions_and_leaves_those_of_others(
    tmp_path: Path,
) -> None:
    async with posted(tmp_path) as here:
        for number in (0, 1):
            await here.member.react(card(here, number), PIN)
        await here.admin.react(card(here), PIN)
        assert "Papers you added to servers' shelves" in said(await slash(here, "privacy show"))
        asked = await slash(here, "privacy delete")
        await here.member.click(answer(asked), label="Delete everything")
        assert await on_shelf(here) == {FIRST: 1}
        await here.restart()  # the reactions still stand
        assert await on_shelf(here) == {FIRST: 1}
        async with here.bot.services.database.read() as conn:
            people = (await conn.scalars(select(shelf_additions.c.user_id))).all()
        assert people == [here.admin.id]


async def test_a_shelf_is_exported_with_when_each_paper_came(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        assert "nothing to export" in said(await slash(here, "shelf export", format="csl-json"))
        await here.member.react(card(here), PIN)
        result = await slash(here, "shelf export", format="csl-json")
        assert "1 paper from the shelf" in said(result)
        (file,) = answer(result).attachments
        assert file.filename.startswith("shelf.")
        assert [each["title"] for each in json.loads(await file.read())] == ["Paper number 900"]


async def test_pages_turn_and_stay_in_their_order(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        async with here.bot.services.database.write() as conn:
            for paper_id in (FIRST, SECOND):
                await shelves.pin(conn, here.guild.id, paper_id, here.clock.now())
        first = await here.bot.services.shelves.page(here.guild.id, shelves.ShelfSort.TITLE, 9)
        assert (first.number, first.pages, first.total) == (0, 1, 2)
        page = await slash(here, "shelf show", sort="oldest")
        sorted_by = await here.member.select(
            answer(page), ["title"], custom_id="v1:server-shelf-sort"
        )
        assert "Pinned by the admins" in text_of(answer(sorted_by) or answer(page))


async def test_cards_say_how_many_saved_it_once_five_members_save_here(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        await settings(here, saved_line=True)
        people = [
            here.guild.add_member(here.env.create_user(f"reader {number}")) for number in range(5)
        ]
        await here.env.settle()
        for person in people[:4]:
            await person.react(card(here), SAVE)
        send = here.bot.services.shelves.saved_here
        assert await send(here.guild.id, [FIRST]) == {}
        await people[4].react(card(here), SAVE)
        assert await send(here.guild.id, [FIRST]) == {FIRST: 5}
        here.source.days[TUESDAY] = here.source.days[MONDAY][1:]
        channel = here.guild.create_text_channel("other")
        await here.env.settle()
        await here.add_feed(channel, hour=10)
        await here.tick(at(MONDAY, 10))
        (thread,) = channel.threads
        shown = [text_of(message) for message in thread.history()]
        assert sum("5 here saved it" in text for text in shown) == 1
        assert not any("0 here saved it" in text for text in shown)
