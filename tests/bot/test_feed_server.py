"""Feed readers over a real connection: feeds, nothing new, too fast, and no such address."""

import asyncio
import json
import logging
import socket
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import feedparser
import pytest
from sqlalchemy import text

from bot.feed_server import CLIENTS, LINKS, serving_feeds
from bot.runtime.logs import logging_to_stderr
from bot.services.container import Services
from bot.settings import SettingsError
from storage import guilds
from storage.database import Database
from tests.bot.feed_reading import SETTINGS, URL, link_of_channel, reading
from tests.bot.world import MONDAY, TUESDAY, World, at, make_settings, votes, world

ATOM = "application/atom+xml; charset=utf-8"
JSON = "application/feed+json; charset=utf-8"


async def posted(here: World) -> tuple[str, str]:
    """Post Monday's thread; return the addresses of a link to the channel's papers."""
    await here.add_feed()
    await here.tick(at(MONDAY, 9))
    return await link_of_channel(here)


async def test_a_channels_papers_are_read_as_atom_and_as_json(tmp_path: Path) -> None:
    async with world(tmp_path, **SETTINGS) as here, reading(here) as reader:
        atom, as_json = await posted(here)
        answer = await reader.ask(atom)
        assert (answer.status, answer.headers["Content-Type"]) == (200, ATOM)
        parser: Any = feedparser  # it has no types
        found = parser.parse(answer.body)
        assert not found.bozo
        assert found.feed.title == "#papers · Reading Group"
        assert found.feed.links[1].href == atom
        titles = [entry.title for entry in found.entries]
        assert titles == ["Paper number 900", "Paper number 901", "Paper number 902"]
        assert found.entries[0].published == "2025-06-09T09:00:00+00:00"
        assert "We study matter number 900." in found.entries[0].summary

        answer = await reader.ask(as_json)
        assert (answer.status, answer.headers["Content-Type"]) == (200, JSON)
        read = json.loads(answer.body)
        assert read["feed_url"] == as_json
        assert [item["title"] for item in read["items"]] == titles
        assert [item["id"] for item in read["items"]] == [each.id for each in found.entries]


async def test_a_reader_that_has_everything_gets_nothing(tmp_path: Path) -> None:
    async with world(tmp_path, **SETTINGS) as here, reading(here) as reader:
        for address in await posted(here):
            here.clock.at = at(MONDAY, 10) + timedelta(milliseconds=900)
            first = await reader.ask(address)
            tag, modified = first.headers["ETag"], first.headers["Last-Modified"]
            assert modified == "Mon, 09 Jun 2025 10:00:00 GMT"
            assert first.headers["Cache-Control"] == "private, max-age=300"
            for headers in (
                {"If_None_Match": tag},
                {"If_None_Match": f'"other", W/{tag}'},
                {"If_Modified_Since": modified},
            ):
                same = await reader.ask(address, **headers)
                assert (same.status, same.body) == (304, b"")
                assert same.headers["ETag"] == tag
            earlier = "Mon, 09 Jun 2025 07:00:00 GMT"
            assert (await reader.ask(address, If_Modified_Since=earlier)).status == 200
            # A tag that is none of ours counts for more than any date (RFC 9110, 13.1.3).
            both = {"If_None_Match": '"other"', "If_Modified_Since": modified}
            assert (await reader.ask(address, **both)).status == 200


async def test_a_reader_gets_a_feed_again_when_a_paper_came(tmp_path: Path) -> None:
    days = {MONDAY: votes(MONDAY, 30), TUESDAY: votes(TUESDAY, 20)}
    async with world(tmp_path, days, **SETTINGS) as here, reading(here) as reader:
        address, _ = await posted(here)
        before = await reader.ask(address)
        tag, modified = before.headers["ETag"], before.headers["Last-Modified"]
        await here.tick(at(TUESDAY, 9))
        new = await reader.ask(address, If_None_Match=tag)
        assert (new.status, new.headers["ETag"] == tag) == (200, False)
        assert (await reader.ask(address, If_Modified_Since=modified)).status == 200


async def test_two_feeds_of_the_same_second_have_different_dates(tmp_path: Path) -> None:
    async with world(tmp_path, **SETTINGS) as here, reading(here) as reader:
        atom, _ = await posted(here)
        first = await reader.ask(atom)
        async with here.bot.services.database.write() as conn:
            await conn.execute(text("UPDATE papers SET title = 'New', revision = revision + 100"))
        second = await reader.ask(atom, If_Modified_Since=first.headers["Last-Modified"])
        assert second.status == 200
        dates = [parsedate_to_datetime(each.headers["Last-Modified"]) for each in (first, second)]
        assert dates[1] - dates[0] == timedelta(seconds=1)


async def test_what_is_no_link_is_not_found_whatever_is_asked_for(tmp_path: Path) -> None:
    async with world(tmp_path, **SETTINGS) as here, reading(here) as reader:
        atom, _ = await posted(here)
        assert (await reader.ask(atom)).status == 200
        # A proxy may hand on what follows the public address alone.
        assert (await reader.ask(atom.removeprefix(URL))).status == 200
        seen = set[tuple[Any, ...]]()
        for path in (
            "",
            "/",
            "/feeds/",
            "/metrics",
            "/healthz",
            "/" + "a" * 43 + ".atom",
            atom.removesuffix(".atom"),
            atom.removesuffix(".atom") + ".xml",
            atom + "/",
            atom.replace("/feeds/", "/other/"),
            "/" + "a" * 4_000,
            "/%00%ff.atom",
        ):
            answer = await reader.ask(path)
            headers = {**answer.headers, "Date": "", "Server": ""}
            seen.add((answer.status, answer.body, *headers.items()))
        assert len(seen) == 1
        assert seen.pop()[:2] == (404, b"Not found.\n")


async def test_every_path_is_looked_up_before_it_is_not_found(tmp_path: Path) -> None:
    async with world(tmp_path, **SETTINGS) as here, reading(here) as reader:
        asked = list[str]()
        find = here.bot.services.feed_links.find
        here.bot.services.feed_links.find = lambda token: asked.append(token) or find(token)
        for path in ("/robots.txt", "/" + "a" * 43 + ".atom"):
            assert (await reader.ask(path)).status == 404
        assert len(asked) == 2


async def test_a_head_request_is_answered_without_a_body_and_nothing_else_is_taken(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, **SETTINGS) as here, reading(here) as reader:
        atom, _ = await posted(here)
        whole, head = await reader.ask(atom), await reader.ask(atom, "HEAD")
        assert (head.status, head.body) == (200, b"")
        for name in ("ETag", "Last-Modified", "Content-Type", "Content-Length"):
            assert head.headers[name] == whole.headers[name]
        assert (await reader.ask("/nothing", "HEAD")).status == 404
        for method in ("POST", "PUT", "DELETE", "OPTIONS"):
            there, nowhere = await reader.ask(atom, method), await reader.ask("/no", method)
            assert there.status == nowhere.status == 405
            assert there.body == nowhere.body


async def test_a_browser_runs_nothing_and_other_sites_read_nothing(tmp_path: Path) -> None:
    async with world(tmp_path, **SETTINGS) as here, reading(here) as reader:
        atom, _ = await posted(here)
        for address in (atom, "/nothing"):
            headers = (await reader.ask(address, Origin="https://evil.example")).headers
            assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Referrer-Policy"] == "no-referrer"
            assert "noindex" in headers["X-Robots-Tag"]
            assert not [name for name in headers if name.startswith("Access-Control")]


async def test_a_link_that_is_asked_for_too_often_says_when_to_come_back(tmp_path: Path) -> None:
    async with world(tmp_path, **SETTINGS) as here, reading(here) as reader:
        atom, as_json = await posted(here)
        clients = [f"203.0.113.{number}" for number in range(LINKS.burst + 2)]
        for client in clients[: LINKS.burst]:
            assert (await reader.ask(atom, X_Forwarded_For=client)).status == 200
        slow = await reader.ask(as_json, X_Forwarded_For=clients[-2])
        assert slow.status == 429
        assert 1 <= int(slow.headers["Retry-After"]) <= LINKS.every + 1
        assert slow.headers["Cache-Control"] == "no-store"
        reader.seconds[0] += int(slow.headers["Retry-After"])
        assert (await reader.ask(as_json, X_Forwarded_For=clients[-1])).status == 200


async def test_one_client_that_asks_for_everything_is_slowed_down_alone(tmp_path: Path) -> None:
    async with world(tmp_path, **SETTINGS) as here, reading(here) as reader:
        atom, _ = await posted(here)
        guesser = "2001:db8:1:2::{}"
        for number in range(CLIENTS.burst):
            client = guesser.format(number)
            assert (await reader.ask(f"/{number}", X_Forwarded_For=client)).status == 404
        # All of a network of IPv6 is one client; and what the client itself sent does not count.
        own = guesser.format("ffff")
        assert (await reader.ask("/1", X_Forwarded_For=own)).status == 429
        assert (await reader.ask("/1", X_Forwarded_For=f"198.51.100.7, {own}")).status == 429
        assert (await reader.ask(atom, X_Forwarded_For="198.51.100.7")).status == 200
        assert (await reader.ask(atom, X_Forwarded_For="nonsense")).status == 200
        reader.seconds[0] += 2
        assert (await reader.ask("/1", X_Forwarded_For=own)).status == 404


async def test_a_server_that_removed_the_bot_is_read_no_more(tmp_path: Path) -> None:
    async with world(tmp_path, **SETTINGS) as here, reading(here) as reader:
        atom, _ = await posted(here)
        assert (await reader.ask(atom)).status == 200
        async with here.bot.services.database.write() as conn:
            await guilds.left(conn, here.guild.id, here.clock.now())
        assert (await reader.ask(atom)).status == 404


async def test_while_the_bot_is_not_connected_readers_are_asked_to_come_back(
    tmp_path: Path,
) -> None:
    running: list[Services | None] = [None]
    async with (
        world(tmp_path, **SETTINGS) as here,
        reading(here, lambda: running[0]) as reader,
    ):
        atom, _ = await posted(here)
        for address in (atom, "/nothing"):
            answer = await reader.ask(address)
            assert (answer.status, answer.headers["Retry-After"]) == (503, "60")
        running[0] = here.bot.services
        assert (await reader.ask(atom)).status == 200


async def test_no_address_stands_in_the_log_even_if_something_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = make_settings(tmp_path, log_level="DEBUG", **SETTINGS)
    with logging_to_stderr(settings):
        async with world(tmp_path, **SETTINGS) as here, reading(here) as reader:
            atom, _ = await posted(here)
            assert (await reader.ask(atom)).status == 200
            _, writer = await _raw(reader.port, f"GET {atom} HTTP/9.9 nonsense\r\n\r\n")
            writer.close()
            with monkeypatch.context() as broken:
                broken.setattr(Database, "read", None)
                answer = await reader.ask(atom)
            assert (answer.status, answer.headers["Retry-After"]) == (503, "60")
            logging.getLogger("bot").info("the end")
    said = capsys.readouterr().err
    assert "a feed could not be read" in said
    assert "the end" in said
    assert atom.rpartition("/")[2].removesuffix(".atom") not in said


async def _raw(port: int, line: str) -> tuple[bytes, Any]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(line.encode())
    await writer.drain()
    return await reader.read(), writer


async def test_an_operator_who_forgot_the_public_address_or_took_a_port_is_told(
    tmp_path: Path,
) -> None:
    with pytest.raises(SettingsError, match="FEEDS_URL is not set"):
        async with serving_feeds(lambda: None, make_settings(tmp_path, feeds_port=0)):
            pass
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        settings = make_settings(tmp_path, feeds_port=port, feeds_url=URL)
        with pytest.raises(SettingsError, match="FEEDS_PORT: cannot listen"):
            async with serving_feeds(lambda: None, settings):
                pass
    async with serving_feeds(lambda: None, make_settings(tmp_path)) as port:
        assert port is None
