"""`paperboy check`, and the token it asks for, as an operator reads them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import Mock

import pytest

from bot.cli.check import check
from bot.cli.run import token_of
from bot.settings import SettingsError
from storage import backups
from storage.database import Database
from tests import postgresql
from tests.bot.services.publishing.test_trending_section import Hub
from tests.bot.world import MONDAY, make_settings, votes, world
from tests.databases import is_file
from tests.storage import histories

TOKEN = "MTA.bm90.YW55"


@pytest.fixture(autouse=True)
def no_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.cli.check.live_sources", Mock(return_value=[]))


async def test_a_fresh_copy_says_first_that_it_needs_a_token_and_where_to_get_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = make_settings(tmp_path)
    assert await check(settings) == 1
    said = capsys.readouterr().out
    if is_file(settings.database_url):  # that of a server is made before
        assert "the first start creates it" in said
    assert "none yet" in said
    first, *_ = said.splitlines()
    assert "DISCORD_TOKEN is not set: copy the bot's token from discord.com/developers" in first


async def test_a_database_that_a_newer_version_has_changed_is_pointed_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = postgresql.server()
    if isinstance(there, str):
        pytest.skip(there)
    url = there.empty(tmp_path)
    add = "op.create_table('more', sa.Column('id', sa.BigInteger, primary_key=True))"
    history = histories.newer(tmp_path / "history", (add, None))
    await (await Database.open(url, history=history)).close()
    await check(make_settings(tmp_path).model_copy(update={"database_url": url}))
    assert "answers; a newer version has changed it, and this one can use it" in (
        capsys.readouterr().out
    )
    there.clear()


async def test_backups_that_are_off_or_old_are_pointed_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await check(make_settings(tmp_path, backup_keep=0))
    assert "! Backups: off (BACKUP_KEEP=0)" in capsys.readouterr().out

    settings = make_settings(tmp_path)
    database = await Database.open(settings.database_url)
    directory = tmp_path / "backups"
    now = datetime.now(UTC)
    for age, mark in ((timedelta(days=9), "!"), (timedelta(hours=1), "✓")):
        await backups.make(database, directory, keep=7, now=now - age)
        await check(settings)
        (line,) = [line for line in capsys.readouterr().out.splitlines() if "Backups" in line]
        assert line.startswith(mark), line
    await database.close()


def test_the_token_may_be_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    assert token_of(make_settings(tmp_path, discord_token_file=file)) == TOKEN
    assert token_of(make_settings(tmp_path, discord_token="a.b.c", discord_token_file=file)) == (
        "a.b.c"
    )


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (None, "No such file"),
        (b"\xff\xfe\x00", "it isn't a text file"),
        (b"a client secret", "malformed"),
    ],
)
def test_a_token_file_that_is_none_is_named_without_its_content(
    tmp_path: Path, content: bytes | None, complaint: str
) -> None:
    file = tmp_path / "token"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsError, match=complaint) as caught:
        token_of(make_settings(tmp_path, discord_token_file=file))
    assert "client secret or" in str(caught.value) or "secret" not in str(caught.value)


def readable_to_others(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mode & 0o077 for path in folder.glob("paperboy.db*")}


async def test_nobody_else_may_read_the_database_or_its_log(tmp_path: Path) -> None:
    database = await Database.open(make_settings(tmp_path).database_url)
    async with database.write():
        modes = readable_to_others(tmp_path)
    await database.close()
    assert bool(modes) == database.is_file
    assert set(modes.values()) <= {0}


@pytest.mark.parametrize(
    ("answers", "line"),
    [
        (True, "✓ Fake, what trends: works; 1 papers"),
        (False, "! Fake, what trends: malformed (lists no trending papers)"),
    ],
)
async def test_the_list_of_what_trends_is_checked_if_a_feed_wants_it(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    answers: bool,
    line: str,
) -> None:
    hub = Hub({MONDAY: votes(MONDAY, 30)}, trends=votes(MONDAY, 20), answers=answers)
    monkeypatch.setattr("bot.cli.check.live_sources", Mock(return_value=[hub]))
    async with world(tmp_path) as here:
        await check(here.bot.settings)
        assert "what trends" not in capsys.readouterr().out
        await here.add_feed(trending=True)
        await check(here.bot.settings)
        assert line in capsys.readouterr().out
