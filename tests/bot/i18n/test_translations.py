"""The languages that the bot speaks, as people meet them."""

from datetime import date

import pytest

from bot.i18n import LANGUAGES, gettext, language, ngettext, use
from bot.services.digests import title_of
from bot.ui.cards import thread_name

TRANSLATED = [code for code in LANGUAGES if code != "en"]


@pytest.mark.parametrize("code", TRANSLATED)
def test_titles_buttons_and_numbers_are_in_the_language(code: str) -> None:
    english = [gettext("Save"), ngettext("{count} upvote", "{count} upvotes", 5)]
    english += [thread_name(date(2025, 6, 9)), title_of(date(2025, 6, 9))]
    with use(language(code)):
        spoken = [gettext("Save"), ngettext("{count} upvote", "{count} upvotes", 5)]
        spoken += [thread_name(date(2025, 6, 9)), title_of(date(2025, 6, 9))]
        papers = [ngettext("{count} paper", "{count} papers", n) for n in (1, 2, 1_204)]
    assert all(said != known for said, known in zip(spoken[2:], english[2:], strict=True))
    assert spoken[0] != english[0]
    assert "5" in spoken[1]
    assert [any(c.isdigit() for c in each) for each in papers] == [True] * 3
