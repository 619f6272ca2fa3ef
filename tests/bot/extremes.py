"""What people type, choose and press: the ordinary first, then the extreme."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from papers.short_ids import shorten
from tests import large


def longest(pattern: str, length: int) -> str:
    """Return a text of this length."""
    return (pattern * (length // len(pattern) + 1))[:length]


SAVED: Final = "2505.00001"

VALUES: Final[Mapping[str, Sequence[Any]]] = {
    "time": ("09:00", "23:59", longest("9", 6_000)),
    "hour": ("09:00", "00:00", longest("9", 6_000)),
    "timezone": ("Europe/Berlin", "Pacific/Kiritimati", longest("a/", 6_000)),
    "papers": (10, 20, 3),
    "days": (7, 31, 1),
    "months": (12, 36, 3),
    "picks": (3, 10, 0),
    "min_votes": (1, 1_000, 0),
    "include": ("diffusion, robots", longest("word, ", 6_000), longest("a", 6_000)),
    "exclude": ("graphs", longest("x,", 6_000), "-"),
    "categories": ("cs.CL", longest("cs.CL, ", 6_000), longest("math.", 6_000)),
    "topics": ("diffusion; robots", longest("a OR ", 2_000), longest("((", 2_000)),
    "no_ping": (True, False),
    "publish": (True, False),
    "trending": (True, False),
    "posts": ("day", "paper"),
    "tags": ("existing", "created", "off"),
    "url": ("https://journal.example/rss", longest("https://a.example/", 2_000), "javascript:0"),
    "source": ("web1", "Nature", longest("x", 100)),
    "sources": ("biorxiv", "hugging face", longest("medrxiv ", 6_000)),
    "channel": ("1", longest("9", 6_000), "x"),
    "role": ("", longest("9", 6_000), "x"),
    "fields": ("text", longest("x", 6_000)),
    "language": ("de", "server"),
    "taste": ("strong", "mild", "off", "shelf-mild", "shelf-strong"),
    "who": ("everyone", "role", "managers"),
    "saved_line": (True, False),
    "no_weekly": (False, True),
    "day": (0, 6),
    "show_my_name": (True, False),
    "style": ("bibtex", "apa", "markdown", longest("x", 6_000)),
    "value": ("diffusion", longest("robots ", 500), longest("(", 500)),
    "format": ("bibtex", "ris", "csl", "csv", "markdown", "apa"),
    "list": ("to read", "read", longest("x", 6_000)),
    "from": ("to read", "read", longest("x", 6_000)),
    "to": ("read", "favourites", longest("x", 6_000)),
    "place": ("Room 101", "https://meet.example/club", longest("*_ ", 100)),
    "name": ("Later", longest("y", 40), longest("🧪", 40)),
    "emoji": ("🧪", "-", longest("🧪", 6_000)),
    "confirm": (True, False),
    "paper": (SAVED, "Diffusion", longest("robots ", 6_000)),
    "note": ("Read again.", longest("word ", 500), longest("**", 500)),
    "query": ("diffusion models", longest("a b c ", 100), longest('"x" OR -', 100)),
    "sort": ("best", "newest", "oldest", "unread", "votes", "published", "title"),
    "every": ("week", "fortnight", "month", "day", "weekdays"),
    "weekday": (3, 6, 0),
    "presenters": ("<@1000000000000000001>", longest("<@1000000000000000001>", 1_000), "none"),
    "shelved": (SAVED, longest("x", 6_000)),
    "club": ("1", "9" * 18, "x"),
    "quiet_until": ("2025-07-01", "9999-12-31", "0001-01-01"),
    "since": ("2024-01-01", "30d", longest("9", 6_000)),
    "category": ("cs.CL", "cs.*", longest("cs.", 6_000)),
    "public": (False, True),
    "id_or_link": (SAVED, "Diffusion", longest("https://arxiv.org/abs/2505.0 ", 1_000)),
    "topic": ("diffusion", longest("language OR ", 490) + "graphs", longest("(", 500)),
    "period": ("week", "month", "day"),
    "date": ("2025-06-09", "9999-12-31", "2023-05-04", "0001-01-01"),
    "news": ("on", "off"),
    "on": ("on", "off"),
    "learn": ("on", "off"),
    "zotero": ("https://www.zotero.org/ada", longest("groups/", 300), longest("9", 300)),
    "count_my_saves": (True, False),
    "what": ("paper", "seen", "topic:1", "author", "word", "topic:" + "9" * 18, "x"),
    "author": ("Ada Lovelace", longest("A. ", 100)),
    "word": ("diffusion", longest("robots ", 60)),
}
"""What is typed or chosen in options and fields: the ordinary first, then the extreme."""

ONE_OF: Final = ("file", "author", "zotero")
"""Options of which a command takes one at a time."""

PARTS: Final[Mapping[str, Sequence[str]]] = {
    "paper_id": (SAVED, "9999.99999"),
    "message_id": ("1", "9" * 18),
    "named": (SAVED, "several", "9999.99999"),
    "club_id": ("1", "0", "9" * 18),
    "session_id": ("1", "9" * 18),
    "user_id": ("0", "1", "9" * 18),
    "digest_id": ("1", "9" * 18),
    "page": ("0", "9999"),
    "papers": (shorten([SAVED]), shorten([SAVED, "9912.99999"] * 7)),
    "days": ("7", "1", "9" * 18),
    "do": (
        "show",
        "edit",
        "pause",
        "resume",
        "preview",
        "post-now",
        "remove",
        "filter",
        "insights",
        "link",
    ),
    "edit": ("0", "0", "0", "0", "0", "0", "1", "0", "0", "0"),
    "task": ("trending", "search", "follow", "library", "show"),
    "place": ("0", "9999"),
    "feed_id": ("1", "9", "9" * 18),
    "web_feed_id": ("1", "9", "9" * 18),
    "channel_id": ("1", "9" * 18),
    "session": (str(large.SESSIONS), "1", "9" * 18),
    "sort": ("newest", "votes", "title", "best"),
    "draft_id": ("1", "9" * 18),
    "replaces": ("0", "1", "9" * 18),
    "read": ("1", "0"),
    "removal_id": ("1", "9" * 18),
    "list_id": ("1", "2", "9" * 18),
    "author": ("Ada Lovelace", longest("Ada ", 60)),
    "count": ("1", "9999"),
    "at": ("1749448800000000", "9" * 18, "0"),
    "topic_id": ("1", "9" * 18),
    "mode": ("normal", "broad"),
    "mute_id": ("1", "9" * 18),
    "forgotten_at": ("1749448800000000", "9" * 18, "0"),
    "before": ("1749448800000000", "9" * 18, "0"),
    "kind": ("feed", "topic", "list", "shelf"),
    "change": ("add", "back", "pin", "unpin", "remove", "block", "unblock"),
    "shown_id": ("1", "1", "1", "9" * 18),
    "link_id": ("1", "2", "9" * 18),
    "mark": ("0" * 12, "f" * 12),
    "paused": ("1", "0"),
    "span": ("week", "month"),
    "period": ("week", "month", "day"),
    "day": ("2025-06-09", "9999-12-31", "0001-01-01"),
    "query": ("", longest("robots ", 40)),
}
"""What stands in the places of custom ids."""

CHOSEN: Final[Mapping[str, Sequence[Sequence[str]]]] = {
    "not-for-me": ((SAVED,), (SAVED, "9999.99999")),
    "unmute-some": (("1",), ("9" * 18,)),
    "author-some": ((SAVED,), (SAVED, "9999.99999")),
    "change-topic": (("1",), ("9" * 18,)),
    "forget-learned": (("1",), ("9" * 18,)),
    "end-topics": (("1",), tuple(map(str, range(2, 27)))),
    "feed-pick": (("1",), ("9" * 18,)),
    "link-topic": (("1",), ("9" * 18,)),
    "help": (*((page,) for page in ("start", "papers", "query", "server")),),
    "like-one": ((SAVED,), ("9999.99999",)),
    "find-open": ((SAVED,), (f"abstract:{SAVED}",)),
    "like-open": ((f"card:{SAVED}",), (f"text:{SAVED}",), (f"like:{SAVED}",), (f"skip:{SAVED}",)),
    "lists": (("1",), tuple(map(str, range(1, 25)))),
    "noted": ((SAVED,), ("9999.99999",)),
    "save-some": ((SAVED,), tuple(f"2506.{number:05}" for number in range(1, 26))),
    "server-shelf-sort": (("newest",), ("added",)),
    "shelf-blocked-open": ((SAVED,), ("9999.99999",)),
    "shelf-list": (("1",), ("0",)),
    "shelf-sort": (("newest",), ("title",)),
}
"""What is chosen in menus."""

FIELDS: Final[Mapping[str, Sequence[str]]] = {
    "cite-form": ("paper", "style"),
    "club-form": ("paper", "club", "shelved"),
    "club-set": ("channel", "weekday", "hour", "timezone", "presenters"),
    "feed-form": ("time", "timezone", "papers", "min_votes", "topics"),
    "feed-channel": ("posts", "tags", "publish"),
    "feed-set": ("channel", "hour", "timezone", "fields", "role", "language"),
    "find-form": ("query", "since", "category"),
    "note-form": ("note",),
    "refuse-form": ("what", "author", "word"),
    "send-form": ("paper", "channel"),
    "start-form": ("value",),
    "topic-form": ("topic", "min_votes"),
}
"""What forms ask for."""

_MANY: Final = "\n".join(f"2505.000{number}" for number in range(10, 90))

MESSAGES: Final[Mapping[str, Sequence[str]]] = {
    "Save papers": ("https://arxiv.org/abs/2505.00001", longest("arxiv.org/abs/2505.0000", 4_000)),
    "Cite": ("https://arxiv.org/abs/2505.00001", _MANY),
    "Send to another channel": ("https://arxiv.org/abs/2505.00001", _MANY),
    "Nominate": ("https://arxiv.org/abs/2505.00001", _MANY),
    "Similar papers": (
        "https://arxiv.org/abs/2505.00001",
        _MANY,
    ),
}
"""Commands on a message, and what that says."""

LAST: Final = re.compile(
    r"library lists delete|privacy delete|erase-me|end-topics|feed-?.remove|club-?.end"
)
"""What takes away what others need."""
