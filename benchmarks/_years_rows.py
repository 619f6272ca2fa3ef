"""A day's rows of feeds and people, written in bulk in the shapes that the product writes."""

import random
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.services.digests import DigestPayload
from bot.services.digests import entry_of as digest_entry
from bot.services.publishing import compose
from papers.trending import Candidate, rank
from storage import papers
from storage.database import Database
from storage.papers import StoredPaper
from storage.tables import (
    cards,
    digest_papers,
    digests,
    feeds,
    guilds,
    post_papers,
    posts,
    search_sessions,
    snapshots,
    subscribers,
    subscriptions,
    topic_matches,
    topics,
    users,
)

SHOWN, BROUGHT = 10, 5
"""Papers in a thread, and in a digest."""
SEARCHES = 600
"""Searches of a day: 100,000 in half a year."""
TOPICS = 100
_FIRST_DAY = date(2015, 1, 1)


class Rows:
    """Writes days of posts and digests."""

    def __init__(self, database: Database, feeds: int, people: int, chance: random.Random) -> None:
        self._database = database
        self._feeds, self._people, self._chance = feeds, people, chance
        self._post = self._digest = 0

    def channel(self, number: int) -> int:
        """Return the channel of a feed."""
        return 10**15 + number % self._feeds

    def person(self, number: int) -> int:
        """Return a person's id."""
        return 2 * 10**15 + number % self._people

    def conversation(self, number: int) -> int:
        """Return the channel of a person's direct messages."""
        return 3 * 10**15 + number % self._people

    async def begin(self, now: datetime) -> None:
        """Write the servers, feeds, people, topics and subscriptions."""
        hour = time(9)
        async with self._database.write() as conn:
            every: list[dict[str, Any]] = [
                {"id": n + 1, "joined_at": now} for n in range(self._feeds)
            ]
            await conn.execute(insert(guilds), every)
            await conn.execute(
                insert(feeds),
                [
                    {
                        "guild_id": n + 1,
                        "channel_id": self.channel(n),
                        "at": hour,
                        "timezone": "UTC",
                        "size": SHOWN,
                        "min_votes": 0,
                        "include": [],
                        "exclude": [],
                        "categories": [],
                        "state": "active",
                        "created_at": now,
                    }
                    for n in range(self._feeds)
                ],
            )
            people = range(self._people)
            await conn.execute(
                insert(users), [{"id": self.person(n), "created_at": now} for n in people]
            )
            await conn.execute(
                insert(topics),
                [
                    {
                        "id": n + 1,
                        "key": f"strict:topic {n}",
                        "query": f"word{n} word{n + 1}",
                        "mode": "strict",
                        "created_at": now,
                    }
                    for n in range(TOPICS)
                ],
            )
            await conn.execute(
                insert(subscribers),
                [
                    {
                        "user_id": self.person(n),
                        "at": hour,
                        "timezone": "UTC",
                        "every": "day",
                        "dm_channel_id": self.conversation(n),
                        "created_at": now,
                    }
                    for n in people
                ],
            )
            await conn.execute(
                insert(subscriptions),
                [
                    {
                        "user_id": self.person(n),
                        "topic_id": (n + step * 7) % TOPICS + 1,
                        "min_votes": 0,
                        "created_at": now,
                    }
                    for n in people
                    for step in range(3)
                ],
            )

    async def day(self, day: date, now: datetime) -> list[int]:
        """Write a day's posts, digests, cards, matches, snapshots and searches.

        Returns the ids of the messages that show papers.
        """
        async with self._database.read() as conn:
            newest = await papers.changed_since(conn, await papers.latest_revision(conn) - 50, 50)
        messages = _messages(now)
        async with self._database.write() as conn:
            await self._matches(conn, newest, now)
            sent = await self._posts(conn, newest, day, now, messages)
        async with self._database.write() as conn:
            sent += await self._digests(conn, newest, day, now, messages)
            await self._searches(conn, newest, now)
        return sent

    async def _matches(
        self, conn: AsyncConnection, newest: list[StoredPaper], now: datetime
    ) -> None:
        await conn.execute(
            insert(topic_matches),
            [
                {
                    "topic_id": topic + 1,
                    "paper_id": paper.paper.id,
                    "score": 1.0,
                    "reason": "“flow matching” in the title",
                    "matched_at": now,
                }
                for topic in range(TOPICS)
                for paper in self._chance.sample(newest, 3)
            ],
        )
        await conn.execute(
            insert(snapshots).prefix_with("OR IGNORE"),
            [
                {
                    "paper_id": paper.paper.id,
                    "at": now + timedelta(minutes=30 * half),
                    "upvotes": half,
                }
                for paper in newest
                for half in range(1, 3 * 48)
            ],
        )

    async def _posts(
        self,
        conn: AsyncConnection,
        newest: list[StoredPaper],
        day: date,
        now: datetime,
        messages: int,
    ) -> list[int]:
        candidates = [Candidate(each.paper, each.metrics, day) for each in newest]
        ranked = rank(candidates, day=day, size=SHOWN)
        payload = compose(day, ranked, total=len(newest)).to_json()
        ids = [place.paper.id for place in ranked]
        first = self._post + 1
        self._post += self._feeds
        every = range(self._feeds)
        await conn.execute(
            insert(posts),
            [
                {
                    "id": first + n,
                    "feed_id": n + 1,
                    "guild_id": n + 1,
                    "channel_id": self.channel(n),
                    "batch_day": day,
                    "local_date": day,
                    "state": "done",
                    "payload": payload,
                    "header_message_id": messages + n * 16,
                    "thread_id": messages + n * 16,
                    "planned_at": now,
                    "started_at": now,
                    "sent_at": now,
                    "finished_at": now,
                    "refreshes": 2,
                }
                for n in every
            ],
        )
        shown = [
            (first + n, place, messages + n * 16 + place + 1, n, paper_id)
            for n in every
            for place, paper_id in enumerate(ids)
        ]
        await conn.execute(
            insert(post_papers),
            [
                {"post_id": post, "position": place, "paper_id": paper_id, "message_id": message}
                for post, place, message, _, paper_id in shown
            ],
        )
        await conn.execute(
            insert(cards),
            [
                {
                    "message_id": message,
                    "paper_id": paper_id,
                    "channel_id": messages + n * 16,
                    "guild_id": n + 1,
                    "posted_at": now,
                }
                for _, _, message, n, paper_id in shown
            ],
        )
        return [message for _, _, message, _, _ in shown]

    async def _digests(
        self,
        conn: AsyncConnection,
        newest: list[StoredPaper],
        day: date,
        now: datetime,
        messages: int,
    ) -> list[int]:
        base = messages + self._feeds * 16
        first = self._digest + 1
        self._digest += self._people
        chosen = [self._chance.sample(newest, BROUGHT) for _ in range(50)]
        payloads = [
            DigestPayload(
                day=day,
                topics=3,
                entries=tuple(
                    digest_entry(each, topic="flow matching", reason="“flow matching” in the title")
                    for each in some
                ),
            ).model_dump(mode="json")
            for some in chosen
        ]
        people = range(self._people)
        await conn.execute(
            insert(digests),
            [
                {
                    "id": first + n,
                    "user_id": self.person(n),
                    "local_date": day,
                    "state": "sent",
                    "payload": payloads[n % 50],
                    "message_id": base + n,
                    "planned_at": now,
                    "sent_at": now,
                    "finished_at": now,
                    "expires_at": now + timedelta(hours=12),
                }
                for n in people
            ],
        )
        await conn.execute(
            insert(digest_papers),
            [
                {"digest_id": first + n, "position": place, "paper_id": each.paper.id}
                for n in people
                for place, each in enumerate(chosen[n % 50])
            ],
        )
        await conn.execute(
            insert(cards),
            [
                {
                    "message_id": base + n,
                    "paper_id": each.paper.id,
                    "channel_id": self.conversation(n),
                    "guild_id": None,
                    "posted_at": now,
                }
                for n in people
                for each in chosen[n % 50]
            ],
        )
        return [base + n for n in people]

    async def _searches(
        self, conn: AsyncConnection, newest: list[StoredPaper], now: datetime
    ) -> None:
        hits = [each.paper.id for each in newest]
        remarks: dict[str, Any] = {
            "syntax": None,
            "corrections": {},
            "missing": [],
            "by_meaning": True,
        }
        await conn.execute(
            insert(search_sessions),
            [
                {
                    "id": self._chance.getrandbits(62),
                    "query": "flow matching for robots",
                    "categories": [],
                    "sort": "best",
                    "fresh": 0,
                    "hits": hits,
                    "remarks": remarks,
                    "used": 0,
                    "created_at": now,
                }
                for _ in range(SEARCHES)
            ],
        )


def _messages(now: datetime) -> int:
    """Return the first id that Discord would give a message of that moment."""
    since = now - datetime.combine(_FIRST_DAY, time(), now.tzinfo)
    return int(since.total_seconds() * 1_000) << 22
