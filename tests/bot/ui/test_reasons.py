"""Stored reasons as people read them, whichever version stored them."""

import pytest

from bot.delivery.outcomes import Reason
from bot.ui.reasons import SENTENCES, THREE_TIMES, reason_text, unknown_zone
from storage.guilds import REMOVED


def test_every_reason_of_a_delivery_has_a_sentence():
    assert {*Reason, REMOVED} <= set(SENTENCES)


@pytest.mark.parametrize(
    ("stored", "sentence"),
    [
        (Reason.NO_ACCESS, "I can't see the channel."),
        (
            f"{Reason.NO_PERMISSION}: View Channel, Add Reactions",
            "I need these permissions there: **View Channel and Add Reactions**.",
        ),
        (
            f"{THREE_TIMES}{Reason.UNKNOWN_PLACE}: *Odd*",
            r"Discord rejected it for unknown reasons. (\*Odd\*) This happened three times in a"
            " row.",
        ),
        (unknown_zone("Mars/Base"), "I don't know the time zone “Mars/Base”."),
        ("every paper was shown here before", "Every paper was shown here before."),
        ("Jeder Artikel wurde hier schon gezeigt.", "Jeder Artikel wurde hier schon gezeigt."),
    ],
)
def test_a_stored_reason_is_shown_as_a_sentence(stored: str, sentence: str):
    assert reason_text(stored) == sentence
