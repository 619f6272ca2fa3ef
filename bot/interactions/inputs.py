"""What people type into a command's options, read: times of day, time zones, categories, emoji."""

import asyncio
import re
import unicodedata
from datetime import datetime, time
from zoneinfo import ZoneInfo

import discord
from discord import app_commands

from bot import limits
from bot.i18n import alternatives, sentences
from bot.i18n import gettext as _
from bot.interactions.errors import Interaction, UserError
from bot.ui.text import escape, plain
from papers import categories, zone_names

_TIME = re.compile(
    r"(?:at\s+|@\s*|kl\.?\s*|um\s+|à\s+|a\s+las\s+|às\s+)?"
    r"(?P<part>午前|午後|上午|下午|오전|오후)?\s*(?P<hour>\d{1,2})\s*"
    r"(?:(?:[:.,h時点时시]|uhr)\s*(?P<minute>\d{2})(?::00)?\s*[分분]?|h|uhr|o'?clock|[時点时시])?"
    r"\s*(?P<half>[ap]\.?\s?m\.?)?"
)
_FOUR_DIGITS = re.compile(
    r"(?P<part>)(?P<hour>[01]?\d|2[0-3])(?P<minute>[0-5]\d)\s?(?:h|hrs|hours)?(?P<half>)"
)
_TIMES_IN_WORDS = {
    **dict.fromkeys(("noon", "12 noon", "midday"), time(12)),
    **dict.fromkeys(("midnight", "12 midnight", "24:00", "24h"), time(0)),
    **dict.fromkeys(("mittag", "midi", "mediodía", "meio-dia", "正午", "中午", "정오"), time(12)),
    **dict.fromkeys(("mitternacht", "minuit", "medianoche", "meia-noite"), time(0)),
    **dict.fromkeys(("真夜中", "午夜", "자정"), time(0)),
}
_AFTERNOON = frozenset(("午後", "下午", "오후"))
"""What Japanese, Chinese and Korean write before an hour after noon."""
_WITH_ZONE = re.compile(r"(?P<time>.*\d.*?)\s+(?!uhr|o'clock)[a-z]{2,5}(?:[+-]\d{1,2})?")

_LONGEST_TIME = 60
"""Characters of a time of day, with a zone behind it."""

_NAMED_ZONES = 8
"""Zones that a sentence offers to choose from."""

_AROUND_EMOJI = " \t\n\\`\"'\u200b\u2060\ufeff"
"""What people copy along with an emoji."""

_SHORTCODE = re.compile(r":[\w+-]+:")
_TONE_OR_KIND = re.compile(r"_tone[1-5](?=:)|:{1,2}skin-tone-[1-6](?=:)|(?<=:)flag_(?=[a-z]{2}:)")
"""What Discord's names of emoji have that others lack."""


_OF_ONE_HAND = {"\U0001faf1\u200d\U0001faf2": "\U0001f91d"}
"""Two hands of different tones, which have no base of their own: a handshake."""


def parse_time(text: str) -> time:
    """Read a time of day: `9`, `09:00`, `9.30`, `0930`, `9pm`, `21h`, `21h30`, `noon`.

    Raises:
        UserError: it is none.
    """
    # A longer text is no time, and matching it would take time that grows with its square.
    known = text if len(text) <= _LONGEST_TIME else ""
    typed = unicodedata.normalize("NFKC", known).strip().casefold().replace("\u2019", "'")
    if typed in _TIMES_IN_WORDS:
        return _TIMES_IN_WORDS[typed]
    match = _FOUR_DIGITS.fullmatch(typed) or _TIME.fullmatch(typed)
    hour, minute = (int(match["hour"]), int(match["minute"] or 0)) if match else (24, 0)
    if match and (half := match["half"] or match["part"]):
        if not 1 <= hour <= 12:
            hour = 24
        else:
            hour = hour % 12 + (12 if half.startswith("p") or half in _AFTERNOON else 0)
    if match is None and (zoned := _WITH_ZONE.fullmatch(typed)) and _TIME.fullmatch(zoned["time"]):
        raise UserError(
            _(
                "Write only the time here ({time}), and the time zone in `timezone`.",
                time=escape(zoned["time"], 20),
            )
        )
    if hour > 23 or minute > 59:
        raise UserError(
            _(
                "I couldn't read “{text}” as a time. Try 09:00, 17:30, 9pm or noon.",
                text=escape(text, 40),
            )
        )
    return time(hour, minute)


def parse_timezone(text: str, now: datetime) -> str:
    """Read a time zone by a city, a country, an abbreviation, an offset or its IANA name.

    The first call takes about 0.1 s of CPU: make it in a thread.

    Raises:
        UserError: it names no zone, or several; says which.
    """
    match zone_names.find(text, now):
        case [zone]:
            return zone
        case []:
            near = zone_names.near(text)
            hint = (
                _("Did you mean {name}?", name=near)
                if near
                else _("Type a city, a country or UTC+2.")
            )
            unknown = _("I don't know a time zone called “{text}”.", text=escape(text, 60))
            raise UserError(sentences(unknown, hint))
        case zones:
            cities = [zone.rpartition("/")[2].replace("_", " ") for zone in zones[:_NAMED_ZONES]]
            raise UserError(
                _(
                    "“{text}” fits several time zones. Type a city in yours, e.g. {cities}.",
                    text=escape(text, 60),
                    cities=alternatives(cities),
                )
            )


def timezone_choices(text: str, now: datetime, locale: str) -> list[tuple[str, str]]:
    """Return up to 25 zones for what was typed so far, as (what people see, name).

    Before anything is typed, those of the person's locale come first, then those of large cities
    all over the world: many people's Discord speaks English wherever they live. Make the call in a
    thread, as `parse_timezone`.
    """
    if text.strip():
        zones = zone_names.complete(text, now, limits.CHOICES)
    else:
        likely = [*zone_names.of_locale(locale, now), "UTC"]
        zones = list(dict.fromkeys((*likely, *zone_names.LARGE)))[: limits.CHOICES]
    return [
        (
            _(
                "{zone} ({time} now)",
                zone=zone_names.label(zone),
                time=f"{now.astimezone(ZoneInfo(zone)):%H:%M}",
            ),
            zone,
        )
        for zone in zones
    ]


async def zone_choices(
    interaction: Interaction, typed: str, now: datetime
) -> list[app_commands.Choice[str]]:
    """Complete a time zone for a command's option."""
    found = await asyncio.to_thread(timezone_choices, typed, now, interaction.locale.value)
    return [app_commands.Choice(name=name, value=zone) for name, zone in found]


def parse_categories(text: str | None) -> tuple[str, ...]:
    """Read arXiv categories by code or name: `cs.CL stat.ML`, `cs.*`, `NLP, computer vision`.

    Raises:
        UserError: arXiv has no such category; names the nearest ones.
    """
    try:
        return categories.parse(text or "")
    except categories.UnknownCategoryError as error:
        if error.near:
            near = alternatives(
                f"{code} ({categories.name_of(code) or code})" for code in error.near
            )
            hint = _("Did you mean {name}?", name=near)
        else:
            hint = _("Try cs.CL, stat.ML or cs.*. All are on arxiv.org/category_taxonomy.")
        unknown = _("arXiv has no category called “{text}”.", text=escape(error.text, 40))
        raise UserError(sentences(unknown, hint)) from error


def category_choices(typed: str) -> list[app_commands.Choice[str]]:
    """Complete the last of the categories typed so far, by code or words of its name."""
    return [
        app_commands.Choice(name=plain(name, limits.CHOICE_NAME), value=value)
        for name, value in categories.suggest(typed, limits.CHOICES)
        if len(value) <= limits.CHOICE_VALUE
    ]


def parse_emoji(text: str) -> str:
    """Read one emoji: Discord's own, without its skin tone, or a server's.

    Raises:
        UserError: it is none, or several, or one that Discord does not have.
    """
    typed = _TONE_OR_KIND.sub("", text.strip(_AROUND_EMOJI))
    custom = discord.PartialEmoji.from_str(typed)
    if custom.id is not None:
        return str(custom)
    # Imported here: reading its table takes 4 MB and 15 ms, for what few people ever choose.
    import emoji

    if _SHORTCODE.fullmatch(typed):
        named = emoji.emojize(typed, language="alias")
        if named == typed:
            raise UserError(
                _(
                    "I got the name {name}, not the emoji. Discord sends only the name of a"
                    " server's emoji where you can't use it. Try it in that server, or choose a"
                    " standard emoji.",
                    name=escape(typed, 40),
                )
            )
        typed = named
    base = "".join(c for c in typed if not "\U0001f3fb" <= c <= "\U0001f3ff") or typed
    regional = len(base) == 1 and "\U0001f1e6" <= base <= "\U0001f1ff"
    for form in (base, f"{base}\ufe0f", base.replace("\ufe0f", "")):
        form = _OF_ONE_HAND.get(form, form)
        known = emoji.EMOJI_DATA.get(form)
        if known is None or known["status"] == emoji.STATUS["component"]:
            continue
        if known["E"] > limits.EMOJI_VERSION:
            raise UserError(
                _("Discord doesn't have {emoji} yet. Choose another emoji.", emoji=form)
            )
        return form
    if regional:
        return base
    raise UserError(
        _(
            "I can't use “{text}” as an emoji. Pick one from the emoji menu: a standard one, or one"
            " of this server's own.",
            text=escape(text, 40),
        )
    )
