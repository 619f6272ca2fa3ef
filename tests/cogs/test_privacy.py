"""`/privacy …` and `paperboy forget`: everything, and then nothing."""

import asyncio
import io
import json
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table, insert, select

from bot.cli.main import main
from cogs.privacy import WHY
from storage import feed_links, learned, library, personal_data, subscriptions
from storage.database import Database
from storage.feed_links import OfList
from storage.learned import LearnedPaper
from storage.tables import brought_papers, metadata
from tests.bot.clubs import create, nominate
from tests.bot.library_fakes import (
    FIRST,
    SAVE,
    SECOND,
    STAR,
    answer,
    card,
    change_paper,
    posted,
    said,
    shelf,
    slash,
)
from tests.bot.topics import FLOW, about, follow
from tests.bot.world import MONDAY, TUESDAY, World, at, text_of, world
from tests.power import Disk

ROOT = Path(__file__).resolve().parents[2]
NOTE, LIST = "what only Grace thinks of it", "Mine alone"

NOBODYS = {
    "batch_papers.position": "a place in an order",
    "batches.broken": "a count",
    "batches.papers": "a count",
    "cards.channel_id": "where a message is; conversations with a person are found by it",
    "cards.guild_id": "a server",
    "cards.message_id": "a message of the bot's",
    "club_sessions.event_id": "an event of the bot's",
    "club_sessions.thread_id": "a thread of the bot's",
    "club_steps.attempts": "a count",
    "club_steps.made_id": "a message or an event of the bot's",
    "clubs.channel_id": "a server's channel",
    "clubs.rotates": "yes or no",
    "dm_breaker.id": "there is one row",
    "feeds.channel_id": "a server's channel",
    "feeds.min_votes": "a setting",
    "feeds.weekday": "a setting",
    "editions.papers": "a count",
    "web_feeds.entries": "a count",
    "web_feeds.failures": "a count",
    "web_feeds.gone": "yes or no",
    "web_feeds.ttl": "minutes",
    "leases.demand": "requests",
    "leases.epoch": "a count",
    "leases.pid": "a process of the bot's",
    "leases.rate": "requests",
    "leases.rate_until": "a moment",
    "post_papers.code": "yes or no",
    "source_requests.made": "a count",
    "feeds.ping_role_id": "a server's role",
    "feeds.publish": "yes or no",
    "feeds.size": "a setting",
    "feeds.trending": "yes or no",
    "trending_named.channel_id": "a server's channel",
    "trending_papers.position": "a place in an order",
    "discussions.channel_id": "a server's channel",
    "discussions.message_id": "a message of the bot's",
    "discussions.thread_id": "a thread of the bot's",
    "guilds.discusses": "yes or no",
    "guilds.id": "a server",
    "news.level": "a count",
    "news.number": "a count",
    "post_papers.behind": "a place in an order",
    "post_papers.message_id": "a message of the bot's",
    "post_papers.position": "a place in an order",
    "post_papers.upvotes": "a count",
    "posts.attempts": "a count",
    "posts.channel_id": "a server's channel",
    "posts.header_message_id": "a message of the bot's",
    "posts.late": "yes or no",
    "posts.refreshes": "a count",
    "posts.thread_id": "a thread of the bot's",
    "search_sessions.fresh": "yes or no",
    "search_sessions.used": "yes or no",
    "shelf_posts.attempts": "a count",
    "shelf_posts.channel_id": "a server's channel",
    "shelf_posts.message_id": "a message of the bot's",
    "shelves.channel_id": "a server's channel",
    "shelves.role_id": "a server's role",
    "shelves.shows_saves": "yes or no",
    "shelves.weekday": "a setting",
    "shown_papers.channel_id": "a server's channel",
    "shown_papers.year": "a year",
    "synced_commands.application_id": "the bot itself",
    "topic_drafts.min_votes": "a setting",
    "vectors.revision": "a count",
    "watermarks.value": "a count",
}
"""Whole numbers that are no person's, though nothing refers a row of theirs to one."""
ABOUT_PAPERS = {"papers", "snapshots"}


def unaccounted(tables: Sequence[Table], personal: Sequence[str]) -> list[str]:
    """Return the columns that may hold a person's id and that erasing the person would miss.

    Discord's ids are whole numbers, whatever the column is called: one is accounted for if it
    refers to a row that has been looked at, or is known to be nobody's.
    """
    return [
        f"{table.name}.{column.name}"
        for table in tables
        for column in table.columns
        if table.name not in personal
        and table.name not in ABOUT_PAPERS
        and isinstance(column.type, Integer)
        and column.autoincrement is not True  # a count of our own
        and f"{table.name}.{column.name}" not in NOBODYS
        and not any(
            key.ondelete in ("CASCADE", "SET NULL") and key.column.table.name != "users"
            for key in column.foreign_keys
        )
    ]


def test_every_table_that_may_name_a_person_is_exported_and_goes_with_them() -> None:
    assert unaccounted(metadata.sorted_tables, personal_data.personal_tables()) == []
    for table in metadata.sorted_tables:
        for key in table.foreign_keys:
            if key.column.table.name == "users":
                assert key.ondelete == "CASCADE"
                assert table.name in personal_data.personal_tables()


@pytest.mark.parametrize(
    ("name", "refers"),
    [
        ("user_id", []),
        ("invited_by", []),
        ("user_id", [ForeignKey("users.id")]),
        ("user_id", [ForeignKey("users.id", ondelete="SET NULL")]),
    ],
)
def test_a_new_table_that_forgets_the_cascade_is_found(name: str, refers: list[Any]) -> None:
    other = MetaData()
    Table("users", other, Column("id", Integer, primary_key=True))
    new = Table("invitations", other, Column(name, Integer, *refers))
    assert unaccounted([new], personal_data.personal_tables()) == [f"invitations.{name}"]


def test_what_is_known_to_be_nobodys_is_there() -> None:
    columns = {f"{t.name}.{c.name}" for t in metadata.sorted_tables for c in t.columns}
    assert NOBODYS.keys() <= columns


def test_every_kind_of_entry_is_explained_to_its_person_and_on_the_page() -> None:
    assert WHY.keys() == set(personal_data.personal_tables())
    files = re.findall(r"`([a-z_]+)\.json`", (ROOT / "PRIVACY.md").read_text())
    assert sorted(files) == sorted(WHY)


async def everything(here: World) -> None:
    """Let the member do all that leaves a trace, in the server and in direct messages."""
    person, backend = here.member, here.env.backend
    here.source.days[TUESDAY] = about(TUESDAY, FLOW, "Flow Matching Again")
    await follow(here, person)
    for emoji in (SAVE, STAR):
        await person.react(card(here), emoji)
    await person.react(card(here), "📌")
    await slash(here, "shelf add", paper=SECOND)
    await person.click(card(here, 1), label="Save")
    await slash(here, "library lists create", name=LIST, emoji="💬")
    await slash(here, "library note", paper=FIRST, note=NOTE)
    await slash(here, "library remove", paper=FIRST, list="favourites")
    await slash(here, "privacy settings", count_my_saves=False)
    await here.bot.services.hidden.dismiss(person.id, [SECOND])
    await here.bot.services.hidden.mute_word(person.id, NOTE[:20])
    await slash(here, "paper show", id_or_link=SECOND)
    await create(here, presenters=person.mention)
    await nominate(here, person, FIRST)
    await slash(here, "paper search", query="number")
    await here.tick(at(MONDAY, 9, 5))
    change_paper(here, repository="https://github.com/ada/nine")
    await here.tick(at(TUESDAY, 9))
    conversation = person.user.dm_channel
    (digest,) = (m for m in conversation.history() if "Your papers of" in text_of(m))
    backend.add_reaction(conversation.id, digest.id, SAVE, person.id)
    await here.env.settle()
    await person.user.slash("paper show", id_or_link=FIRST, public=True)
    await here.env.settle()
    async with here.bot.services.database.write() as conn:
        old = {"user_id": person.id, "year": 2024, "papers": {FIRST}}  # as digests.fold leaves it
        await conn.execute(insert(brought_papers).values(old))
        (topic,) = await subscriptions.of_user(conn, person.id)
        await learned.add(conn, person.id, [LearnedPaper(topic.topic.id, FIRST, 0.5)])
        mine = (await library.of_user(conn, person.id))[0]
        await feed_links.create(conn, OfList(person.id, mine.id), "a.example", here.clock.now())


async def dump(database: Database) -> dict[str, list[str]]:
    """Return every row of every table, as text."""
    async with database.read() as conn:
        return {
            table.name: [str(tuple(row)) for row in await conn.execute(select(table))]
            for table in metadata.sorted_tables
        }


async def kept_about(here: World) -> list[str]:
    """Return every row, of whatever table, that has something of the member's."""
    marks = (str(here.member.id), str(here.member.user.dm_channel.id), NOTE, LIST)
    return [
        f"{table}: {row}"
        for table, rows in (await dump(here.bot.services.database)).items()
        for row in rows
        if any(mark in row for mark in marks)
    ]


async def test_what_is_kept_is_shown_and_exported_with_every_row(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        assert "Nothing" in said(await slash(here, "privacy show"))
        await everything(here)
        async with here.bot.services.database.read() as conn:
            counts = await personal_data.counts(conn, here.member.id)
        assert all(counts.values()), "every kind of entry is tried here"
        shown = said(await slash(here, "privacy show"))
        assert all(why in shown for why in WHY.values())
        exported = await slash(here, "privacy export")
        (attachment,) = answer(exported).attachments
        with zipfile.ZipFile(io.BytesIO(await attachment.read())) as archive:
            found = {name: json.loads(archive.read(name)) for name in archive.namelist()}
        assert {name: len(rows) for name, rows in found.items()} == {
            f"{table}.json": count for table, count in counts.items()
        }
        assert found["subscriptions.json"][0]["topic"] == "flow matching"
        assert [row["kind"] for row in found["person_news.json"]] == ["code"]
        assert found["notes.json"][0]["text"] == NOTE
        assert {row["paper_id"] for row in found["saves.json"]} >= {FIRST, SECOND}


async def test_who_only_looks_at_the_library_leaves_nothing(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        await slash(here, "library show")
        shown = said(await slash(here, "library lists show"))
        assert "**to read** · 0 papers · default for Save" in shown
        assert "**read** · 0 papers · marks papers as read" in shown
        assert "Nothing. You haven't saved" in said(await slash(here, "privacy show"))


def test_each_line_of_privacy_show_can_be_read_alone() -> None:
    referring = re.compile(r"\b(?:them|these|those|ones|it)\b")
    assert {table: why for table, why in WHY.items() if referring.search(why)} == {}


async def test_erasing_leaves_no_row_in_any_table_and_other_people_theirs(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        await here.admin.react(card(here), SAVE)
        await here.admin.click(card(here, 1), label="Save")
        await everything(here)
        assert len(await kept_about(here)) > 10
        asked = await slash(here, "privacy delete")
        assert len(await kept_about(here)) > 10, "nothing goes before it is confirmed"
        await here.member.click(answer(asked), label="Delete everything")
        assert "deleted for good" in said(asked)
        assert await kept_about(here) == []
        assert await shelf(here, here.admin) == {"to read": {FIRST, SECOND}}
        assert "nothing to delete" in said(await slash(here, "privacy delete"))
        # Reactions that still stand do not bring it back.
        await here.restart()
        assert await kept_about(here) == []
        database = here.bot.services.database
    if database.is_file:
        content = database.path.read_bytes()
        assert NOTE.encode() not in content, "not even where the file has room again"


async def test_what_was_erased_does_not_come_back_after_a_power_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with posted(tmp_path) as here:
        await everything(here)
        disk = Disk(monkeypatch, here.bot.services.database)
        asked = await slash(here, "privacy delete")
        await here.member.click(answer(asked), label="Delete everything")
        assert "deleted for good" in said(asked)
        url = here.bot.settings.database_url
        await here.restart(disk.after_a_power_cut(url, tmp_path / "left.db"))
        assert await kept_about(here) == []


async def test_what_was_shown_in_a_conversation_alone_is_erased_from_there(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        user = here.member.user
        await user.slash("paper show", id_or_link=FIRST, public=True)
        assert len(await kept_about(here)) == 1
        asked = await user.slash("privacy delete")
        await user.click(asked.response, label="Delete everything")
        assert await kept_about(here) == []


async def test_an_operator_erases_who_discord_says_is_gone(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        await everything(here)
        done = await asyncio.to_thread(
            CliRunner(env={"DATABASE_URL": here.bot.settings.database_url}).invoke,
            main,
            ["forget", str(here.member.id)],
        )
        assert done.exit_code == 0, done.output
        assert re.search(r"Deleted \d+ rows of", done.output)
        assert await kept_about(here) == []


@pytest.mark.parametrize("counted", [True, False])
async def test_a_person_decides_whether_their_saves_count(tmp_path: Path, counted: bool) -> None:
    async with world(tmp_path) as here:
        await here.member.slash(here.channel, "privacy settings", count_my_saves=counted)
        async with here.bot.services.database.read() as conn:
            assert await library.counts(conn, here.member.id) is counted
