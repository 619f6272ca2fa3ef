"""Everything that people can do, in languages whose texts are longer, or run from right to left."""

import logging
from pathlib import Path

import pytest

from bot.i18n import Language, added
from tests.bot.every_use import commands, components
from tests.bot.extremes import LAST
from tests.bot.i18n.pseudo import LONG, RIGHT_TO_LEFT
from tests.bot.raw_interactions import Interactions, what_is_registered
from tests.bot.world import MONDAY, TUESDAY, at, votes, world


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("language", "locale"), [(LONG, "sv-SE"), (RIGHT_TO_LEFT, "hr")], ids=["longer", "from right"]
)
async def test_every_command_button_and_form_works_in_a_language_unlike_english(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, language: Language, locale: str
) -> None:
    days = {MONDAY: votes(MONDAY, 3, 2, 1), TUESDAY: votes(TUESDAY, *range(12, 0, -1))}
    faults: list[str] = []
    with added(language):
        async with world(tmp_path, days) as here:
            await here.add_feed(hour=8, language=language.code)
            await here.tick(at(TUESDAY, 9))
            wire = Interactions(here, *await what_is_registered(here, here.admin))
            wire.locale = locale
            everything = [*commands(wire), *components(wire)]
            assert len(everything) > 300
            caplog.clear()
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
                wire.sweep()
    assert not faults, "\n".join(faults)
