"""Texts in the language of their readers: which language, and how it writes what it is given."""

from datetime import date
from gettext import NullTranslations
from pathlib import Path

import pytest
from babel import Locale
from babel.messages.pofile import read_po

import bot.i18n
from bot.i18n import (
    ENGLISH,
    LANGUAGES,
    Language,
    alternatives,
    conjunction,
    current,
    date_range,
    gettext,
    language,
    language_for,
    listing,
    long_date,
    ngettext,
    number,
    quoted,
    sentences,
    short_date,
    translated,
    use,
)
from papers.dates import complaint
from papers.messages import Message, PluralMessage, packed, unpacked

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


LOCALES = Path(bot.i18n.__file__).with_name("locales")


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code != "en"])
def test_a_text_has_its_form_for_every_number(code: str) -> None:
    catalogue = language(code).catalogue
    checked = 0
    for path in (LOCALES / code).glob("*.po"):
        with path.open("rb") as file:
            messages = [each for each in read_po(file) if each.pluralizable]
        for message in messages:
            singular, plural = message.id
            assert isinstance(message.string, tuple)
            for count in (0, 1, 2, 5, 11, 21, 1_000_000):
                assert catalogue.ngettext(singular, plural, count) in message.string
                checked += 1
    assert checked > 100


@pytest.mark.parametrize(
    ("code", "one", "many"),
    [
        ("de", "1 Stern", "1.204 Sterne"),
        ("fr", "1 étoile", "1\u202f204 étoiles"),
        ("ja", "スター1個", "スター1,204個"),
    ],
)
def test_numbers_and_their_nouns_agree_in_other_languages(code: str, one: str, many: str) -> None:
    with use(language(code)):
        assert ngettext("{count} star", "{count} stars", 1) == one
        assert ngettext("{count} star", "{count} stars", 1204) == many


def test_quotes_lists_and_sentences_are_written_as_the_language_does() -> None:
    reason = Message(
        "has {words}, close in meaning ({similarity})", words=("a", "b"), similarity=0.8
    )
    assert reason == "has “a”, “b”, close in meaning (0.80)"
    assert translated(unpacked(packed(reason))) == reason
    with use(language("de")):
        assert "„a“, „b“" in translated(reason)
        assert "0,80" in translated(reason)
        assert sentences("Eins.", "", "Zwei.") == "Eins. Zwei."
    with use(language("ja")):
        assert listing(map(quoted, "ab")) == "「a」、「b」"
        assert sentences("一つ。", "二つ。") == "一つ。二つ。"


def test_examples_in_errors_have_dates_of_the_readers_language() -> None:
    error = complaint("nonsense", date(2025, 12, 10))
    assert error.endswith("Try 2025-12-09, 9 December or yesterday.")
    with use(language("fr")):
        assert "9 décembre" in translated(error)
