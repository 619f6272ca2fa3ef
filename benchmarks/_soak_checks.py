"""What must hold after any number of days, whatever happened in them: each a sentence if it does
not."""

import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from benchmarks._soak_channel_checks import PAPER, channels_broken
from benchmarks._soak_club_checks import clubs_broken, discussions_broken
from benchmarks._soak_clubs import Clubs
from benchmarks._soak_people import People
from storage.digests import DIGESTS_KEPT
from storage.library import DEFAULT_LISTS, emoji_key
from tests.discord_server import Message

DIGEST = "Your papers of"
WEEKLY = re.compile(r"New on the shelf: \w+ \d+ \w+ \d{4}")

_ROWS_OF_A_PERSON = {
    "subscriptions": "SELECT count(*) FROM subscriptions WHERE user_id = ?",
    "digests": "SELECT count(*) FROM digests WHERE user_id = ?",
    "notes": "SELECT count(*) FROM notes WHERE user_id = ?",
}
"""What nobody has who erased everything, whatever they react to afterwards."""

MAX_BYTES = {"paperboy.db": 60_000_000, "paperboy.db-wal": 20_000_000}


def broken(folder: Path, people: People, clubs: Clubs) -> list[str]:
    """Return what does not hold, in sentences."""
    with closing(sqlite3.connect(folder / "paperboy.db")) as conn:
        conn.row_factory = sqlite3.Row
        return [
            *_integrity(conn),
            *channels_broken(conn, people),
            *clubs_broken(conn, clubs),
            *discussions_broken(conn, clubs),
            *_digests(conn, people),
            *_saves(conn, people, clubs),
            *_shelves(conn, people, clubs),
            *_erased(conn, people),
            *_files(folder),
            *(f"Discord refused: {each}" for each in people.server.violations),
            *(f"nobody answered {each}" for each in people.unanswered),
        ]


def counted(folder: Path) -> dict[str, int]:
    """Return how much came together."""
    with closing(sqlite3.connect(folder / "paperboy.db")) as conn:
        posts = dict(conn.execute("SELECT 'posts ' || state, count(*) FROM posts GROUP BY state"))
        mine = dict(
            conn.execute("SELECT 'digests ' || state, count(*) FROM digests GROUP BY state")
        )
        published = conn.execute("SELECT count(*) FROM posts WHERE crosspost = 'done'").fetchone()
        saves = conn.execute("SELECT count(*) FROM saves WHERE kept = 1").fetchone()[0]
        papers = conn.execute("SELECT count(*) FROM papers").fetchone()[0]
        shelf = conn.execute("SELECT count(*) FROM shelf_additions WHERE kept = 1").fetchone()[0]
        weekly = dict(
            conn.execute(
                "SELECT 'weekly posts ' || state, count(*) FROM shelf_posts GROUP BY state"
            )
        )
        met = "SELECT 'club sessions ' || state, count(*) FROM club_sessions GROUP BY state"
        sessions = dict(conn.execute(met))
        threads = conn.execute("SELECT count(*) FROM discussions").fetchone()[0]
    return {
        **posts,
        **mine,
        **weekly,
        **sessions,
        "discussions": threads,
        "published": published[0],
        "saves": saves,
        "additions": shelf,
        "papers": papers,
    }


def _integrity(conn: sqlite3.Connection) -> Iterator[str]:
    for check in ("integrity_check", "foreign_key_check"):
        for row in conn.execute(f"PRAGMA {check}"):
            if tuple(row) != ("ok",):
                yield f"{check} says {tuple(row)}"


def _digests(conn: sqlite3.Connection, people: People) -> Iterator[str]:
    world = people.server.world
    for row in conn.execute("SELECT * FROM digests WHERE state IN ('planned', 'sending')"):
        yield f"the digest {row['id']} of {row['local_date']} is still {row['state']}"
    twice = conn.execute(
        "SELECT user_id, paper_id, count(*) AS n FROM digest_papers"
        " JOIN digests ON digests.id = digest_id GROUP BY user_id, paper_id HAVING n > 1"
    )
    for row in twice:
        yield f"{row['user_id']} was sent {row['paper_id']} {row['n']} times"
    for reader in people.readers:
        direct = world.dm_of(reader)
        got = [each for each in direct.history if DIGEST in each.text] if direct else []
        days = Counter(_title(message) for message in got)
        for day, times in days.items():
            if times > 1:
                yield f"{reader.name} got “{day}” {times} times"
        sent = {
            row["message_id"]
            for row in conn.execute(
                "SELECT message_id FROM digests WHERE user_id = ? AND state = 'sent'", (reader.id,)
            )
        }
        if not sent <= {message.id for message in got}:
            yield f"{reader.name} lacks a digest that is noted as sent"
        # One may have arrived whose answer was lost, before its reader closed the conversation.
        kept = conn.execute(
            "SELECT count(*) FROM digests WHERE user_id = ? AND state = 'inbox'", (reader.id,)
        ).fetchone()[0]
        since = world.clock.now() - DIGESTS_KEPT.total_seconds()
        recent = sum(message.sent_at > since for message in got)
        if reader.id in people.ever_erased:
            continue
        if recent > len(sent) + kept:
            yield f"{reader.name} has {recent} digests, and {len(sent)} are noted as sent"
        papers = Counter(paper for each in got for paper in set(PAPER.findall(each.text)))
        yield from (f"{reader.name} got {paper} {n} times" for paper, n in papers.items() if n > 1)


def _title(message: Message) -> str:
    return next(line for line in message.text.splitlines() if DIGEST in line)


def _saves(conn: sqlite3.Connection, people: People, clubs: Clubs) -> Iterator[str]:
    """Compare the reactions that stand with what they saved, for everybody who erased nothing."""
    world = people.server.world
    messages = {
        message.id: message
        for channel in world.channels.values()
        for message in channel.history
        if message.author is world.bot
    }
    cards: dict[int, set[str]] = defaultdict(set)
    for row in conn.execute("SELECT message_id, paper_id FROM cards"):
        cards[row["message_id"]].add(row["paper_id"])
    lists: dict[int, set[str]] = defaultdict(set)
    for row in conn.execute("SELECT user_id, emoji_key FROM lists WHERE emoji_key IS NOT NULL"):
        lists[row["user_id"]].add(row["emoji_key"])
    begun = {emoji_key(each.emoji) for each in DEFAULT_LISTS}  # who has none yet gets these
    people_ids = {reader.id for reader in people.readers} - people.ever_erased
    stand = {
        (user_id, paper_id, message_id, emoji_key(emoji))
        for message_id, papers in cards.items()
        if message_id in messages
        for emoji, users in messages[message_id].reactions.items()
        for user_id in users
        if user_id in people_ids and emoji_key(emoji) in (lists.get(user_id) or begun)
        for paper_id in papers
    }
    kept = {
        (row["user_id"], row["paper_id"], row["message_id"], row["emoji_key"])
        for row in conn.execute(
            "SELECT * FROM saves WHERE emoji_key IS NOT NULL AND message_id IS NOT NULL"
        )
        if row["user_id"] in people_ids
    }
    for user_id, paper_id, message_id, emoji in sorted(stand - kept):
        yield f"{user_id} reacted {emoji} to {paper_id} ({message_id}), which is not saved"
    # What was saved from a message stays saved when that is deleted.
    removed = {message.id for message in clubs.removed}
    kept = {each for each in kept if each[2] not in removed}
    for user_id, paper_id, message_id, emoji in sorted(kept - stand):
        yield f"{user_id} has {paper_id} saved by {emoji} ({message_id}), which does not stand"


def _shelves(conn: sqlite3.Connection, people: People, clubs: Clubs) -> Iterator[str]:
    """Compare the 📌 that stand with what they added, and look for weekly posts that came twice."""
    world = people.server.world
    cards = list(conn.execute("SELECT message_id, paper_id FROM cards WHERE guild_id IS NOT NULL"))
    messages = {each.id: each for channel in world.channels.values() for each in channel.history}
    people_ids = {reader.id for reader in people.readers} - people.ever_erased
    stand = {
        (user_id, card["paper_id"], card["message_id"])
        for card in cards
        if card["message_id"] in messages
        for user_id in messages[card["message_id"]].reactions.get("📌", [])
        if user_id in people_ids
    }
    added = {
        (row["user_id"], row["paper_id"], row["message_id"])
        for row in conn.execute("SELECT * FROM shelf_additions WHERE emoji_key IS NOT NULL")
        if row["user_id"] in people_ids
    }
    yield from (f"{each} is pinned, and not on the shelf" for each in sorted(stand - added))
    removed = {message.id for message in clubs.removed}
    unpinned = {each for each in added - stand if each[2] not in removed}
    yield from (f"{each} is on the shelf, and not pinned" for each in sorted(unpinned))
    for row in conn.execute("SELECT * FROM shelf_posts WHERE state NOT IN ('done', 'empty')"):
        yield f"the weekly post {row['id']} of {row['local_date']} is {row['state']}"
    for office in people.offices.values():
        posts = [each for each in office.history if WEEKLY.search(each.text)]
        days = Counter(WEEKLY.findall(each.text)[0] for each in posts)
        yield from (f"#{office.name} has “{day}” {n} times" for day, n in days.items() if n > 1)
        shown = Counter(paper for each in posts for paper in set(PAPER.findall(each.text)))
        yield from (f"#{office.name} has {paper} {n} times" for paper, n in shown.items() if n > 1)


def _erased(conn: sqlite3.Connection, people: People) -> Iterator[str]:
    for user_id in people.erased:
        for table, rows in _ROWS_OF_A_PERSON.items():
            left = conn.execute(rows, (user_id,)).fetchone()[0]
            if left:
                yield f"{user_id} erased everything, and {table} has {left} rows of theirs"


def _files(folder: Path) -> Iterator[str]:
    for name, most in MAX_BYTES.items():
        size = (folder / name).stat().st_size if (folder / name).exists() else 0
        if size > most:
            yield f"{name} has grown to {size:,} bytes"
    strays = [path.name for path in folder.iterdir() if not path.name.startswith("paperboy")]
    unknown = set(strays) - {"backups"}
    if unknown:
        yield f"beside the database lie {sorted(unknown)}"
