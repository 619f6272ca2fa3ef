"""Lists keep their names, emoji and papers apart."""

from dataclasses import replace

from storage import library
from storage.database import Database
from storage.library import Reaction
from tests.storage.libraries import (
    ADA,
    CARD,
    OTHER_CARD,
    SAVE,
    SECOND,
    STAR,
    happen,
    list_id,
    prepare,
    reacted,
    shelf,
    took_off,
)
from tests.storage.shared import NOON


async def test_lists_keep_their_names_and_emoji_apart(database: Database) -> None:
    async with database.write() as conn:
        assert await library.create(conn, ADA, "Talk", "💬", NOON)
        assert await library.create(conn, ADA, "talk", None, NOON) is None
        assert await library.create(conn, ADA, "other", "💬", NOON) is None
        talk = (await library.of_user(conn, ADA))[-1]
        assert not await library.change(conn, replace(talk, name="To Read"))
        assert not await library.change(conn, replace(talk, emoji="🔖"))
        assert await library.change(conn, replace(talk, name="Reading group", emoji=None))
        assert [each.name for each in await library.of_user(conn, ADA)][-1] == "Reading group"


async def test_a_list_without_emoji_stands_in_no_other_lists_way(database: Database) -> None:
    async with database.write() as conn:
        for name in ("Alpha", "Beta"):
            assert await library.create(conn, ADA, name, None, NOON)
        *_, stars, _, alpha, _ = await library.of_user(conn, ADA)
        assert await library.change(conn, replace(alpha, name="Gamma"))
        assert await library.change(conn, replace(stars, emoji=None))
        assert not await library.change(conn, replace(alpha, name="beta"))
        kept = [(each.name, each.emoji) for each in await library.of_user(conn, ADA)]
    assert kept == [
        ("to read", "🔖"),
        ("favourites", None),
        ("read", "✅"),
        ("Gamma", None),
        ("Beta", None),
    ]


async def test_nobody_has_more_lists_than_a_menu_shows(database: Database) -> None:
    async with database.write() as conn:
        made = [await library.create(conn, ADA, f"list {n}", None, NOON) for n in range(30)]
        assert len(await library.of_user(conn, ADA)) == library.MAX_LISTS
    assert made[-1] is None


async def test_the_default_list_can_change_but_not_go(database: Database) -> None:
    await prepare(database)
    await happen(database, reacted())
    to_read, favourites = await list_id(database, "to read"), await list_id(database, "favourites")
    async with database.write() as conn:
        assert not await library.drop(conn, ADA, to_read)
        await library.make_default(conn, ADA, favourites)
        pressed = await library.toggle(conn, ADA, SECOND, now=NOON)
        assert pressed.list.name == "favourites"
        assert await library.drop(conn, ADA, to_read)
    assert await shelf(database) == {"favourites": {SECOND}}


async def test_a_deleted_lists_standing_reactions_do_not_come_back(database: Database) -> None:
    await prepare(database)
    await happen(database, reacted())
    to_read, favourites = await list_id(database, "to read"), await list_id(database, "favourites")
    async with database.write() as conn:
        await library.make_default(conn, ADA, favourites)
        await library.drop(conn, ADA, to_read)
        await library.add_reactions(conn, {Reaction(CARD, ADA, SAVE): NOON}, again=False)
    assert await shelf(database) == {}
    await happen(database, reacted(OTHER_CARD))  # the bookmark means the default list now
    assert await shelf(database) == {"favourites": {SECOND}}


async def test_a_renamed_emoji_still_unsaves_what_the_old_one_saved(database: Database) -> None:
    await prepare(database)
    await happen(database, reacted(emoji=STAR))
    async with database.write() as conn:
        stars = next(e for e in await library.of_user(conn, ADA) if e.name == "favourites")
        await library.change(conn, replace(stars, emoji="💛"))
    await happen(database, reacted(OTHER_CARD, "💛"), took_off(emoji=STAR))
    assert await shelf(database) == {"favourites": {SECOND}}


async def test_an_emoji_is_the_same_with_or_without_its_variation_selector() -> None:
    assert library.emoji_key("❤️") == library.emoji_key("❤")
    assert library.emoji_key("<:paper:123>") == library.emoji_key("<a:renamed:123>") == "123"
