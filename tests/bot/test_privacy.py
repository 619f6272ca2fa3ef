"""`/privacy …` and `paperboy forget`: everything, and then nothing."""

import io
import json
import zipfile
from datetime import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from storage import library, privacy, subscriptions
from storage.database import Database
from storage.subscriptions import Every, Mode
from storage.tables import metadata
from tests.bot.test_feeds import answer
from tests.bot.world import World, world

PERSON = "user_id"


async def follow(here: World) -> None:
    """Let the member have something of most kinds."""
    user_id, now = here.member.id, here.clock.now()
    async with here.bot.database.write() as conn:
        await subscriptions.ensure_subscriber(
            conn, user_id, at=time(9), timezone="UTC", every=Every.DAY, now=now
        )
        await subscriptions.subscribe(
            conn, user_id, key="agents", query="agents", mode=Mode.STRICT, min_votes=0, now=now
        )
        await library.set_counts(conn, user_id, now, counted=False)


async def rows_of(database: Database, user_id: int) -> int:
    """Count a person's rows in every table that names persons."""
    async with database.read() as conn:
        found = [
            await conn.scalar(
                select(func.count()).select_from(table).where(table.c[PERSON] == user_id)
            )
            for table in metadata.sorted_tables
            if PERSON in table.c
        ]
    return sum(count or 0 for count in found)


def test_every_table_with_a_person_is_exported_and_goes_with_them() -> None:
    for table in metadata.sorted_tables:
        if PERSON in table.c:
            assert table.name in privacy.personal_tables()
            (key,) = table.c[PERSON].foreign_keys
            assert (key.target_fullname, key.ondelete) == ("users.id", "CASCADE")


async def test_what_is_kept_is_shown_exported_and_erased(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        nothing = await here.member.slash(here.channel, "privacy show")
        assert "Nothing" in answer(nothing.response)
        await follow(here)
        shown = await here.member.slash(here.channel, "privacy show")
        assert "the topics that you follow" in answer(shown.response)

        exported = await here.member.slash(here.channel, "privacy export")
        (sent,) = exported.followups or [exported.response]
        assert sent is not None
        assert sent.ephemeral
        (attachment,) = sent.attachments
        with zipfile.ZipFile(io.BytesIO(await attachment.read())) as archive:
            topics = json.loads(archive.read("subscriptions.json"))
        assert topics[0]["topic"] == "agents"

        asked = await here.member.slash(here.channel, "privacy delete")
        assert asked.response is not None
        assert await rows_of(here.bot.database, here.member.id) > 0
        await here.member.click(asked.response, label="Erase everything")
        assert "gone for good" in answer(asked.response)
        assert await rows_of(here.bot.database, here.member.id) == 0
        again = await here.member.slash(here.channel, "privacy delete")
        assert "nothing to erase" in answer(again.response)


@pytest.mark.parametrize("counted", [True, False])
async def test_a_person_decides_whether_their_saves_count(tmp_path: Path, counted: bool) -> None:
    async with world(tmp_path) as here:
        await here.member.slash(here.channel, "privacy settings", count_my_saves=counted)
        async with here.bot.database.read() as conn:
            assert await library.counts(conn, here.member.id) is counted
