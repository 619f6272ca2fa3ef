"""The languages that people read, and the texts in them.

English is written in the code, where it is used, and looked up in a catalogue (gettext's `.po`
files under `locales/`) for the language that is current: the reader's own in an answer that they
alone see, the server's or the feed's in a public one.

    from bot.i18n import gettext as _, ngettext

    _("Removed from {list}.", list=name)
    ngettext("{count} paper", "{count} papers", count)

Placeholders are named, whole numbers in them are written as the language does, and sentences are
never put together from parts. `scripts/translations.py` updates the catalogues from the code.
"""

from bot.i18n._formats import (
    alternatives,
    conjunction,
    date_range,
    day_and_month,
    listing,
    long_date,
    month_and_year,
    number,
    percent,
    sentences,
    short_date,
)
from bot.i18n._language import (
    ENGLISH,
    LANGUAGES,
    Language,
    added,
    current,
    in_every_language,
    language,
    language_for,
    speak,
    use,
)
from bot.i18n._texts import gettext, marked, ngettext, pgettext, quoted, translated

__all__ = (
    "ENGLISH",
    "LANGUAGES",
    "Language",
    "added",
    "alternatives",
    "conjunction",
    "current",
    "date_range",
    "day_and_month",
    "gettext",
    "in_every_language",
    "language",
    "language_for",
    "listing",
    "long_date",
    "marked",
    "month_and_year",
    "ngettext",
    "number",
    "percent",
    "pgettext",
    "quoted",
    "sentences",
    "short_date",
    "speak",
    "translated",
    "use",
)
