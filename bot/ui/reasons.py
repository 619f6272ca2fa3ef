"""Why something was not delivered: what the database stores, as a sentence for people.

The database and the log hold English words (`bot.delivery.outcomes.Reason`, perhaps with what
Discord wrote beside them), in the same words for every reader. Reasons that are
made for readers, such as why a thread is empty, are stored in the feed's language and shown as
they are.
"""

import re
from typing import Final

from bot.i18n import conjunction, marked, sentences
from bot.i18n import gettext as _
from bot.ui.text import escape

FEED_REMOVED: Final = "the feed was removed"  # not shown
FEED_STOPPED: Final = "the feed did not post then"  # not shown
TOO_LATE: Final = "it was too late for it"  # not shown
"""Why a post was given up that nothing refused."""

PERMISSIONS_MISSING: Final = "the bot lacks a permission there"  # not shown
"""The reason that is stored with the names of the permissions."""

THREE_TIMES: Final = "three times in a row: "  # not shown
"""What is stored before the reason that stopped a feed by coming again and again."""

SENTENCES: Final = {
    "the channel no longer exists": marked("The channel no longer exists."),
    "the thread was deleted": marked("The thread was deleted."),
    "the message was deleted": marked("The message was deleted."),
    "the bot is no longer in that server": marked("I'm no longer in that server."),
    "the bot was removed from the server": marked("I was removed from the server."),
    "the bot cannot see the channel": marked("I can't see the channel."),
    PERMISSIONS_MISSING: marked("I don't have all the permissions I need there."),
    "the server has as many active threads as Discord allows": marked(
        "The server has reached Discord's limit for active threads. Close some to make room."
    ),
    "the message has a thread already": marked("The message already has a thread."),
    "the message was published already": marked("The message is already published."),
    "that is not possible in this kind of channel": marked(
        "That isn't possible in this kind of channel."
    ),
    "their direct messages are closed": marked("Their DMs are closed."),
    "Discord is holding back the bot's direct messages": marked(
        "Discord is holding back my DMs for now."
    ),
    "the account no longer exists": marked("The account no longer exists."),
    "Discord refused the message's form": marked("Discord rejected the message's format."),
    "the thread is archived": marked("The thread is archived."),
    "the thread is locked": marked("The thread is locked. Unlock it, or choose another channel."),
    "the forum requires a tag": marked(
        "The forum requires a tag. Add one that I can use, or let me create tags."
    ),
    "the reaction was blocked": marked("The reaction was blocked."),
    "Discord did not answer": marked("Discord isn't answering."),
    "Discord does not accept the bot's token": marked(
        "Discord doesn't accept my token. The people who run this bot need to fix that."
    ),
    "Discord asked us to slow down": marked("Discord asked me to slow down."),
    "Discord or the server's AutoMod blocked what it says": marked(
        "Discord or the server's AutoMod blocked the text."
    ),
    "Discord refused, without a reason we know": marked("Discord rejected it for unknown reasons."),
    "Discord refused it, without a reason we know": marked(
        "Discord rejected it for unknown reasons."
    ),
    FEED_REMOVED: marked("The daily thread was removed."),
    FEED_STOPPED: marked("The daily thread was paused or stopped at that time."),
    TOO_LATE: marked("It was too late to post it."),
}
"""What to show for each stored reason; a test compares them with those of deliveries."""

_UNKNOWN_ZONE: Final = re.compile(r"the time zone (?P<zone>.+) is unknown here")
_DETAIL: Final = 200


def unknown_zone(zone: str) -> str:
    """Return the reason that is stored for a feed whose time zone is not known any more."""
    return f"the time zone {zone} is unknown here"  # not shown


def reason_text(stored: str) -> str:
    """Return the sentence for a stored reason, in the current language and in markdown."""
    if stored.startswith(THREE_TIMES):
        again = _("This happened three times in a row.")
        return sentences(reason_text(stored.removeprefix(THREE_TIMES)), again)
    if (match := _UNKNOWN_ZONE.fullmatch(stored)) is not None:
        return _("I don't know the time zone “{zone}”.", zone=escape(match["zone"], _DETAIL))
    for reason, sentence in SENTENCES.items():
        if stored == reason:
            return _(sentence)
        if stored.startswith(f"{reason}: "):
            detail = stored.removeprefix(f"{reason}: ")
            if reason == PERMISSIONS_MISSING:
                names = conjunction(escape(_(name), _DETAIL) for name in detail.split(", "))
                return _("I need these permissions there: **{permissions}**.", permissions=names)
            return f"{_(sentence)} ({escape(detail, _DETAIL)})"
    return _as_it_is(stored)


def _as_it_is(stored: str) -> str:
    """Return a reason that is a text already; earlier versions stored half sentences."""
    whole = escape(stored[:1].upper() + stored[1:])
    return whole if whole.endswith((".", "!", "?", "。", "…")) else f"{whole}."
