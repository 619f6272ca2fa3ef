"""What a feed is, in words: its settings, its next thread, its last one."""

from collections.abc import Callable, Iterable
from datetime import datetime, time, timedelta

from bot.i18n import LANGUAGES, alternatives, listing, long_date, ngettext, sentences
from bot.i18n import gettext as _
from bot.ui.cadence import describe_cadence, describe_coming_roundup
from bot.ui.cards import thread_name
from bot.ui.reasons import reason_text
from bot.ui.sources import sources_of
from bot.ui.text import escape, timestamp
from papers import calendar, schedule, zone_names, zones
from papers.calendar import SourceDays
from papers.categories import is_category
from papers.schedule import Coming
from papers.sources.declared import is_conferences
from papers.text import cut
from storage.feeds import Feed, FeedState, Kind, Layout, Tags, Taste
from storage.posts import Post, PostState

_SHOWN_TOPIC = 80
_SHOWN_SOURCES = 500
_DAY = timedelta(days=1)


def _listed(words: Iterable[str]) -> str:
    return alternatives(f"*{escape(word)}*" for word in words)


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
        coming: its next thread or roundup, where that is to be said.
        last: its newest post: when that was none, why not.
        now: the present instant, where `coming` is given.
    """
    lines = [describe_cadence(feed)]
    if feed.sources:
        lines.append(
            _("New papers of {sources}", sources=escape(listing(sources_of(feed)), _SHOWN_SOURCES))
        )
    if filters := describe_filters(feed):
        lines.append(_("Filters: {filters}", filters=filters))
    if unknown := [code for code in feed.categories if not is_category(code)]:
        lines.append(
            _(
                "⚠️ arXiv has no category {categories}, so no paper matches it. Change"
                " `categories`.",
                categories=_listed(unknown),
            )
        )
    if feed.ping_role_id is not None:
        lines.append(_("Pings {role}", role=f"<@&{feed.ping_role_id}>"))
    if feed.language is not None:
        name = LANGUAGES.get(feed.language, feed.language)
        lines.append(_("Language: {language}", language=name))
    match feed.taste:
        case Taste.MILD:
            lines.append(
                _("Mild taste: papers like those that members saved here move up a little.")
            )
        case Taste.STRONG:
            lines.append(
                _("Strong taste: papers like those that members saved here move up a lot.")
            )
        case Taste.SHELF_MILD:
            lines.append(
                _(
                    "Mild taste with the shelf: papers like those that members saved here, or added"
                    " to the shelf, move up a little."
                ),
            )
        case Taste.SHELF_STRONG:
            lines.append(
                _(
                    "Strong taste with the shelf: papers like those that members saved here, or"
                    " added to the shelf, move up a lot."
                ),
            )
        case Taste.OFF:
            pass
    if feed.publish:
        lines.append(
            _(
                "Publishes each overview to the channels that follow this one, six hours after it"
                " was posted."
            )
        )
    if feed.trending:
        lines.append(_("Below its list, each overview names what trends on Hugging Face."))
    if feed.kind is Kind.FORUM:
        lines += filter(None, [_describe_forum(feed)])
    if last is not None and last.state == PostState.EMPTY and last.reason:
        lines.append(_no_thread(last))
    match feed.state:
        case FeedState.PAUSED:
            lines.append(_("Paused ⏸️"))
        case FeedState.DISABLED:
            why = f" {reason_text(feed.disabled_reason)}" if feed.disabled_reason else ""
            lines.append(_("⚠️ **Stopped.**") + why)
        case FeedState.ACTIVE if coming is not None:
            lines.append(
                describe_coming(coming, now, feed.timezone)
                if feed.every.is_daily
                else describe_coming_roundup(coming, now, feed)
            )
        case FeedState.ACTIVE if now is not None and is_conferences(feed.sources):
            lines.append(_("Next thread: once a conference has published its programme."))
        case FeedState.ACTIVE:
            pass
    return "\n".join(lines)


def _describe_forum(feed: Feed) -> str:
    match feed.layout:
        case _ if not feed.every.is_daily:
            posts = ""  # a roundup is one post, whatever a daily thread is there
        case Layout.DAY:
            posts = _("Forum: one post a day, with a card per paper.")
        case Layout.PAPER:
            posts = _("Forum: one post per paper.")
    match feed.tags:
        case Tags.EXISTING:
            tags = _("Posts get the forum's tags that fit.")
        case Tags.CREATED:
            tags = _("Posts get the forum's tags that fit, and I create missing ones.")
        case Tags.OFF:
            tags = ""
    return sentences(posts, tags)


def post_url(kind: Kind, guild_id: int, channel_id: int, message_id: int | None) -> str:
    """Return the address of a post's header, or that of its forum where it has none."""
    if message_id is None:
        return f"https://discord.com/channels/{guild_id}/{channel_id}"
    if kind is Kind.FORUM:  # a post is a thread, whose id is that of its first message
        return f"https://discord.com/channels/{guild_id}/{message_id}"
    return f"https://discord.com/channels/{guild_id}/{channel_id}/{message_id}"


def describe_coming(coming: Coming, now: datetime | None, timezone: str) -> str:
    """Say when a feed posts next on the clock of its zone, and the papers of which day."""
    day = long_date(coming.batch)
    if coming.waiting:
        return _("Waiting for the papers of {day}: the thread is posted once they arrive.", day=day)
    if now is not None and coming.at <= now:
        return _("Next thread: within a minute, with the papers of {day}.", day=day)
    at, zone = coming.at, zones.zone_or_utc(timezone)
    local = at.astimezone(zone)
    values = {"time": f"{local:%H:%M}", "relative": timestamp(at, "R"), "day": day}
    today = None if now is None else now.astimezone(zone).date()
    if today == local.date():
        return _("Next thread: today at {time} ({relative}), with the papers of {day}.", **values)
    if today is not None and today + _DAY == local.date():
        return _(
            "Next thread: tomorrow at {time} ({relative}), with the papers of {day}.", **values
        )
    return _(
        "Next thread: {date} at {time} ({relative}), with the papers of {day}.",
        date=long_date(local.date()),
        **values,
    )


def describe_readiness(
    hour: time,
    timezone: str,
    now: datetime,
    settle: timedelta,
    days: SourceDays = SourceDays.HUB,
) -> str:
    """Say when the day's papers are ready in a zone, and what comes at `hour` if that is earlier.

    Args:
        hour: the feed's hour.
        timezone: its IANA zone.
        now: the present instant: the clocks of its season are meant.
        settle: how long after its beginning a batch may be posted.
        days: which days the feed's sources have batches for.
    """
    zone = zones.zone(timezone)
    if days is SourceDays.DAILY:
        ready = days.settles(now.date()).astimezone(zone)
        return _("A day's papers are ready at {time} on the next day.", time=f"{ready:%H:%M}")
    batch = calendar.following(calendar.batch_day(now))
    ready = schedule.ready_at(zone, batch, settle)
    values = {
        "time": f"{ready:%H:%M}",
        "city": escape(zone_names.label(timezone).rpartition("/")[2]),
    }
    if ready.date() < batch:
        said = _("Papers are ready at {time} in {city} on the evening before their day.", **values)
    else:
        said = _("Papers are ready at {time} in {city}.", **values)
    if schedule.days_behind(hour, zone, batch, settle) <= 0:
        return said
    earlier = _("At {time} you get the previous day's.", time=f"{hour:%H:%M}")
    return sentences(said, earlier)


def describe_filters(
    feed: Feed,
    words: Callable[[Iterable[str]], str] = _listed,
    topics: Callable[[Iterable[str]], str] = _listed_topics,
) -> str:
    """Return what a feed's filters let through, as facts; empty for everything.

    Args:
        feed: the feed.
        words: joins words and categories; by default as alternatives, in Discord's markdown.
        topics: joins the topics, likewise.
    """
    facts: list[str] = []
    if feed.topics:
        facts.append(_("about {topics}", topics=topics(feed.topics)))
    if feed.include:
        facts.append(_("with the words {words}", words=words(feed.include)))
    if feed.exclude:
        facts.append(_("without {words}", words=words(feed.exclude)))
    if feed.categories:
        facts.append(_("in {categories}", categories=words(feed.categories)))
    if feed.min_votes:
        facts.append(
            ngettext("at least {count} upvote", "at least {count} upvotes", feed.min_votes)
        )
    return " · ".join(facts)


def describe_post(feed: Feed, post: Post | None, status: str) -> tuple[str, str, str | None]:
    """Say what became of a post: a title, a sentence, and the address of its message if it has one.

    Args:
        feed: the feed.
        post: its post, `None` where there was nothing to post.
        status: the command that says why, as people can tap it.
    """
    if post is None:
        why = _("There are no papers yet. {command} shows why.", command=status)
        return _("Nothing to post"), why, None
    in_forum = feed.kind is Kind.FORUM and post.state == PostState.DONE and not post.reason
    if post.header_message_id is not None or in_forum:
        url = post_url(feed.kind, post.guild_id, post.channel_id, post.header_message_id)
        channel = f"<#{feed.channel_id}>"
        if post.every.is_daily:
            day = long_date(post.batch_day)
            where = _("The papers of {day} are in {channel}.", day=day, channel=channel)
        else:
            name = thread_name(post.batch_day, post.every)
            where = _("The roundup “{name}” is in {channel}.", name=name, channel=channel)
        return _("Posted"), where, url
    if post.state == PostState.EMPTY:
        return _("Nothing to post"), _no_thread(post), None
    why = reason_text(post.reason) if post.reason else ""
    if post.next_try_at is not None:
        again = _("I'll try again {when}.", when=timestamp(post.next_try_at, "R"))
        return _("Not posted yet"), sentences(why, again), None
    return _("Not posted"), why or _("It is being sent right now."), None


def _no_thread(post: Post) -> str:
    """Say that nothing was posted for a day, and why."""
    nothing = (
        _("No thread for {day}.", day=long_date(post.batch_day))
        if post.every.is_daily
        else _("No roundup “{name}”.", name=thread_name(post.batch_day, post.every))
    )
    return sentences(nothing, reason_text(post.reason) if post.reason else "")
