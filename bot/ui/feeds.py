"""What a feed is, in words: its settings, its next thread, its last one."""

from collections.abc import Callable, Iterable
from datetime import datetime, time, timedelta

from bot.i18n import long_date
from bot.ui.text import escape, plural, timestamp
from papers import calendar, schedule, zone_names, zones
from papers.categories import is_category
from papers.schedule import Coming
from papers.text import cut
from storage.feeds import Feed, FeedState
from storage.posts import Post, PostState

_SHOWN_TOPIC = 80


def _listed(words: Iterable[str]) -> str:
    return " or ".join(f"*{escape(word)}*" for word in words)


def _listed_topics(topics: Iterable[str]) -> str:
    return _listed(cut(topic, _SHOWN_TOPIC) for topic in topics)


def describe(
    feed: Feed,
    coming: Coming | None,
    last: Post | None = None,
    *,
    now: datetime | None = None,
) -> str:
    """Say what a feed is, in a few lines of Discord's markdown.

    Args:
        feed: the feed.
        coming: its next thread, where that is to be said.
        last: its newest post: when that was none, why not.
        now: the present instant, where `coming` is given.
    """
    lines = [
        f"<#{feed.channel_id}> · {plural(feed.size, 'paper')} a day at {feed.at:%H:%M}"
        f" ({escape(zone_names.label(feed.timezone))})"
    ]
    filters = describe_filters(feed)
    if filters:
        lines.append(filters)
    if unknown := [code for code in feed.categories if not is_category(code)]:
        lines.append(
            f"⚠️ arXiv has no category {_listed(unknown)}, so no paper passes that filter. Change"
            " `categories`."
        )
    if feed.ping_role_id is not None:
        lines.append(f"pings <@&{feed.ping_role_id}>")
    if last is not None and last.state == PostState.EMPTY and last.reason:
        lines.append(f"no thread for {long_date(last.batch_day)}: {escape(last.reason)}")
    match feed.state:
        case FeedState.PAUSED:
            lines.append("⏸️ paused")
        case FeedState.DISABLED:
            lines.append(f"⚠️ stopped: {escape(feed.disabled_reason or 'unknown')}")
        case FeedState.ACTIVE if coming is not None:
            lines.append(describe_coming(coming, now))
        case FeedState.ACTIVE:
            pass
    return "\n".join(lines)


def describe_coming(coming: Coming, now: datetime | None) -> str:
    """Say when a feed posts next, and the papers of which day."""
    day = long_date(coming.batch)
    if coming.waiting:
        return f"waiting for the papers of {day}: the thread comes as soon as they are ready"
    if now is not None and coming.at <= now:
        return f"next thread within a minute, with the papers of {day}"
    when = f"{timestamp(coming.at, 'f')} ({timestamp(coming.at, 'R')})"
    return f"next thread {when}, with the papers of {day}"


def describe_readiness(hour: time, timezone: str, now: datetime, settle: timedelta) -> str:
    """Say when the day's papers are ready in a zone, and what comes at `hour` if that is earlier.

    Args:
        hour: the feed's hour.
        timezone: its IANA zone.
        now: the present instant: the clocks of its season are meant.
        settle: how long after its beginning a batch may be posted.
    """
    zone = zones.zone(timezone)
    batch = calendar.following(calendar.batch_day(now))
    ready = schedule.ready_at(zone, batch, settle)
    city = zone_names.label(timezone).rpartition("/")[2]
    said = f"The day's papers are ready at {ready:%H:%M} in {escape(city)}"
    behind = schedule.days_behind(hour, zone, batch, settle)
    if ready.date() < batch:
        said += " on the evening before"
    return f"{said}; at {hour:%H:%M} you get yesterday's." if behind > 0 else f"{said}."


def describe_filters(
    feed: Feed,
    words: Callable[[Iterable[str]], str] = _listed,
    topics: Callable[[Iterable[str]], str] = _listed_topics,
) -> str:
    """Return what a feed's filters let through, `only papers about …`; empty for everything.

    Args:
        feed: the feed.
        words: joins words and categories; by default as alternatives, in Discord's markdown.
        topics: joins the topics, likewise.
    """
    parts: list[str] = []
    if feed.topics:
        parts.append(f"about {topics(feed.topics)}")
    if feed.include:
        before = "with the words" if feed.topics else "about"
        parts.append(f"{before} {words(feed.include)}")
    if feed.exclude:
        parts.append(f"without {words(feed.exclude)}")
    if feed.categories:
        parts.append(f"in {words(feed.categories)}")
    if feed.min_votes:
        parts.append(f"with at least {plural(feed.min_votes, 'vote')}")
    return "only papers " + ", ".join(parts) if parts else ""


def describe_post(feed: Feed, post: Post | None, status: str) -> tuple[str, str]:
    """Say what became of a post, as a title and a sentence; `status` is a command to tap."""
    if post is None:
        return "Nothing to post", f"There is no batch yet. {status} says why."
    if post.header_message_id is not None:
        link = (
            f"https://discord.com/channels/{post.guild_id}/{post.channel_id}/"
            f"{post.header_message_id}"
        )
        return "It is there", f"The newest batch is in <#{feed.channel_id}>: {link}"
    if post.state == PostState.EMPTY:
        why = escape(post.reason or "every paper of this batch was shown here before")
        return "Nothing to post", f"For {long_date(post.batch_day)}: {why}."
    if post.next_try_at is not None:
        again = timestamp(post.next_try_at, "R")
        return "Not yet", f"{_sentence(post.reason)}. It is tried again {again}."
    return "Not posted", f"{_sentence(post.reason or 'the channel does not take it')}."


def _sentence(reason: str | None) -> str:
    reason = reason or "it is being sent"
    return reason[0].upper() + reason[1:]
