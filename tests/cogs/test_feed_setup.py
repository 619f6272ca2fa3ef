"""Setting up and changing a daily thread by choosing, without anything to type."""

import re
from pathlib import Path
from typing import Any

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st
from simcord import interactions as payloads
from sqlalchemy import update

from bot.ui.research_fields import FIELDS, fields_in, with_fields
from storage import feeds
from storage.feeds import Feed
from storage.guilds import unwelcomed
from storage.tables import guilds
from tests.bot.topics import answer
from tests.bot.world import MONDAY, World, at, headers, text_of, world
from tests.cogs.test_feed_panel import admin, listed, welcome_in


async def greeted(here: World) -> tuple[Any, Any, Any]:
    """Let the bot join another server; return its channel, its admin and the greeting."""
    lab, lounge, hello = await welcome_in(here)
    managers = lab.create_role("managers", permissions=discord.Permissions(manage_guild=True))
    ada = lab.add_member(here.env.create_user("ada2"), roles=[managers])
    return lounge, ada, hello


async def only_feed(here: World) -> Feed:
    async with here.bot.services.database.read() as conn:
        feed = await feeds.get(conn, 1)
    assert feed is not None
    return feed


def messages(result: Any) -> list[Any]:
    """Return the messages of an answer, the last one last."""
    return [each for each in (result.response, *result.followups) if each]


def said(result: Any) -> list[str]:
    """Return the texts of an answer's messages."""
    return [text_of(each.message) for each in messages(result)]


@pytest.mark.parametrize("language", [discord.Locale.american_english, discord.Locale.german])
async def test_a_bot_that_stopped_before_it_noted_its_greeting_greets_once(
    tmp_path: Path, language: discord.Locale
) -> None:
    async with world(tmp_path) as here:
        lab, lounge, _ = await welcome_in(here, preferred_locale=language.value)
        async with here.bot.services.database.write() as conn:
            theirs = guilds.c.id == lab.id
            await conn.execute(update(guilds).where(theirs).values(welcomed_at=None))
        await here.restart()
        async with here.bot.services.database.read() as conn:
            assert lab.id not in await unwelcomed(conn)
        assert len(lounge.history()) == 1


async def test_the_greetings_button_sets_up_a_thread_in_one_form_and_shows_it(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, now=at(MONDAY, 8)) as here:
        await here.tick(at(MONDAY, 8))
        lounge, ada, hello = await greeted(here)
        form = await ada.click(hello, label="Set up a daily thread")
        done = await ada.submit_modal(
            form, {"channel": [lounge], "hour": "12:00", "timezone": ["UTC"]}
        )
        *preview, last = said(done)
        assert preview
        assert "### Daily thread set up" in last
        assert f"<#{lounge.id}> · 10 papers a day at 12:00 (UTC)" in last
        assert "Next thread: today at 12:00 (<t:" in last
        assert not headers(lounge)


def form_fields(opened: Any) -> dict[str, dict[str, Any]]:
    """Return the fields of a form that an answer opened, by their names."""
    labels = opened.modal["components"]
    return {label["component"]["custom_id"]: label["component"] for label in labels}


def chosen_in(field: dict[str, Any]) -> list[str]:
    """Return what is chosen in a field before anything is touched."""
    if "default_values" in field:
        return [str(each["id"]) for each in field["default_values"]]
    return [option["value"] for option in field["options"] if option.get("default")]


def unchanged(opened: Any) -> dict[str, Any]:
    """Return what a person sends who touches nothing but the role, which is to be given again."""
    fields = form_fields(opened)
    sent: dict[str, Any] = {name: chosen_in(field) for name, field in fields.items()}
    sent["hour"] = sent["hour"][0]
    del sent["role"]
    return sent


async def test_the_first_thread_is_posted_at_once_or_waits_for_its_hour(tmp_path: Path) -> None:
    async with world(tmp_path, now=at(MONDAY, 8)) as here:
        await here.tick(at(MONDAY, 8))
        lounge, ada, hello = await greeted(here)
        form = await ada.click(hello, label="Set up a daily thread")
        chosen = {"channel": [lounge], "hour": "12:00", "timezone": ["UTC"]}
        done = await ada.submit_modal(form, chosen)
        waits = await ada.click(messages(done)[-1], label="Wait until 12:00")
        assert waits is not None
        assert "### Daily thread\n" in text_of(messages(done)[-1].message) + "\n"
        assert not headers(lounge)
        form = await ada.click(hello, label="Set up a daily thread")
        refused = await ada.submit_modal(form, chosen)
        assert "already has a daily thread" in answer(refused)


async def test_a_thread_that_is_wanted_now_is_posted_now(tmp_path: Path) -> None:
    async with world(tmp_path, now=at(MONDAY, 8)) as here:
        await here.tick(at(MONDAY, 8))
        form = await here.admin.click(await admin(here, "feed list"), label="Set up a daily thread")
        done = await here.admin.submit_modal(
            form, {"channel": [here.channel], "hour": "12:00", "timezone": ["UTC"]}
        )
        await here.admin.click(messages(done)[-1], label="Post the first thread now")
        assert len(headers(here.channel)) == 1


async def test_where_there_are_no_papers_yet_the_thread_waits_and_says_why(tmp_path: Path) -> None:
    async with world(tmp_path, now=at(MONDAY, 8)) as here:
        lounge, ada, hello = await greeted(here)
        form = await ada.click(hello, label="Set up a daily thread")
        done = await ada.submit_modal(
            form, {"channel": [lounge], "hour": "12:00", "timezone": ["UTC"]}
        )
        last = said(done)[-1]
        assert "### Daily thread set up" in last
        assert "There are no papers yet." in last
        assert "Post the first thread now" not in str(messages(done)[-1].message.components)


def speaking(monkeypatch: pytest.MonkeyPatch, locale: str) -> None:
    """Let everybody's Discord be in another language from here on."""
    original = payloads.base_payload

    def spoken(*args: Any, **kwargs: Any) -> tuple[Any, dict[str, Any]]:
        record, payload = original(*args, **kwargs)
        return record, {**payload, "locale": locale}

    monkeypatch.setattr(payloads, "base_payload", spoken)


async def test_the_form_offers_the_zone_of_the_admins_language_and_the_hour_that_fits_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with world(tmp_path) as here:
        shown = await admin(here, "feed list")
        speaking(monkeypatch, "ja")
        fields = form_fields(await here.admin.click(shown, label="Set up a daily thread"))
        assert chosen_in(fields["timezone"]) == ["Asia/Tokyo"]
        (hour,) = chosen_in(fields["hour"])
        assert hour == "16:00"
        assert "channel" in fields


async def test_a_second_thread_is_offered_in_the_zone_of_the_first(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        lounge, ada, hello = await greeted(here)
        form = await ada.click(hello, label="Set up a daily thread")
        chosen = {"channel": [lounge], "hour": "09:00", "timezone": ["America/Chicago"]}
        await ada.submit_modal(form, chosen)
        again = form_fields(await ada.click(hello, label="Set up a daily thread"))
        assert chosen_in(again["timezone"]) == ["America/Chicago"]


async def test_a_channel_that_the_bot_cannot_post_in_is_named_and_nothing_is_set_up(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        lounge, ada, hello = await greeted(here)
        form = await ada.click(hello, label="Set up a daily thread")
        me = lounge.guild.me
        assert me is not None
        closed = lounge.guild.create_text_channel(
            "closed", overwrites={me: discord.PermissionOverwrite(create_public_threads=False)}
        )
        refused = await ada.submit_modal(
            form, {"channel": [closed], "hour": "09:00", "timezone": ["UTC"]}
        )
        assert "I need more permissions" in answer(refused)
        assert "no daily thread" in answer(await ada.slash(lounge, "feed list"))


async def test_the_form_shows_a_thread_as_it_is_and_changes_only_what_is_chosen(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        role = here.guild.create_role("readers", mentionable=True)
        await admin(
            here,
            "feed add",
            channel=here.channel,
            time="17:30",
            timezone="Tokyo",
            categories="stat.ML cs.DC",
            ping=role,
            papers=7,
            topics="diffusion",
        )
        before = await only_feed(here)
        form = await here.admin.slash(here.channel, "feed edit")
        fields = form_fields(form)
        assert chosen_in(fields["hour"]) == ["17:30"]
        assert chosen_in(fields["timezone"]) == ["Asia/Tokyo"]
        assert chosen_in(fields["fields"]) == ["learning"]
        assert chosen_in(fields["role"]) == [str(role.id)]
        await here.admin.submit_modal(form, {**unchanged(form), "role": [role]})
        assert await only_feed(here) == before
        form = await here.admin.slash(here.channel, "feed edit")
        await here.restart()
        chosen = {"hour": "09:00", "fields": ["learning", "vision"], "language": ["de"]}
        await here.admin.submit_modal(form, {**unchanged(form), **chosen})
        after = await only_feed(here)
        assert (after.at.hour, after.timezone, after.size) == (9, "Asia/Tokyo", 7)
        assert after.categories == ("stat.ML", "cs.DC", "cs.CV")
        assert after.topics == ("diffusion",)
        assert after.language == "de"
        assert after.ping_role_id is None


async def test_settings_are_shown_with_what_can_be_done(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await here.add_feed()
        shown = await admin(here, "feed settings")
        assert "### Daily thread" in text_of(shown.message)
        labels = re.findall(r"label='([^']+)'", str(shown.message.components))
        first, second = (
            ["Preview", "Post now", "Edit…", "Filters…"],
            ["Insights", "Weekly roundup", "Pause", "Remove…"],
        )
        assert labels == first + second


async def test_settings_are_copied_to_a_channel_without_a_thread_and_to_one_with_its_own(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        other = here.guild.create_text_channel("nlp")
        await admin(here, "feed add", channel=here.channel, time="17:30", topics="agents", papers=4)
        copied = await admin(here, "feed copy", to=other)
        assert "### Settings copied" in text_of(copied.message)
        assert f"<#{other.id}> · 4 papers a day at 17:30 (UTC)" in text_of(copied.message)
        assert "about *agents*" in text_of(copied.message)
        await admin(here, "feed edit", channel=other, topics="none", papers=9)
        await admin(here, "feed copy", **{"from": other, "to": here.channel})
        text = await listed(here)
        assert text.count("9 papers a day at 17:30") == 2
        assert "agents" not in text
        refused = await admin(here, "feed copy", to=here.channel)
        assert "Choose another channel" in (refused.content or text_of(refused.message))


CODES = st.sampled_from(
    ["cs.CL", "cs.CV", "cs.LG", "stat.ML", "cs.SD", "eess.AS", "cs.DC", "math.*", "quant-ph"]
)


@given(st.lists(CODES, unique=True), st.sets(st.sampled_from(sorted(FIELDS))))
def test_fields_that_are_chosen_are_those_of_the_thread_and_other_categories_stay(
    categories: list[str], wanted: set[str]
) -> None:
    after = with_fields(categories, wanted)
    assert set(fields_in(after)) == wanted
    ours = {code for _, codes in FIELDS.values() for code in codes}
    assert [code for code in after if code not in ours] == [
        code for code in categories if code not in ours
    ]
    assert list(with_fields(categories, fields_in(categories))) == categories
