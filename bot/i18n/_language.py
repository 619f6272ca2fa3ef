"""Languages: which there are, which one a Discord client asks for, and which one is current."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Final

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

LOCALES: Final = Path(__file__).parent / "locales"
"""A folder for each language, with a catalogue for each area of the bot."""


@dataclass(frozen=True, slots=True)
class Language:
    """A language that people can read the bot in."""

    code: str
    """Discord's own code, such as `pt-BR` (discord.com/developers/docs/reference#locales)."""
    name: str
    """What its readers call it."""
    locale: Locale
    """How it writes numbers, dates and lists."""
    catalogue: NullTranslations = field(default_factory=NullTranslations, compare=False)


# Dates and lists as in Britain: day before month, no comma before "and".
ENGLISH: Final = Language("en", "English", Locale("en", "GB"))

LANGUAGES: Final = {
    "en": "English",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
    "pt-BR": "Português (Brasil)",
    "ja": "日本語",
    "zh-CN": "简体中文",
    "ko": "한국어",
}
"""The languages that texts are translated into, by code, in their own words."""

_added: dict[str, Language] = {}
_current: ContextVar[Language] = ContextVar("language", default=ENGLISH)


@contextmanager
def added(chosen: Language) -> Generator[None]:
    """Have one more language inside the block, beside those that texts are translated into."""
    _added[chosen.code] = chosen
    try:
        yield
    finally:
        del _added[chosen.code]


def language(code: str) -> Language:
    """Return a language with its texts, read from disk the first time (about 50 ms).

    Raises:
        KeyError: texts are not translated into it.
    """
    if code in _added:
        return _added[code]
    return _translated(code)


@cache
def _translated(code: str) -> Language:
    name = LANGUAGES[code]
    if code == ENGLISH.code:
        return ENGLISH
    catalogue: Translations | None = None
    for path in sorted((LOCALES / code).glob("*.po")):
        with path.open("rb") as file:
            area = read_po(file, locale=code.replace("-", "_"))
        compiled = BytesIO()
        write_mo(compiled, area)
        compiled.seek(0)
        read = Translations(compiled)
        # The first one's plural rule is the language's; an empty catalogue's would be English's.
        catalogue = read if catalogue is None else catalogue.merge(read)
    return Language(code, name, Locale.parse(code, sep="-"), catalogue or Translations())


def language_for(locale: str | None) -> Language:
    """Return the language for a locale as Discord names it; English where there is none for it.

    Variants share a language (`es-419` is Spanish) unless they are written differently: readers of
    Traditional Chinese get English rather than the Simplified script.
    """
    if not locale:
        return ENGLISH
    for code in (locale, locale.partition("-")[0]):
        if code in LANGUAGES or code in _added:
            return language(code)
    return ENGLISH


def in_every_language(make: Callable[[], str]) -> set[str]:
    """Return a text as each language has it, to know again what was written in any of them."""
    texts: set[str] = set()
    for code in (*LANGUAGES, *_added):
        with use(language(code)):
            texts.add(make())
    return texts


def current() -> Language:
    """Return the language that texts are made in now."""
    return _current.get()


def speak(chosen: Language) -> None:
    """Make texts in this language from here to the end of the running task."""
    _current.set(chosen)


@contextmanager
def use(chosen: Language) -> Generator[None]:
    """Make texts in this language inside the block."""
    token = _current.set(chosen)
    try:
        yield
    finally:
        _current.reset(token)
