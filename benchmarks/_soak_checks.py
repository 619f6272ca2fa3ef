"""What must hold after any number of days, whatever happened in them: each a sentence if it does
not."""

import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile
from pathlib import Path

from benchmarks._soak_fakes import People
from storage.library import DEFAULT_LISTS, emoji_key
from tests.discord_server import Channel, FakeDiscord, Message
from tests.discord_server.objects import CROSSPOSTED, FORUMS, NEWS

HEADER = re.compile(r"Papers of \w+ \d+ \w+ \d{4}")
ROUNDUP = re.compile(r"Best papers of [^\n]+")
PAPER = re.compile(r"(?:arxiv\.org/abs|doi\.org)/(\d{4}\.\d{5}|10\.64898/[\d.]+\d)")
DIGEST = "Your papers of"
WEEKLY = re.compile(r"New on the shelf: \w+ \d+ \w+ \d{4}")

_ROWS_OF_A_PERSON = {
    "subscriptions": "SELECT count(*) FROM subscriptions WHERE user_id = ?",
    "digests": "SELECT count(*) FROM digests WHERE user_id = ?",
    "notes": "SELECT count(*) FROM notes WHERE user_id = ?",
}
"""What nobody has who erased everything, whatever they react to afterwards."""

MAX_BYTES = {"paperboy.db": 60_000_000, "paperboy.db-wal": 20_000_000}


def broken(folder: Path, people: People) -> list[str]:
    """Return what does not hold, in sentences."""
    with closing(sqlite3.connect(folder / "paperboy.db")) as conn:
        conn.row_factory = sqlite3.Row
        return [
            *_integrity(conn),
            *_posts(conn, people),
            *_published(conn, people),
            *_roundups(conn, people),
            *_digests(conn, people),
            *_saves(conn, people),
            *_shelves(conn, people),
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
        published = conn.execute("SELECT count(*) FROM posts WHERE crosspost = 'done'").fetchone()[
            0
        ]
        saves = conn.execute("SELECT count(*) FROM saves WHERE kept = 1").fetchone()[0]
        papers = conn.execute("SELECT count(*) FROM papers").fetchone()[0]
        shelf = conn.execute("SELECT count(*) FROM shelf_additions WHERE kept = 1").fetchone()[0]
        weekly = dict(
            conn.execute(
                "SELECT 'weekly posts ' || state, count(*) FROM shelf_posts GROUP BY state"
            )
        )
    return {
        **posts,
        **mine,
        **weekly,
        "published": published,
        "saves": saves,
        "additions": shelf,
        "papers": papers,
    }


def _integrity(conn: sqlite3.Connection) -> Iterator[str]:
    for check in ("integrity_check", "foreign_key_check"):
        for row in conn.execute(f"PRAGMA {check}"):
            if tuple(row) != ("ok",):
                yield f"{check} says {tuple(row)}"


def _posts(conn: sqlite3.Connection, people: People) -> Iterator[str]:
    world = people.server.world
    for row in conn.execute("SELECT * FROM posts WHERE state IN ('planned', 'sending')"):
        yield f"the post {row['id']} of {row['batch_day']} is still {row['state']}"
    for channel in people.channels:
        posts = world.threads_of(channel) if channel.kind in FORUMS else [channel]
        messages = [message for place in posts for message in place.history]
        headers = [message for message in messages if HEADER.search(message.text)]
        days = Counter(HEADER.findall(message.text)[0] for message in headers)
        yield from (f"#{channel.name} has “{day}” {n} times" for day, n in days.items() if n > 1)
        seen: Counter[str] = Counter()
        if not headers:  # a post of a forum for each paper
            seen.update(_shown(messages))
        for message in headers:
            shown = _shown(_cards(world, channel, message))
            seen.update(shown)
            posted = conn.execute(
                "SELECT paper_id, message_id FROM post_papers JOIN posts ON posts.id = post_id"
                " WHERE header_message_id = ? AND state = 'done' ORDER BY position",
                (message.id,),
            ).fetchall()
            if posted and [row["paper_id"] for row in posted] != shown:
                yield f"#{channel.name}: {message.id} shows {shown}, not what was planned"
        yield from (f"#{channel.name} has {paper} {n} times" for paper, n in seen.items() if n > 1)
        yield from _owed(conn, channel, people)


def _cards(world: FakeDiscord, channel: Channel, header: Message) -> list[Message]:
    """Return the cards that belong to a header: in its thread, or behind it in the same one."""
    thread = world.channels.get(header.id)
    if thread is not None:
        return [message for message in thread.history if message.id != header.id]
    later = [message for message in channel.history if message.id > header.id]
    return list(takewhile(lambda message: not HEADER.search(message.text), later))


def _roundups(conn: sqlite3.Connection, people: People) -> Iterator[str]:
    """Hold each channel of roundups against what was planned, and against the Mondays there were.

    A roundup may come up to three days late: its source or the bot was away.
    """
    world = people.server.world
    today = datetime.fromtimestamp(world.clock.now(), UTC).date()
    for channel in people.weekly:
        headers = [each for each in channel.history if ROUNDUP.search(each.text)]
        names = Counter(found[0] for each in headers if (found := ROUNDUP.search(each.text)))
        yield from (f"#{channel.name} has “{name}” {n} times" for name, n in names.items() if n > 1)
        for message in headers:
            posted = conn.execute(
                "SELECT paper_id FROM post_papers JOIN posts ON posts.id = post_id"
                " WHERE header_message_id = ? AND state = 'done' AND behind IS NULL"
                " ORDER BY position",
                (message.id,),
            ).fetchall()
            shown = _shown(_cards(world, channel, message))
            if posted and [row["paper_id"] for row in posted] != shown:
                yield f"#{channel.name}: {message.id} shows {shown}, not what was planned"
        rows = conn.execute(
            "SELECT batch_day, state FROM posts WHERE channel_id = ?", (channel.id,)
        ).fetchall()
        states = {row["batch_day"]: row["state"] for row in rows}
        first = conn.execute(
            "SELECT created_at FROM feeds WHERE channel_id = ?", (channel.id,)
        ).fetchone()
        day = datetime.fromtimestamp(first["created_at"] / 1e6, UTC).date()
        day += timedelta(days=-day.weekday() % 7)
        while day + timedelta(days=3) <= today:
            last = (day - timedelta(days=3)).isoformat()
            if states.get(last) not in ("done", "empty"):
                yield f"#{channel.name} has no roundup of the week until {last}: {states}"
            day += timedelta(days=7)
        if len(headers) != sum(state == "done" for state in states.values()):
            yield f"#{channel.name} has {len(headers)} roundups, noted are {states}"


def _shown(cards: Sequence[Message]) -> list[str]:
    texts = (card.text + str(card.links) for card in cards)
    shown = (found[0] for text in texts if (found := PAPER.findall(text)))
    return [f"doi:{paper}" if paper.startswith("10.") else paper for paper in shown]


def _published(conn: sqlite3.Connection, people: People) -> Iterator[str]:
    """Say which overviews are noted as published, and are not."""
    messages = {
        message.id: message
        for channel in people.channels
        if channel.kind == NEWS
        for message in channel.history
    }
    for row in conn.execute("SELECT * FROM posts WHERE crosspost IN ('done', 'failed')"):
        header = messages.get(row["header_message_id"])
        if header is not None and row["crosspost"] == "failed":
            yield f"the overview of {row['batch_day']} was given up"
        if header is not None and not header.flags & CROSSPOSTED:
            yield f"the overview of {row['batch_day']} is noted as published, and is not"


def _owed(conn: sqlite3.Connection, channel: Channel, people: People) -> Iterator[str]:
    """Say which batches a channel did not get around which nobody was in the way."""
    rows = conn.execute(
        "SELECT day, posts.state, posts.reason FROM batches LEFT JOIN posts"
        " ON posts.batch_day = batches.day AND posts.channel_id = :channel"
        " WHERE batches.state = 'complete' AND papers > 0 AND batches.source = :source"
        " AND day > (SELECT min(batch_day) FROM posts WHERE channel_id = :channel)"
        " AND day < (SELECT max(batch_day) FROM posts WHERE channel_id = :channel)",
        {"channel": channel.id, "source": "bioRxiv" if channel is people.preprints else "Soak"},
    )
    for row in rows:
        day = date.fromisoformat(row["day"])
        around = {(channel.id, day + timedelta(days=after)) for after in range(3)}
        if row["state"] not in ("done", "empty") and not around & people.disturbed:
            told = f"{row['state'] or 'no post'}, {row['reason'] or 'no reason'}"
            yield f"#{channel.name} did not get the papers of {day}: {told}"


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
        if reader.id not in people.ever_erased and len(got) > len(sent) + kept:
            yield f"{reader.name} has {len(got)} digests, and {len(sent)} are noted as sent"


def _title(message: Message) -> str:
    return next(line for line in message.text.splitlines() if DIGEST in line)


def _saves(conn: sqlite3.Connection, people: People) -> Iterator[str]:
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
    for user_id, paper_id, message_id, emoji in sorted(kept - stand):
        yield f"{user_id} has {paper_id} saved by {emoji} ({message_id}), which does not stand"


def _shelves(conn: sqlite3.Connection, people: People) -> Iterator[str]:
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
    yield from (f"{each} is on the shelf, and not pinned" for each in sorted(added - stand))
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
