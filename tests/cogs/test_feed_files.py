"""`/feed export` and `/feed import`: a server's feeds as a file, shown before it counts."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.feed_files import MAX_BYTES, SETTINGS, read
from storage import feeds as storage_feeds
from storage.feeds import Feed
from tests.bot.topics import answer
from tests.bot.world import World, world
from tests.looking import Rows, rows

NAME = "feeds.yaml"
NO_SETTINGS = {
    "id",
    "guild_id",
    "channel_id",
    "kind",
    "state",
    "disabled_reason",
    "named",
    "told_at",
    "created_at",
    "set_at",
}
"""What of a feed is no setting: what it is, where it is, and what became of it."""


async def feeds_of(here: World) -> list[Feed]:
    """Return the feeds as they are."""
    return [each.feed for each in await here.bot.services.feeds.of_guild(here.guild.id)]


async def exported(here: World) -> str:
    """Return the file that the server gets."""
    result = await here.admin.slash(here.channel, "feed export")
    assert result.ephemeral
    assert result.response is not None
    (file,) = result.response.message.attachments
    assert file.filename == NAME
    return (await file.read()).decode()


async def imported(here: World, text: str) -> Any:
    """Send a file."""
    return await here.admin.slash(here.channel, "feed import", file=(NAME, text.encode()))


def test_every_setting_of_a_feed_is_in_the_file() -> None:
    assert {each.field for each in SETTINGS} == {each.name for each in fields(Feed)} - NO_SETTINGS


async def test_an_exported_file_changes_nothing_and_explains_every_setting(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        role = here.guild.create_role("readers", mentionable=True)
        other = here.guild.create_text_channel("other")
        await here.add_feed(
            include=("diffusion", '"flow matching"'),
            topics=("robots OR arms", 'author:"Ada Lovelace"'),
            categories=("cs.CL", "cs.*"),
            ping_role_id=role.id,
        )
        await here.add_feed(other, hour=17, timezone="Asia/Tokyo")
        text = await exported(here)
        assert f"server: {here.guild.id}  # Reading Group" in text
        assert f"- channel: {here.channel.id}  # papers" in text
        assert "# readers" in text
        assert "Minimum number of upvotes" in text
        assert text.count("- channel:") == 2
        said = answer(await imported(here, text))
        assert "Nothing to change" in said
        assert "2 stay as they are." in said


async def test_changes_and_new_feeds_are_shown_and_made_once_that_is_confirmed(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        await here.add_feed()
        other = here.guild.create_text_channel("other")
        left = here.guild.create_text_channel("left")
        await here.add_feed(left)
        text = (
            f"server: {here.guild.id}\nfeeds:\n"
            f"  - channel: {here.channel.id}\n    papers: 15\n    time: 17:30\n"
            f"  - channel: {other.id}\n    topics: [robots, diffusion models]\n    min_votes: 3\n"
        )
        shown = await imported(here, text)
        said = answer(shown)
        assert "Apply 2 changes?" in said
        assert f"<#{here.channel.id}>: `time` `09:00` → `17:30`, `papers` `10` → `15`" in said
        assert f"New in <#{other.id}>" in said
        assert "1 isn't in the file and stays." in said
        assert [feed.size for feed in await feeds_of(here)] == [10, 10]
        await here.restart()
        done = await here.admin.click(shown.response, label="Apply")
        assert "2 changes made" in answer(done)
        first, second, third = await feeds_of(here)
        assert (first.size, f"{first.at:%H:%M}") == (15, "17:30")
        assert second.channel_id == left.id
        assert (third.channel_id, third.min_votes) == (other.id, 3)
        assert third.topics == ("robots", "diffusion models")


async def test_a_file_is_shown_again_where_the_feeds_changed_meanwhile(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await here.add_feed()
        text = f"server: {here.guild.id}\nfeeds:\n  - {{channel: {here.channel.id}, papers: 15}}\n"
        shown = await imported(here, text)
        await here.admin.slash(here.channel, "feed edit", papers=12)
        again = await here.admin.click(shown.response, label="Apply")
        assert "The settings have changed meanwhile." in answer(again)
        assert "`papers` `12` → `15`" in answer(again)
        assert [feed.size for feed in await feeds_of(here)] == [12]
        await here.admin.click(shown.response, label="Apply")
        assert [feed.size for feed in await feeds_of(here)] == [15]


async def test_wrong_lines_are_named_and_nothing_is_changed(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await here.add_feed()
        text = (
            f"server: {here.guild.id}\nfeeds:\n"
            f"  - channel: {here.channel.id}\n    papers: 99\n    tim: 9\n    timezone: Moon\n"
            "  - channel: 12\n"
            f"  - channel: {here.channel.id}\n    every: week\n    ping: 34\n"
        )
        said = answer(await imported(here, text))
        assert "5 lines are wrong. Nothing was changed." in said
        assert "Line 4: “99” is no number from 3 to 20." in said
        assert "Line 5: I don't know `tim`." in said
        assert "Line 6: I don't know the time zone “Moon”." in said
        assert "Line 7: I can't see a channel 12 here." in said
        assert "Line 10: There is no role 34 here." in said
        assert "Apply" not in said
        assert [feed.size for feed in await feeds_of(here)] == [10]


async def test_a_file_of_another_server_is_refused_with_what_to_do(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        said = answer(await imported(here, "server: 1\nfeeds:\n  - channel: 2\n"))
        assert f"Line 1: This file is from another server. Write `server: {here.guild.id}`" in said
        assert "Line 3: I can't see a channel 2 here." in said


async def test_what_the_bot_may_not_do_is_said_before_anything_changes(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await here.add_feed()
        text = (
            f"server: {here.guild.id}\nfeeds:\n  - channel: {here.channel.id}\n    publish: yes\n"
            "    posts: paper\n"
        )
        said = answer(await imported(here, text))
        assert "`posts` and `tags` are for forum and media channels." in said
        said = answer(await imported(here, text.replace("    posts: paper\n", "")))
        assert "Line 4: Only announcement channels publish to other servers." in said


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("a: &x [1]\nb: *x\n", 2, "Aliases"),
        ("feeds: [[[[[[]]]]]]\n", 1, "Too many levels"),
        ("server: 1\nfeeds: [\n", 3, "This isn't YAML"),
        ("", 1, "The file is empty."),
        ("- a\n", 1, "Here I need `name: value` lines."),
        ("server: x\nfeeds: []\n", 1, "must be an id"),
        ("server: 1\nserver: 2\nfeeds: []\n", 2, "is there twice"),
        ("server: 1\nfeeds:\n- papers: 3\n", 3, "has no `channel`"),
        ("!!python/object/apply:os.system [ls]\n", 1, "Here I need"),
    ],
)
def test_a_file_that_cannot_be_read_says_where(text: str, line: int, reason: str) -> None:
    found = read(text.encode()).problems
    assert found
    assert found[0].line == line
    assert reason in found[0].reason


@given(st.binary(max_size=300) | st.text(alphabet="server: 1\nfeds-[]{}&*!|>'\"#,", max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes | str) -> None:
    read(data if isinstance(data, bytes) else data.encode())


def test_the_largest_file_is_read_in_time() -> None:
    whole = "server: 1\nfeeds:\n" + "- {channel: 1, papers: 5}\n" * (MAX_BYTES // 26)
    assert len(read(whole.encode()).feeds) > 7_000


async def test_a_file_whose_last_feed_fails_or_whose_import_is_cut_off_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with world(tmp_path) as here:
        await here.add_feed()
        others = [here.guild.create_text_channel(name) for name in ("second", "third")]
        text = f"server: {here.guild.id}\nfeeds:\n  - {{channel: {here.channel.id}, papers: 15}}\n"
        text += "".join(f"  - channel: {each.id}\n" for each in others)
        shown = await imported(here, text)
        before = await feeds_of(here)
        left: list[Rows] = []
        add = storage_feeds.add

        async def taken(conn: Any, **values: Any) -> Feed | None:
            """Someone else was quicker in the last channel."""
            if values["channel_id"] != others[1].id:
                return await add(conn, **values)
            # What a process that is killed now would leave.
            left.append(
                rows(
                    here.bot.settings.database_url, "SELECT channel_id, size FROM feeds ORDER BY id"
                )
            )
            return None

        monkeypatch.setattr(storage_feeds, "add", taken)
        said = answer(await here.admin.click(shown.response, label="Apply"))
        assert "already has a daily thread" in said
        assert await feeds_of(here) == before
        assert left == [[(feed.channel_id, feed.size) for feed in before]]
