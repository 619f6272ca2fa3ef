"""When a feed posts, by its cadence; when a post is late, given up, and brought up to date."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from papers import roundups, schedule, zones
from papers.schedule import Coming
from papers.sources.declared import days_of
from storage.feeds import Feed
from storage.posts import DueFeed, Used

REFRESHES = (timedelta(hours=6), timedelta(hours=24))
"""When a header's numbers are brought up to date, counted from when the post was complete."""

LATE_AFTER = timedelta(hours=1)
"""A post this much after it could have come (`expected_at`) says that it is late."""

GIVE_UP_AFTER = timedelta(hours=24)
"""A post that could not be finished for so long is left as it is."""

READ_BACK_AFTER = timedelta(minutes=1)
"""A forum is read back this long after something was sent to it at the earliest: by then, Discord
has carried out what it was asked before."""

CLOCK_MARGIN = timedelta(minutes=10)
"""How far the clocks of the bot and of Discord may differ."""


def coming(
    feed: Feed, now: datetime, settle: timedelta, known: Mapping[date, bool], used: Used
) -> Coming | None:
    """Return the next post of a feed whose zone is known: a thread, or a roundup."""
    zone = zones.zone(feed.timezone)
    if feed.every.is_daily:
        return schedule.coming(
            *(feed.at, zone, now, settle, known),
            every=feed.every,
            days=days_of(feed.sources),
            last_batch=used.batch,
            last_day=used.day,
        )
    return roundups.coming(
        *(feed.every, feed.weekday, feed.at, zone, now, known),
        created_at=feed.created_at,
        last_batch=used.batch,
        last_day=used.day,
    )


def expected_at(feed: Feed, due: DueFeed, now: datetime, settle: timedelta, used: Used) -> datetime:
    """Return when a post could have come at the earliest: what lateness is counted from."""
    zone = zones.zone_or_utc(feed.timezone)
    if feed.every.is_daily:
        return schedule.expected_at(
            *(feed.at, zone, due.batch_day, settle),
            since=feed.since,
            every=feed.every,
            days=days_of(feed.sources),
            last_day=used.day,
        )
    return max(roundups.due(feed.every, feed.weekday, feed.at, zone, now).opens, feed.since)


def has(feed: Feed, due: DueFeed, used: Used) -> bool:
    """Return whether a feed has what is due: that batch or a newer one, or a roundup of such a
    period."""
    if used.batch is None:
        return False
    if feed.every.is_daily:
        return used.batch >= due.batch_day
    return used.batch >= roundups.period_until(due.batch_day, feed.every).first


def owed_now(feed: Feed, newest: date, now: datetime, settle: timedelta) -> DueFeed:
    """Return what a feed may post at once, whatever the hour.

    Of a daily thread that is the `newest` batch; of a roundup the last period that is over.
    An older one uses up the day that it was due on, and leaves today to today's.
    """
    zone = zones.zone_or_utc(feed.timezone)
    if feed.every.is_daily:
        batch = newest
        due_at = schedule.due_at(feed.at, zone, batch, settle, feed.every, days_of(feed.sources))
        day = min(due_at, now).astimezone(zone).date()
    else:
        day = roundups.due(feed.every, feed.weekday, feed.at, zone, now).day
        batch = roundups.period_of(day, feed.every).last
    return DueFeed(feed.id, feed.guild_id, feed.channel_id, day, batch, feed.every)
