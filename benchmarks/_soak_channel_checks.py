"""What must hold of channels after any number of days: a sentence for each thing that does not."""

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile

from benchmarks._soak_people import People
from tests.discord_server import Channel, FakeDiscord, Message
from tests.discord_server.objects import CROSSPOSTED, FORUMS, NEWS

HEADER = re.compile(r"Papers of \w+ \d+ \w+ \d{4}")
ROUNDUP = re.compile(r"Best papers of [^\n]+")
PAPER = re.compile(r"(?:arxiv\.org/abs|doi\.org)/(\d{4}\.\d{5}|10\.\d{4,5}/[\d.]+\d)")
PUBLISHED_WITHIN = timedelta(hours=12)
"""How long after its post an overview is published at the latest, if nothing is in the way."""


def channels_broken(conn: sqlite3.Connection, people: People) -> Iterator[str]:
    """Say what does not hold of threads, roundups and published overviews."""
    yield from _posts(conn, people)
    yield from _published(conn, people)
    yield from _roundups(conn, people)


def papers_of(world: FakeDiscord, channel: Channel) -> list[str]:
    """Return the papers that a channel's threads show, those of the newest thread first."""
    headers = [message for message in channel.history if HEADER.search(message.text)]
    return [paper for each in reversed(headers) for paper in _shown(_cards(world, channel, each))]


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
    """Say which overviews were not published, unless the bot could not write there.

    It is published some hours after it was posted. Where an admin has taken the right to write by
    then, or paused the channel, it stays as it is.
    """
    messages = {
        message.id: message
        for channel in people.channels
        if channel.kind == NEWS
        for message in channel.history
    }
    world = people.server.world
    for row in conn.execute("SELECT * FROM posts WHERE state = 'done' ORDER BY id"):
        header = messages.get(row["header_message_id"])
        if header is None:
            continue
        finished = datetime.fromtimestamp(row["finished_at"] / 1e6, UTC)
        days = {finished.date(), (finished + PUBLISHED_WITHIN).date()}
        excused = bool({(row["channel_id"], day) for day in days} & people.disturbed)
        due = finished + PUBLISHED_WITHIN < datetime.fromtimestamp(world.clock.now(), UTC)
        shown, noted = bool(header.flags & CROSSPOSTED), row["crosspost"]
        if shown != (noted == "done"):
            yield f"the overview of {row['batch_day']} is published: {shown}, noted is {noted}"
        if due and not shown and not excused:
            yield f"the overview of {row['batch_day']} was not published: {noted}"


def _owed(conn: sqlite3.Connection, channel: Channel, people: People) -> Iterator[str]:
    """Say which batches a channel did not get around which nobody was in the way."""
    usual = ("bioRxiv",) if channel is people.preprints else ("Soak",)
    sources = people.listed.get(channel.id, usual)
    rows = conn.execute(
        "SELECT DISTINCT day, posts.state, posts.reason FROM batches LEFT JOIN posts"
        " ON posts.batch_day = batches.day AND posts.channel_id = :channel"
        " WHERE batches.state = 'complete' AND papers > 0"
        " AND batches.source IN (SELECT value FROM json_each(:sources))"
        " AND day > (SELECT min(batch_day) FROM posts WHERE channel_id = :channel)"
        " AND day < (SELECT max(batch_day) FROM posts WHERE channel_id = :channel)",
        {"channel": channel.id, "sources": json.dumps(sources)},
    )
    for row in rows:
        day = date.fromisoformat(row["day"])
        around = {(channel.id, day + timedelta(days=after)) for after in range(3)}
        if row["state"] not in ("done", "empty") and not around & people.disturbed:
            told = f"{row['state'] or 'no post'}, {row['reason'] or 'no reason'}"
            yield f"#{channel.name} did not get the papers of {day}: {told}"
