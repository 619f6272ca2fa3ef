"""Texts in the language of their readers: which language, and how it writes what it is given."""

from datetime import date
from gettext import NullTranslations

import pytest
from babel import Locale

from bot.i18n import (
    ENGLISH,
    LANGUAGES,
    Language,
    alternatives,
    conjunction,
    current,
    date_range,
    gettext,
    language_for,
    long_date,
    ngettext,
    number,
    short_date,
    translated,
    use,
)
from papers.messages import Message, PluralMessage

FRIDAY = date(2025, 9, 12)


class Catalogue(NullTranslations):
    """A few texts in German."""

    texts = {  # noqa: RUF012 - a table of the test
        "Saved to {list}.": "In {list} gespeichert.",
        "{count} paper": "{count} Artikel",
    }

    def gettext(self, message: str) -> str:
        return self.texts.get(message, message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.texts.get(msgid1, msgid1 if n == 1 else msgid2)


GERMAN = Language("de", "Deutsch", Locale("de"), Catalogue())


@pytest.mark.parametrize(
    ("locale", "code"),
    [
        *((code, code) for code in LANGUAGES),
        ("en-US", "en"),
        ("en-GB", "en"),
        ("es-ES", "es"),
        ("es-419", "es"),
        ("zh-TW", "en"),
        ("sv-SE", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_each_of_discords_locales_has_a_language(locale: str | None, code: str) -> None:
    assert language_for(locale).code == code


def test_a_text_is_in_english_until_a_language_is_chosen() -> None:
    assert current() is ENGLISH
    assert gettext("Saved to {list}.", list="to read") == "Saved to to read."
    with use(GERMAN):
        assert gettext("Saved to {list}.", list="to read") == "In to read gespeichert."
    assert current() is ENGLISH


def test_numbers_in_a_text_are_written_as_the_language_does() -> None:
    assert ngettext("{count} paper", "{count} papers", 1204) == "1,204 papers"
    with use(GERMAN):
        assert ngettext("{count} paper", "{count} papers", 1204) == "1.204 Artikel"
        assert gettext("{n} of {m}", n=1204, m="1204") == "1.204 of 1204"
        assert number(1204) == "1.204"


def test_the_domains_sentences_are_translated_where_they_are_shown() -> None:
    sentence = Message("Saved to {list}.", list="to read")
    papers = PluralMessage("{count} paper", "{count} papers", 1204)
    assert (sentence, papers) == ("Saved to to read.", "1,204 papers")
    with use(GERMAN):
        assert translated(sentence) == "In to read gespeichert."
        assert translated(papers) == "1.204 Artikel"
        assert translated("as it is {}") == "as it is {}"
        assert gettext("{what} here", what=papers) == "1.204 Artikel here"


@pytest.mark.parametrize(
    ("code", "long", "short", "days"),
    [
        ("en", "Friday 12 September 2025", "12 Sept 2025", "8\N{EN DASH}14 Dec 2025"),
        ("de", "Freitag, 12. September 2025", "12. Sept. 2025", "8.\N{EN DASH}14. Dez. 2025"),
        ("ja", "2025年9月12日金曜日", "2025年9月12日", "2025年12月8日\N{FULLWIDTH TILDE}14日"),
    ],
)
def test_days_are_written_as_the_language_does(code: str, long: str, short: str, days: str) -> None:
    written_in = ENGLISH if code == "en" else Language(code, code, Locale.parse(code))
    with use(written_in):
        assert long_date(FRIDAY) == long
        assert short_date(FRIDAY) == short
        written = date_range(date(2025, 12, 8), date(2025, 12, 14))
    assert "".join(written.split()) == "".join(days.split())


def test_lists_are_joined_as_the_language_does() -> None:
    assert conjunction(["A", "B", "C"]) == "A, B and C"
    assert alternatives(["A", "B"]) == "A or B"
    with use(GERMAN):
        assert conjunction(["A", "B", "C"]) == "A, B und C"
