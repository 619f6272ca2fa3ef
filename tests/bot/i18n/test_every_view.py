"""Everything that people can do, in languages whose texts are longer, or run from right to left."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import discord
import pytest

from bot.i18n import Language, added
from tests.bot.every_use import Make, commands, components
from tests.bot.extremes import LAST
from tests.bot.i18n.english import EnglishTexts
from tests.bot.i18n.pseudo import LONG, RIGHT_TO_LEFT
from tests.bot.raw_interactions import Interactions, what_is_registered
from tests.bot.world import MONDAY, TUESDAY, WEDNESDAY, at, votes, world

ORDINARY: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("paper search", {"query": "study matter"}),
    ("paper search", {"query": "latest papers on matter", "since": "2025"}),
    ("paper search", {"query": "mattre, nothingatall"}),
    ("paper similar", {"id_or_link": "2506.01000"}),
    ("paper show", {"id_or_link": "2506.01000"}),
    ("paper subscribe", {"topic": "matter"}),
    ("paper subscribe", {"topic": "matter number", "match": "broad", "min_votes": 2}),
    ("paper subscribe", {"topic": "trending"}),
    ("paper subscriptions", {}),
    ("feed edit", {"topics": "matter; number"}),
    ("feed preview", {}),
    ("paper status", {}),
    ("paper trending", {}),
    ("paper trending", {"date": "sunday"}),
    ("feed list", {}),
)
"""What people do on most days, with papers that match."""
ORDINARY_LAST = f"{ORDINARY[-1][0]} {ORDINARY[-1][1]}"


def ordinary(wire: Interactions) -> Iterator[tuple[str, Make]]:
    """Yield everyday commands."""
    for path, options in ORDINARY:
        yield f"{path} {options}", lambda p=path, o=options: wire.command(p, o)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("language", "locale"), [(LONG, "sv-SE"), (RIGHT_TO_LEFT, "hr")], ids=["longer", "from right"]
)
async def test_every_command_button_and_form_works_in_a_language_unlike_english(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, language: Language, locale: str
) -> None:
    days = {
        MONDAY: votes(MONDAY, 3, 2, 1),
        TUESDAY: votes(TUESDAY, *range(12, 0, -1)),
        WEDNESDAY: votes(WEDNESDAY, *range(12, 0, -1)),
    }
    faults: list[str] = []
    with added(language):
        async with world(tmp_path, days) as here:
            await here.add_feed(hour=8, language=language.code)
            await here.tick(at(TUESDAY, 9))
            wire = Interactions(here, *await what_is_registered(here, here.admin))
            wire.locale = wire.guild_locale = locale
            server = here.bot.get_guild(here.guild.id)
            assert server is not None
            server.preferred_locale = discord.Locale(locale)
            everything = [*ordinary(wire), *commands(wire), *components(wire)]
            assert len(everything) > 300
            caplog.clear()
            english = EnglishTexts()
            wire.sweep()
            for name, make in sorted(everything, key=lambda each: bool(LAST.search(each[0]))):
                here.bot.cooldowns.forget()
                record = await wire.send(here.admin, here.channel, make())
                if record.response_kind is None:
                    faults.append(f"{name}: not answered")
                faults += [
                    f"{name}: {each.getMessage()}\n{each.exc_text or ''}"
                    for each in caplog.records
                    if each.levelno >= logging.ERROR
                ]
                caplog.clear()
                faults += [f"{name}: left in English: {text}" for text in english.among(here.env)]
                wire.sweep()
                if name == ORDINARY_LAST:
                    await here.tick(at(WEDNESDAY, 9))
                    faults += [
                        f"a thread: left in English: {text}" for text in english.among(here.env)
                    ]
                    wire.sweep()
    assert not faults, "\n".join(dict.fromkeys(faults))
