"""What is measured, and what stops before Discord stops us."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from discord.http import Route
from prometheus_client import generate_latest
from yarl import URL

from bot.monitor import InvalidRequests, Monitor, Thresholds, collect, route_of
from tests.bot.world import MONDAY, at, world

LIMITS = Thresholds()
DEPLOY = Path(__file__).resolve().parents[3] / "deploy"


class Stopwatch:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/channels/123456/messages", "/channels/{id}/messages"),
        ("/channels/1/messages/2/threads", "/channels/{id}/messages/{id}/threads"),
        (
            "/channels/1/messages/2/reactions/%F0%9F%94%96/@me",
            "/channels/{id}/messages/{id}/reactions/{emoji}/@me",
        ),
        (
            "/channels/1/messages/2/reactions/name:77/88",
            "/channels/{id}/messages/{id}/reactions/{emoji}/{id}",
        ),
        ("/interactions/1/aW50ZXJhY3Rpb246/callback", "/interactions/{id}/{token}/callback"),
        (
            "/webhooks/1/aW50ZXJhY3Rpb246/messages/@original",
            "/webhooks/{id}/{token}/messages/@original",
        ),
        ("/users/@me/channels", "/users/@me/channels"),
        ("/applications/5/commands", "/applications/{id}/commands"),
        ("/oauth2/" + "x" * 60, "/oauth2/{…}"),
    ],
)
def test_a_route_is_named_without_ids_and_tokens(path: str, route: str) -> None:
    assert route_of(URL(Route.BASE + path)) == route


def test_requests_that_go_elsewhere_have_one_name() -> None:
    assert route_of(URL("wss://gateway.discord.gg/?v=10&encoding=json")) == "gateway"
    assert route_of(URL("https://cdn.discordapp.com/attachments/1/2/secret.bib")) == "elsewhere"


def test_sending_pauses_well_before_discord_bans_and_goes_on_when_the_window_has_emptied() -> None:
    clock = Stopwatch()
    invalid = InvalidRequests(LIMITS, clock)
    for _ in range(LIMITS.invalid_stop - 1):
        clock.now += 0.1
        invalid.add()
    assert invalid.pause is None
    invalid.add()
    pause = invalid.pause
    assert pause is not None
    assert 0 < pause <= LIMITS.invalid_window
    clock.now += pause - 1
    assert invalid.pause is not None
    clock.now += 2
    assert invalid.pause is None
    assert LIMITS.invalid_resume - 20 < len(invalid) <= LIMITS.invalid_resume
    assert LIMITS.invalid_stop <= 10_000 / 5


def test_a_steady_trickle_of_refusals_pauses_nothing() -> None:
    clock = Stopwatch()
    invalid = InvalidRequests(LIMITS, clock)
    for _ in range(10_000):
        clock.now += 0.5
        invalid.add()
        assert invalid.pause is None


def rules() -> Iterator[dict[str, Any]]:
    for group in yaml.safe_load((DEPLOY / "alerts.yml").read_text())["groups"]:
        yield from group["rules"]


async def test_every_metric_that_an_alert_names_is_there(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await here.add_feed()
        await here.tick(at(MONDAY, 9))
        await collect(here.bot.monitor)
        text = generate_latest(here.bot.monitor.instruments.registry).decode()
    there = set(re.findall(r"^# TYPE (\w+)", text, re.MULTILINE))
    wanted = {name for rule in rules() for name in re.findall(r"paperboy_\w+", rule["expr"])}
    assert {re.sub(r"_bucket$", "", name) for name in wanted} - there == set()


def test_every_alert_says_what_to_do() -> None:
    found = list(rules())
    assert len({rule["alert"] for rule in found}) == len(found)
    for rule in found:
        assert rule["labels"]["severity"] in ("page", "ticket"), rule["alert"]
        assert rule["annotations"].keys() == {"summary", "action"}, rule["alert"]


async def test_what_was_delivered_and_what_waits_is_counted_by_state(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await here.add_feed()
        await here.tick(at(MONDAY, 9))
        await collect(here.bot.monitor)
        values = here.bot.monitor.instruments.registry.get_sample_value
        assert values("paperboy_deliveries", {"kind": "post", "state": "done"}) == 1
        assert values("paperboy_deliveries", {"kind": "post", "state": "failed"}) == 0
        assert values("paperboy_oldest_pending_seconds", {"kind": "post"}) == 0
        assert values("paperboy_feeds", {"state": "active"}) == 1
        assert values("paperboy_papers") == 3
        assert values("paperboy_source_up", {"source": "Fake"}) == 1
        assert (values("paperboy_database_bytes", {"part": "file"}) or 0) > 4096
        for kind in ("select", "insert", "transaction", "wait"):
            assert (values("paperboy_database_seconds_count", {"kind": kind}) or 0) > 0, kind


async def test_no_metric_names_a_person_a_server_or_a_channel(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await here.add_feed()
        await here.tick(at(MONDAY, 9))
        await here.member.slash(here.channel, "paper trending")
        await collect(here.bot.monitor)
        text = generate_latest(here.bot.monitor.instruments.registry).decode()
        for known in (here.guild, here.channel, here.admin, here.member):
            assert str(known.id) not in text
    labels = set(re.findall(r'(\w+)="', text))
    assert labels <= {
        *("version", "method", "route", "status", "kind", "shard", "state", "reason", "source"),
        *("part", "le", "implementation", "major", "minor", "patchlevel"),
    }


def test_two_bots_in_one_process_count_apart() -> None:
    one, other = Monitor(), Monitor()
    one.instruments.beat_failures.inc()
    assert other.instruments.registry.get_sample_value("paperboy_beat_failures_total") == 0
