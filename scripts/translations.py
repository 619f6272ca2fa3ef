"""Brings the catalogues of texts up to date with the code, or checks that they are complete.

    .venv/bin/python scripts/translations.py           update bot/i18n/locales
    .venv/bin/python scripts/translations.py --check   print what is missing or wrong, exit with 1

A template (`<area>.pot`) holds the English texts of one area of the bot, in the order of the code;
a catalogue (`<language>/<area>.po`) their translations. Texts are read from calls of `gettext` and
its relatives, and from what Discord is given of commands.
"""

import argparse
import asyncio
import string
import sys
import tempfile
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import discord
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po
from discord import app_commands
from discord.app_commands import TranslationContextLocation

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bot import limits  # noqa: E402 - found through the line above
from bot.client import create_bot  # noqa: E402
from bot.i18n import ENGLISH, LANGUAGES  # noqa: E402
from bot.settings import Settings  # noqa: E402

LOCALES: Final = ROOT / "bot" / "i18n" / "locales"
SOURCES: Final = ("papers", "storage", "bot", "cogs")

AREAS: Final[Sequence[tuple[str, tuple[str, ...]]]] = (
    ("feeds", ("cogs/feeds", "cogs/servers", "cogs/status", "bot/services/feeds",
               "bot/services/publishing", "bot/services/status", "bot/ui/feeds", "bot/delivery")),
    ("cards", ("bot/ui", "cogs/trending", "bot/services/trending", "papers/trending")),
    ("search", ("cogs/paper_search", "cogs/cite", "bot/services/search")),
    ("library", ("cogs/library", "cogs/hidden", "cogs/messages", "cogs/_named_papers",
                 "bot/services/library", "bot/services/hidden", "bot/interactions/sav",
                 "bot/interactions/removal", "papers/formats")),
    ("digests", ("cogs/subscriptions", "bot/services/digests", "bot/services/topics",
                 "papers/topics", "papers/matching")),
    ("privacy", ("cogs/privacy", "bot/services/personal_data")),
    ("common", ("",)),
)  # fmt: skip
"""Each area with the beginnings of its files' paths; the first that fits has the text."""

KEYWORDS: Final[dict[str, Any]] = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "marked": None,
    "locale_str": None,
    "Message": None,
    "PluralMessage": (1, 2),
}

_DESCRIPTION: Final = 100
"""Characters of a command's or an option's description
(discord.com/developers/docs/interactions/application-commands)."""

SHOWN_BY_DISCORD: Final = {
    TranslationContextLocation.command_description: _DESCRIPTION,
    TranslationContextLocation.group_description: _DESCRIPTION,
    TranslationContextLocation.parameter_description: _DESCRIPTION,
    TranslationContextLocation.choice_name: limits.CHOICE_NAME,
}
"""What Discord itself shows of commands in a person's language, with the longest it takes."""

_DATED: Final = (
    *(b'"POT-Creation-Date', b'"PO-Revision-Date', b'"Last-Translator', b'"Language-Team'),
    b'"Generated-By',
)


class _Collector(app_commands.Translator):
    """Notes each text that discord.py wants translated, with its module and its limit."""

    def __init__(self) -> None:
        self.found: dict[str, tuple[str, int]] = {}

    async def translate(
        self, string: app_commands.locale_str, locale: discord.Locale, context: Any
    ) -> None:
        """Note a description or a choice."""
        limit = SHOWN_BY_DISCORD.get(context.location)
        if limit is None or locale is not discord.Locale.german:
            return
        if string.message in LANGUAGES.values():
            return  # the name of a language is the same in every one
        owner = getattr(context.data, "command", context.data)
        if isinstance(owner, app_commands.Group):
            owner = next(iter(owner.walk_commands()), owner)
        module = str(getattr(owner, "module", None) or "bot.client")
        self.found.setdefault(string.message, (module.replace(".", "/") + ".py", limit))


async def command_texts() -> dict[str, tuple[str, int]]:
    """Return what Discord shows of commands: each text with its module's path and its limit."""
    collector = _Collector()
    with tempfile.TemporaryDirectory() as folder:
        bot = create_bot(
            Settings(
                discord_token="",
                database_url=f"sqlite+aiosqlite:///{folder}/paperboy.db",
                embedder="none",
            ),
            sources=(),
        )
        try:
            await bot.open()
            await bot.add_commands()
            for command in bot.tree.get_commands():
                await command.get_translated_payload(bot.tree, collector)
        finally:
            await bot.close()
    return collector.found


def area_of(path: str) -> str:
    """Return the area that a module's texts belong to."""
    return next(
        area for area, beginnings in AREAS if any(path.startswith(each) for each in beginnings)
    )


def extracted() -> Iterator[tuple[str, Any, str, str | None]]:
    """Yield each text of the code with its module's path, its plural in a pair, and its context."""
    for root in SOURCES:
        for path in sorted((ROOT / root).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            found = extract_from_file(
                "python", str(path), keywords=KEYWORDS, strip_comment_tags=True
            )
            for _, message, _, context in found:
                yield name, message, name, context


def templates() -> dict[str, Catalog]:
    """Return the catalogue of English texts of each area, as the code has them."""
    catalogs: dict[str, Catalog] = {}
    for area, _ in AREAS:
        catalogs[area] = Catalog(project="Paperboy", charset="utf-8", header_comment="")
    homes: dict[tuple[Any, str | None], str] = {}
    found = [(path, message, context) for path, message, _, context in extracted()]
    found += [(path, text, None) for text, (path, _) in asyncio.run(command_texts()).items()]
    # A text of several areas stands in the first of them.
    order = [area for area, _ in AREAS]
    for path, message, context in sorted(found, key=lambda each: order.index(area_of(each[0]))):
        area = homes.setdefault((message, context), area_of(path))
        catalogs[area].add(message, locations=[(path, 1)], context=context)
    return catalogs


def update() -> None:
    """Write the templates, and bring every language's catalogues up to date with them."""
    for area, template in templates().items():
        _write(LOCALES / f"{area}.pot", template)
        for code in LANGUAGES:
            if code == ENGLISH.code:
                continue
            path = LOCALES / code / f"{area}.po"
            catalog = read(path, code)
            catalog.update(template)
            _write(path, catalog)


def read(path: Path, code: str) -> Catalog:
    """Return a language's catalogue of one area, empty where there is none yet."""
    locale = code.replace("-", "_")
    if not path.exists():
        return Catalog(locale, project="Paperboy", charset="utf-8", header_comment="", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def _write(path: Path, catalog: Catalog) -> None:
    """Write a catalogue without dates and line numbers, which would change with every update."""
    path.parent.mkdir(parents=True, exist_ok=True)
    written = BytesIO()
    write_po(
        written, catalog, width=100, sort_by_file=True, include_lineno=False, ignore_obsolete=True
    )
    lines = [
        line
        for line in written.getvalue().splitlines()
        if not line.startswith(_DATED) and line.strip() != b"#"
    ]
    path.write_bytes(b"\n".join(lines).strip() + b"\n")


def problems() -> Iterator[str]:
    """Yield what is missing or wrong in the templates and catalogues, one line each."""
    yield from _ambiguous()
    limits_of = {text: limit for text, (_, limit) in asyncio.run(command_texts()).items()}
    for area, template in templates().items():
        path = LOCALES / f"{area}.pot"
        with path.open("rb") if path.exists() else BytesIO() as file:
            stored = read_po(file)
        if _ids(stored) != _ids(template):
            yield f"{path.name}: not as the code is; run scripts/translations.py"
        for code in LANGUAGES:
            if code == ENGLISH.code:
                continue
            catalog = read(LOCALES / code / f"{area}.po", code)
            for message in template:
                if message.id:
                    for problem in _problems_of(message, catalog, limits_of):
                        yield f"{code}/{area}.po: {problem}: {message.id!r}"


def _ambiguous() -> Iterator[str]:
    """Yield the texts that gettext takes for one: it knows a plural by its singular alone."""
    known: dict[tuple[str, str | None], Any] = {}
    for _, message, _, context in extracted():
        singular = message[0] if isinstance(message, tuple) else message
        if known.setdefault((singular, context), message) != message:
            yield f"two texts with one singular: {message!r}"


def _problems_of(message: Message, catalog: Catalog, limits_of: dict[str, int]) -> Iterator[str]:
    translated = catalog.get(message.id, message.context)
    if translated is None or not translated.string:
        yield "not translated"
        return
    if translated.fuzzy:
        yield "fuzzy"
    sources = message.id if isinstance(message.id, tuple) else (message.id,)
    texts = translated.string if isinstance(message.id, tuple) else (translated.string,)
    allowed = frozenset().union(*map(_fields, sources))
    needed = frozenset.intersection(*map(_fields, sources)) - {"count"}
    if isinstance(message.id, tuple) and len(texts) != catalog.num_plurals:
        yield f"needs {catalog.num_plurals} forms"
    for text in texts:
        if not text:
            yield "a form is not translated"
            continue
        try:
            fields = _fields(text)
        except ValueError as error:
            yield f"broken placeholder, {error}"
            continue
        if not needed <= fields <= allowed:
            yield f"other placeholders, {sorted(fields ^ needed)}"
        for mark in ("**", "`", "\n"):
            if text.count(mark) != sources[-1].count(mark):
                yield f"another number of {mark!r}"
        if text != text.strip() and sources[-1] == sources[-1].strip():
            yield "white space around it"
        limit = limits_of.get(sources[0])
        if limit is not None and len(text) > limit:
            yield f"{len(text)} characters where Discord takes {limit}"


def _fields(text: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def _ids(catalog: Catalog) -> set[tuple[Any, str | None]]:
    return {(message.id, message.context) for message in catalog if message.id}


def main() -> int:
    """Update or check; return the exit status."""
    parser = argparse.ArgumentParser(description="Update or check the catalogues of texts.")
    parser.add_argument("--check", action="store_true", help="print what is missing or wrong")
    if not parser.parse_args().check:
        update()
        return 0
    found = list(problems())
    sys.stdout.writelines(f"{line}\n" for line in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
